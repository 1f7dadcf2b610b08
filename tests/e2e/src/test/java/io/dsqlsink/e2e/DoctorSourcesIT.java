package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Doctor reports the source's own faults, from real catalogs and rows. */
class DoctorSourcesIT {
    private static final boolean OLDEST = System.getProperty("zeta.version").equals("2.3.4");

    private static final String[] MYSQL_FAULTS = {
        "SET SESSION sql_mode = ''",
        "CREATE TABLE kinds (id int PRIMARY KEY, g varchar(9) CHARACTER SET gbk,"
                + " u varchar(9) CHARACTER SET utf8mb4, ts timestamp NULL, b bit(10), b8 bit(8),"
                + " f float, f72 float(7,2), d datetime, y year, t time(3), flag tinyint(1))",
        "INSERT INTO kinds VALUES (1, 'a', 'a', '2024-06-01', 1, 1, 1, 1, '0000-00-00', 0,"
                + " '25:00:00', 7), (2, 'a', 'a', '2024-06-01', 1, 1, 1, 1, '0001-02-03', 2024,"
                + " '01:00:00', 1)",
        "CREATE TABLE clean (id int PRIMARY KEY, u varchar(9), ts timestamp NULL, d datetime,"
                + " y year, t time, flag tinyint(1), b8 bit(8), n double)",
        "INSERT INTO clean VALUES (1, 'a', '2024-06-01', '2024-06-01', 2024, '01:00', 1, 1, 1.5)",
        "CREATE TABLE child (id int PRIMARY KEY, kind int,"
                + " FOREIGN KEY (kind) REFERENCES kinds (id) ON DELETE CASCADE)",
        "CREATE TABLE parts (id int PRIMARY KEY, k int, f double, day date)",
        "INSERT INTO parts VALUES (1, 1, 0.5, '2024-01-01'), (2, NULL, 9.5, '2024-01-02')",
        "CREATE TABLE lone (k int NULL UNIQUE, n int)",
        "INSERT INTO lone VALUES (1, 1), (NULL, 2)"
    };

    @Test
    void faultsOfMySqlCdcAreReportedWithTableAndColumn() throws Exception {
        MySqlSource mysql = MySqlSource.of("doctor_cdc");
        try (Connection source = mysql.connect()) {
            Sql.run(source, MYSQL_FAULTS);
            String config =
                    mysql.mainJob(List.of("kinds", "clean", "child"))
                            .replace(
                                    "    table-names = ",
                                    "    server-time-zone = \"Asia/Shanghai\"\n    table-names = ");
            String said = DoctorIT.doctor("source-cdc", config, 0);
            assertThat(said)
                    .containsPattern("warn .*changes of columns while the job runs")
                    .containsPattern("note .*TRUNCATE")
                    .containsPattern("warn .*doctor_cdc.kinds: ts \\(timestamp\\).*Asia/Shanghai")
                    .containsPattern("warn .*doctor_cdc.kinds: b \\(bit\\(10\\)\\): .*reverse")
                    .containsPattern("warn .*doctor_cdc.kinds: f \\(float\\): .*6 digits")
                    .containsPattern("warn .*doctor_cdc.kinds: y \\(year.*\\): .*0000")
                    .containsPattern("warn .*doctor_cdc.kinds: d \\(datetime\\): .*1970-01-01")
                    .containsPattern("warn .*doctor_cdc.kinds: d \\(datetime\\): .*2001")
                    .containsPattern("warn .*doctor_cdc.kinds: t \\(time\\(3\\)\\): .*fails")
                    .containsPattern(
                            "warn .*doctor_cdc.child: foreign key .* to kinds has ON DELETE CASCADE")
                    .doesNotContainPattern("(?m)^warn .*doctor_cdc.clean: (?!ts)")
                    .doesNotContainPattern("(?m)^warn .*(b8|f72)")
                    .containsPattern(
                            OLDEST
                                    ? "warn .*doctor_cdc.kinds: g \\(varchar\\(9\\)\\): .*garbled"
                                    : "warn .*doctor_cdc.kinds: flag .*arrive as true");
            String told =
                    config.replace("Asia/Shanghai", "UTC")
                            .replace(
                                    "    table-names = ",
                                    "    debezium { include.schema.changes = true }\n"
                                            + "    table-names = ");
            assertThat(DoctorIT.doctor("source-cdc-told", told, 0))
                    .doesNotContain("changes of columns", "ts (timestamp)");
        }
    }

