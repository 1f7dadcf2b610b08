package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.compat.EventWriter;
import io.dsqlsink.seatunnel.compat.TaskThread;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.sink.SinkWriter;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.type.RowKind;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A dsql-local with two tables, and writers on it. */
@Timeout(120)
abstract class DsqlWriterFixture extends DsqlFixture {
    static final Duration SOON = Duration.ofSeconds(15);

    /** No row is sent because of its age. */
    static final int NEVER_MS = 3_600_000;

    @BeforeEach
    void createTables() {
        dsql.sql("CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(5))");
        dsql.sql("CREATE TABLE other (id bigint PRIMARY KEY, code varchar(5))");
    }

    @AfterEach
    void dropTables() throws IOException {
        // A failed test may have left these settings; a paused transaction would hold its locks for
        // ever.
        dsql.control("resume");
        dsql.control("faults clear");
        dsql.sql("DROP TABLE orders");
        dsql.sql("DROP TABLE other");
    }

    static DsqlSinkWriter writer(String table, int intervalMs, String... keys) {
        return writer(table, intervalMs, null, Map.of(), keys);
    }

    static DsqlSinkWriter writer(
            String table,
            int intervalMs,
            SinkWriter.Context context,
            Map<String, Object> more,
            String... keys) {
        return writer(table, intervalMs, context, more, TestTables.orders("id", null), keys);
    }

    static DsqlSinkWriter writer(
            String table,
            int intervalMs,
            SinkWriter.Context context,
            Map<String, Object> more,
            CatalogTable source,
            String... keys) {
        Map<String, Object> options = new LinkedHashMap<>(TestTables.options());
        options.put("url", dsql.url());
        options.put("table", table);
        options.put("batch_interval_ms", intervalMs);
        options.put("max_connections", 2);
        options.put("primary_keys", List.of(keys));
        // These tests run with either form of statements.
        String form = System.getenv("DSQL_TEST_FORM");
        if (form != null) {
            options.put("statement_form", form);
        }
        options.putAll(more);
        return new EventWriter(
                DsqlSinkConfig.of(ReadonlyConfig.fromMap(options), source),
                context,
                TaskThread.ofWritersMaker());
    }

    static SeaTunnelRow row(RowKind kind, Object... fields) {
        SeaTunnelRow row = new SeaTunnelRow(fields);
        row.setRowKind(kind);
        return row;
    }

    static SeaTunnelRow insert(Object... fields) {
        return row(RowKind.INSERT, fields);
    }

    static void checkRows(String table, String... rows) {
        assertThat(dsql.sql("SELECT * FROM " + table + " ORDER BY id")).containsExactly(rows);
    }

    interface Call {
        void run() throws Exception;
    }

    static DsqlConnectorException failure(Call call) {
        DsqlConnectorException e = catchThrowableOfType(DsqlConnectorException.class, call::run);
        assertThat(e).isNotNull();
        return e;
    }
}
