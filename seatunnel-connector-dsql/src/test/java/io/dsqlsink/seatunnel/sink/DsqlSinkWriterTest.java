package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.seatunnel.api.common.metrics.AbstractMetricsContext;
import org.apache.seatunnel.api.common.metrics.MetricsContext;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.sink.MultiTableResourceManager;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.table.type.RowKind;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What engines rely on, with the native library against dsql-local. */
@Timeout(120)
class DsqlSinkWriterTest {
    private static final Duration SOON = Duration.ofSeconds(15);

    /** No row leaves by itself. */
    private static final int NEVER_MS = 3_600_000;

    private static DsqlLocal dsql;

    @BeforeAll
    static void start(@TempDir Path dir) throws IOException {
        dsql = DsqlLocal.start(dir.resolve("dsql-local.log"));
    }

    @AfterAll
    static void stop() {
        if (dsql != null) {
            dsql.close();
        }
    }

    @BeforeEach
    void createTables() {
        dsql.sql("CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(5))");
        dsql.sql("CREATE TABLE other (id bigint PRIMARY KEY, code varchar(5))");
    }

    @AfterEach
    void dropTables() throws IOException {
        dsql.control("faults clear");
        dsql.sql("DROP TABLE orders");
        dsql.sql("DROP TABLE other");
    }

    private static DsqlSinkWriter writer(String table, int intervalMs, String... keys) {
        return writer(table, intervalMs, null, Map.of(), keys);
    }

    private static DsqlSinkWriter writer(
            String table,
            int intervalMs,
            SinkWriter.Context context,
            Map<String, Object> more,
            String... keys) {
        Map<String, Object> options = new LinkedHashMap<>(TestTables.options());
        options.put("url", dsql.url());
        options.put("table", table);
        options.put("batch_interval_ms", intervalMs);
        options.put("max_connections", 2);
        options.put("primary_keys", List.of(keys));
        options.putAll(more);
        return new DsqlSinkWriter(
                DsqlSinkConfig.of(ReadonlyConfig.fromMap(options), TestTables.orders("id", null)),
                context);
    }

    private static SeaTunnelRow row(RowKind kind, Object... fields) {
        SeaTunnelRow row = new SeaTunnelRow(fields);
        row.setRowKind(kind);
        return row;
    }

    private static SeaTunnelRow insert(Object... fields) {
        return row(RowKind.INSERT, fields);
    }

    private static void checkRows(String table, String... rows) {
        assertThat(dsql.sql("SELECT * FROM " + table + " ORDER BY id")).containsExactly(rows);
    }

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
    void aFullBufferIsHandedOverAndNothingIsLost() {
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

        // The first to leave takes nothing from the other.
        orders.close();
        assertThatThrownBy(() -> orders.write(insert(4L, "d"))).hasMessageContaining("DSQL-11");
        other.write(insert(3L, "c"));
        other.prepareCommit();
        checkRows("other", "2 b", "3 c");
        other.close();
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
        orders.close();
        other.close();
        assertThat(metrics.count("DsqlRowsCommitted")).isEqualTo(3);
        assertThat(metrics.count("DsqlBatchesCommitted")).isGreaterThan(1);
    }

