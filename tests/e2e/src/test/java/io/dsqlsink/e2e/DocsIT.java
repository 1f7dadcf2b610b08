package io.dsqlsink.e2e;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.e2e.DocBlocks.Block;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs every command of the pages as a reader would: in a folder with the jar and a JOB.conf, with
 * a home in $SEATUNNEL_HOME. A block that cannot be run gives the reason.
 */
@Tag("docs")
class DocsIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path FOLDER = Places.ROOT.resolve("target/e2e/docs");
    private static final Path HOME = FOLDER.resolve("home");

    /** The file that install writes into a home. */
    private static final Path RECEIPT = HOME.resolve("dsql-sink.installed");

    private static final String JAR = "seatunnel-connector-dsql-*.jar";

    /** Prepares a job that has run, with equal source and target. */
    @BeforeAll
    static void aReadersFolder() throws Exception {
        Places.emptyFolder(FOLDER);
        Path home = Path.of(System.getProperty("seatunnel.home"));
        run("copy", "cp -r " + home + " " + HOME + " && rm -rf " + HOME.resolve("logs"));
        Path jar = Path.of(System.getProperty("connector.jar"));
        Files.createSymbolicLink(FOLDER.resolve(jar.getFileName()), jar);
        Files.createSymbolicLink(FOLDER.resolve("examples"), Places.ROOT.resolve("examples"));
        Table table = Shop.CUSTOMERS.named("docs_customers");
        MySqlSource mysql = MySqlSource.of("docs");
        try (Connection source = mysql.connect()) {
            Sql.run(source, table.mysqlDdl());
            table.insert(source, 1, 100);
        }
        Path config =
                JobConfig.write(
                        FOLDER.resolve("JOB.conf"),
                        SinkBlock.dsql()
                                .with("table", "\"" + table.name() + "\"")
                                .batchFrom(mysql.jdbc(table)));
        Servers.dsql().create(table.dsqlDdl());
        Path log = FOLDER.resolve("job.log");
        try (Job job = new SeaTunnelHome(HOME).run(config, log, Servers.dsql().environment())) {
            assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
        }
    }

    static Stream<Arguments> commands() {
        return DocBlocks.commands().entrySet().stream()
                .map(e -> Arguments.of(e.getValue().where(), e.getKey()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("commands")
    void theCommandWorks(String where, String command) throws Exception {
        installed(!command.contains(".jar install "));
        // The log's name contains the subcommands of the jar.
        Matcher name = Pattern.compile("(?<=\\.jar )[a-z]+").matcher(command);
        run("command" + name.results().map(r -> "-" + r.group()).collect(joining()), command);
        assertThat(Files.exists(RECEIPT)).as(where).isEqualTo(!command.contains(" uninstall "));
    }

    @Test
    void everyCommandIsABlock() {
        assertThat(DocBlocks.unfenced()).isEmpty();
        assertThat(DocBlocks.commands()).hasSizeGreaterThan(4);
    }

    @Test
    void statementsOfTheIamPage() throws Exception {
        Servers.dsql().create(statements("docs/iam.md").toArray(String[]::new));
        assertThat(statements("docs/zh-CN/iam.md")).isEqualTo(statements("docs/iam.md"));
    }

    @Test
    void statementsOfTheMigration() throws Exception {
        List<String> statements = statements("docs/migrating-from-mysql.md");
        try (Connection source = Servers.mysql().connect("")) {
            Sql.run(source, statements.toArray(String[]::new));
        }
        assertThat(statements("docs/zh-CN/migrating-from-mysql.md")).isEqualTo(statements);
    }

    /** The job of docs/try-it.md, without containers. */
    @Test
    void theJobOfTheComposeFile() throws Exception {
        Path compose = Places.ROOT.resolve("examples/compose");
        String page = Files.readString(Places.ROOT.resolve("docs/try-it.md"));
        try (Connection source = Servers.mysql().connect("");
                Connection target = Servers.dsql().connect()) {
            String sql = Files.readString(compose.resolve("shop.sql"));
            Sql.run(source, "DROP USER IF EXISTS 'cdc'@'%'");
            Sql.run(source, split(sql).toArray(String[]::new));
            Map<String, String> environment = Servers.dsql().environment();
            String config =
                    Files.readString(compose.resolve("mysql-cdc.conf"))
                            .replace("//mysql:", "//" + Servers.mysql().host() + ":")
                            .replace(":5432/", ":" + DsqlLocal.PORT + "/")
                            .replace("/dsql/ca.pem", environment.get("PGSSLROOTCERT"));
            Path file = JobConfig.write(FOLDER.resolve("compose.conf"), config);
            Path log = FOLDER.resolve("compose.log");
            installed(true);
            try (Job job = new SeaTunnelHome(HOME).run(file, log, environment)) {
                String query = quoted(page, "--command");
                awaitRows(job, target, query, List.of("1", "2", "3"));
                String changes = quoted(page, "--execute");
                source.setCatalog("shop");
                Sql.run(source, split(changes).toArray(String[]::new));
                awaitRows(job, target, query, List.of("2", "3", "4"));
                assertThat(Sql.value(target, query.replace("id,", "amount,"))).isEqualTo("6.00");
            }
            // Other tests use a database of that name in the same server.
            Sql.run(source, "DROP DATABASE shop");
        }
    }

    /** Waits until the table exists and the query returns these ids. */
    private static void awaitRows(Job job, Connection target, String query, List<String> ids) {
        Poll.until(
                () -> "the rows " + ids + "; the end of the job's log:\n" + job.tail(),
                PATIENCE,
                Duration.ofMillis(200),
                () -> {
                    job.requireAlive();
                    try {
                        return Sql.values(target, query).equals(ids);
                    } catch (SQLException e) {
                        return false;
                    }
                });
    }

    private static String quoted(String page, String option) {
        Matcher text = Pattern.compile(option + "\\s+\\\\?\\s*\"([^\"]+)\"").matcher(page);
        assertThat(text.find()).as(option).isTrue();
        return text.group(1);
    }

    private static List<String> split(String statements) {
        return Arrays.stream(statements.replaceAll("(?m)^--.*$", "").split(";"))
                .map(String::trim)
                .filter(s -> !s.isEmpty())
                .toList();
    }

    private static List<String> statements(String page) {
        List<String> statements = new ArrayList<>();
        for (Block block : DocBlocks.of(Places.ROOT.resolve(page))) {
            if (block.language().equals("sql")) {
                statements.addAll(split(block.text()));
            }
        }
        assertThat(statements).as(page).isNotEmpty();
        return statements;
    }

    private static void installed(boolean wanted) {
        if (Files.exists(RECEIPT) != wanted) {
            String how = wanted ? "install" : "uninstall";
            run("before", "java -jar " + JAR + " " + how + " --home $SEATUNNEL_HOME");
        }
    }

    private static void run(String name, String command) {
        Map<String, String> environment = new HashMap<>(Servers.dsql().environment());
        environment.put("SEATUNNEL_HOME", HOME.toString());
        String script = "set -euo pipefail\ncd '" + FOLDER + "'\n" + command;
        Path log = FOLDER.resolve(name + ".log");
        try (Child child = Child.start(name, log, environment, List.of("bash", "-c", script))) {
            Poll.until(
                    () -> command + " to end; its output:\n" + child.tail(),
                    PATIENCE,
                    Duration.ofMillis(50),
                    () -> !child.isAlive());
            assertThat(child.exitCode()).as(() -> command + ":\n" + child.log()).isZero();
            Secrets.assertAbsent(child.log());
        }
    }
}
