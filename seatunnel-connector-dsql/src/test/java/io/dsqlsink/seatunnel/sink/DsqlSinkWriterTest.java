package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.seatunnel.api.common.metrics.AbstractMetricsContext;
import org.apache.seatunnel.api.common.metrics.MetricsContext;
import org.apache.seatunnel.api.sink.MultiTableResourceManager;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.table.type.RowKind;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes rows with the native library to dsql-local. */
class DsqlSinkWriterTest extends DsqlWriterFixture {
    @Test
    void rowsAreDurableWhenPrepareCommitReturns() {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        writer.write(insert(1L, "a"));
        writer.write(insert(2L, "b"));
        writer.write(insert(3L, "c"));
        writer.prepareCommit();
        checkRows("orders", "1 a", "2 b", "3 c");

        writer.write(row(RowKind.UPDATE_BEFORE, 1L, "a"));
        writer.write(row(RowKind.UPDATE_AFTER, 1L, "A"));
        writer.write(row(RowKind.UPDATE_BEFORE, 2L, "b"));
        writer.write(row(RowKind.UPDATE_AFTER, 20L, "b"));
        writer.write(row(RowKind.DELETE, 3L, "c"));
        writer.prepareCommit();
        checkRows("orders", "1 A", "20 b");
        writer.close();
    }

    @Test
    void aQueryRunsForEachRow() {
        String query = "INSERT INTO other (id, code) VALUES (:id + 10, upper(:code))";
        DsqlSinkWriter writer = writer("orders", NEVER_MS, null, Map.of("query", query), "id");
        writer.write(insert(1L, "a"));
        writer.write(insert(2L, "b"));
        writer.prepareCommit();
        checkRows("other", "11 A", "12 B");
        checkRows("orders");
        writer.close();
        Map<String, Object> wrong = Map.of("query", "INSERT INTO other VALUES (:nr)");
        DsqlSinkWriter refused = writer("orders", NEVER_MS, null, wrong, "id");
        assertThat(failure(() -> refused.write(insert(1L, "a"))))
                .hasMessageContaining("option 'query' names :nr");
        refused.close();
    }

    @Test
    void aFullBufferIsWrittenAndNothingIsLost() {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        int rows = 12_345;
        for (long id = 0; id < rows; id++) {
            writer.write(insert(id, "x"));
        }
        writer.prepareCommit();
        assertThat(dsql.sql("SELECT count(*), min(id), max(id) FROM orders"))
                .containsExactly(rows + " 0 " + (rows - 1));
        writer.close();
    }

    @Test
    void oneCommitIsForAllTablesOfTheTask() {
        DsqlSinkWriter orders = writer("orders", NEVER_MS, "id");
        DsqlSinkWriter other = writer("other", NEVER_MS, "id");
        MultiTableResourceManager<DsqlSinkEngine> shared =
                orders.initMultiTableResourceManager(2, 1);
        orders.setMultiTableResourceManager(shared, 0);
        other.setMultiTableResourceManager(shared, 0);
        orders.write(insert(1L, "a"));
        other.write(insert(2L, "b"));
        orders.prepareCommit();
        checkRows("orders", "1 a");
        checkRows("other", "2 b");

        // Closing the first one does not affect the other.
        orders.close();
        assertThatThrownBy(() -> orders.write(insert(4L, "d"))).hasMessageContaining("DSQL-11");
        other.write(insert(3L, "c"));
        other.prepareCommit();
        checkRows("other", "2 b", "3 c");
        other.close();
    }

    @Test
    void theErrorOfRowsOfAnotherFormSaysHowToContinue() {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        assertThat(failure(() -> writer.write(insert(1L))))
                .hasMessageContaining("DSQL-05")
                .hasMessageContaining("1 values, but the columns are [id, code]")
                .hasMessageContaining("-r");
        writer.close();
    }

    @Test
    void theJobsMetricsCountWhatIsCommitted() {
        Metrics metrics = new Metrics();
        DsqlSinkWriter orders = writer("orders", NEVER_MS, metrics, Map.of(), "id");
        DsqlSinkWriter other = writer("other", NEVER_MS, metrics, Map.of(), "id");
        MultiTableResourceManager<DsqlSinkEngine> shared =
                orders.initMultiTableResourceManager(2, 1);
        orders.setMultiTableResourceManager(shared, 0);
        other.setMultiTableResourceManager(shared, 0);
        orders.write(insert(1L, "a"));
        other.write(insert(2L, "b"));
        orders.prepareCommit();
        other.prepareCommit();
        assertThat(metrics.count("DsqlRowsCommitted")).isEqualTo(2);
        other.write(insert(3L, "c"));
        other.prepareCommit();
        orders.close();
        other.close();
        assertThat(metrics.count("DsqlRowsCommitted")).isEqualTo(3);
        assertThat(metrics.count("DsqlBatchesCommitted")).isGreaterThan(1);
    }

