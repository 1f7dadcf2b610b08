package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Keys of all kinds from real sources: no row is merged with another unless the job sets it. */
class KeysIT {
    private static final MySqlSource MYSQL = new MySqlSource("keys_of_mysql");
    private static final MySqlSource OTHER = new MySqlSource("keys_of_another");

    private static Connection source;
    private static Connection target;

    @BeforeAll
    static void createTables() throws Exception {
        MYSQL.create();
        source = MYSQL.connect();
        target = Servers.dsql().connectBehind();
        OTHER.create();
        Sql.run(
                source,
                "CREATE TABLE nullable (code varchar(9) NULL, n int, UNIQUE KEY u (code))",
                "INSERT INTO nullable VALUES (NULL, 1), (NULL, 2), ('', 3), ('a', 4)",
                "CREATE TABLE parts (a int NOT NULL, b int NULL, n int, UNIQUE KEY u (a, b))",
                "INSERT INTO parts VALUES (1, NULL, 1), (1, NULL, 2), (1, 0, 3)",
                "CREATE TABLE several (x int NULL, y int NOT NULL, UNIQUE KEY a (x), UNIQUE KEY b (y))",
                "INSERT INTO several VALUES (NULL, 1), (NULL, 2), (0, 3)",
                "CREATE TABLE bytes (id binary(16) PRIMARY KEY, n int)",
                "INSERT INTO bytes VALUES (UNHEX('00112233445566778899AABBCCDDEE00'), 1)",
                "CREATE TABLE short_bytes (id binary(8) PRIMARY KEY, n int)",
                "CREATE TABLE ids (id bigint PRIMARY KEY, n int, twice int AS (n * 2) STORED)",
                "INSERT INTO ids VALUES (7, 1, DEFAULT), (9, 2, DEFAULT)",
                "CREATE TABLE both_have (id int PRIMARY KEY, n int)",
                "INSERT INTO both_have VALUES (1, 1)",
                "CREATE TABLE " + OTHER.database() + ".both_have (id int PRIMARY KEY, n int)",
                "INSERT INTO " + OTHER.database() + ".both_have VALUES (2, 2)");
    }

    @AfterAll
    static void close() throws SQLException {
        source.close();
        target.close();
    }

    @Test
    void aBatchAppendsRowsWhoseKeyIsNullable() throws Exception {
        String log = finished("nullable-batch", batch("nullable", sink()));
        assertThat(log).contains(" WARN ").contains("its unique key [code] is nullable");
        assertThat(rows("SELECT n, code FROM keys.nullable ORDER BY n"))
                .containsExactly("1|null", "2|null", "3|", "4|a");
        finished("parts-batch", batch("parts", sink()));
        assertThat(rows("SELECT n, b FROM keys.parts ORDER BY n"))
                .containsExactly("1|null", "2|null", "3|0");
    }

    /** With CDC a NULL arrives as '' or 0, and the row does not show which it was. */
    @Test
    void aStreamWithANullableKeyIsRefused() throws Exception {
        for (String table : List.of("nullable", "parts")) {
            assertThat(failed("refused-" + table, cdc(sink(), table)))
                    .contains("DSQL-01")
                    .contains(MYSQL.path(table) + " has no primary key")
                    .contains("NOT NULL");
            assertThat(failed("named-" + table, cdc(sink().with("primary_keys", "[n]"), table)))
                    .contains("may be a NULL that the CDC source replaced");
        }
    }

    @Test
    void theKeyThatIsNotNullableIsUsed() throws Exception {
        finished("several-batch", batch("several", sink()));
        assertThat(
                        rows(
                                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid ="
                                        + " 'keys.several'::regclass AND contype = 'p'"))
                .containsExactly("PRIMARY KEY (y)");
        try (Job job = Servers.run("several-cdc", cdc(sink(), "several"))) {
            Sql.run(source, "INSERT INTO several VALUES (NULL, 4)");
            await(
                    job,
                    "SELECT y, x FROM keys.several ORDER BY y",
                    "1|null",
                    "2|null",
                    "3|0",
                    "4|null");
        }
    }

    /** The binlog drops zeros at the end. */
    @Test
    void sixteenBytesAreAUuid() throws Exception {
        try (Job job = Servers.run("bytes", cdc(sink(), "bytes"))) {
            String all = "SELECT id, n FROM keys.bytes ORDER BY n";
            await(job, all, "00112233-4455-6677-8899-aabbccddee00|1");
            Sql.run(
                    source,
                    "INSERT INTO bytes VALUES (UNHEX('FF000000000000000000000000000000'), 2)");
            await(
                    job,
                    all,
                    "00112233-4455-6677-8899-aabbccddee00|1",
                    "ff000000-0000-0000-0000-000000000000|2");
            Sql.run(source, "DELETE FROM bytes WHERE n = 2", "UPDATE bytes SET n = 3");
            await(job, all, "00112233-4455-6677-8899-aabbccddee00|3");
        }
        assertThat(failed("short-bytes", batch("short_bytes", sink())))
                .contains("DSQL-05")
                .contains("key column 'id' would be of type bytea")
                .contains("id_hex varchar(...) AS (HEX(id)) STORED NOT NULL");
    }

