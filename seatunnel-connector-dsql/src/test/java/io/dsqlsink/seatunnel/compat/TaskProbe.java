package io.dsqlsink.seatunnel.compat;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.sink.DsqlSink;
import io.dsqlsink.seatunnel.sink.DsqlSinkFactory;
import java.lang.reflect.InvocationTargetException;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.table.factory.TableSinkFactoryContext;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.apache.seatunnel.engine.server.TaskExecutionService;
import org.apache.seatunnel.engine.server.task.SeaTunnelTask;

/**
 * A task that writes through the release's own MultiTableSinkWriter; {@link GivenUpTaskTest} loads
 * it with the classes of that release.
 */
public final class TaskProbe {
    private static final String MULTI = "org.apache.seatunnel.api.sink.multitablesink.";

    private final DsqlSink sink;
    private final int rows;
    private final boolean asksForCommit;
    private SinkWriter<SeaTunnelRow, ?, ?> writer;
    private int written;

    private TaskProbe(DsqlSink sink, int rows, boolean asksForCommit) {
        this.sink = sink;
        this.rows = rows;
        this.asksForCommit = asksForCommit;
    }

    /**
     * Starts a task that writes this number of rows and then ends normally.
     *
     * @param zeta whether it runs as on Zeta, or as on Flink and Spark
     * @return the task's thread
     */
    public static Thread start(
            ClassLoader job,
            Map<String, Object> options,
            boolean zeta,
            int rows,
            boolean asksForCommit)
            throws Exception {
        DsqlSink sink =
                (DsqlSink)
                        new DsqlSinkFactory()
                                .createSink(
                                        new TableSinkFactoryContext(
                                                TestTables.orders("id", null),
                                                ReadonlyConfig.fromMap(options),
                                                job))
                                .createSink();
        TaskProbe task = new TaskProbe(sink, rows, asksForCommit);
        Thread thread = new Thread(zeta ? task.onZeta() : task::onFlink, "task");
        thread.setContextClassLoader(job);
        thread.start();
        return thread;
    }

    /** The writer is created on another thread than the task's, which has requested a committer. */
    private Runnable onZeta() {
        Callable<?> init = sink::createCommitter;
        Callable<Boolean> step =
                () -> {
                    if (writer == null) {
                        CompletableFuture.runAsync(this::open).get();
                    }
                    return step();
                };
        return new TaskExecutionService.BlockingWorker(new SeaTunnelTask(init, step, this::close));
    }

    private void onFlink() {
        try {
            open();
            while (!step()) {
                // The next row.
            }
        } catch (Exception e) {
            // The engine logs it, and closes in any case.
        } finally {
            close();
        }
    }

    private void open() {
        try {
            Class<?> id = Class.forName(MULTI + "SinkIdentifier");
            Object key = id.getMethod("of", String.class, int.class).invoke(null, "shop.orders", 0);
            Map<Object, Object> writers = Collections.singletonMap(key, sink.createWriter(null));
            writer =
                    newWriter(
                            Class.forName(MULTI + "MultiTableSinkWriter")
                                    .getConstructor(Map.class, int.class, Map.class)
                                    .newInstance(writers, 1, Collections.emptyMap()));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static SinkWriter<SeaTunnelRow, ?, ?> newWriter(Object writer) {
        return (SinkWriter<SeaTunnelRow, ?, ?>) writer;
    }

    private boolean step() throws Exception {
        if (written < rows) {
            SeaTunnelRow row = new SeaTunnelRow(new Object[] {(long) written, "abcde"});
            row.setTableId("shop.orders");
            writer.write(row);
            written++;
            return false;
        }
        if (asksForCommit) {
            prepareCommit();
            writer.snapshotState(1);
        } else {
            // Waits for more rows.
            Thread.sleep(Long.MAX_VALUE);
        }
        return true;
    }

    private void prepareCommit() throws Exception {
        try {
            try {
                SinkWriter.class.getMethod("prepareCommit", long.class).invoke(writer, 1L);
            } catch (NoSuchMethodException e) {
                writer.prepareCommit();
            }
        } catch (InvocationTargetException | RuntimeException e) {
            writer.abortPrepare();
            throw e;
        }
    }

    private Object close() {
        try {
            writer.close();
        } catch (Exception e) {
            // The engine logs it.
        }
        return null;
    }
}
