package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The jar's verify and repair: every row that differs is told, and no other. */
class VerifyIT {
    private static final Path FOLDER = Places.ROOT.resolve("target/e2e/verify");
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** By hand also 1,000,000. */
    private static final long ROWS = Long.getLong("verify.rows", 20_000);

    @Test
    void ofMySql() throws Exception {
        MySqlSource mysql = MySqlSource.of("verify");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            // The Jdbc source itself loses what a time has below a second.
            List<Table> tables =
                    List.of(
                            Shop.CUSTOMERS.named("v_customers"),
                            Shop.ITEMS.named("v_items").without("closes"));
            for (Table table : tables) {
                Sql.run(source, table.mysqlDdl());
                table.insert(source, 1, 500);
                String config =
                        SinkBlock.dsql()
                                .with("table", "\"" + table.name() + "\"")
                                .batchFrom(mysql.jdbc(table));
                Servers.dsql().create(table.dsqlDdl());
                write(table.name(), config);
                assertThat(run("equal-" + table.name(), "verify", config, 0))
                        .contains("equal: 500 rows in the source, 500 in the target");
                Sql.run(target, "DELETE FROM " + table.name() + " WHERE id = 77");
                assertThat(run("missing-" + table.name(), "verify", config, 1))
                        .contains("missing   id = 77");
                assertThat(run("missing-" + table.name(), "repair", config, 0))
                        .contains("equal: 500 rows in the source, 500 in the target");
            }
        }
    }

    @Test
    void ofTheChangeStreamsSource() throws Exception {
        MySqlSource mysql = MySqlSource.of("verify_cdc");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            Table table = Shop.ORDERS.named("v_orders");
            Sql.run(source, table.mysqlDdl());
            table.insert(source, 1, 500);
            String config = mysql.mainJob(List.of(table.name()));
            Servers.dsql().create(table.dsqlDdl());
            assertThat(run("cdc-empty", "verify", config, 1, "--looks", "1"))
                    .contains("DIFFERENT: 500 rows in the source, 0 in the target");
            assertThat(Sql.number(target, "SELECT count(*) FROM v_orders")).isZero();
            assertThat(run("cdc-empty", "repair", config, 0))
                    .contains("equal: 500 rows in the source, 500 in the target");
            assertThat(TableDiff.compare(source, target, table.name(), table.columnNames()).shown())
                    .isEmpty();
        }
    }

    @Test
    void ofPostgres() throws Exception {
        PostgresSource source =
                PostgresSource.of(
                        "of_verify",
                        "CREATE TABLE v_kinds (id bigint PRIMARY KEY, s smallint, i int, r real, f"
                                + " float8, n numeric(20,6), free numeric(60,20), c char(5), v"
                                + " varchar(40), t text, b bytea, d date, at timestamp, z"
                                + " timestamptz, yes boolean, u uuid, j jsonb)",
                        "INSERT INTO v_kinds SELECT k, k % 100, k, k / 8.0, sqrt(k), k / 7.0, k * 1e20"
                                + " / 3, k % 10, 'v' || k, 't ' || k || ' ', decode(lpad(to_hex(k), 8,"
                                + " '0'), 'hex'), date '2000-01-01' + (k % 9000)::int, timestamp"
                                + " '2000-01-01' + k * interval '1.000001 s', timestamptz"
                                + " '2000-01-01 00:00+05' + k * interval '1 s', k % 2 = 0,"
                                + " md5(k::text)::uuid, jsonb_build_object('k', k) FROM"
                                + " generate_series(1, "
                                + ROWS
                                + ") k");
        String config =
                SinkBlock.dsql()
                        .with("table", "\"public.v_kinds\"")
                        .batchFrom(source.jdbc("v_kinds"));
        write("v_kinds", config);
        assertThat(run("postgres-equal", "verify", config, 0))
                .contains("equal: " + ROWS + " rows in the source, " + ROWS + " in the target");
        String[][] planted = {
            {"DELETE FROM v_kinds WHERE id = 1", "missing   id = 1"},
            {"DELETE FROM v_kinds WHERE id = " + ROWS, "missing   id = " + ROWS},
            {"INSERT INTO v_kinds (id) VALUES (-1)", "extra     id = -1"},
            {"UPDATE v_kinds SET s = s + 1 WHERE id = 2", "different id = 2: column s"},
            {"UPDATE v_kinds SET i = i # 1 WHERE id = 3", "different id = 3: column i"},
            {"UPDATE v_kinds SET r = '-0' WHERE id = 4", "different id = 4: column r"},
            {"UPDATE v_kinds SET f = f + 1e-12 WHERE id = 5", "different id = 5: column f"},
            {"UPDATE v_kinds SET n = n + 0.000001 WHERE id = 6", "different id = 6: column n"},
            {"UPDATE v_kinds SET free = NULL WHERE id = 7", "different id = 7: column free"},
            {"UPDATE v_kinds SET c = 'x' WHERE id = 8", "different id = 8: column c"},
            {"UPDATE v_kinds SET v = v || ' ' WHERE id = 9", "different id = 9: column v"},
            {"UPDATE v_kinds SET t = rtrim(t) WHERE id = 10", "different id = 10: column t"},
            {"UPDATE v_kinds SET t = '' WHERE id = 11", "different id = 11: column t"},
            {"UPDATE v_kinds SET t = NULL WHERE id = 12", "different id = 12: column t"},
            {"UPDATE v_kinds SET b = '' WHERE id = 13", "different id = 13: column b"},
            {"UPDATE v_kinds SET d = d + 1 WHERE id = 14", "different id = 14: column d"},
            {
                "UPDATE v_kinds SET at = at + interval '1 us' WHERE id = 15",
                "different id = 15: column at"
            },
            {
                "UPDATE v_kinds SET z = z + interval '1 h' WHERE id = 16",
                "different id = 16: column z"
            },
            {"UPDATE v_kinds SET yes = NOT yes WHERE id = 17", "different id = 17: column yes"},
            {"UPDATE v_kinds SET v = upper(v), t = upper(t) WHERE id = 18", "column v, t"}
        };
        try (Connection target = Servers.dsql().connectBehind()) {
            for (String[] change : planted) {
                Sql.run(target, change[0]);
            }
        }
        String told = run("postgres-planted", "verify", config, 1);
        for (String[] change : planted) {
            assertThat(told).contains(change[1]);
        }
        assertThat(told.lines().filter(line -> line.startsWith("  "))).hasSize(planted.length);
        assertThat(run("postgres-planted", "repair", config, 1)).contains("extra     id = -1");
        assertThat(run("postgres-planted", "repair", config, 0, "--delete"))
                .contains("equal: " + ROWS);
    }

    /** Zeta runs the sink in the tasks of both sources: their rows are compared together. */
    @Test
    void ofASinkOfSeveralSources() throws Exception {
        MySqlSource mysql = MySqlSource.of("verify_union");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            StringBuilder sources = new StringBuilder();
            for (String half : List.of("one", "other")) {
                Sql.run(source, "CREATE TABLE " + half + " (id bigint PRIMARY KEY, name text)");
                sources.append(
                        mysql.jdbcOf(
                                "table_path = \"verify_union."
                                        + half
                                        + "\"\n    result_table_name = \""
                                        + half
                                        + "\""));
            }
            Sql.run(source, "INSERT INTO one VALUES (1, 'a'), (2, 'b'), (3, 'c')");
            Sql.run(source, "INSERT INTO other VALUES (4, 'd'), (5, 'e')");
            String config =
                    SinkBlock.dsqlInto("v_union")
                            .with("source_table_name", "[\"one\", \"other\"]")
                            .batchFrom(sources.toString(), 2);
            try (Job job = Servers.run("verify-v_union", config)) {
                assertThat(job.await(PATIENCE)).as(job::tail).isZero();
                assertThat(Servers.nativeSinkLines(job.log())).hasSize(4);
            }
            assertThat(run("union", "verify", config, 0))
                    .contains("equal: 5 rows in the source, 5 in the target");
            Sql.run(target, "DELETE FROM v_union WHERE id = 5");
            assertThat(run("union", "verify", config, 1)).contains("missing   id = 5");
        }
    }

    /** Less than all rows of the source could look like all of them. */
    @Test
    void aJobOfMoreTasksThanToldLeavesNoReport() throws Exception {
        Path report = FOLDER.resolve("more-tasks");
        String config =
                SinkBlock.dsqlInto("v_tasks")
                        .with("verify", "true")
                        .with("verify_report", "\"" + report + "\"")
                        .with("verify_tasks", "2")
                        .batchFrom("  FakeSource {" + Leftovers.rows(100) + "}\n", 3)
                        .replace("env {", "env {\n  job.retry.times = 0");
        try (Job job = Servers.run("verify-more-tasks", config)) {
            assertThat(job.await(PATIENCE)).as(job::tail).isNotZero();
            assertThat(job.log())
                    .contains("option 'verify_tasks': more than 2 of the job's tasks bring rows")
                    .contains("no report is written: start the job again");
        }
        assertThat(report.resolve("verify.txt")).doesNotExist();
        assertThat(report.resolve("verify.json")).doesNotExist();
    }

    /** Killed between two looks, while it waits: the first look is not made again. */
    @Test
    void aKilledRunIsResumed() throws Exception {
        MySqlSource mysql = MySqlSource.of("verify_resume");
        try (Connection source = mysql.connect()) {
            Table table = Shop.ORDERS.named("v_resumed");
            Sql.run(source, table.mysqlDdl());
            table.insert(source, 1, 300);
            String config =
                    SinkBlock.dsql().with("table", "\"v_resumed\"").batchFrom(mysql.jdbc(table));
            Servers.dsql().create(table.dsqlDdl());
            Path report = FOLDER.resolve("resumed");
            Path state = report.resolve("verify-run.properties");
            assertThat(run("resumed", "verify", config, 1, "--resume", "--looks", "1"))
                    .contains("note     nothing to resume");
            assertThat(Files.exists(state)).isFalse();
            new JarCommand("verify", FOLDER, PATIENCE)
                    .killWhen(
                            "resumed",
                            config,
                            () -> Files.exists(state),
                            "--report",
                            report.toString(),
                            "--pause",
                            "3600");
            assertThat(run("resumed", "verify", config, 1, "--resume", "--json"))
                    .contains("resumed after look 1 of a run that was interrupted")
                    .contains("running the job with verify = again")
                    .doesNotContain("running the job with verify = true")
                    .contains("\"command\":\"verify\"", "\"exitCode\":1", "\"comparison\":{")
                    .contains("DIFFERENT: 300 rows in the source, 0 in the target");
            assertThat(Files.exists(state)).isFalse();
        }
    }

    private static void write(String name, String config) {
        try (Job job = Servers.run("verify-" + name, config)) {
            assertThat(job.await(PATIENCE)).as(job::tail).isZero();
            Servers.assertNativeSink(job, 1);
        }
    }

    private static String run(
            String name, String command, String config, int exitCode, String... more) {
        Path report = FOLDER.resolve(name);
        List<String> options = new ArrayList<>();
        options.addAll(List.of("--report", report.toString(), "--pause", "0"));
        options.addAll(List.of(more));
        JarCommand jar = new JarCommand(command, FOLDER, PATIENCE);
        String said = jar.run(name, config, exitCode, options.toArray(String[]::new));
        // They hold the secrets of the job.
        try (Stream<Path> left = Files.list(report)) {
            for (Path file : left.toList()) {
                String kept = file.getFileName().toString();
                assertThat(kept).doesNotStartWith("look-");
                if (kept.startsWith("job-")) {
                    // Some sources log their password.
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .as(kept)
                            .isEqualTo("rw-------");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return said;
    }
}
