package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The main job as scripts/cluster.sh runs it on a real cluster, here on the stand-in. */
@Tag("docs")
class ClusterScriptIT {
    private static final Duration PATIENCE = Duration.ofMinutes(8);
    private static final Path FOLDER = Places.ROOT.resolve("target/e2e/cluster-script");
    private static final String SCHEMAS =
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dsql_probes%'";
    private static final int ROWS = 3_000;

    @Test
    void everyRowIsCompared() throws Exception {
        Path report = FOLDER.resolve("equal.md");
        try (Child script = start(report)) {
            awaitEnd(script);
            assertThat(script.exitCode()).as(script::log).isZero();
            Secrets.assertAbsent(script.log());
        }
        String text = Files.readString(report);
        assertThat(text).contains("## The main job").doesNotContain("failed", DsqlLocal.ENDPOINT);
        // Rows, four numbers of time, those timed between them; nothing differs.
        assertThat(text)
                .containsPattern("\\| " + ROWS + " \\|( [0-9.-]+ \\|){3} 24 \\| [0-9]+ \\| 0 \\|");
        assertNothingIsLeft();
    }

    @Test
    void aRowThatDiffersIsInTheReport() throws Exception {
        // No change of the job touches this one.
        assertThat(
                        reportAfter(
                                "different",
                                "UPDATE %s.orders SET quantity = 65000 WHERE id = 500",
                                1))
                .contains("The main job failed, or left rows that differ")
                .containsPattern("\\| 24 \\| [0-9]+ \\| 1 \\|")
                .containsPattern("\\* `different .*500.*quantity.*`");
        assertNothingIsLeft();
    }

    @Test
    void aJobThatFailsIsInTheReport() throws Exception {
        assertThat(reportAfter("failed", "ALTER TABLE %s.orders DROP COLUMN remark", 0))
                .contains("The main job failed")
                .contains("**failed**: the job ended with exit code 1")
                .containsPattern("last error of its log: `.*Aurora DSQL sink failed.*remark")
                .doesNotContain(DsqlLocal.ENDPOINT, Places.ROOT.toString());
        assertNothingIsLeft();
    }

    @Test
    void aRunThatIsStoppedLeavesNothing() throws Exception {
        try (Child script = start(FOLDER.resolve("stopped.md"))) {
            awaitJob(script);
            ProcessHandle.of(script.pid()).orElseThrow().destroy();
            awaitEnd(script);
            assertThat(script.exitCode()).as(script::log).isEqualTo(2);
            assertThat(script.log()).endsWith("stopped\n");
        }
        assertNothingIsLeft();
    }

    /**
     * The report of a run that finds fault.
     *
     * @param change a statement for the target after the first load; %s is the schema
     * @param rows how many it changes
     */
    private static String reportAfter(String name, String change, int rows) throws Exception {
        Path report = FOLDER.resolve(name + ".md");
        try (Child script = start(report);
                Connection target = Servers.dsql().connectBehind()) {
            awaitJob(script);
            String schema = Sql.value(target, SCHEMAS);
            assertThat(Sql.run(target, change.formatted(schema))).isEqualTo(rows);
            awaitEnd(script);
            assertThat(script.exitCode()).as(script::log).isOne();
        }
        return Files.readString(report);
    }

    private static Child start(Path report) {
        Map<String, String> servers = Servers.dsql().environment();
        Map<String, String> environment = new HashMap<>();
        environment.put("AWS_ACCESS_KEY_ID", DsqlLocal.ACCESS_KEY_ID);
        environment.put("AWS_SECRET_ACCESS_KEY", DsqlLocal.SECRET_ACCESS_KEY);
        environment.put("CLUSTER_PROFILE", "debug");
        String parameters =
                "hostaddr="
                        + servers.get("PGHOSTADDR")
                        + "&sslrootcert="
                        + servers.get("PGSSLROOTCERT");
        List<String> command =
                List.of(
                        Places.ROOT.resolve("scripts/cluster.sh").toString(),
                        "--endpoint=" + DsqlLocal.ENDPOINT,
                        "--parameters=" + parameters,
                        "--report=" + report,
                        "--no-facts",
                        "--no-questions",
                        "--rows=1000",
                        "--connections=1",
                        "--job-rows=" + ROWS);
        String log = report.getFileName().toString().replace(".md", ".log");
        return Child.start("scripts/cluster.sh", FOLDER.resolve(log), environment, command);
    }

    private static void awaitJob(Child script) {
        script.await(
                "the first load", PATIENCE, () -> script.log().contains("the first load is there"));
    }

    private static void awaitEnd(Child script) {
        Poll.until(
                () -> "scripts/cluster.sh to end:\n" + script.tail(),
                PATIENCE,
                Duration.ofMillis(100),
                () -> !script.isAlive());
    }

    private static void assertNothingIsLeft() throws Exception {
        try (Connection target = Servers.dsql().connectBehind()) {
            assertThat(Sql.values(target, SCHEMAS)).isEmpty();
        }
        String logs = Places.ROOT.resolve("target/cluster").toString();
        assertThat(ProcessHandle.allProcesses().map(p -> p.info().commandLine().orElse("")))
                .noneMatch(line -> line.contains(logs + "/"));
    }
}
