package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.bridge.NativeSink;
import io.dsqlsink.seatunnel.SinkLog;
import io.dsqlsink.seatunnel.catalog.SchemaEvolution;
import io.dsqlsink.seatunnel.compat.AbandonedTask;
import io.dsqlsink.seatunnel.compat.Subtask;
import io.dsqlsink.seatunnel.compat.TaskThread;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.config.SharedTarget;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.seatunnel.api.common.metrics.MetricsContext;
import org.apache.seatunnel.api.sink.MultiTableResourceManager;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * The native sink of one task, shared by its table writers. It opens with the first writer, closes
 * with the last, and after the first failure does nothing but throw that failure.
 */
final class DsqlSinkEngine implements MultiTableResourceManager<DsqlSinkEngine> {
    private static final SinkLog LOG = SinkLog.of(DsqlSinkEngine.class);

    /** A row waits in Java for a quarter of the interval at most; Rust waits for the rest. */
    private static final int TICKS_PER_INTERVAL = 4;

    /** A shorter tick only wakes the processor. */
    private static final long SHORTEST_TICK_MS = 10;

    /** Interval at which the timer checks whether the task still runs. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A tick never blocks, so one that lasts longer is stuck in something else, such as a log. */
    private static final long TIMER_END_MS = 1_000;

    private final DsqlSinkConfig config;
    private final Subtask subtask;
    private final int tables;
    private final int writersOfATable;
    private final List<TableBuffer> buffers = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile NativeSink sink;
    private volatile DsqlConnectorException failure;
    private volatile boolean failureThrown;
    private final TaskThread task;

    private final AtomicLong handedOver = new AtomicLong();
    private volatile long durable;
    private final DsqlMetrics metrics = new DsqlMetrics();
    private Thread timer;
    private JobLog log;
    private SinkBeans beans;

    /** Number of frames handed over when the counters were last published. */
    private volatile long publishedFrames;

    /** Whether all closed writers had received all their rows. */
    private boolean allComplete = true;

    /**
     * @param context of one of the task's writers; null for none
     */
    DsqlSinkEngine(
            DsqlSinkConfig config,
            SinkWriter.Context context,
            TaskThread task,
            int tables,
            int writersOfATable) {
        this.config = config;
        // Only a comparison has to know it: a sink that writes needs nothing of the context.
        this.subtask = Subtask.of(config.verifies() ? context : null, writersOfATable);
        this.task = task;
        this.tables = tables;
        this.writersOfATable = writersOfATable;
    }

    @Override
    public Optional<DsqlSinkEngine> getSharedResource() {
        return Optional.of(this);
    }

    /** Opens the native sink when this is the first table, and checks that the table exists. */
    synchronized TableBuffer attach(DsqlTable table) {
        throwFailure();
        try {
            if (sink == null) {
                open();
            }
            requireOwnTarget(table);
            return declare(table);
        } catch (InterruptedException | RuntimeException e) {
            // Not every engine closes the writers of a task that could not start.
            DsqlConnectorException cause = latch(fail(e));
            failureThrown = true;
            shutDown();
            throw cause;
        }
    }

    /** Tables that share a target are logged, and refused if rows would overwrite each other. */
    private void requireOwnTarget(DsqlTable table) {
        for (TableBuffer buffer : buffers) {
            if (SharedTarget.isShared(buffer.table(), table)) {
                String told = SharedTarget.message(buffer.table(), table);
                if (SharedTarget.isRefused(buffer.table(), table)) {
                    throw new DsqlConnectorException(DsqlErrorCode.CONFIG, told);
                }
                LOG.warn("{}", told);
            }
        }
    }

    private TableBuffer declare(DsqlTable table) throws InterruptedException {
        DsqlTable fitting = SchemaEvolution.leftOut(config, table);
        int number = sink.declareTable(fitting.declaration());
        TableBuffer buffer = new TableBuffer(sink, fitting, number, handedOver);
        buffers.add(buffer);
        beans.table(fitting.target());
        LOG.info("{}", StartBlock.of(fitting));
        return buffer;
    }

    /**
     * Applies a change of the source's table. The rows before it become durable first.
     *
     * @param buffer of the table; null when no row has come yet
     * @return where rows go from now on
     */
    TableBuffer evolve(DsqlTable table, TableBuffer buffer, Object event) {
        commit();
        try {
            SchemaEvolution.requireKeyInPlace(table, writersOfATable, event);
            DsqlTable changed = SchemaEvolution.apply(config, table, event);
            synchronized (this) {
                if (sink == null) {
                    open();
                }
                sink.forgetTables();
                TableBuffer next = declare(changed);
                buffers.remove(buffer);
                return next;
            }
        } catch (InterruptedException | RuntimeException e) {
            throw fail(e);
        }
    }

    int writersOfATable() {
        return writersOfATable;
    }

    private void open() {
        if (task.isGivenUp()) {
            throw AbandonedTask.givenUp();
        }
        beans = new SinkBeans(config.jobId());
        Map<String, String> options =
                config.sinkOptions(writersOfATable, beans.openTask(), subtask);
        options.put("log_level", LOG.level());
        // The interval minus the tick, so that both waits together take as long as the job asks
        // for.
        options.put(
                "batch_interval_ms", Long.toString(Math.max(config.batchIntervalMs() - tick(), 1)));
        try {
            sink = NativeSink.open(options, new AbandonedTask(task));
        } catch (IllegalStateException e) {
            throw new DsqlConnectorException(DsqlErrorCode.NATIVE_LIBRARY, e.getMessage());
        } finally {
            if (sink == null) {
                beans.close();
            }
        }
        beans.open(sink);
        log = new JobLog(LOG, sink, config);
        log.opened(tables);
        timer = new Thread(this::runTimer, "dsql-sink-timer");
        timer.setDaemon(true);
        // Otherwise it would inherit, and keep alive, the class loader of the task.
        timer.setContextClassLoader(DsqlSinkEngine.class.getClassLoader());
        timer.start();
    }

