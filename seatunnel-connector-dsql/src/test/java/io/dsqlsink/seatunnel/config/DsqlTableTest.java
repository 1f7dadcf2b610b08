package io.dsqlsink.seatunnel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dsqlsink.seatunnel.TestTables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.PhysicalColumn;
import org.apache.seatunnel.api.table.catalog.TableIdentifier;
import org.apache.seatunnel.api.table.catalog.TableSchema;
import org.apache.seatunnel.api.table.type.BasicType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DsqlTableTest {
    private final Map<String, Object> options = TestTables.options();

    private DsqlTable table(CatalogTable source) {
        return config(source).table();
    }

    private DsqlSinkConfig config(CatalogTable source) {
        return DsqlSinkConfig.of(ReadonlyConfig.fromMap(options), source);
    }

    /** The source is shop.orders, without a schema, because MySQL has none. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, -, -, public.orders",
                "-, -, app, app.orders",
                "-, -, 'app,public', app.orders",
                "t, -, -, public.t",
                "t, -, app, app.t",
                "s.t, -, app, s.t",
                "s.t, u, app, u.t",
                "s.${table_name}, -, -, s.orders",
                "${database_name}.copy_of_${table_name}, -, -, shop.copy_of_orders",
                "${schema_name}.${table_name}, -, -, public.orders",
                ".orders, -, -, public.orders",
                "orders, ${database_name}_x, -, shop_x.orders",
                "${table_full_name}, -, -, shop.orders",
                "${schema_full_name}.t, -, -, shop.t",
                "${schema_name:app}.${table_name:t}, -, -, app.orders",
                "s.${schema_name:a.b}, -, -, s.a.b",
                "${database_name: x }, -, -, public.shop",
            })
    void theTargetIsNamed(String table, String schema, String currentSchema, String target) {
        put("table", table);
        put("schema", schema);
        if (currentSchema != null) {
            put("url", options.get("url") + "?sslmode=verify-full&currentSchema=" + currentSchema);
        }
        assertThat(table(TestTables.orders("id", null))).hasToString("shop.orders -> " + target);
    }

    @Test
    void theNameGetsPrefixAndSuffix() {
        options.put("table", "s.${table_name}");
        options.put("tablePrefix", "${database_name}_");
        options.put("tableSuffix", "_copy");
        assertThat(table(TestTables.orders("id", null)))
                .hasToString("shop.orders -> s.shop_orders_copy");
    }

    /** As in the stock sink: table, columns and key, but not the schema. */
    @Test
    void theCaseOfTheTargetsNamesIsChosen() {
        options.put("table", "Sales.Orders");
        options.put("field_ide", "uppercase");
        DsqlTable table = table(TestTables.orders("id", null));
        assertThat(table).hasToString("shop.orders -> Sales.ORDERS");
        assertThat(table.columns()).containsExactly("ID", "CODE");
        assertThat(table.keys()).containsExactly("ID");
        options.put("field_ide", "LOWERCASE");
        assertThat(table(TestTables.orders("id", null))).hasToString("shop.orders -> Sales.orders");
        options.put("field_ide", "ORIGINAL");
        assertThat(table(TestTables.orders("id", null))).hasToString("shop.orders -> Sales.Orders");
    }

    @Test
    void columnsThatBecomeOneAreRefused() {
        options.put("field_ide", "LOWERCASE");
        assertThatThrownBy(() -> table(TestTables.of("id", "code", "CODE")))
                .hasMessageContaining("option 'field_ide' makes one name of two columns");
    }

    /** PostgreSQL silently cuts a longer name: another table would be created, or dropped. */
    @Test
    void namesThatWouldBeCutAreRefused() {
        String fits = "n".repeat(63);
        options.put("table", fits);
        options.put("schema", fits);
        assertThat(table(TestTables.of("id", fits)))
                .hasToString("shop.orders -> " + fits + "." + fits);
        // 21 characters of three bytes each are 63.
        options.put("table", "\u8a02".repeat(21));
        table(TestTables.of("id", "\u8a02".repeat(21)));

        checkRefused("table", "n".repeat(64), "64 bytes", "'tablePrefix'");
        checkRefused("table", "\u8a02".repeat(21) + "n", "64 bytes", "'table'");
        checkRefused("table", "\uD83D\uDE00".repeat(16), "64 bytes");
        checkRefused("table", "a\"b".repeat(22), "66 bytes");
        checkRefused(
                "table",
                "${table_name}" + "n".repeat(58),
                "'orders" + "n".repeat(58) + "'",
                "64 bytes");
        checkRefused(
                "tablePrefix", "p".repeat(58), "the target '" + "p".repeat(58) + "orders'", "64");
        checkRefused("tableSuffix", "${database_name}" + "s".repeat(54), "shop" + "s", "64 bytes");
        checkRefused("schema", "s".repeat(64), "schema", "64 bytes", "option 'schema'");
        checkRefused(
                "field_ide", "UPPERCASE", "\u0149".repeat(30), "\u02bcN", "90 bytes", "column");
    }

    private void checkRefused(String option, String value, String... says) {
        Map<String, Object> before = new LinkedHashMap<>(options);
        options.remove("schema");
        options.put("table", "orders");
        options.put(option, value);
        boolean upper = option.equals("field_ide");
        CatalogTable source = upper ? TestTables.of("id", says[0]) : TestTables.of("id");
        List<String> parts = Arrays.asList(says).subList(upper ? 1 : 0, says.length);
        assertThatThrownBy(() -> table(source))
                .as(value)
                .hasMessageContaining("DSQL-01")
                .hasMessageContaining("table shop.orders: ")
                .hasMessageContaining("cuts a name to 63")
                .satisfies(e -> parts.forEach(part -> assertThat(e).hasMessageContaining(part)));
        options.clear();
        options.putAll(before);
    }

    @Test
    void columnsWithTheSameFirstBytesAreRefusedByName() {
        String same = "c".repeat(63);
        assertThatThrownBy(() -> table(TestTables.of("id", same, same + "1", same + "2")))
                .hasMessageContaining("column '" + same + "1' has a name of 64 bytes")
                .hasMessageContaining("column '" + same + "2' has a name of 64 bytes")
                .hasMessageContaining("by a transform such as Sql");
        // The user's own statement has its own names.
        options.put("query", "INSERT INTO t VALUES (?, ?)");
        options.put("generate_sink_sql", false);
        table(TestTables.of("id", same + "1"));
    }

    private void put(String key, String value) {
        if (value != null) {
            options.put(key, value);
        }
    }

    @Test
    void columnsAndTypesAreTheRows() {
        DsqlTable table = table(TestTables.orders("id", null));
        assertThat(table.columns()).containsExactly("id", "code");
        assertThat(table.types()).containsExactly("BIGINT", "STRING");
    }

    @Test
    void theKeyIsTheOptionsElseThePrimaryKeyElseAUniqueKey() {
        options.put("primary_keys", List.of("code", "id"));
        checkKeys(TestTables.orders("id", "code"), "code", "id");
        options.put("primary_keys", "code");
        checkKeys(TestTables.orders("id", null), "code");
        options.put("primary_keys", new ArrayList<>());
        checkKeys(TestTables.orders("id", "code"));

        options.remove("primary_keys");
        checkKeys(TestTables.orders("id", "code"), "id");
        checkKeys(TestTables.notNull(TestTables.orders(null, "code")), "code");
        checkKeys(TestTables.notNull(TestTables.orders("not_selected", "code")), "code");
        checkKeys(TestTables.orders(null, null));
    }

    @Test
    void placeholdersStandForTheSourcesKeys() {
        options.put("primary_keys", List.of("${primary_key}"));
        checkKeys(TestTables.orders("id", "code"), "id");
        options.put("primary_keys", "${unique_key}");
        checkKeys(TestTables.orders("id", "code"), "code");
        options.put("primary_keys", List.of("${field_names}"));
        checkKeys(TestTables.orders("id", "code"), "id", "code");
        options.put("primary_keys", List.of("${primary_key:code}"));
        checkKeys(TestTables.orders(null, null), "code");
    }

    /** Two rows may have NULL in such a key. */
    @Test
    void aNullableKeyDoesNotIdentifyRows() {
        options.remove("primary_keys");
        CatalogTable source = TestTables.orders(null, "code");
        checkKeys(source);
        assertThat(table(source).keyWarning())
                .contains("shop.orders", "[code]", "rows are appended", "'primary_keys'");
        assertThatThrownBy(() -> config(source).setStreaming(true))
                .hasMessageContaining("DSQL-01")
                .hasMessageContaining("[code]")
                .hasMessageContaining("NOT NULL");
        options.put("primary_keys", List.of("code"));
        checkKeys(source, "code");
        config(source).setStreaming(true);
    }

    @Test
    void aPrimaryKeyThatRowsLackIsAnError() {
        options.remove("primary_keys");
        assertThatThrownBy(() -> table(TestTables.orders(null, "not_selected")))
                .hasMessageContaining("[not_selected]");
        CatalogTable source = TestTables.orders("dropped", "code");
        assertThatThrownBy(() -> table(source))
                .hasMessageContaining("option 'primary_keys' is not set")
                .hasMessageContaining("[dropped]")
                .hasMessageContaining("transform");
        options.put("primary_keys", new ArrayList<>());
        checkKeys(source);
        options.remove("primary_keys");
        options.put("support_upsert_by_insert_only", true);
        checkKeys(source);
    }

    /** A value that a CDC source sends for NULL is refused if a key may hide a NULL. */
    @Test
    void aHiddenNullIsRefused() {
        TableSchema schema =
                TableSchema.builder()
                        .column(doubtful("code", BasicType.STRING_TYPE))
                        .column(doubtful("n", BasicType.INT_TYPE))
                        .constraintKey(
                                TestTables.orders(null, "code")
                                        .getTableSchema()
                                        .getConstraintKeys())
                        .build();
        CatalogTable source =
                CatalogTable.of(
                        TableIdentifier.of("MySQL", "shop", null, "orders"),
                        schema,
                        Map.of("url", "jdbc:mysql://x"),
                        List.of(),
                        "");
        options.put("primary_keys", List.of("code"));
        DsqlTable batch = table(source);
        Object[] row = {"", 0};
        assertThat(batch.written(row)).isSameAs(row);
        DsqlSinkConfig config = config(source);
        config.setStreaming(true);
        assertThat(config.table().written(new Object[] {"a", 0})).containsExactly("a", 0);
        assertThatThrownBy(() -> config.table().written(row))
                .hasMessageContaining("column 'code' is nullable")
                .hasMessageContaining("CDC source");
    }

    private static PhysicalColumn doubtful(String name, BasicType<?> type) {
        return PhysicalColumn.of(
                name, type, 0, true, null, "", "varchar(20)", false, false, 0L, Map.of(), 0L);
    }

    /**
     * Blanks at the end of PostgreSQL's char(n) do not matter; zeros at the end of binary(n) are
     * bytes.
     */
    @Test
    void valuesAreThoseOfTheSourcesTable() {
        options.put("primary_keys", List.of("c"));
        for (String type : List.of("char(5)", "bpchar(5)")) {
            assertThat(table(source("Postgres", type)).written(new Object[] {"a b  "}))
                    .containsExactly("a b");
        }
        assertThat(table(source("MySQL", "char(5)")).written(new Object[] {"a  "}))
                .containsExactly("a  ");
        Object[] cut = {new byte[] {1, 2}};
        assertThat(table(source("MySQL", "binary(4)")).written(cut))
                .containsExactly(new byte[] {1, 2, 0, 0});
        Object[] texts = {new String[] {"a ", null}};
        assertThat((Object[]) table(source("Postgres", "_bpchar")).written(texts)[0])
                .containsExactly("a", null);
    }

    private static CatalogTable source(String catalog, String type) {
        PhysicalColumn column =
                PhysicalColumn.of(
                        "c",
                        BasicType.STRING_TYPE,
                        0,
                        false,
                        null,
                        "",
                        type,
                        false,
                        false,
                        0L,
                        Map.of(),
                        0L);
        return CatalogTable.of(
                TableIdentifier.of(catalog, "shop", null, "orders"),
                TableSchema.builder().column(column).build(),
                Map.of(),
                List.of(),
                "");
    }

    @Test
    void insertOnlyNeedsNoKey() {
        options.put("support_upsert_by_insert_only", true);
        checkKeys(TestTables.orders("id", "code"));
    }

    private void checkKeys(CatalogTable source, String... keys) {
        assertThat(table(source).keys()).containsExactly(keys);
    }
}
