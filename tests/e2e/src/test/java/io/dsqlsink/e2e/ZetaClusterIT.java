package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nodes of a cluster are killed while they run the main job, and the other nodes continue it. */
@Tag("engines")
class ZetaClusterIT {
    private static final String DATABASE = "cluster";
    private static final int ROWS = 2000;

    /**
     * SeaTunnel distributes tasks at random. With this many, both nodes almost always have some.
     */
    private static final int TASKS = 4;

    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Pattern JOB_ID = Pattern.compile("[Jj]ob ?[Ii]d\\W+(\\d{10,})");

    private final List<Table> tables = new ArrayList<>(Shop.TABLES);

    @Test
    void theStreamSurvivesTheEndOfNodes() throws Exception {
        tables.add(Churn.TICKS);
        ZetaCluster cluster = Servers.zeta();
        MySqlSource mysql = MySqlSource.of(DATABASE);
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            for (Table table : tables) {
                Sql.run(source, table.mysqlDdl());
                Sql.run(target, "DROP TABLE IF EXISTS " + table.name());
                Servers.dsql().create(table.dsqlDdl());
            }
            for (Table table : Shop.TABLES) {
                table.insert(source, 1, ROWS);
            }
            Sql.run(source, "INSERT INTO ticks VALUES (0, 0)");
            try (Job client = Servers.submit("cluster", config())) {
                assertThat(client.await(Servers.JOB)).as(client::tail).isZero();
            }
            awaitMark(source, target);
            awaitCheckpoint();
            try (Connection changing = new MySqlSource(DATABASE).connect();
                    Churn churn = Churn.start(changing, 1, ROWS)) {
                awaitChanges(churn);
                cluster.kill(workerIfItWrites(cluster));
                awaitMark(source, target);
                awaitChanges(churn);

                awaitCheckpoint();
                // Now all tasks are on the only node, which is the master.
                ZetaCluster.Node last = cluster.nodes().get(0);
                cluster.addNode();
                cluster.kill(last);
                awaitMark(source, target);
                awaitChanges(churn);
            }
            awaitMark(source, target);
            assertEqual(source, target);
            Secrets.assertAbsent(cluster.logs());
        }
    }

    @Test
    void theSinksCountersAreAmongTheJobsMetrics() throws SQLException {
        String config = SinkBlock.dsqlInto("counted").batchFromFake(Leftovers.rows(ROWS));
        String id;
        try (Job client = Servers.run("counted", config)) {
            assertThat(client.await(Servers.JOB)).as(client::tail).isZero();
            Matcher found = JOB_ID.matcher(client.log());
            assertThat(found.find()).as(client::tail).isTrue();
            id = found.group(1);
        }
        String told = Servers.metrics(id);
        assertThat(told)
                .containsPattern("DsqlRowsCommitted\\W[^]]*\"value\"\\s*:\\s*" + ROWS + "\\b");
        for (String name :
                List.of("DsqlBatchesCommitted", "DsqlBytesCommitted", "DsqlFlushMicros")) {
            assertThat(told).containsPattern(name + "\\W[^]]*\"value\"\\s*:\\s*[1-9]");
        }
    }

    /** The tasks of each node alone could say nothing about the rows of the other. */
    @Test
    void aComparisonOverTwoNodesLeavesNoReportAboutSomeRows() throws SQLException {
        int tasks = 2 * TASKS;
        Path report = Places.ROOT.resolve("target/e2e/verify-nodes");
        String config =
                SinkBlock.dsqlInto("over_nodes")
                        .with("verify", "true")
                        .with("verify_report", "\"" + report + "\"")
                        .with("verify_tasks", String.valueOf(tasks))
                        .batchFrom("  FakeSource {" + Leftovers.rows(ROWS) + "}\n", tasks)
                        .replace("env {", "env {\n  job.retry.times = 0");
        Servers.zeta();
        try (Job client = Servers.run("over-nodes", config)) {
            if (client.await(Servers.JOB) == 0) {
                // From 2.3.13 on the engine may put all tasks on one node. Then all rows were seen.
                assertThat(report.resolve("verify.txt"))
                        .content()
                        .contains(tasks * ROWS + " rows in the source");
                return;
            }
        }
        assertThat(Servers.zeta().logs())
                .containsPattern("option 'verify_tasks': [1-7] of 8 tasks run in this process")
                .contains("set parallelism = 1 and verify_tasks = 1; no report was written");
        assertThat(report.resolve("verify.json")).doesNotExist();
        assertThat(report.resolve("verify.txt")).doesNotExist();
    }

    private String config() {
        return new MySqlSource(DATABASE)
                .mainJob(tables.stream().map(Table::name).toList())
                .replace("parallelism = 1", "parallelism = " + TASKS);
    }

    /** The node that is not the master, if it has a task of the sink. */
    private static ZetaCluster.Node workerIfItWrites(ZetaCluster cluster) {
        ZetaCluster.Node worker = cluster.nodes().get(1);
        return worker.writes() ? worker : cluster.nodes().get(0);
    }

    private static void awaitChanges(Churn churn) {
        long some = churn.transactions() + 100;
        Poll.until("changes", Servers.JOB, PAUSE, () -> churn.transactions() > some);
    }

    /**
     * Without a checkpoint a job that lost a node starts from the beginning, and some releases fail
     * to do that in the middle of a snapshot.
     */
    private static void awaitCheckpoint() {
        long now = System.currentTimeMillis();
        Poll.until("a checkpoint", Servers.JOB, PAUSE, () -> Servers.home().lastCheckpoint() > now);
    }

    /** Waits until the stream has reached the current state of the source. */
    private void awaitMark(Connection source, Connection target) throws SQLException {
        Sql.run(source, "UPDATE ticks SET n = n + 1 WHERE id = 0");
        String now = Sql.value(source, "SELECT n FROM ticks WHERE id = 0");
        Poll.until(
                "change " + now + " in the target",
                Servers.JOB,
                PAUSE,
                () -> now.equals(Sql.value(target, "SELECT n FROM ticks WHERE id = 0")));
    }

    private void assertEqual(Connection source, Connection target) {
        List<String> differences = new ArrayList<>();
        Poll.until(
                () -> "source and target to be equal; " + differences,
                Duration.ofSeconds(60),
                PAUSE,
                () -> {
                    differences.clear();
                    for (Table table : tables) {
                        TableDiff.compare(source, target, table.name(), Servers.readable(table))
                                .shown()
                                .forEach(line -> differences.add(table.name() + ": " + line));
                    }
                    return differences.isEmpty();
                });
    }
}
