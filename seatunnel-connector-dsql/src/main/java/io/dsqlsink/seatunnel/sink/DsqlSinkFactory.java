package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.seatunnel.catalog.TableDefinition;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.OptionRules;
import io.dsqlsink.seatunnel.config.SavedRows;
import org.apache.seatunnel.api.configuration.util.OptionRule;
import org.apache.seatunnel.api.table.connector.TableSink;
import org.apache.seatunnel.api.table.factory.TableSinkFactory;
import org.apache.seatunnel.api.table.factory.TableSinkFactoryContext;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/** The sink under its own name: {@code sink { Dsql { ... } }}. */
public final class DsqlSinkFactory
        implements TableSinkFactory<SeaTunnelRow, SavedRows, Void, Void> {
    static final String IDENTIFIER = "Dsql";

    @Override
    public String factoryIdentifier() {
        return IDENTIFIER;
    }

    @Override
    public OptionRule optionRule() {
        return OptionRules.rule();
    }

    /**
     * Checks the configuration here, on the client, so that a wrong one fails before the job is
     * submitted.
     *
     * @param context null when SeaTunnel only asks whether the method exists
     */
    @Override
    public TableSink<SeaTunnelRow, SavedRows, Void, Void> createSink(
            TableSinkFactoryContext context) {
        if (context == null) {
            return null;
        }
        DsqlSinkConfig config = DsqlSinkConfig.of(context.getOptions(), context.getCatalogTable());
        TableDefinition definition = TableDefinition.of(config.table(), context.getCatalogTable());
        return () -> DsqlSink.of(config, definition);
    }
}