    @Test
    void noJobFailsForItsMetrics() {
        SinkWriter.Context broken =
                (SinkWriter.Context)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {SinkWriter.Context.class},
                                (proxy, method, arguments) -> {
                                    throw new IllegalStateException(method.getName());
                                });
        DsqlSinkWriter writer = writer("orders", NEVER_MS, broken, Map.of(), "id");
        writer.write(insert(1L, "a"));
        writer.prepareCommit();
        writer.close();
        checkRows("orders", "1 a");
    }

    @Test
    void aSkippedRowIsCountedAndItsReasonIsRecorded(@TempDir Path dead) throws IOException {
        Metrics metrics = new Metrics();
        DsqlSinkWriter writer =
                writer(
                        "orders",
                        NEVER_MS,
                        metrics,
                        Map.of("row_error_policy", "skip", "dead_letter_path", dead.toString()),
                        "id");
        writer.write(insert(1L, "a"));
        writer.write(insert(2L, "too long"));
        writer.write(insert(3L, "c"));
        writer.prepareCommit();
        checkRows("orders", "1 a", "3 c");
        assertThat(metrics.count("DsqlRowsDead")).isEqualTo(1);
        assertThat(Files.readAllLines(dead.resolve("dsql-dead-letters.jsonl")))
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("public.orders", "\"key\":{\"id\":2}", "code")
                .contains("\"values\":{\"code\":\"too long\",\"id\":2}");
        writer.close();
    }

    /** The library gets both rows of an update in one frame; a frame has a thousand rows. */
    @Test
    void aRefusedUpdateOfTheKeyNamesBothKeysAtAnyPosition(@TempDir Path dead) throws IOException {
        DsqlSinkWriter writer =
                writer(
                        "orders",
                        NEVER_MS,
                        new Metrics(),
                        Map.of("row_error_policy", "skip", "dead_letter_path", dead.toString()),
                        "id");
        for (long id = 1; id < 1_000; id++) {
            writer.write(insert(id, "a"));
        }
        writer.write(row(RowKind.UPDATE_BEFORE, 1L, "a"));
        writer.write(row(RowKind.UPDATE_AFTER, 2_000L, "too long"));
        writer.prepareCommit();
        assertThat(Files.readAllLines(dead.resolve("dsql-dead-letters.jsonl")))
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("\"key\":{\"id\":2000}", "\"old_key\":{\"id\":1}");
        writer.close();
    }

    private static final class Metrics implements SinkWriter.Context {
        private static final long serialVersionUID = 1L;

        private final transient MetricsContext counters = new AbstractMetricsContext() {};

        @Override
        public int getIndexOfSubtask() {
            return 0;
        }

        @Override
        public MetricsContext getMetricsContext() {
            return counters;
        }

        long count(String name) {
            return counters.counter(name).getCount();
        }
    }

    @Test
    void rowsDoNotWaitForACheckpoint() {
        DsqlSinkWriter writer = writer("orders", 20, "id");
        writer.write(insert(1L, "a"));
        DsqlLocal.poll(SOON, "the row arrives", () -> !dsql.sql("SELECT * FROM orders").isEmpty());
        writer.close();
    }

    /** Without a key a row that is written twice exists twice. */
    @Test
    void theTimerNeitherLosesNorRepeatsRows() {
        dsql.sql("ALTER TABLE orders DROP CONSTRAINT orders_pkey");
        DsqlSinkWriter writer = writer("orders", 1);
        int rows = 50_000;
        for (long id = 0; id < rows; id++) {
            writer.write(insert(id, "x"));
        }
        writer.prepareCommit();
        assertThat(dsql.sql("SELECT count(*), count(DISTINCT id) FROM orders"))
                .containsExactly(rows + " " + rows);
        writer.close();
    }

    @Test
    void insertOnlyAppendsAlthoughThereIsAKey() {
        dsql.sql("ALTER TABLE orders DROP CONSTRAINT orders_pkey");
        DsqlSinkWriter writer =
                writer(
                        "orders",
                        NEVER_MS,
                        null,
                        Map.of("support_upsert_by_insert_only", true),
                        "id");
        writer.write(insert(1L, "a"));
        writer.write(insert(1L, "a"));
        writer.prepareCommit();
        checkRows("orders", "1 a", "1 a");
        writer.close();
    }

    @Test
    void theTargetsNamesAreInTheRequestedCase() {
        dsql.sql("CREATE TABLE \"NEW_ORDERS\" (\"ID\" bigint PRIMARY KEY, \"CODE\" text)");
        DsqlSinkWriter writer =
                writer(
                        "orders",
                        NEVER_MS,
                        null,
                        Map.of("field_ide", "UPPERCASE", "tablePrefix", "new_"),
                        "id");
        writer.write(insert(1L, "a"));
        writer.write(row(RowKind.UPDATE_AFTER, 1L, "b"));
        writer.prepareCommit();
        writer.close();
        assertThat(dsql.sql("TABLE \"NEW_ORDERS\"")).containsExactly("1 b");
        dsql.sql("DROP TABLE \"NEW_ORDERS\"");
    }
}
