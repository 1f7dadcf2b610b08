package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.PhysicalColumn;
import org.apache.seatunnel.api.table.catalog.PrimaryKey;
import org.apache.seatunnel.api.table.catalog.TableIdentifier;
import org.apache.seatunnel.api.table.catalog.TableSchema;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.RowKind;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.junit.jupiter.api.Test;

/**
 * Rows of a change stream that are not written, because the source no longer knows its table's
 * columns.
 */
class SourceValuesTest {
    private static final String PLACEHOLDER = SourceValues.PLACEHOLDER;

    @Test
    void aNullInANotNullColumnOfTheSourceIsAnError() {
        DsqlSinkConfig streaming = config(true, "apply");
        assertThat(misread(streaming, RowKind.INSERT, 1L, null, "x"))
                .contains(
                        "DSQL-05",
                        "shop.orders -> public.orders",
                        "'code'",
                        "NOT NULL",
                        "To go on",
                        "schema_change_policy = ignore");
        assertThat(misread(streaming, RowKind.UPDATE_AFTER, 1L, null, "x")).contains("'code'");
        assertThat(misread(streaming, RowKind.INSERT, 1L, "a", null)).isEmpty();
        // A deleted row may have only its key.
        assertThat(misread(streaming, RowKind.DELETE, 1L, null, null)).isEmpty();
        assertThat(misread(streaming, RowKind.UPDATE_BEFORE, 1L, null, null)).isEmpty();
        assertThat(misread(config(true, "ignore"), RowKind.INSERT, 1L, null, "x")).isEmpty();
        // The outer join of a query can have NULL in such columns.
        assertThat(misread(config(false, "apply"), RowKind.INSERT, 1L, null, "x")).isEmpty();
    }

    @Test
    void rowsOfASourceThatPassesOnChangesAreWritten() {
        DsqlSinkConfig config = config(true, "apply");
        SourceValues values = new SourceValues(config);
        SeaTunnelRow row = new SeaTunnelRow(new Object[] {1L, null, "x"});
        assertThat(values.misread(config.table(), row)).isNotNull();
        assertThat(
                        values.misread(
                                config.table()
                                        .with(
                                                config.table().rowColumns(),
                                                config.table().primaryKey()),
                                row))
                .isNull();
    }

    @Test
    void debeziumsPlaceholderIsAnError() {
        DsqlSinkConfig streaming = config(true, "ignore");
        assertThat(misread(streaming, RowKind.UPDATE_AFTER, 1L, PLACEHOLDER, "x"))
                .contains("DSQL-06", "'code'", PLACEHOLDER, "REPLICA IDENTITY FULL");
        byte[] bytes = PLACEHOLDER.getBytes(StandardCharsets.UTF_8);
        assertThat(misread(streaming, RowKind.UPDATE_AFTER, 1L, "a", bytes)).contains("'note'");
        assertThat(misread(streaming, RowKind.UPDATE_AFTER, 1L, PLACEHOLDER + " ", "x")).isEmpty();
    }

    private static String misread(DsqlSinkConfig config, RowKind kind, Object... fields) {
        SeaTunnelRow row = new SeaTunnelRow(fields);
        row.setRowKind(kind);
        DsqlConnectorException error = new SourceValues(config).misread(config.table(), row);
        return error == null ? "" : error.getMessage();
    }

    private static DsqlSinkConfig config(boolean streaming, String policy) {
        Map<String, Object> options = new LinkedHashMap<>(TestTables.options());
        options.put("schema_change_policy", policy);
        TableSchema schema =
                TableSchema.builder()
                        .column(PhysicalColumn.of("id", BasicType.LONG_TYPE, 0, false, null, ""))
                        .column(
                                PhysicalColumn.of(
                                        "code", BasicType.STRING_TYPE, 0, false, null, ""))
                        .column(PhysicalColumn.of("note", BasicType.STRING_TYPE, 0, true, null, ""))
                        .primaryKey(PrimaryKey.of("pk", Collections.singletonList("id")))
                        .build();
        CatalogTable source =
                CatalogTable.of(
                        TableIdentifier.of("mysql", "shop", null, "orders"),
                        schema,
                        Collections.emptyMap(),
                        Arrays.asList(),
                        "");
        DsqlSinkConfig config = DsqlSinkConfig.of(ReadonlyConfig.fromMap(options), source);
        config.setStreaming(streaming);
        return config;
    }
}
