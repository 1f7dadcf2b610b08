package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Tables with unique indexes, which the sink creates itself. Whatever the source does with unique
 * values, the job with the options of the README continues and the target becomes equal, also if
 * the job is killed meanwhile.
 */
class UniqueIT {
    private static final String DATABASE = "unique_values";

    /** The longest time for a shift of 300 rows, from the source's commit on. */
    private static final Duration SHIFT = Duration.ofSeconds(2);

    private static final List<String> P = List.of("id", "pos", "note");
    private static final List<String> Q = List.of("id", "list", "pos", "note");

    /** Several splits of SeaTunnel's default size, each of them read at a different time. */
    private static final int LOADED = 40_000;

    private static final int READERS = 2;

    private final String jobId = String.valueOf(ThreadLocalRandom.current().nextLong(1, 1L << 40));

    @Test
    void uniqueValuesMoveAsInTheSource() throws Exception {
        MySqlSource mysql = MySqlSource.of(DATABASE);
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            UniqueChanges.fill(source);
            String config = config(DATABASE, "p", "q");
            try (Job job = start("unique", config, "--set-job-id")) {
                awaitTables(job, target, 2, "p', 'q");
                awaitEqual(job, source, target);
                assertThat(uniqueIndexes(target))
                        .anyMatch(index -> index.matches(".*UNIQUE.* p .*\\(pos\\).*"))
                        .anyMatch(index -> index.matches(".*UNIQUE.* q .*\\(list, pos\\).*"));
                requireFastShift(job, source, target);
                for (int round = 0; round < 6; round++) {
                    UniqueChanges.round(source, round);
                }
                awaitEqual(job, source, target);
                UniqueChanges.insertLarge(source);
                Sql.run(source, UniqueChanges.shiftUp(UniqueChanges.LARGE));
                awaitEqual(job, source, target);
                Sql.run(source, UniqueChanges.shiftDown(UniqueChanges.LARGE));
                awaitEqual(job, source, target);
                UniqueChanges.rotation(UniqueChanges.LARGE).apply(source);
                awaitEqual(job, source, target);
                assertThat(job.log().lines().filter(line -> line.contains("duplicate key")))
                        .as("statements that failed")
                        .isEmpty();

                awaitCheckpoint(job);
                UniqueChanges.round(source, 6);
                killInAShift(job, source, target);
            }
            UniqueChanges.round(source, 7);
            try (Job job = start("unique-restored", config, "-r")) {
                for (int round = 8; round < 12; round++) {
                    UniqueChanges.round(source, round);
                }
                Sql.run(source, UniqueChanges.shiftDown(UniqueChanges.LARGE));
                awaitEqual(job, source, target);
                assertThat(Servers.nativeSinkLines(job.log())).as("no task failed").hasSize(1);
                assertThat(Sql.number(source, "SELECT count(*) FROM p"))
                        .as("rows after all changes")
                        .isEqualTo(UniqueChanges.ROWS);
            }
        }
    }

    /**
     * Two tasks read rows of different splits, so the rows need not have existed at the same time.
     */
    @Test
    void uniqueValuesMoveWhileTheTableIsLoaded() throws Exception {
        String database = "unique_load";
        AtomicBoolean loaded = new AtomicBoolean();
        ExecutorService changing = Executors.newSingleThreadExecutor();
        MySqlSource mysql = MySqlSource.of(database);
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            UniqueChanges.fillLoaded(source, LOADED);
            Future<Integer> swaps =
                    changing.submit(() -> swapUntil(loaded, new MySqlSource(database).connect()));
            String config =
                    config(database, "l").replace("parallelism = 1", "parallelism = " + READERS);
            try (Job job = start("unique-load", config, "--set-job-id")) {
                awaitTables(job, target, 1, "l");
                String count = "SELECT count(*) FROM l";
                Poll.until(
                        () -> "the rows; " + job.tail(),
                        Servers.JOB,
                        Duration.ofMillis(100),
                        () -> {
                            job.requireAlive();
                            return Sql.number(target, count) >= LOADED * 9L / 10;
                        });
                loaded.set(true);
                assertThat(swaps.get()).as("swaps").isPositive();
                awaitEqual(job, source, target, "l", List.of("id", "pos", "note"));
                assertThat(Servers.nativeSinkLines(job.log()))
                        .as("no task failed")
                        .hasSize(READERS);
            }
        } finally {
            loaded.set(true);
            changing.shutdown();
        }
    }

    private static int swapUntil(AtomicBoolean end, Connection source) throws SQLException {
        SplittableRandom random = new SplittableRandom(13);
        int swaps = 0;
        try (source) {
            while (!end.get()) {
                int one = random.nextInt(LOADED / 2) + 1;
                int other = random.nextInt(LOADED / 2) + 1 + LOADED / 2;
                UniqueChanges.swapLoaded(one, other).apply(source);
                swaps++;
            }
        }
        return swaps;
    }

    private Job start(String name, String config, String option) {
        return Servers.runInOneJvm(name, config, option, jobId);
    }

    /** The options of the README's job, which has no option that equals its default. */
    private static String config(String database, String... tables) {
        String config =
                new MySqlSource(database)
                        .mainJob(List.of(tables))
                        .replace("    max_retries = \"3\"\n", "")
                        .replace("    batch_size = 1000\n", "");
        assertThat(config).doesNotContain("max_retries", "batch_size");
        return config;
    }

    /** Uses the fastest of several shifts, because other programs may use the processors. */
    private static void requireFastShift(Job job, Connection source, Connection target)
            throws SQLException {
        List<Duration> times = new ArrayList<>();
        for (int shift = 0; shift < 6; shift++) {
            String rows = UniqueChanges.MIDDLE;
            int moved =
                    Sql.run(
                            source,
                            shift % 2 == 0
                                    ? UniqueChanges.shiftUp(rows)
                                    : UniqueChanges.shiftDown(rows));
            long committed = System.nanoTime();
            assertThat(moved).isEqualTo(UniqueChanges.MIDDLE_ROWS);
            awaitEqual(job, source, target);
            times.add(Duration.ofNanos(System.nanoTime() - committed));
        }
        times.sort(null);
        System.out.printf(
                Locale.ROOT,
                "A shift of %d rows is in the target after %.2f s (slowest of %d: %.2f s)%n",
                UniqueChanges.MIDDLE_ROWS,
                times.get(0).toMillis() / 1e3,
                times.size(),
                times.get(times.size() - 1).toMillis() / 1e3);
        assertThat(times.get(0)).isLessThan(SHIFT);
    }

    /** Kills the job when a part of 10,000 rows has moved; the highest rows move first. */
    private static void killInAShift(Job job, Connection source, Connection target)
            throws SQLException {
        String highest =
                "SELECT MAX(pos) FROM p WHERE pos < " + (100_000 + 2 * UniqueChanges.LARGE_ROWS);
        long before = Sql.number(source, highest);
        // There are at least four transactions, and each takes this long.
        Servers.dsql().control("latency commit 300");
        Sql.run(source, UniqueChanges.shiftUp(UniqueChanges.LARGE));
        Poll.until(
                "the first rows of a shift",
                Servers.JOB,
                Duration.ofMillis(2),
                () -> {
                    job.requireAlive();
                    return Sql.number(target, highest) > before;
                });
        job.kill();
        // Statements that it had sent may still be committed.
        Poll.until(
                "the end of its connections",
                Servers.JOB,
                Duration.ofMillis(20),
                () -> Servers.dsql().stat("connections_open") == 0);
        Servers.dsql().control("latency commit 0");
        String lowest = "SELECT MIN(pos) FROM p WHERE " + UniqueChanges.LARGE;
        assertThat(Sql.number(target, lowest))
                .as("the lowest row, which moves last")
                .isEqualTo(Sql.number(source, lowest) - 1);
    }

    /** Waits for a checkpoint that began after this call. */
    private static void awaitCheckpoint(Job job) {
        long before = checkpoints(job);
        Poll.until(
                () -> "two more checkpoints; " + job.tail(),
                Servers.JOB,
                Duration.ofMillis(100),
                () -> {
                    job.requireAlive();
                    return checkpoints(job) >= before + 2;
                });
    }

    private static long checkpoints(Job job) {
        return job.log().lines().filter(line -> line.contains("notify finished!")).count();
    }

    private static void awaitTables(Job job, Connection target, int count, String names) {
        Poll.until(
                () -> "the tables to exist; " + job.tail(),
                Servers.JOB,
                Duration.ofMillis(100),
                () -> {
                    job.requireAlive();
                    return Sql.number(
                                    target,
                                    "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
                                            + " AND tablename IN ('"
                                            + names
                                            + "')")
                            == count;
                });
    }

    private static void awaitEqual(Job job, Connection source, Connection target) {
        awaitEqual(job, source, target, "p", P);
        awaitEqual(job, source, target, "q", Q);
    }

    private static void awaitEqual(
            Job job, Connection source, Connection target, String table, List<String> columns) {
        List<String> differences = new ArrayList<>();
        Poll.until(
                () -> "source and target to be equal; " + table + ": " + differences,
                Servers.JOB,
                Duration.ofMillis(20),
                () -> {
                    job.requireAlive();
                    differences.clear();
                    differences.addAll(TableDiff.compare(source, target, table, columns).shown());
                    return differences.isEmpty();
                });
    }

    private static List<String> uniqueIndexes(Connection target) throws SQLException {
        try (Statement statement = target.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT replace(indexdef, schemaname || '.', '') FROM pg_indexes"
                                        + " WHERE tablename IN ('p', 'q')")) {
            List<String> indexes = new ArrayList<>();
            while (rows.next()) {
                indexes.add(rows.getString(1));
            }
            return indexes;
        }
    }
}
