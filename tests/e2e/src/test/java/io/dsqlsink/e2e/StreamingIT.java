package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

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

    @Test
    void targetFollowsTheSource() throws Exception {
        try (Connection source = Servers.database(Shop.DATABASE);
                Connection target = Servers.dsql().connectBehind()) {
            for (Table table : Shop.TABLES) {
                Sql.run(source, table.mysqlDdl());
                Servers.dsql().create(table.dsqlDdl());
                table.insert(source, 1, ROWS);
            }
            String config =
                    JobConfig.mysqlToDsql(
                            Servers.mysql().host(),
                            Shop.DATABASE,
                            Shop.TABLES.stream().map(Table::name).toList());
            try (Job job = Servers.run("streaming", config)) {
                apply(Changes.DURING_LOAD, source);
                awaitEqual(job, source, target);

                apply(Changes.AFTER_LOAD, source);
                Changes.updateOneRowManyTimes(source);
                for (Table table : Shop.TABLES) {
                    // The first rows hold the extremes; these come through the binlog.
                    Sql.run(source, table.copyRows(100_000, "id < 20"));
                }
                awaitEqual(job, source, target);

                assertThat(nativeSinkLines(job))
                        .as("INFO lines that name the native sink")
                        .hasSize(1);
                Secrets.assertAbsent(job.log());
            }
        }
    }

    private static void apply(List<Changes.Change> changes, Connection source) throws SQLException {
        for (Changes.Change change : changes) {
            change.apply(source);
        }
    }

    private static void awaitEqual(Job job, Connection source, Connection target) {
        List<String> differences = new ArrayList<>();
        Poll.until(
                () -> "source and target to be equal; " + differences,
                Servers.JOB,
                Duration.ofMillis(300),
                () -> {
                    job.requireAlive();
                    differences.clear();
                    for (Table table : Shop.TABLES) {
                        TableDiff.compare(source, target, table.name(), Servers.readable(table))
                                .shown()
                                .forEach(line -> differences.add(table.name() + ": " + line));
                    }
                    return differences.isEmpty();
                });
    }

    private static List<String> nativeSinkLines(Job job) {
        return job.log()
                .lines()
                .filter(l -> l.contains(" INFO ") && l.contains("Native Aurora DSQL sink"))
                .toList();
    }
}
