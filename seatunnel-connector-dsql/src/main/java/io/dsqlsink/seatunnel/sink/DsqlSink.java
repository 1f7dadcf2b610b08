package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.seatunnel.catalog.DsqlSaveModeHandler;
import io.dsqlsink.seatunnel.catalog.TableDefinition;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import java.util.Optional;
import org.apache.seatunnel.api.sink.SaveModeHandler;
import org.apache.seatunnel.api.sink.SeaTunnelSink;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.sink.SupportMultiTableSink;
import org.apache.seatunnel.api.sink.SupportSaveMode;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * The sink of one table. It is made and checked on the client, and sent to the workers, so it holds
 * nothing but its configuration and what its table is created with.
 *
 * <p>It has no state and no committer: prepareCommit makes every row durable or throws, and a row
 * that is written again after a restart is the same row by its key.
 */
public class DsqlSink
        implements SeaTunnelSink<SeaTunnelRow, Void, Void, Void>,
                SupportMultiTableSink,
                SupportSaveMode {
    private static final long serialVersionUID = 1L;

    private final DsqlSinkConfig config;
    private final TableDefinition definition;

    DsqlSink(DsqlSinkConfig config, TableDefinition definition) {
        this.config = config;
        this.definition = definition;
    }

    /** The sink for the release that runs: changes of schemas have another API since 2.3.9. */
    static DsqlSink of(DsqlSinkConfig config, TableDefinition definition) {
        try {
            // By name: to check this class, the JVM would load a class that is named here.
            return (DsqlSink)
                    Class.forName(DsqlSink.class.getPackage().getName() + ".EvolvingSink")
                            .getDeclaredConstructor(DsqlSinkConfig.class, TableDefinition.class)
                            .newInstance(config, definition);
        } catch (ReflectiveOperationException | NoClassDefFoundError e) {
            return new DsqlSink(config, definition);
        }
    }

    @Override
    public String getPluginName() {
        return DsqlSinkFactory.IDENTIFIER;
    }

    @Override
    public SinkWriter<SeaTunnelRow, Void, Void> createWriter(SinkWriter.Context context) {
        return writer(config, context);
    }

    SinkWriter<SeaTunnelRow, Void, Void> writer(DsqlSinkConfig config, SinkWriter.Context context) {
        return new EventWriter(config, context);
    }

    @Override
    public Optional<SaveModeHandler> getSaveModeHandler() {
        // As in the stock sink: who brings statements brings tables.
        return config.table().query() == null
                ? Optional.of(new DsqlSaveModeHandler(config, definition))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return "DsqlSink{" + config + "}";
    }
}
