package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Differences that are planted in many rows of MySQL, each told once and nothing else. */
class VerifyMySqlIT {
    private static final Path FOLDER = Places.ROOT.resolve("target/e2e/verify-mysql");
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    /** By hand also 1,000,000, and more to see the progress, which has a line each 30 s. */
    private static final long ROWS = Long.getLong("verify.rows", 20_000);

    private static final String COLUMNS =
            "(id bigint PRIMARY KEY, i int, n %s, f %s, s varchar(40), t text, b %s, d date, at %s)";

    private static final int TASKS = 4;

    /** Statements on the target, and what is told of each; null for a row of the one before. */
    private static final String[][] PLANTED = {
        {"DELETE FROM many WHERE id = 1", "missing   id = 1"},
        {"DELETE FROM many WHERE id = " + ROWS, "missing   id = " + ROWS},
        {"INSERT INTO many (id) VALUES (0)", "extra     id = 0"},
        {"INSERT INTO many (id) VALUES (-1)", "extra     id = -1"},
        {"UPDATE many SET i = i # 1 WHERE id = 3", "different id = 3: column i"},
        {"UPDATE many SET n = n + 0.0001 WHERE id = 4", "different id = 4: column n"},
        {"UPDATE many SET f = f + 1e-12 WHERE id = 5", "different id = 5: column f"},
        {"UPDATE many SET f = '-0' WHERE id = 7", "different id = 7: column f"},
        {"UPDATE many SET s = NULL WHERE id = 10", "different id = 10: column s"},
        {"UPDATE many SET t = '' WHERE id = 20", "different id = 20: column t"},
        {"UPDATE many SET s = s || ' ' WHERE id = 11", "different id = 11: column s"},
        {"UPDATE many SET t = rtrim(t) WHERE id = 12", "different id = 12: column t"},
        {"UPDATE many SET s = upper(s) WHERE id = 13", "different id = 13: column s"},
        {"UPDATE many SET t = t || chr(769) WHERE id = 14", "different id = 14: column t"},
        {"UPDATE many SET b = set_bit(b, 0, 1 - get_bit(b, 0)) WHERE id = 15", "id = 15: column b"},
        {"UPDATE many SET d = d + 1 WHERE id = 16", "different id = 16: column d"},
        {"UPDATE many SET at = at + interval '1 us' WHERE id = 17", "different id = 17: column at"},
        {"UPDATE many SET at = NULL WHERE id = 18", "different id = 18: column at"},
        {"UPDATE many SET i = 47 - i WHERE id IN (23, 24)", "different id = 23: column i"},
        {null, "different id = 24: column i"}
    };

    @Test
    void eachPlantedDifferenceIsTold() throws Exception {
        MySqlSource mysql = MySqlSource.of("verify_many");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            Sql.run(
                    source,
                    "CREATE TABLE many "
                            + String.format(
                                    COLUMNS,
                                    "decimal(18,4)",
                                    "double",
                                    "varbinary(16)",
                                    "datetime(6)"),
                    "SET SESSION cte_max_recursion_depth = " + ROWS,
                    // A row with an empty text, one with NULL, one whose float is 0.
                    "INSERT INTO many WITH RECURSIVE k (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k"
                            + " WHERE k < "
                            + ROWS
                            + ") SELECT k, k, k * 1.0001, if(k = 7, 0, k / 7), if(k = 10, '',"
                            + " concat('v', k)), if(k = 20, NULL, concat('t ', k, ' ')),"
                            + " unhex(lpad(hex(k), 8, '0')), date '2000-01-01' + INTERVAL k % 9000"
                            + " DAY, timestamp '2000-01-01 00:00:00.000001' + INTERVAL k SECOND FROM"
                            + " k");
            Servers.dsql()
                    .create(
                            "CREATE TABLE many "
                                    + String.format(
                                            COLUMNS,
                                            "numeric(18,4)",
                                            "float8",
                                            "bytea",
                                            "timestamp"));
            String config = config(mysql, 1);
            try (Job job = Servers.run("verify-many", config)) {
                assertThat(job.await(PATIENCE)).as(job::tail).isZero();
            }
            String equal = "equal: " + ROWS + " rows in the source, " + ROWS + " in the target";
            assertThat(verify("equal", config, 0)).contains(equal);
            assertThat(verify("equal-by-tasks", config(mysql, TASKS), 0)).contains(equal);
            assertThat(Files.readString(FOLDER.resolve("equal-by-tasks/job-1.log")))
                    .contains("1 of 4 tasks have passed all their rows", "3 of 4 tasks have passed")
                    .doesNotContain("4 of 4 tasks have passed");
            for (String[] change : PLANTED) {
                if (change[0] != null) {
                    assertThat(Sql.run(target, change[0])).as(change[0]).isPositive();
                }
            }
            assertTold(verify("planted", config, 1));
            assertTold(verify("planted-by-tasks", config(mysql, TASKS), 1));
        }
    }

    private static void assertTold(String told) {
        for (String[] change : PLANTED) {
            assertThat(told.lines()).as(change[1]).anyMatch(line -> line.endsWith(change[1]));
        }
        assertThat(told.lines().filter(line -> line.startsWith("  "))).hasSize(PLANTED.length);
    }

    /** The source divides the table into parts, which it deals to the tasks. */
    private static String config(MySqlSource mysql, int tasks) {
        String source = "table_path = \"verify_many.many\"\n    split.size = " + ROWS / 20;
        return SinkBlock.dsql().with("table", "\"many\"").batchFrom(mysql.jdbcOf(source), tasks);
    }

    private static String verify(String name, String config, int exitCode) {
        String report = FOLDER.resolve(name).toString();
        return new JarCommand("verify", FOLDER, PATIENCE)
                .run(name, config, exitCode, "--report", report, "--pause", "0");
    }
}
