package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.seatunnel.SinkLog;
import io.dsqlsink.seatunnel.catalog.TableDefinition;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.DsqlSinkOptions;
import io.dsqlsink.seatunnel.config.OptionRules;
import io.dsqlsink.seatunnel.config.SavedRows;
import io.dsqlsink.seatunnel.config.SourceOptions;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.source.SourceTable;
import java.util.Collections;
import java.util.List;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.configuration.util.OptionRule;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.connector.TableSink;
import org.apache.seatunnel.api.table.factory.TableSinkFactory;
import org.apache.seatunnel.api.table.factory.TableSinkFactoryContext;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/** The sink under its own name: {@code sink { Dsql { ... } }}. */
public final class DsqlSinkFactory
        implements TableSinkFactory<SeaTunnelRow, SavedRows, Void, Void> {
    private static final SinkLog LOG = SinkLog.of(DsqlSinkFactory.class);

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
     * Options in which the engine is not to put the source's names, as they have to be quoted. Part
     * of the interface from 2.3.8 on; before, the engine puts none in.
     */
    public List<String> excludeTablePlaceholderReplaceKeys() {
        return Collections.singletonList(DsqlSinkOptions.CUSTOM_SQL.key());
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
        try {
            return create(context);
        } catch (DsqlConnectorException e) {
            e.log(LOG);
            throw e;
        }
    }

    private static TableSink<SeaTunnelRow, SavedRows, Void, Void> create(
            TableSinkFactoryContext context) {
        ReadonlyConfig options = context.getOptions();
        // A wrong option is reported before the source is read.
        DsqlSinkConfig told = DsqlSinkConfig.of(options, context.getCatalogTable());
        SourceTable source =
                needsIndexes(told, context.getCatalogTable())
                        ? SourceTable.withCatalog(
                                context.getCatalogTable(),
                                options.get(SourceOptions.SOURCE_USERNAME),
                                options.get(SourceOptions.SOURCE_PASSWORD),
                                context.getClassLoader())
                        : SourceTable.withoutCatalog(context.getCatalogTable());
        DsqlSinkConfig config = DsqlSinkConfig.of(options, source.table());
        TableDefinition definition =
                TableDefinition.of(config.table(), source, config.saveModes().identity());
        return () -> DsqlSink.of(config, definition);
    }

    /** Whether the job depends on the meaning of the source's indexes. */
    private static boolean needsIndexes(DsqlSinkConfig config, CatalogTable source) {
        return config.table().query() == null
                && (config.saveModes().creates()
                                && (config.saveModes().createIndex()
                                        || config.saveModes().identity())
                        || source.getTableSchema().getPrimaryKey() == null);
    }
}