    /** The target itself generates both columns. */
    @Test
    void generatedColumnsOfTheTargetAreOverriddenOrSkipped() throws Exception {
        Sql.run(target, "CREATE SCHEMA IF NOT EXISTS keys");
        Servers.dsql()
                .create(
                        "CREATE TABLE keys.ids (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1)"
                                + " PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED)");
        assertThat(finished("ids", batch("ids", sink())))
                .contains("the database computes twice itself");
        Sql.run(source, "UPDATE ids SET n = 5 WHERE id = 9");
        finished("ids-again", batch("ids", sink()));
        assertThat(rows("SELECT * FROM keys.ids ORDER BY id")).containsExactly("7|1|2", "9|5|10");
    }

    @Test
    void tablesThatShareATargetAreMergedOnRequestOnly() throws Exception {
        String both = "both_have\", \"" + OTHER.database() + ".both_have";
        assertThat(failed("shared", cdc(sink(), both)))
                .contains("DSQL-01")
                .contains(MYSQL.path("both_have"), OTHER.path("both_have"))
                .contains("${database_name}_${table_name}")
                .contains("merge_tables = true");
        try (Job job = Servers.run("merged", cdc(sink().with("merge_tables", "true"), both))) {
            await(job, "SELECT id, n FROM keys.both_have ORDER BY id", "1|1", "2|2");
            assertThat(job.log()).contains("are both written to keys.both_have");
        }
    }

    /** After a transform SeaTunnel's key depends on the release and on the transform. */
    @Test
    void aTransformThatRemovesTheKeyIsReported() throws Exception {
        for (String transform :
                List.of(
                        "Sql { source_table_name = s, result_table_name = r, query ="
                                + " \"SELECT n FROM ids\" }",
                        "FieldMapper { source_table_name = s, result_table_name = r, field_mapper ="
                                + " { n = n, twice = twice } }")) {
            String name = transform.substring(0, 3) + "-key";
            String config =
                    batch("ids", sink().with("source_table_name", "r").with("table", name))
                            .replace(
                                    "Jdbc {\n    url = \"jdbc:mysql",
                                    "Jdbc {\n    result_table_name = s\n    url = \"jdbc:mysql")
                            .replace("sink {", "transform {\n  " + transform + "\n}\nsink {");
            try (Job job = Servers.run(name, config)) {
                int code = job.await(Servers.JOB);
                assertThat(job.log())
                        .contains(
                                code == 0
                                        ? "has no key in the rows, so they are appended"
                                        : "lack columns of its key [id]");
            }
        }
    }

    private static SinkBlock sink() {
        return SinkBlock.dsql().without("primary_keys").with("schema", "\"keys\"");
    }

    private static String batch(String table, SinkBlock sink) {
        return sink.batchFrom(MYSQL.jdbc(table));
    }

    private static String cdc(SinkBlock sink, String table) {
        return sink.batchFrom(MYSQL.cdc(List.of(table)))
                .replace(
                        "job.mode = \"BATCH\"",
                        "job.mode = \"STREAMING\"\n  checkpoint.interval = 2000\n  job.retry.times = 0");
    }

    private static String finished(String name, String config) {
        try (Job job = Servers.run("keys-" + name, config)) {
            assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
            return job.log();
        }
    }

    private static String failed(String name, String config) {
        try (Job job = Servers.run("keys-" + name, config)) {
            assertThat(job.await(Servers.JOB)).as(job::tail).isNotZero();
            return job.log();
        }
    }

    private static void await(Job job, String sql, String... expected) {
        List<String> found = new ArrayList<>();
        Poll.until(
                () -> String.join(", ", expected) + " to exist, not " + found,
                Servers.JOB,
                Duration.ofMillis(200),
                () -> {
                    job.requireAlive();
                    found.clear();
                    String table = sql.replaceFirst(".* FROM (\\S+).*", "$1");
                    if (Sql.value(target, "SELECT to_regclass('" + table + "')") != null) {
                        found.addAll(rows(sql));
                    }
                    return found.equals(List.of(expected));
                });
    }

    private static List<String> rows(String sql) throws SQLException {
        try (Statement statement = target.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(rows.getString(i));
                }
                found.add(String.join("|", row.stream().map(String::valueOf).toList()));
            }
            return found;
        }
    }
}
