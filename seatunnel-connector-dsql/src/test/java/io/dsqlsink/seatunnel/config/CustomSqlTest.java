package io.dsqlsink.seatunnel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.PhysicalColumn;
import org.apache.seatunnel.api.table.catalog.PrimaryKey;
import org.apache.seatunnel.api.table.catalog.TableIdentifier;
import org.apache.seatunnel.api.table.catalog.TableSchema;
import org.apache.seatunnel.api.table.type.BasicType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CustomSqlTest {
    private static CatalogTable table(String name) {
        TableSchema.Builder schema = TableSchema.builder();
        for (String column : Arrays.asList("id", "Total sum")) {
            schema.column(PhysicalColumn.of(column, BasicType.LONG_TYPE, 20, true, null, null));
        }
        schema.primaryKey(PrimaryKey.of("pk", Arrays.asList("id", "Total sum")));
        return CatalogTable.of(
                TableIdentifier.of("mysql", "shop", null, name),
                schema.build(),
                Collections.emptyMap(),
                Collections.emptyList(),
                null);
    }

    private static String sql(String name, String customSql) {
        Map<String, Object> options = new HashMap<>();
        options.put(
                "url",
                "jdbc:postgresql://abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws/postgres");
        options.put("username", "admin");
        options.put("table", "public.t");
        options.put("data_save_mode", "CUSTOM_PROCESSING");
        options.put("custom_sql", customSql);
        return DsqlSinkConfig.of(ReadonlyConfig.fromMap(options), table(name))
                .saveModes()
                .customSql();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM ${table_name}",
                "DELETE FROM tmp_${table_name} WHERE a = '${table_name}'",
                "DELETE FROM \"${schema_name:public}\".\"${table_name}\"",
                "INSERT INTO TMP_${table_name} SELECT * FROM ${schema_name:public}.t$1",
                "CALL p(${unknown}, 1.5e3, a[1:2], $1)"
            })
    void aNameThatNeedsNoQuotesStaysAsItWas(String sql) {
        String before = sql.replace("${table_name}", "orders");
        assertThat(sql("orders", sql)).isEqualTo(before.replace("${schema_name:public}", "public"));
    }

    @Test
    void aNameIsQuotedForItsPlace() {
        String name = "O'Neil \"x\"\\";
        assertThat(sql(name, "DELETE FROM public.${table_name} WHERE a = '${table_name}'"))
                .isEqualTo("DELETE FROM public.\"O'Neil \"\"x\"\"\\\" WHERE a = 'O''Neil \"x\"\\'");
        assertThat(
                        sql(
                                name,
                                "SELECT E'\\'${table_name}', \"a ${table_name}\", $t$${table_name}$t$"))
                .isEqualTo(
                        "SELECT E'\\'O''Neil \"x\"\\\\', \"a O'Neil \"\"x\"\"\\\", $t$O'Neil \"x\"\\$t$");
        assertThat(sql("order", "DELETE FROM ${table_name}")).isEqualTo("DELETE FROM \"order\"");
        assertThat(sql("Orders", "DELETE FROM Tmp_${table_name}_2"))
                .isEqualTo("DELETE FROM \"tmp_Orders_2\"");
        assertThat(sql("orders", "SELECT ${field_names} FROM ${table_full_name} -- ${table_name}'"))
                .isEqualTo("SELECT id,\"Total sum\" FROM shop.orders -- ${table_name}'");
        assertThat(sql("orders", "SELECT '${primary_key}'")).isEqualTo("SELECT 'id,Total sum'");
    }

    /** Names that would end the statement or start another one if they were inserted unquoted. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a; DROP TABLE b",
                "a\"; DROP TABLE b; --",
                "a'; DROP TABLE b; --",
                "a WHERE 1 = 1 --",
                "a /*",
                "a\\'; DROP TABLE b; --",
                "a\n; DROP TABLE b"
            })
    void noNameEndsItsQuotes(String name) {
        String quoted = '"' + name.replace("\"", "\"\"") + '"';
        String text = name.replace("'", "''");
        assertThat(sql(name, "DELETE FROM ${table_name} WHERE a = '${table_name}'"))
                .isEqualTo("DELETE FROM " + quoted + " WHERE a = '" + text + "'");
        assertThat(sql(name, "SELECT e'${table_name}'"))
                .isEqualTo("SELECT e'" + text.replace("\\", "\\\\") + "'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM t;",
                "DELETE FROM t ; ; -- done; really\n ; /* ; /* ; */ */ ",
                "-- first; not this\nDELETE FROM t WHERE a = ';' AND b = e'\\';' AND c = $$;$$;",
                "DELETE FROM \"a;b\" WHERE a = 'it''s;' AND d = $x$ $$ ; $x$"
            })
    void oneStatementMayHaveSemicolonsInTextsAndAtItsEnd(String sql) {
        assertThat(sql("orders", sql)).doesNotContain("problem").contains("DELETE FROM");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DELETE FROM a; DELETE FROM b | has more than one statement",
                "DELETE FROM a;; $$x$$ | has more than one statement",
                "SELECT e'\\'; DELETE FROM b | has a quote or a comment that is not closed",
                "SELECT '\\'; DELETE FROM b | has more than one statement",
                "SELECT 1 /* /* */ | has a quote or a comment that is not closed",
                "SELECT \"a | has a quote or a comment that is not closed",
                "SELECT $a$ b $$ | has a quote or a comment that is not closed",
                "; -- none | has no statement",
                "SELECT $$${table_name}$$ | has a name with a dollar sign inside dollar quotes"
            })
    void anythingElseIsRefusedByTheOptionsName(String sql, String says) {
        assertThatThrownBy(() -> sql("a$b", sql))
                .isInstanceOf(DsqlConnectorException.class)
                .hasMessageContaining("option 'custom_sql' " + says);
    }
}
