package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.seatunnel.api.sink.MultiTableResourceManager;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.sink.SupportMultiTableSinkWriter;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * Writes the rows of one table. All writers of a task share one engine; a writer that was given
 * none makes its own with its first row.
 *
 * <p>Engines call a writer from different threads, but never from two at once.
 */
class DsqlSinkWriter
        implements SinkWriter<SeaTunnelRow, Void, Void>,
                SupportMultiTableSinkWriter<DsqlSinkEngine> {
    private final DsqlSinkConfig config;
    private final SinkWriter.Context context;
    private DsqlSinkEngine engine;
    private TableBuffer buffer;
    private boolean closed;

    /**
     * @param context null for none
     */
    DsqlSinkWriter(DsqlSinkConfig config, SinkWriter.Context context) {
        this.config = config;
        this.context = context;
    }

    @Override
    public MultiTableResourceManager<DsqlSinkEngine> initMultiTableResourceManager(
            int writers, int queues) {
        return new DsqlSinkEngine(config, writers / queues);
    }

    /** Also finds out whether the table and its columns exist, before any row is written. */
    @Override
    public void setMultiTableResourceManager(
            MultiTableResourceManager<DsqlSinkEngine> manager, int queue) {
        manager.getSharedResource().ifPresent(this::use);
    }

    private void use(DsqlSinkEngine shared) {
        engine = shared;
        buffer = shared.attach(config.table());
    }

    /** SeaTunnel sends the rows of one key to one replica by the first key column, as in stock. */
    @Override
    public Optional<Integer> primaryKey() {
        List<String> keys = config.table().keys();
        return keys.isEmpty()
                ? Optional.empty()
                : Optional.of(config.table().columns().indexOf(keys.get(0)));
    }

    @Override
    public void write(SeaTunnelRow row) {
        if (closed) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.CLOSED,
                    "The writer of " + config.table() + " was closed before this row");
        }
        if (engine == null) {
            use(new DsqlSinkEngine(config, 1));
        }
        engine.write(buffer, row);
    }

    /**
     * Changes the target as the source's table changed; rows come in the new form from now on.
     *
     * @param event SeaTunnel's SchemaChangeEvent, which has another package in each of two ranges
     *     of releases: subclasses for each give it here
     */
    void evolve(Object event) {
        if (engine == null) {
            use(new DsqlSinkEngine(config, 1));
        }
        buffer = engine.evolve(buffer, event);
    }

    /** Returns when every row written so far is durable, those of the task's other tables too. */
    @Override
    public Optional<Void> prepareCommit() {
        if (engine != null) {
            engine.commit();
            engine.publish(context);
        }
        return Optional.empty();
    }

    @Override
    public List<Void> snapshotState(long checkpointId) {
        return Collections.emptyList();
    }

    /** The last call after a failure on Spark, so everything is freed here. */
    @Override
    public void abortPrepare() {
        closed = true;
        if (engine != null) {
            engine.abort();
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (engine != null) {
                engine.release(buffer, context);
            }
        }
    }
}
