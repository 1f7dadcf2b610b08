package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Values of PostgreSQL's own types, by SeaTunnel's Jdbc source into tables that the job creates.
 */
class PostgresValuesIT {
    private static final String DATABASE = "of_postgres";

    @Test
    void valuesArriveUnchanged() throws Exception {
        PostgresSource source =
                PostgresSource.of(
                        DATABASE,
                        "CREATE TABLE kinds (id int PRIMARY KEY, c char(5), free numeric, bound"
                                + " numeric(10,2), d date, t timestamp, z timestamptz, f float8,"
                                + " b bytea, u uuid, j jsonb)",
                        "INSERT INTO kinds VALUES"
                                + " (1, 'ab', 1234567890123456789012345.123456789012345678901, 1.5,"
                                + " 'infinity', 'infinity', 'infinity', 'NaN', '\\x00ff',"
                                + " 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{\"a\": 1}'),"
                                + " (2, '', -1e-30, -0.01, '-infinity', '-infinity', '-infinity',"
                                + " '-Infinity', '', NULL, 'null'),"
                                + " (3, NULL, 10::numeric ^ 100, NULL, '2020-02-29',"
                                + " '2020-02-29 12:00:00.123456', '2020-06-01 12:00+05', '-0', NULL,"
                                + " NULL, NULL)");
        String read = source.jdbc("kinds");
        try (Connection target = Servers.dsql().connectBehind()) {
            SinkBlock sink = SinkBlock.dsql().without("primary_keys");
            run("created", sink.with("table", "\"pg.kinds\"").batchFrom(read));
            assertThat(
                            Sql.value(
                                    target,
                                    "SELECT string_agg(format_type(atttypid, atttypmod), ', ' ORDER"
                                            + " BY attnum) FROM pg_attribute WHERE attrelid ="
                                            + " 'pg.kinds'::regclass AND attnum > 0"))
                    .startsWith("integer, character(5), numeric(1000,100), numeric(10,2), date");
            check(target, "pg.kinds");

            // An existing table has columns of other types for them.
            Servers.dsql()
                    .create(
                            "CREATE TABLE pg.wider (id int PRIMARY KEY, c varchar(5), free"
                                    + " numeric(200,50), bound numeric(12,4), d timestamp, t timestamptz,"
                                    + " z timestamp, f float8, b bytea, u text, j text)");
            run("existing", sink.with("table", "\"pg.wider\"").batchFrom(read));
            check(target, "pg.wider");
            assertThat(Sql.value(target, "SELECT length(c) FROM pg.wider WHERE id = 1"))
                    .as("length without padding")
                    .isEqualTo("2");
        }
    }

    private static void run(String name, String config) {
        try (Job job = Servers.run("postgres-" + name, config)) {
            assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
            Servers.assertNativeSink(job, 1);
        }
    }

    private static void check(Connection target, String table) throws Exception {
        for (String condition :
                List.of(
                        "id = 1 AND c = 'ab' AND bound = 1.5 AND f = 'NaN' AND b = '\\x00ff'",
                        "id = 1 AND free = 1234567890123456789012345.123456789012345678901",
                        "id = 1 AND d = 'infinity' AND t = 'infinity' AND z = 'infinity'",
                        "id = 1 AND u::text = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
                        "id = 1 AND j::text::jsonb = '{\"a\": 1}'",
                        "id = 2 AND c = '' AND free = -1e-30 AND bound = -0.01 AND b = ''",
                        "id = 2 AND d = '-infinity' AND t = '-infinity' AND z = '-infinity'",
                        "id = 2 AND f = '-Infinity' AND u IS NULL AND j::text = 'null'",
                        "id = 3 AND c IS NULL AND free = 10::numeric ^ 100 AND d = '2020-02-29'",
                        "id = 3 AND t::text LIKE '2020-02-29 12:00:00.123456%'",
                        "id = 3 AND z::text LIKE '2020-06-01 07:00:00%' AND f::text = '-0'")) {
            assertThat(Sql.number(target, "SELECT count(*) FROM " + table + " WHERE " + condition))
                    .as(condition)
                    .isEqualTo(1);
        }
    }
}
