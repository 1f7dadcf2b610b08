package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.seatunnel.catalog.SchemaEvolution;
import io.dsqlsink.seatunnel.compat.MarkerRows;
import io.dsqlsink.seatunnel.compat.TaskThread;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.config.SavedRows;
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
public class DsqlSinkWriter
        implements SinkWriter<SeaTunnelRow, Void, SavedRows>,
                SupportMultiTableSinkWriter<DsqlSinkEngine> {
    private final DsqlSinkConfig config;
    private final SinkWriter.Context context;
    private final TaskThread task;
    private DsqlSinkEngine engine;
    private TableBuffer buffer;
    private boolean closed;

    /** Rows since the engine last asked for a commit. */
    private long lateRows;

    private Thread lastRow;
    private Thread lastCommit;

    /** The table with the row type that arrives. */
    private DsqlTable table;

    private final SourceValues values;

    /**
     * The table with the other possible row type, until a row shows which one is right; null then.
     */
    private DsqlTable other;

    /** Whether the source's columns have changed since the job was first started. */
    private boolean changed;

    /**
     * @param context null for none
     */
    public DsqlSinkWriter(DsqlSinkConfig config, SinkWriter.Context context, TaskThread task) {
        this.config = config;
        this.context = context;
        this.task = task;
        this.table = config.table();
        this.values = new SourceValues(config);
    }

    /**
     * Rows come in the form that the source's checkpoint has, or, if it keeps none, in that of the
     * source's table as the job found it at this start.
     */
    void restore(SavedRows saved) {
        DsqlTable before = config.table().with(saved);
        changed = saved.changed();
        if (!changed && !before.sourceColumns().equals(table.sourceColumns())) {
            other = table;
        }
        if (changed || other != null) {
            table = before;
        }
    }

    private void requireForm(int width) {
        if (width != table.width()) {
            throw engine.fail(
                    new DsqlConnectorException(
                            DsqlErrorCode.SCHEMA,
                            "A row of "
                                    + table
                                    + " has "
                                    + width
                                    + " values, but the columns are "
                                    + table.sourceColumns()
                                    + ". SeaTunnel sends such rows when it restarts a task"
                                    + " whose source has changed its columns since the"
                                    + " job began."
                                    + " To go on: start the job again from its checkpoint, with"
                                    + " -r"));
        }
    }

    /** Chooses the row type by the first row. */
    private void settle(int width) {
        if (other == null) {
            return;
        }
        if (table.width() == other.width()) {
            throw engine.fail(
                    new DsqlConnectorException(
                            DsqlErrorCode.SCHEMA,
                            "The columns of the source of "
                                    + table
                                    + " were "
                                    + table.sourceColumns()
                                    + " when the checkpoint was made and are now "
                                    + other.sourceColumns()
                                    + ", and its rows do not show which of the two they have."
                                    + " To go on: start the job again, without its"
                                    + " checkpoint; change columns while the job"
                                    + " runs"));
        }
        if (width == other.width()) {
            SchemaEvolution.requireKeyInPlace(table, engine.writersOfATable(), other.keyPlace());
            table = other;
        }
        other = null;
        buffer = engine.attach(table);
    }

    @Override
    public MultiTableResourceManager<DsqlSinkEngine> initMultiTableResourceManager(
            int writers, int queues) {
        return new DsqlSinkEngine(config, context, task, writers / queues, queues);
    }

    /** Of a task with this writer only. */
    private DsqlSinkEngine alone() {
        return new DsqlSinkEngine(config, context, task, 1, 1);
    }

    /** Also finds out whether the table and its columns exist, before any row is written. */
    @Override
    public void setMultiTableResourceManager(
            MultiTableResourceManager<DsqlSinkEngine> manager, int queue) {
        manager.getSharedResource().ifPresent(this::use);
    }

    private void use(DsqlSinkEngine shared) {
        engine = shared;
        if (other == null) {
            buffer = shared.attach(table);
        }
    }

    /**
     * SeaTunnel sends the rows of one key to one replica by the first key column, as in stock. It
     * asks once, so that nothing is better where there is no choice: the place may change.
     */
    @Override
    public Optional<Integer> primaryKey() {
        return table.keys().isEmpty() || engine != null && engine.writersOfATable() == 1
                ? Optional.empty()
                : Optional.of(table.keyPlace());
    }

    @Override
    public void write(SeaTunnelRow row) {
        if (closed) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.CLOSED,
                    "The writer of " + config.table() + " was closed before this row");
        }
        if (row.getArity() != table.width() && MarkerRows.isMarker(row)) {
            return;
        }
        if (engine == null) {
            use(alone());
        }
        settle(row.getArity());
        requireForm(row.getArity());
        DsqlConnectorException blind = values.misread(table, row);
        if (blind != null) {
            throw engine.fail(blind);
        }
        lateRows++;
        lastRow = Thread.currentThread();
        engine.write(buffer, row);
    }

    /**
     * Changes the target as the source's table changed; rows come in the new form from now on.
     *
     * @param event SeaTunnel's SchemaChangeEvent, which has another package in each of two ranges
     *     of releases: subclasses for each give it here
     */
    protected void evolve(Object event) {
        if (engine == null) {
            engine = alone();
        }
        // A source that passes changes on has kept the form that they change.
        other = null;
        buffer = engine.evolve(table, buffer, event);
        table = buffer.table();
        changed = true;
    }

    /** Returns when every row written so far is durable, those of the task's other tables too. */
    @Override
    public Optional<Void> prepareCommit() {
        lateRows = 0;
        lastCommit = Thread.currentThread();
        if (engine != null) {
            engine.commit();
            engine.publish(context, false);
        }
        return Optional.empty();
    }

    @Override
    public List<SavedRows> snapshotState(long checkpointId) {
        return Collections.singletonList(table.saved(changed));
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
            boolean onAnother = lastCommit != null && lastRow != lastCommit;
            boolean inOrder = task.endsInOrder(lateRows, onAnother);
            if (engine == null && config.verifies() && inOrder) {
                // No row has come, and a comparison needs to know that.
                use(alone());
            }
            if (engine != null) {
                boolean complete = inOrder || lastCommit != null && lateRows == 0;
                engine.release(buffer, context, inOrder, complete);
            }
        }
    }
}