    @Test
    void rowsThatASplitLeavesOutAreProblems() throws Exception {
        MySqlSource mysql = MySqlSource.of("doctor_jdbc");
        try (Connection source = mysql.connect()) {
            Sql.run(source, MYSQL_FAULTS);
            assertThat(
                            jdbc(
                                    "null",
                                    1,
                                    "query = \"SELECT * FROM parts\"\n partition_column = \"k\"\n"
                                            + " partition_num = 2"))
                    .containsPattern("PROBLEM .*query \"SELECT.*: k \\(int.*NULL in partition_col");
            assertThat(
                            jdbc(
                                    "fractions",
                                    1,
                                    "query = \"SELECT * FROM parts\"\n partition_column = \"f\"\n"
                                            + " partition_num = 2"))
                    .containsPattern("PROBLEM .*: f \\(double\\): .*between the end of one range");
            assertThat(
                            jdbc(
                                    "bounds",
                                    1,
                                    "query = \"SELECT * FROM parts\"\n partition_column = \"id\"\n"
                                            + " partition_lower_bound = 2\n"
                                            + " partition_upper_bound = 9\n partition_num = 2"))
                    .containsPattern("PROBLEM .*: id \\(int.*outside partition_lower_bound = 2");
            assertThat(jdbc("unique", 1, "table_path = \"doctor_jdbc.lone\""))
                    .containsPattern("PROBLEM .*doctor_jdbc.lone: k \\(int.*split.size");
            assertThat(jdbc("kinds", 0, "table_path = \"doctor_jdbc.kinds\""))
                    .containsPattern(
                            "warn .*doctor_jdbc.kinds: t \\(time\\(3\\)\\): parts of a sec")
                    .containsPattern("warn .*doctor_jdbc.kinds: d \\(datetime\\): .*job fails");
            assertThat(jdbc("clean", 0, "table_path = \"doctor_jdbc.clean\""))
                    .doesNotContainPattern("(?m)^(warn|PROBLEM)");
        }
    }

    @Test
    void faultsOfPostgresByJdbcAreReported() throws Exception {
        PostgresSource postgres =
                PostgresSource.of(
                        "doctor_pg",
                        "CREATE TABLE kinds (id int PRIMARY KEY, t time, d date, n numeric)",
                        "INSERT INTO kinds VALUES (1, '24:00', 'infinity', 'NaN'),"
                                + " (2, '00:00', '0044-03-15 BC', 1), (3, '00:00', '1582-10-10', 1)");
        String config = source(postgres.jdbcOf("query = \"SELECT * FROM kinds\""));
        assertThat(DoctorIT.doctor("source-pg", config, 0))
                .containsPattern("warn .*: t \\(time\\): has 24:00:00")
                .containsPattern("warn .*: d \\(date\\): has infinity")
                .containsPattern("warn .*: d \\(date\\): has years before Christ")
                .containsPattern("warn .*: d \\(date\\): has dates within 1582-10-05")
                .containsPattern("warn .*: n \\(numeric.*\\): has NaN");
    }

    private static String jdbc(String name, int exitCode, String reads) {
        String config = source(new MySqlSource("doctor_jdbc").jdbcOf(reads));
        return DoctorIT.doctor("source-" + name, config, exitCode);
    }

    /** The main job with another source; it creates its target, so no table is needed. */
    private static String source(String block) {
        String config = JobConfig.mysqlToDsql("nowhere", "nothing", List.of("none"));
        return "env { job.mode = \"BATCH\" }\nsource {\n"
                + block
                + "}\n"
                + config.substring(config.indexOf("sink {"))
                        .replace("dialect = ", "table = \"doctor_sources\"\n    dialect = ")
                        .replace("primary_keys = [\"id\"]", "primary_keys = []");
    }
}
