package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The source's columns change while rows are written; then the job fails, is killed, and is started
 * again from its checkpoint. MySQL-CDC passes on such changes from 2.3.8 on. 2.3.8 cannot restart
 * the task within the job: its SeaTunnelSourceCollector expects the columns of the job's start.
 */
@Tag("newer")
class SchemaChangeIT {
    /** Long for a step of seconds, because the processors may be busy. */
    private static final Duration DEADLINE = Duration.ofSeconds(100);

    private static final String[] FLOWING = {
        "CREATE TABLE follow (id bigint PRIMARY KEY, name varchar(40), amount decimal(10,2), extra int)",
        // Its key is the last column, and moves if an earlier column is dropped.
        "CREATE TABLE keyed (a int, b varchar(20), id bigint PRIMARY KEY)"
    };

    /** Each test has its own job, which it starts several times. */
    private final long jobId = ThreadLocalRandom.current().nextLong(1, 1L << 40);

    @Test
    void columnsFollowDuringWritesAndAfterRestarts() throws Exception {
        MySqlSource mysql = MySqlSource.of("evolving");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            Sql.run(source, FLOWING);
            Sql.run(
                    source,
                    "INSERT INTO follow VALUES (1, 'one', 1.25, 1), (2, 'two', 2.5, 2)",
                    "INSERT INTO keyed VALUES (1, 'x', 1), (2, 'y', 2)");
            String config = config("evolving", "apply", "follow", "keyed");
            try (Job job = start("evolving", config)) {
                awaitEqual(job, source, target, "follow", "keyed");
                try (Flow flow = new Flow("evolving")) {
                    change(source, "ADD COLUMN note varchar(50)", "note = CONCAT('n', id)");
                    awaitColumns(job, source, target, "follow");
                    change(source, "ADD COLUMN score int AFTER id", "score = id * 2");
                    change(source, "CHANGE COLUMN amount price decimal(10,2)", "price = id / 4");
                    awaitColumns(job, source, target, "follow");
                    change(source, "DROP COLUMN extra", "name = CONCAT('m', id)");
                    // Two texts exchange their positions: only the order distinguishes them.
                    change(source, "MODIFY COLUMN note varchar(50) AFTER id", "note = 'moved'");
                    Sql.run(
                            source,
                            "ALTER TABLE keyed DROP COLUMN a",
                            "UPDATE keyed SET b = 'z' WHERE id = 1",
                            "INSERT INTO keyed VALUES ('w', 3)");
                    awaitColumns(job, source, target, "keyed");
                    // 2.3.8 cannot continue from the checkpoint that a change itself triggers.
                    awaitCheckpoint(job);
                    flow.requireAlive();
                    // A row that the target refuses.
                    Sql.run(target, "ALTER TABLE keyed ADD CONSTRAINT stop CHECK (id <> 99)");
                    Sql.run(source, "INSERT INTO keyed VALUES ('stop', 99)");
                    assertThat(job.await(DEADLINE)).as("exit code").isNotZero();
                    assertThat(job.log()).contains("violates check constraint");
                }
            }
            Sql.run(target, "ALTER TABLE keyed DROP CONSTRAINT stop");
            try (Job job = start("evolving-failed", config, "-r")) {
                awaitEqual(job, source, target, "follow", "keyed");
                killAfterCheckpoint(job);
            }
            change(source, "ADD COLUMN late int", "late = id");
            Sql.run(source, "INSERT INTO keyed VALUES ('v', 4)");
            try (Job job = start("evolving-restored", config, "-r")) {
                awaitEqual(job, source, target, "follow", "keyed");
                change(source, "MODIFY COLUMN score bigint", "score = id * 5000000000");
                assertThat(job.await(DEADLINE)).as("exit code").isNotZero();
                assertThat(job.log())
                        .contains(
                                "DSQL-05",
                                "column 'score' is of type integer and would have to become"
                                        + " bigint",
                                "To go on");
            }
            // This is what the message says to do.
            Servers.dsql()
                    .create(
                            "ALTER TABLE follow DROP COLUMN score",
                            "ALTER TABLE follow ADD COLUMN score bigint");
            try (Job job = start("evolving-repaired", config, "-r")) {
                awaitEqual(job, source, target, "follow", "keyed");
            }
        }
    }

    @Test
    void anIgnoredChangeStaysIgnoredAfterARestart() throws Exception {
        MySqlSource mysql = MySqlSource.of("ignoring");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            Sql.run(
                    source,
                    "CREATE TABLE ignored (id bigint PRIMARY KEY, name varchar(40))",
                    "INSERT INTO ignored VALUES (1, 'one')");
            String config = config("ignoring", "ignore", "ignored");
            try (Job job = start("ignoring", config)) {
                awaitEqual(job, source, target, "ignored");
                Sql.run(
                        source,
                        "ALTER TABLE ignored ADD COLUMN note varchar(50) AFTER id",
                        "INSERT INTO ignored VALUES (2, 'left out', 'two')");
                awaitEqualIn(job, source, target, "ignored", List.of("id", "name"));
                killAfterCheckpoint(job);
            }
            Sql.run(source, "INSERT INTO ignored VALUES (3, 'left out', 'three')");
            try (Job job = start("ignoring-restored", config, "-r")) {
                awaitEqualIn(job, source, target, "ignored", List.of("id", "name"));
            }
            assertThat(columns(target, "'public'", "ignored")).containsExactly("id", "name");
        }
    }

    @Test
    void aJobThatStopsAtAChangeContinuesAfterItIsMadeByHand() throws Exception {
        MySqlSource mysql = MySqlSource.of("failing");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            Sql.run(
                    source,
                    "CREATE TABLE failing (id bigint PRIMARY KEY, name varchar(40))",
                    "INSERT INTO failing VALUES (1, 'one')");
            String config = config("failing", "fail", "failing");
            String ddl = "ALTER TABLE \"public\".\"failing\" ADD COLUMN \"note\" varchar(50)";
            try (Job job = start("failing", config)) {
                awaitEqual(job, source, target, "failing");
                Sql.run(
                        source,
                        "ALTER TABLE failing ADD COLUMN note varchar(50)",
                        "INSERT INTO failing VALUES (2, 'two', 'n')");
                assertThat(job.await(DEADLINE)).as("exit code").isNotZero();
                assertThat(job.log()).contains("schema_change_policy = fail", ddl);
            }
            assertThat(columns(target, "'public'", "failing")).containsExactly("id", "name");
            Servers.dsql().create(ddl);
            try (Job job = start("failing-restored", config, "-r")) {
                awaitEqual(job, source, target, "failing");
            }
        }
    }

    static String config(String database, String policy, String... tables) {
        return new MySqlSource(database)
                .mainJob(List.of(tables))
                .replace(
                        "checkpoint.interval = 6000",
                        "checkpoint.interval = 2000\n  job.retry.times = 0")
                .replace(
                        "    table-names = ",
                        "    debezium { include.schema.changes = true }\n    table-names = ")
                .replace(
                        "    generate_sink_sql",
                        "    schema_change_policy = \"" + policy + "\"\n    generate_sink_sql");
    }

    /**
     * @param option {@code -r} to continue from the last checkpoint
     */
    private Job start(String name, String config, String... option) {
        String id = String.valueOf(jobId);
        return Servers.runInOneJvm(
                name, config, option.length == 0 ? "--set-job-id" : option[0], id);
    }

    private static void change(Connection source, String change, String update)
            throws SQLException {
        Sql.run(
                source,
                "ALTER TABLE follow " + change,
                "UPDATE follow SET " + update + " WHERE id % 3 = 1");
    }

    /**
     * Kills the job after a checkpoint that has all rows: otherwise the source would read older
     * rows with the new columns of its table.
     */
    private static void killAfterCheckpoint(Job job) {
        awaitCheckpoint(job);
        ProcessHandle.of(job.pid()).orElseThrow().destroyForcibly();
        job.await(DEADLINE);
    }

    /** Waits for a checkpoint that began after this call. */
    private static void awaitCheckpoint(Job job) {
        long before = checkpoints(job);
        Poll.until(
                () -> "two more checkpoints; " + job.tail(),
                DEADLINE,
                Duration.ofMillis(100),
                () -> checkpoints(job) >= before + 2);
    }

    private static long checkpoints(Job job) {
        return job.log().lines().filter(line -> line.contains("notify finished!")).count();
    }

    private static void awaitColumns(Job job, Connection source, Connection target, String table) {
        Poll.until(
                () -> "the columns of " + table + " to be those of the source; " + job.tail(),
                DEADLINE,
                Duration.ofMillis(100),
                () -> {
                    job.requireAlive();
                    return new HashSet<>(columns(target, "'public'", table))
                            .equals(new HashSet<>(columns(source, "DATABASE()", table)));
                });
    }

    private static void awaitEqual(Job job, Connection source, Connection target, String... tables)
            throws SQLException {
        for (String table : tables) {
            awaitEqualIn(job, source, target, table, columns(source, "DATABASE()", table));
        }
    }

    private static void awaitEqualIn(
            Job job, Connection source, Connection target, String table, List<String> columns) {
        List<String> keyFirst = new ArrayList<>(columns);
        keyFirst.remove("id");
        keyFirst.add(0, "id");
        List<String> differences = new ArrayList<>();
        Poll.until(
                () -> "source and target to be equal; " + table + ": " + differences,
                DEADLINE,
                Duration.ofMillis(200),
                () -> {
                    job.requireAlive();
                    differences.clear();
                    List<String> there = columns(target, "'public'", table);
                    if (!there.containsAll(keyFirst)) {
                        differences.add("columns " + there);
                        return false;
                    }
                    differences.addAll(TableDiff.compare(source, target, table, keyFirst).shown());
                    return differences.isEmpty();
                });
    }

    private static List<String> columns(Connection database, String schema, String table)
            throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT column_name FROM information_schema.columns WHERE"
                                        + " table_schema = "
                                        + schema
                                        + " AND table_name = '"
                                        + table
                                        + "' ORDER BY ordinal_position")) {
            List<String> names = new ArrayList<>();
            while (rows.next()) {
                names.add(rows.getString(1));
            }
            return names;
        }
    }

    /** Inserts, updates and deletes rows by columns that do not change, until it is closed. */
    private static final class Flow implements AutoCloseable {
        private final AtomicBoolean closing = new AtomicBoolean();
        private final List<Throwable> failures = new ArrayList<>();
        private final Thread thread;

        Flow(String database) {
            thread = new Thread(() -> run(database), "flow");
            thread.start();
        }

        private void run(String database) {
            try (Connection source = new MySqlSource(database).connect()) {
                for (long id = 1_000; !closing.get(); id++) {
                    Sql.run(
                            source,
                            "INSERT INTO follow (id, name) VALUES (" + id + ", 'f" + id + "')",
                            "UPDATE follow SET name = 'u" + id + "' WHERE id = " + (id - 20),
                            "DELETE FROM follow WHERE id % 5 = 0 AND id = " + (id - 40));
                    Poll.pause(Duration.ofMillis(10));
                }
            } catch (Throwable e) {
                failures.add(e);
            }
        }

        void requireAlive() {
            assertThat(thread.isAlive()).as("rows are written %s", failures).isTrue();
        }

        @Override
        public void close() {
            closing.set(true);
            Poll.until(
                    "the writer of rows to end",
                    DEADLINE,
                    Duration.ofMillis(5),
                    () -> !thread.isAlive());
            assertThat(failures).isEmpty();
        }
    }
}
