package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The jar's doctor checks a job before its start, with source and target running. */
class DoctorIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path FOLDER = Places.ROOT.resolve("target/e2e/doctor");
    private static final Table TABLE = Shop.ORDERS;

    @Test
    void aJobIsCheckedWithoutBeingRun() throws Exception {
        MySqlSource mysql = MySqlSource.of("doctor");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            Sql.run(source, TABLE.mysqlDdl());
            TABLE.insert(source, 1, 10);
            String config =
                    mysql.mainJob(List.of(TABLE.name()))
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
                    .containsPattern("(?m)^ +remark: STRING -> missing$");

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
            // Where the source knows url, its tables are read, and the target lacks its key still.
            assertThat(doctor("url", config.replace("base-url", "url"), 1))
                    .containsPattern(
                            Servers.takesUrl()
                                    ? "PROBLEM .*checked.orders: the table has no primary key"
                                    : "PROBLEM .*MySQL-CDC.*does not know its option url: write"
                                            + " base-url");
            assertThat(
                            doctor(
                                    "source",
                                    config.replace(MySqlServer.PASSWORD, "not-the-password"),
                                    1))
                    .contains("PROBLEM  source MySQL-CDC does not return its tables")
                    .contains("the following checks need no source")
                    .contains("connected and authenticated as admin");
        }
    }

    @Test
    void missingPrivilegesAreReported() throws Exception {
        MySqlSource mysql = MySqlSource.of("doctor_role");
        try (Connection source = mysql.connect()) {
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
                    mysql.mainJob(List.of(TABLE.name()))
                            .replace("dialect = ", "table = \"of_role.orders\"\n    dialect = ")
                            .replace("username = \"admin\"", "username = \"reader\"");
            assertThat(doctor("role", config, 1))
                    .contains("connected and authenticated as reader")
                    .contains(
                            "orders -> of_role.orders: grant the role UPDATE, DELETE on the table");
        }
    }

    /**
     * The objects that the job would create, those of the source that are lost, and the cutover.
     */
    @Test
    void theTableToBeCreatedIsShown() throws Exception {
        MySqlSource mysql = MySqlSource.of("doctor_plan");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            Sql.run(
                    source,
                    "CREATE TABLE parent (id int PRIMARY KEY)",
                    "CREATE TABLE parts (id int AUTO_INCREMENT PRIMARY KEY, n int DEFAULT 5,"
                            + " name varchar(40), up int, FULLTEXT KEY words (name),"
                            + " CONSTRAINT up_fk FOREIGN KEY (up) REFERENCES parent (id))",
                    "CREATE VIEW seen AS SELECT id FROM parts",
                    "CREATE TRIGGER bump BEFORE INSERT ON parts FOR EACH ROW SET NEW.n = 1",
                    "INSERT INTO parts (name) VALUES ('a'), ('b'), ('c')");
            String config =
                    mysql.mainJob(List.of("parts"))
                            .replace(
                                    "dialect = ",
                                    "table = \"planned.${table_name}\"\n    dialect = ");
            Path ddl = FOLDER.resolve("plan.sql");
            assertThat(doctor("plan", config, 0, "--ddl", ddl.toString()))
                    .containsPattern("(?m)^ +id: INT, int.* -> integer NOT NULL, key$")
                    .contains("Index words (name) is left out: Aurora DSQL has no FULLTEXT")
                    .contains("the target does not get default of column n (5)")
                    .contains("the target does not get foreign key up_fk (to parent)")
                    .contains("the target does not get triggers (unknown: only an account with")
                    .contains(
                            "the target does not generate values of column id; with identity = true")
                    .contains("view doctor_plan.seen is not migrated");
            assertThat(Files.readString(ddl))
                    .contains("CREATE SCHEMA IF NOT EXISTS \"planned\";")
                    .contains("\"id\" integer NOT NULL");

            String counting = config.replace("dialect = ", "identity = true\n    dialect = ");
            assertThat(doctor("identity", counting, 0))
                    .contains("\"id\" bigint GENERATED BY DEFAULT AS IDENTITY (CACHE 1) NOT NULL")
                    .doesNotContain("does not generate values");

            Servers.dsql()
                    .create(
                            "CREATE SCHEMA planned",
                            "CREATE TABLE planned.parts (id bigint GENERATED BY DEFAULT AS"
                                    + " IDENTITY (CACHE 1) PRIMARY KEY, n smallint, name"
                                    + " varchar(10), up int)",
                            "INSERT INTO planned.parts (id) VALUES (1), (2)");
            assertThat(doctor("narrowed", config, 0))
                    .contains("column n is smallint, which does not hold every value")
                    .contains("column name is character varying(10), which does not hold");

            JarCommand cutover = new JarCommand("cutover", FOLDER, PATIENCE);
            assertThat(cutover.run("cutover", config, 1))
                    .contains("parts: column id continues from 3")
                    .contains("parts: 2 rows, but 3 at the source")
                    .contains("not migrated: foreign key up_fk")
                    .contains("not migrated: view doctor_plan.seen");
            Sql.run(target, "INSERT INTO planned.parts (id) VALUES (40)");
            assertThat(cutover.run("cutover-again", config, 0))
                    .contains("parts: column id continues from 41")
                    .contains("parts: 3 rows, as at the source");
            Sql.run(target, "INSERT INTO planned.parts (name) VALUES ('new')");
            assertThat(Sql.number(target, "SELECT max(id) FROM planned.parts")).isEqualTo(41);
        }
    }

    static String doctor(String name, String config, int exitCode, String... more) {
        return new JarCommand("doctor", FOLDER, PATIENCE).run(name, config, exitCode, more);
    }
}
