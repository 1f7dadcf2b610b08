package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.seatunnel.catalog.DsqlSaveModeHandler;
import io.dsqlsink.seatunnel.catalog.TableDefinition;
import io.dsqlsink.seatunnel.compat.EventWriter;
import io.dsqlsink.seatunnel.compat.TaskThread;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.SavedRows;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.util.List;
import java.util.Optional;
import org.apache.seatunnel.api.common.JobContext;
import org.apache.seatunnel.api.sink.SaveModeHandler;
import org.apache.seatunnel.api.sink.SeaTunnelSink;
import org.apache.seatunnel.api.sink.SinkCommitter;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.sink.SupportMultiTableSink;
import org.apache.seatunnel.api.sink.SupportSaveMode;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.apache.seatunnel.common.constants.JobMode;

/**
 * The sink of one table. It is created and checked on the client and sent to the workers, so it
 * holds only its configuration and the definition of its table.
 *
 * <p>It has no committer and no rows in its state: prepareCommit makes every row durable or throws,
 * and a row that is written again after a restart is the same row by its key. What a checkpoint
 * keeps is the form of the rows. It is left to SeaTunnel's MultiTableSink, in which Zeta wraps
 * every sink, to serialize that: no other engine passes changes of columns on.
 */
public class DsqlSink
        implements SeaTunnelSink<SeaTunnelRow, SavedRows, Void, Void>,
                SupportMultiTableSink,
                SupportSaveMode {
    private static final long serialVersionUID = 1L;

    private final DsqlSinkConfig config;
    private final TableDefinition definition;

    /** The thread of the task that this copy was sent to; null elsewhere and on other engines. */
    private transient volatile TaskThread task;

    public DsqlSink(DsqlSinkConfig config, TableDefinition definition) {
        this.config = config;
        this.definition = definition;
    }

    /** The sink for the release that runs: changes of schemas have another API since 2.3.9. */
    static DsqlSink of(DsqlSinkConfig config, TableDefinition definition) {
        Class<?> evolving;
        try {
            // By name: otherwise the JVM would load that class when it verifies this one.
            evolving = Class.forName("io.dsqlsink.seatunnel.compat.EvolvingSink");
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
            return new DsqlSink(config, definition);
        }
        try {
            return (DsqlSink)
                    evolving.getConstructor(DsqlSinkConfig.class, TableDefinition.class)
                            .newInstance(config, definition);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The jar of the sink is incomplete", e);
        }
    }

    @Override
    public String getPluginName() {
        return DsqlSinkFactory.IDENTIFIER;
    }

    @Override
    public void setJobContext(JobContext job) {
        config.setJobId(job.getJobId());
        config.setStreaming(job.getJobMode() == JobMode.STREAMING);
    }

    @Override
    public SinkWriter<SeaTunnelRow, Void, SavedRows> createWriter(SinkWriter.Context context) {
        return writer(context);
    }

    @Override
    public SinkWriter<SeaTunnelRow, Void, SavedRows> restoreWriter(
            SinkWriter.Context context, List<SavedRows> states) {
        if (config.verifies() && !states.isEmpty()) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.CONFIG,
                    "option 'verify' needs all rows of the source, and a job that goes on from a"
                            + " checkpoint brings only those after it: start the job from its"
                            + " beginning, without checkpoint.interval; no report was written");
        }
        DsqlSinkWriter writer = writer(context);
        // An added task has no state.
        if (!states.isEmpty() && sourcesKeepColumns()) {
            writer.restore(states.get(0));
        }
        return writer;
    }

    /** Up to 2.3.4 a source reads its table's columns again at each start of a job. */
    private static boolean sourcesKeepColumns() {
        try {
            Class.forName("org.apache.seatunnel.api.event.Event");
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private DsqlSinkWriter writer(SinkWriter.Context context) {
        TaskThread thread = task;
        return writer(config, context, thread == null ? TaskThread.ofWritersMaker() : thread);
    }

    protected DsqlSinkWriter writer(
            DsqlSinkConfig config, SinkWriter.Context context, TaskThread task) {
        return new EventWriter(config, context, task);
    }

    /** There is none. But this is the only call that Zeta makes on the task's own thread. */
    @Override
    public Optional<SinkCommitter<Void>> createCommitter() {
        task = TaskThread.ofZeta();
        return Optional.empty();
    }

    /** Part of the interface since 2.3.9: the engine counts rows by the table that it names. */
    public Optional<CatalogTable> getWriteCatalogTable() {
        return Optional.of(definition.target());
    }

    @Override
    public Optional<SaveModeHandler> getSaveModeHandler() {
        // As in the stock sink: a job with its own statements creates its own tables. A comparison
        // changes no table.
        return config.table().query() == null && !config.verifies()
                ? Optional.of(new DsqlSaveModeHandler(config, definition))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return "DsqlSink{" + config + "}";
    }
}
