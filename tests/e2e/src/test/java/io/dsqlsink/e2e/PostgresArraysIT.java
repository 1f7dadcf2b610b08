package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Arrays of PostgreSQL, which SeaTunnel's Jdbc source reads from 2.3.8 on. */
@Tag("newer")
class PostgresArraysIT {
    private static final String DATABASE = "arrays_of_postgres";

    @Test
    void arraysAreJson() throws Exception {
        PostgresSource source =
                PostgresSource.of(
                        DATABASE,
                        "CREATE TABLE kinds (id int PRIMARY KEY, i int[], l bigint[], t text[], f"
                                + " float8[], b boolean[], c char(3)[])",
                        "INSERT INTO kinds VALUES (1, '{1,NULL,-3}', '{9007199254740993}',"
                                + " '{a,\"b,\\\"c\",NULL,你}', '{1.5,NaN,-Infinity}', '{t,f}',"
                                + " '{a}'), (2, '{}', NULL, NULL, NULL, NULL, NULL)");
        String read = source.jdbc("kinds");
        try (Connection target = Servers.dsql().connectBehind()) {
            Servers.dsql()
                    .create(
                            "CREATE SCHEMA arrays",
                            "CREATE TABLE arrays.others (id int PRIMARY KEY, i json, l text, t"
                                    + " json, f text, b varchar(20), c jsonb)");
            for (String table : List.of("arrays.created", "arrays.others")) {
                SinkBlock sink = SinkBlock.dsql().without("primary_keys");
                String config = sink.with("table", "\"" + table + "\"").batchFrom(read);
                try (Job job = Servers.run(table.replace('.', '-'), config)) {
                    assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
                }
                check(target, table, "i", "[1, null, -3]");
                check(target, table, "l", "[9007199254740993]");
                check(target, table, "t", "[\"a\", \"b,\\\"c\", null, \"你\"]");
                check(target, table, "f", "[1.5, \"NaN\", \"-Infinity\"]");
                check(target, table, "b", "[true, false]");
                check(target, table, "c", "[\"a\"]");
                assertThat(Sql.value(target, "SELECT i::text FROM " + table + " WHERE id = 2"))
                        .isEqualTo("[]");
            }
            assertThat(
                            Sql.value(
                                    target,
                                    "SELECT format_type(atttypid, -1) FROM pg_attribute WHERE"
                                            + " attrelid = 'arrays.created'::regclass AND attname ="
                                            + " 'i'"))
                    .isEqualTo("jsonb");
        }
    }

    private static void check(Connection target, String table, String column, String json)
            throws Exception {
        assertThat(
                        Sql.value(
                                target,
                                "SELECT "
                                        + column
                                        + "::text::jsonb FROM "
                                        + table
                                        + " WHERE id = 1"))
                .as(table + "." + column)
                .isEqualTo(json);
    }
}
