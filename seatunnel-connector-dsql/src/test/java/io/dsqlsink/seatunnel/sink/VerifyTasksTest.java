package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.catalog.TableDefinition;
import io.dsqlsink.seatunnel.compat.EventWriter;
import io.dsqlsink.seatunnel.compat.TaskThread;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.seatunnel.api.common.metrics.MetricsContext;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A comparison by several tasks, each with its share of the rows. */
class VerifyTasksTest extends DsqlWriterFixture {
    private static final int TASKS = 3;

    @TempDir private Path report;

    private static DsqlSinkConfig config(Path report, int tasks) {
        Map<String, Object> options = new LinkedHashMap<>(TestTables.options());
        options.put("url", dsql.url());
        options.put("table", "orders");
        options.put("primary_keys", List.of("id"));
        options.put("verify", true);
        options.put("verify_report", report.toString());
        options.put("verify_tasks", tasks);
        DsqlSinkConfig config =
                DsqlSinkConfig.of(ReadonlyConfig.fromMap(options), TestTables.orders("id", null));
        config.setJobId("874");
        return config;
    }

    private DsqlSinkWriter task(int index) {
        return new EventWriter(config(report, TASKS), new Task(index), TaskThread.ofWritersMaker());
    }

    private DsqlSinkWriter[] tasks() {
        DsqlSinkWriter[] tasks = new DsqlSinkWriter[TASKS];
        for (int index = 0; index < TASKS; index++) {
            tasks[index] = task(index);
        }
        return tasks;
    }

    private String told() throws IOException {
        return Files.readString(report.resolve("verify.txt"));
    }

    @Test
    void eachTaskHasAShareOfTheRowsAndTheLastOneCompares() throws IOException {
        dsql.sql("INSERT INTO orders VALUES (1, 'a'), (2, 'b'), (4, 'd')");
        DsqlSinkWriter[] tasks = tasks();
        // The third one has no row.
        tasks[0].write(insert(1L, "a"));
        tasks[1].write(insert(2L, "x"));
        tasks[1].write(insert(3L, "c"));
        for (DsqlSinkWriter task : tasks) {
            assertThat(report).isEmptyDirectory();
            task.prepareCommit();
        }
        Thread third = new Thread(tasks[2]::close);
        third.start();
        tasks[0].close();
        tasks[1].close();
        join(third);
        assertThat(told().lines())
                .containsExactly(
                        "table public.orders: DIFFERENT: 3 rows in the source, 3 in the target",
                        "  missing   id = 3",
                        "  extra     id = 4",
                        "  different id = 2: column code");
    }

    private static void join(Thread thread) {
        try {
            thread.join(SOON.toMillis());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void withoutTheRowsOfATaskThereIsNoReport() throws IOException {
        Files.writeString(report.resolve("verify.json"), "{\"equal\": true}");
        dsql.sql("INSERT INTO orders VALUES (1, 'a')");
        DsqlSinkWriter[] tasks = tasks();
        for (DsqlSinkWriter task : tasks) {
            task.write(insert(1L, "a"));
            if (task != tasks[2]) {
                task.prepareCommit();
            }
        }
        // Cancelled before its last commit.
        tasks[2].write(insert(2L, "b"));
        tasks[2].close();
        assertThat(failure(tasks[0]::close))
                .hasMessageContaining("DSQL-11")
                .hasMessageContaining("another task of this comparison has failed");
        assertThat(failure(tasks[1]::close)).hasMessageContaining("no report was written");
        assertThat(report).isEmptyDirectory();
        // The engine starts them again.
        tasks = tasks();
        for (int index = 0; index < TASKS; index++) {
            if (index == 0) {
                tasks[index].write(insert(1L, "a"));
            } else {
                tasks[index].write(insert((long) index + 10, "a"));
            }
            tasks[index].prepareCommit();
        }
        for (DsqlSinkWriter task : tasks) {
            task.close();
        }
        assertThat(told()).contains("3 rows in the source, 1 in the target");
    }

    @Test
    void moreTasksThanConfiguredAreRefused() {
        DsqlSinkWriter[] tasks = tasks();
        for (DsqlSinkWriter task : tasks) {
            task.write(insert(1L, "a"));
        }
        DsqlSinkWriter more = task(TASKS);
        assertThat(failure(() -> more.write(insert(2L, "b"))))
                .hasMessageContaining("option 'verify_tasks': more than 3 of the job's tasks");
        for (DsqlSinkWriter task : tasks) {
            task.abortPrepare();
        }
        assertThat(report).isEmptyDirectory();
    }

    @Test
    void aJobThatContinuesFromACheckpointIsRefused() {
        DsqlSinkConfig config = config(report, 1);
        CatalogTable source = TestTables.orders("id", null);
        DsqlSink sink = new DsqlSink(config, TableDefinition.of(config.table(), source));
        assertThatThrownBy(
                        () -> sink.restoreWriter(new Task(0), List.of(config.table().saved(false))))
                .hasMessageContaining("option 'verify' needs all rows of the source")
                .hasMessageContaining("checkpoint");
        assertThat(sink.restoreWriter(new Task(0), List.of())).isNotNull();
    }

    /** The context of a task of SeaTunnel 2.3.4, which only has the task's index. */
    private static final class Task implements SinkWriter.Context {
        private static final long serialVersionUID = 1L;

        private final int index;

        private Task(int index) {
            this.index = index;
        }

        @Override
        public int getIndexOfSubtask() {
            return index;
        }

        @Override
        public MetricsContext getMetricsContext() {
            return null;
        }
    }
}