    void write(TableBuffer buffer, SeaTunnelRow row) {
        throwFailure();
        try {
            buffer.append(row);
        } catch (IllegalArgumentException e) {
            throw fail(
                    new DsqlConnectorException(
                            DsqlErrorCode.DATA, "Table " + buffer.table() + ": " + e.getMessage()));
        } catch (InterruptedException | RuntimeException e) {
            throw fail(e);
        }
    }

    /** Returns when all rows of all tables are durable. */
    void commit() {
        throwFailure();
        try {
            for (TableBuffer buffer : buffers) {
                buffer.handOver();
            }
            // The engine asks the other writers of the task too; they find nothing left to do.
            long frames = handedOver.get();
            if (frames > durable) {
                sink.await(sink.flush());
                durable = frames;
            }
        } catch (InterruptedException | RuntimeException e) {
            throw fail(e);
        }
    }

    /**
     * Adds the counts since the last call to the job's metrics, if the context has metrics. After a
     * commit, the first writer that calls does it for all tables.
     */
    void publish(SinkWriter.Context context, boolean isLast) {
        try {
            MetricsContext job = context == null ? null : context.getMetricsContext();
            long frames = handedOver.get();
            if (job != null && sink != null && (isLast || frames > publishedFrames)) {
                publishedFrames = frames;
                metrics.publish(sink.stats(), sink.tableStats(), job);
            }
        } catch (RuntimeException e) {
            // No job fails for its metrics; and the sink may just have been closed by an abort.
            LOG.debug("The counters were not published", e);
        }
    }

    /**
     * Removes a writer. The last one closes the native sink.
     *
     * @param inOrder whether the remaining rows must be written
     * @param complete whether all of its rows have come
     */
    void release(
            TableBuffer buffer, SinkWriter.Context context, boolean inOrder, boolean complete) {
        boolean last = false;
        boolean interrupted = Thread.currentThread().isInterrupted();
        try {
            if (failure != null) {
                if (!failureThrown) {
                    throwFailure();
                }
            } else if (inOrder && !interrupted) {
                commit();
            }
        } finally {
            synchronized (this) {
                buffers.remove(buffer);
                last = buffers.isEmpty();
                allComplete &= complete && !interrupted;
            }
            publish(context, last);
            if (last) {
                end();
            }
        }
    }

    private void end() {
        try {
            if (allComplete && failure == null && config.verifies()) {
                sink.compare();
                log.compared();
            }
        } catch (InterruptedException | RuntimeException e) {
            throw fail(e);
        } finally {
            shutDown();
        }
    }

    /** Drops everything that is not durable. */
    synchronized void abort() {
        if (failure == null) {
            failure =
                    new DsqlConnectorException(
                            DsqlErrorCode.CLOSED, "The engine aborted this task's sink");
            failureThrown = true;
        }
        shutDown();
    }

    /** The engine calls it after it closed the writers. */
    @Override
    public void close() {
        shutDown();
    }

    private synchronized void shutDown() {
        if (sink == null || closing.getCount() == 0) {
            return;
        }
        closing.countDown();
        try {
            if (Thread.currentThread() != timer) {
                timer.join(TIMER_END_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            log.closed();
        } finally {
            beans.close();
            sink.close();
        }
    }

    private long tick() {
        return Math.max(config.batchIntervalMs() / TICKS_PER_INTERVAL, SHORTEST_TICK_MS);
    }

    private void runTimer() {
        long tick = TimeUnit.MILLISECONDS.toNanos(tick());
        long look = System.nanoTime();
        long due = look + tick;
        try {
            while (!closing.await(Math.min(tick, LOOK_NANOS), TimeUnit.NANOSECONDS)) {
                long now = System.nanoTime();
                if (now - look >= 0) {
                    look = now + LOOK_NANOS;
                    if (failure == null && task.isGivenUp()) {
                        fail(AbandonedTask.givenUp());
                    }
                }
                if (now - due >= 0) {
                    due = now + tick;
                    tick(now);
                }
            }
        } catch (Throwable e) {
            // The next write or prepareCommit throws it. A closed sink is not a failure.
            if (closing.getCount() > 0) {
                latch(e);
            }
        }
    }

    private void tick(long now) {
        log.tick(buffers, now);
        if (failure == null) {
            buffers.forEach(TableBuffer::tryHandOver);
        }
    }

    private void throwFailure() {
        if (failure != null) {
            failureThrown = true;
            throw failure;
        }
    }

    /** Returns the exception to throw. */
    DsqlConnectorException fail(Throwable e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        DsqlConnectorException first = latch(e);
        failureThrown = true;
        if (first.getSeaTunnelErrorCode() == DsqlErrorCode.INTERRUPTED) {
            // The job is over, whether or not the engine closes the writer.
            shutDown();
        }
        return first;
    }

    private synchronized DsqlConnectorException latch(Throwable e) {
        if (failure == null) {
            if (e instanceof DsqlConnectorException) {
                failure = (DsqlConnectorException) e;
            } else if (e instanceof DsqlNativeException) {
                failure = DsqlConnectorException.of((DsqlNativeException) e);
            } else if (e instanceof InterruptedException) {
                failure = new DsqlConnectorException(DsqlErrorCode.INTERRUPTED, e.getMessage());
            } else {
                failure = new DsqlConnectorException(DsqlErrorCode.INTERNAL, e.toString(), e);
            }
            failure.log(LOG);
        }
        return failure;
    }
}
