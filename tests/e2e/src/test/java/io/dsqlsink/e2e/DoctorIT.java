package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the jar's doctor says of a job before it is started, with both of its sides there. */
class DoctorIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path FOLDER = Places.ROOT.resolve("target/e2e/doctor");
    private static final Table TABLE = Shop.ORDERS;

    @Test
    void aJobIsCheckedWithoutBeingRun() throws Exception {
        try (Connection source = Servers.database("doctor");
                Connection target = Servers.dsql().connectBehind()) {
            Sql.run(source, TABLE.mysqlDdl());
            TABLE.insert(source, 1, 10);
            String config =
                    JobConfig.mysqlToDsql(Servers.mysql().host(), "doctor", List.of(TABLE.name()))
                            .replace(
                                    "dialect = ",
                                    "table = \"checked.${table_name}\"\n    dialect = ");

            assertThat(doctor("missing", config, 0))
                    .contains(
                            "doctor.orders -> checked.orders: the table does not exist; the job"
                                    + " creates it");

            Servers.dsql()
                    .create("CREATE SCHEMA checked", "SET search_path = checked", TABLE.dsqlDdl());
            assertThat(doctor("good", config, 0))
                    .contains("connected and authenticated as admin")
                    .contains("doctor.orders -> checked.orders: ")
                    .containsPattern("(?m)^ +id: BIGINT -> bigint, key$")
                    .doesNotContain("PROBLEM")
                    .doesNotContainPattern("(?m)^(SLF4J|WARNING)");
            assertThat(Sql.number(target, "SELECT count(*) FROM checked.orders")).isZero();

            String query =
                    config.replace(
                            "generate_sink_sql = true",
                            "query = \"INSERT INTO checked.orders (id) VALUES (:id)\"");
            assertThat(doctor("query", query, 0)).contains("each row by option 'query'");
            assertThat(doctor("query-nowhere", query.replace("orders (id)", "nowhere (id)"), 1))
                    .containsPattern("PROBLEM .*option 'query'.*nowhere");

            assertThat(doctor("dialect", config.replace("\"dsql\"", "\"dsq\""), 1))
                    .containsPattern("PROBLEM .*no sink Dsql.*: Jdbc with dialect = \"dsq\"");

            Sql.run(target, "ALTER TABLE checked.orders DROP CONSTRAINT orders_pkey");
            assertThat(doctor("keyless", config, 1))
                    .containsPattern("PROBLEM .*checked.orders: the table has no primary key.*id");

            Sql.run(target, "ALTER TABLE checked.orders DROP COLUMN remark");
            assertThat(doctor("column", config, 1))
                    .containsPattern("PROBLEM .*orders.*remark")
                    .containsPattern("(?m)^ +remark: STRING -> not there$");

            assertThat(
                            doctor(
                                    "secret",
                                    config.replace(
                                            DsqlLocal.SECRET_ACCESS_KEY,
                                            Secrets.WRONG_SECRET_ACCESS_KEY),
                                    1))
                    .containsPattern("PROBLEM .*DSQL-02.*secret_access_key");
            assertThat(doctor("option", config.replace("batch_size = 1000", "batch_size = 0"), 1))
                    .containsPattern("PROBLEM .*DSQL-01.*batch_size");
            assertThat(doctor("url", config.replace("base-url", "url"), Servers.takesUrl() ? 0 : 1))
                    .containsPattern(
                            Servers.takesUrl()
                                    ? "connected and authenticated"
                                    : "PROBLEM .*MySQL-CDC.*does not know its option url: write"
                                            + " base-url");
            assertThat(
                            doctor(
                                    "source",
                                    config.replace(MySqlServer.PASSWORD, "not-the-password"),
                                    1))
                    .contains("PROBLEM  source MySQL-CDC does not tell its tables");
        }
    }

    @Test
    void whatARoleMayNotIsTold() throws Exception {
        try (Connection source = Servers.database("doctor_role")) {
            Sql.run(source, TABLE.mysqlDdl());
            Servers.dsql()
                    .create(
                            "CREATE ROLE reader WITH LOGIN",
                            "AWS IAM GRANT reader TO 'arn:aws:iam::123456789012:user/local'",
                            "CREATE SCHEMA of_role",
                            "GRANT USAGE ON SCHEMA of_role TO reader",
                            "SET search_path = of_role",
                            TABLE.dsqlDdl(),
                            "GRANT SELECT, INSERT ON orders TO reader");
            String config =
                    JobConfig.mysqlToDsql(
                                    Servers.mysql().host(), "doctor_role", List.of(TABLE.name()))
                            .replace("dialect = ", "table = \"of_role.orders\"\n    dialect = ")
                            .replace("username = \"admin\"", "username = \"reader\"");
            assertThat(doctor("role", config, 1))
                    .contains("connected and authenticated as reader")
                    .contains(
                            "orders -> of_role.orders: grant the role UPDATE, DELETE on the table");
        }
    }

    /** Runs the jar as a person would; no secret may be in what it says. */
    private static String doctor(String name, String config, int exitCode) {
        Path file = JobConfig.write(FOLDER.resolve(name + ".conf"), config);
        Path jar =
                Places.require(
                        Places.ROOT.resolve(
                                "seatunnel-connector-dsql/target/seatunnel-connector-dsql-0.1.0.jar"),
                        "run scripts/build.sh");
        Map<String, String> environment = Servers.dsql().environment();
        try (Child doctor =
                Child.start(
                        "doctor",
                        FOLDER.resolve(name + ".log"),
                        environment,
                        List.of(
                                Servers.java(),
                                "-jar",
                                jar.toString(),
                                "doctor",
                                "--home",
                                System.getProperty("seatunnel.home"),
                                "--config",
                                file.toString()))) {
            Poll.until(
                    () -> "doctor to end; it said:\n" + doctor.tail(),
                    PATIENCE,
                    Duration.ofMillis(50),
                    () -> !doctor.isAlive());
            assertThat(doctor.exitCode()).as(doctor::log).isEqualTo(exitCode);
            Secrets.assertAbsent(doctor.log());
            return doctor.log();
        }
    }
}