    @Test
    void aSkippedRowIsCountedAndLeavesItsReason(@TempDir Path dead) throws IOException {
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
                .contains("public.orders", "id = 2", "code");
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

    /** Without a key a row that is written twice stands there twice. */
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
    void theTargetsNamesAreWrittenInTheCaseThatIsAskedFor() {
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
        writer.close();
        assertThat(dsql.sql("TABLE \"NEW_ORDERS\"")).containsExactly("1 b");
        dsql.sql("DROP TABLE \"NEW_ORDERS\"");
    }

    @Test
    void closeWritesWhatIsLeft() {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        writer.write(insert(1L, "a"));
        writer.close();
        writer.close();
        checkRows("orders", "1 a");
    }

    @Test
    void abortDropsWhatIsLeft() {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        writer.write(insert(1L, "a"));
        writer.abortPrepare();
        writer.close();
        checkRows("orders");
        assertThatThrownBy(() -> writer.write(insert(2L, "b"))).hasMessageContaining("DSQL-11");
        assertThatThrownBy(writer::prepareCommit).hasMessageContaining("aborted");
    }

    @Test
    void theFirstFailureIsThrownAgainAndNothingIsWrittenAfterIt() {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        writer.write(insert(1L, "too long"));
        DsqlConnectorException first = failure(writer::prepareCommit);
        assertThat(first).hasMessageContaining("orders").hasMessageContaining("code");
        assertThat(first.getSeaTunnelErrorCode()).isEqualTo(DsqlErrorCode.DATA);

        assertThat(failure(() -> writer.write(insert(2L, "b")))).isSameAs(first);
        assertThat(failure(writer::prepareCommit)).isSameAs(first);
        writer.close();
        checkRows("orders");
    }

    @Test
    void aValueThatCannotBeCarriedNamesTableAndColumn() {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        assertThat(failure(() -> writer.write(insert(1L, List.of()))))
                .hasMessageContaining("shop.orders -> public.orders: Column code: values of");
        writer.close();
    }

    @Test
    void aFailureInTheBackgroundReachesTheNextCall() {
        DsqlSinkWriter writer = writer("orders", 20, "id");
        writer.write(insert(1L, "too long"));
        DsqlConnectorException[] seen = new DsqlConnectorException[1];
        DsqlLocal.poll(
                SOON,
                "a write fails",
                () -> {
                    try {
                        writer.write(insert(2L, "b"));
                        return false;
                    } catch (DsqlConnectorException e) {
                        seen[0] = e;
                        return true;
                    }
                });
        assertThat(failure(writer::prepareCommit)).isSameAs(seen[0]);
        writer.close();
    }

    @Test
    void aFailureThatNobodyHasSeenIsThrownByClose() {
        DsqlSinkWriter writer = writer("orders", 20, "id");
        writer.write(insert(1L, "too long"));
        assertThat(failure(writer::close).getSeaTunnelErrorCode()).isEqualTo(DsqlErrorCode.DATA);
    }

    @Test
    void aMissingTableFailsBeforeTheFirstRow() {
        DsqlSinkWriter writer = writer("nowhere", NEVER_MS, "id");
        MultiTableResourceManager<DsqlSinkEngine> shared =
                writer.initMultiTableResourceManager(1, 1);
        DsqlConnectorException first =
                failure(() -> writer.setMultiTableResourceManager(shared, 0));
        assertThat(first).hasMessageContaining("nowhere");
        assertThat(first.getSeaTunnelErrorCode()).isEqualTo(DsqlErrorCode.SCHEMA);
        assertThat(failure(() -> writer.write(insert(1L, "a")))).isSameAs(first);
        writer.close();
    }

    @Test
    void anInterruptedCloseDoesNotWait() throws IOException {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        writer.write(insert(1L, "a"));
        Thread.currentThread().interrupt();
        writer.close();
        assertThat(Thread.interrupted()).isTrue();
        checkRows("orders");
    }

    @Test
    void anInterruptedCommitLosesNothing() throws Exception {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        writer.write(insert(1L, "a"));
        dsql.control("pause");
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        Thread committing =
                new Thread(
                        () -> {
                            failed.complete(failure(writer::prepareCommit));
                        });
        committing.start();
        assertThatThrownBy(() -> failed.get(300, TimeUnit.MILLISECONDS)).isNotNull();
        committing.interrupt();
        assertThat(failed.get(SOON.toMillis(), TimeUnit.MILLISECONDS))
                .hasMessageContaining("DSQL-21");
        dsql.control("resume");
        writer.close();
        checkRows("orders", "1 a");
    }

    @Test
    void abortEndsACommitInProgress() throws Exception {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        writer.write(insert(1L, "a"));
        dsql.control("pause");
        CompletableFuture<Throwable> failed =
                CompletableFuture.supplyAsync(() -> failure(writer::prepareCommit));
        assertThatThrownBy(() -> failed.get(300, TimeUnit.MILLISECONDS)).isNotNull();
        writer.abortPrepare();
        assertThat(failed.get(SOON.toMillis(), TimeUnit.MILLISECONDS))
                .hasMessageContaining("aborted");
        dsql.control("resume");
    }

    private interface Call {
        void run() throws Exception;
    }

    private static DsqlConnectorException failure(Call call) {
        DsqlConnectorException e = catchThrowableOfType(DsqlConnectorException.class, call::run);
        assertThat(e).isNotNull();
        return e;
    }
}
