package io.dsqlsink.seatunnel.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.sink.DsqlFixture;
import io.dsqlsink.seatunnel.sink.DsqlLocal;
import io.dsqlsink.seatunnel.sink.SinkThreads;
import java.io.IOException;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A task is cancelled while the database does not answer, and then the database answers again. Runs
 * with each release's writer of several tables, whose threads are not interrupted, and with a class
 * loader that stays.
 */
@Timeout(120)
class GivenUpTaskTest extends DsqlFixture {
    private static final Duration SOON = Duration.ofSeconds(30);

    /** Limit from the cancellation of the task on. */
    private static final Duration END = Duration.ofSeconds(2);

    /** More than the smallest buffer holds. */
    private static final int MANY = 1_000_000;

    private Thread task;

    @BeforeEach
    void createTable() {
        dsql.sql("CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(5))");
    }

    @AfterEach
    void dropTable() throws Exception {
        answer();
        if (task != null) {
            task.join();
        }
        dsql.sql("DROP TABLE orders");
    }

    @ParameterizedTest
    @CsvSource({
        "2.3.8, true, write",
        "2.3.8, false, write",
        "2.3.8, true, await",
        "2.3.8, false, await",
        "2.3.10, true, write",
        "2.3.10, false, write",
        "2.3.10, true, await",
        "2.3.10, false, await"
    })
    void writesNothingMore(String version, boolean zeta, String waitsIn) throws Exception {
        dsql.control("latency commit 3600000");
        boolean forCommit = waitsIn.equals("await");
        try (URLClassLoader engine = engine(version)) {
            start(engine, zeta, forCommit ? 100 : MANY, true);
            DsqlLocal.poll(SOON, "a writer waits", () -> anyThreadIn(waitsIn));
            task.interrupt();
            task.join(END.toMillis());
            assertThat(task.getStackTrace()).as("stack of the task").isEmpty();
            DsqlLocal.poll(END, "the sink ends", () -> sinkThreads() == 0);
            answer();
            assertThat(rows()).isEqualTo("0");
        }
    }

    /** After a cancellation, rows without a request to commit are not written. */
    @ParameterizedTest
    @CsvSource({"2.3.8, true", "2.3.10, true"})
    void doesNotWriteRemainingRows(String version, boolean zeta) throws Exception {
        try (URLClassLoader engine = engine(version)) {
            start(engine, zeta, 100, false);
            DsqlLocal.poll(SOON, "the task has written", () -> anyThreadIn("sleep"));
            task.interrupt();
            task.join(END.toMillis());
            assertThat(task.getStackTrace()).as("stack of the task").isEmpty();
            DsqlLocal.poll(END, "the sink ends", () -> sinkThreads() == 0);
            assertThat(rows()).isEqualTo("0");
        }
    }

    @ParameterizedTest
    @CsvSource({"2.3.8, true", "2.3.8, false", "2.3.10, true", "2.3.10, false"})
    void aTaskThatEndsNormallyHasWrittenEverything(String version, boolean zeta) throws Exception {
        try (URLClassLoader engine = engine(version)) {
            start(engine, zeta, 5_000, true);
            task.join();
            assertThat(rows()).isEqualTo("5000");
            DsqlLocal.poll(END, "the sink ends", () -> sinkThreads() == 0);
        }
    }

    private static URLClassLoader engine(String version) throws IOException {
        return EngineLoaders.flat(
                Arrays.asList(EngineLoaders.jars(version, "engine")),
                EngineLoaders.connector(),
                EngineLoaders.libraries());
    }

    private void start(ClassLoader engine, boolean zeta, int rows, boolean asksForCommit)
            throws Exception {
        Map<String, Object> options = new LinkedHashMap<>(TestTables.options());
        options.put("url", dsql.url());
        options.put("table", "orders");
        options.put("max_connections", 2);
        options.put("max_buffer_bytes", 20_971_520);
        // No row is sent before a request to commit.
        options.put("batch_interval_ms", 3_600_000);
        task =
                (Thread)
                        engine.loadClass(TaskProbe.class.getName())
                                .getMethod(
                                        "start",
                                        ClassLoader.class,
                                        Map.class,
                                        boolean.class,
                                        int.class,
                                        boolean.class)
                                .invoke(null, engine, options, zeta, rows, asksForCommit);
    }

    /**
     * Cuts the connections first: a statement that was sent before the end is lost with its
     * connection.
     */
    private static void answer() throws IOException {
        dsql.control("drop-all");
        dsql.control("faults clear");
    }

    private static String rows() {
        List<String> count = dsql.sql("SELECT count(*) FROM orders");
        return count.get(0);
    }

    /**
     * Threads of the task and its writer, found by name, because each release loads its own
     * NativeSink.
     */
    private static boolean anyThreadIn(String method) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(
                        e ->
                                e.getKey().getName().equals("task")
                                        || e.getKey().getName().startsWith("st-multi-table"))
                .flatMap(e -> Arrays.stream(e.getValue()))
                .anyMatch(
                        frame ->
                                frame.getMethodName().equals(method)
                                        && (method.equals("sleep")
                                                || frame.getClassName().endsWith(".NativeSink")));
    }

    private static long sinkThreads() {
        return SinkThreads.count();
    }
}
