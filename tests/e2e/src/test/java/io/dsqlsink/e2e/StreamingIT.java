package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The main job: MySQL-CDC with the users' config, every column type, and changes before, during and
 * after the load.
 */
class StreamingIT {
    private static final long ROWS = 2000;

    /** On a cluster the job has more tasks than the one in the users' config. */
    private static final int TASKS = Servers.onFlinkCluster() || Servers.onZetaCluster() ? 4 : 1;

    @Test
    void targetFollowsTheSource() throws Exception {
        MySqlSource mysql = MySqlSource.of(Shop.DATABASE);
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            for (Table table : Shop.TABLES) {
                Sql.run(source, table.mysqlDdl());
                Servers.dsql().create(table.dsqlDdl());
                table.insert(source, 1, ROWS);
            }
            List<Job> jobs = new ArrayList<>();
            try {
                for (List<Table> tables : tablesOfJobs()) {
                    jobs.add(start(tables));
                }
                apply(Changes.DURING_LOAD, source);
                awaitEqual(jobs, source, target);

                apply(Changes.AFTER_LOAD, source);
                Changes.updateOneRowManyTimes(source);
                for (Table table : Shop.TABLES) {
                    // The first rows contain extreme values; these copies arrive through the
                    // binlog.
                    Sql.run(source, table.copyRows(100_000, "id < 20"));
                }
                awaitEqual(jobs, source, target);

                jobs.forEach(job -> Servers.assertNativeSink(job, TASKS));
            } finally {
                jobs.forEach(Job::close);
            }
        }
    }

    /** On Flink a job of SeaTunnel 2.3.4 has one table. */
    private static List<List<Table>> tablesOfJobs() {
        return Servers.home().engine() == SeaTunnelHome.Engine.FLINK
                ? Shop.TABLES.stream().map(List::of).toList()
                : List.of(Shop.TABLES);
    }

    private static Job start(List<Table> tables) {
        List<String> names = tables.stream().map(Table::name).toList();
        return Servers.run(
                names.size() == 1 ? "streaming-" + names.get(0) : "streaming",
                new MySqlSource(Shop.DATABASE)
                        .mainJob(names)
                        .replace("base-url", Servers.takesUrl() ? "url" : "base-url")
                        .replace("parallelism = 1", "parallelism = " + TASKS));
    }

    private static void apply(List<Changes.Change> changes, Connection source) throws SQLException {
        for (Changes.Change change : changes) {
            change.apply(source);
        }
    }

    private static void awaitEqual(List<Job> jobs, Connection source, Connection target) {
        List<String> differences = new ArrayList<>();
        Poll.until(
                () -> "source and target to be equal; " + differences,
                Servers.JOB,
                Duration.ofMillis(300),
                () -> {
                    jobs.forEach(Job::requireAlive);
                    differences.clear();
                    for (Table table : Shop.TABLES) {
                        TableDiff.compare(source, target, table.name(), Servers.readable(table))
                                .shown()
                                .forEach(line -> differences.add(table.name() + ": " + line));
                    }
                    return differences.isEmpty();
                });
    }
}
