package io.dsqlsink.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Measures how long a change takes from its commit in MySQL until it can be read in the target,
 * while the streaming job gets a hundred changes a second: first with this sink through dsql-local
 * with the cost model of Aurora DSQL, then with the stock sink straight into the same PostgreSQL.
 * scripts/bench.sh builds what it needs and runs it.
 */
public final class ChangeLatency {
    private static final String DSQL_HOST = "127.0.83.87";
    private static final String MYSQL_HOST = "127.0.83.88";
    private static final String DATABASE = "shop";
    private static final String TABLE = "ticks";
    private static final String DDL =
            "CREATE TABLE ticks (id bigint PRIMARY KEY, n bigint NOT NULL, note varchar(100))";

    private static final int RATE = 100;

    /** Keys of inserted rows; those that are updated are below. */
    private static final long NEW_ROWS = 1_000_000_000L;

    /** Short against what is measured. */
    private static final Duration PAUSE = Duration.ofMillis(5);

    private static final Duration START = Duration.ofMinutes(2);
    private static final long STANDSTILL_NANOS = Duration.ofSeconds(60).toNanos();

    private final Path folder = Places.ROOT.resolve("target/bench/changes");
    private final Path results;
    private final int changes;
    private MySqlServer mysql;
    private DsqlLocal dsql;

    private ChangeLatency(Path results, int seconds) {
        this.results = results;
        changes = seconds * RATE;
    }

    /**
     * Arguments: the file that gets a line of JSON for each sink, and how many seconds to go on.
     */
    public static void main(String[] arguments) {
        Program.exitAfter(
                "change latency",
                () ->
                        new ChangeLatency(Path.of(arguments[0]), Integer.parseInt(arguments[1]))
                                .run());
    }

    private void run() throws SQLException, IOException, InterruptedException {
        mysql = MySqlServer.start(MYSQL_HOST, folder.resolve("mysql"));
        dsql = DsqlLocal.start(DSQL_HOST, folder.resolve("dsql"));
        dsql.create(DDL);
        dsql.control("profile region");
        try (Connection server = mysql.connect("")) {
            Sql.run(server, "CREATE DATABASE " + DATABASE);
        }
        try (Connection source = mysql.connect(DATABASE)) {
            Sql.run(source, DDL);
        }
        String config = JobConfig.mysqlToDsql(mysql.host(), DATABASE, List.of(TABLE));
        measure("ours", config, dsql.behindUrl());
        // The stock sink takes the database postgres for one that it has to create.
        String url = dsql.behindUrl().replaceFirst("/postgres$", "/" + DATABASE);
        try (Connection server = dsql.connectBehind()) {
            Sql.run(server, "CREATE DATABASE " + DATABASE);
        }
        try (Connection target = DriverManager.getConnection(url + "?user=postgres")) {
            Sql.run(target, DDL);
        }
        String sink = config.substring(config.indexOf("sink {"));
        String stock =
                sink.replaceFirst("url = .*", "url = \"" + url + "\"")
                        .replace("dialect = \"dsql\"", "dialect = \"postgres\"")
                        .replace("username = \"admin\"", "user = \"postgres\"")
                        .replaceFirst(
                                "database = .*",
                                "database = \""
                                        + DATABASE
                                        + "\"\n    table = \"public."
                                        + TABLE
                                        + "\"");
        measure("stock", config.replace(sink, stock), url);
    }

    private void measure(String contender, String config, String targetUrl)
            throws SQLException, IOException, InterruptedException {
        try (Connection source = mysql.connect(DATABASE);
                Connection target = DriverManager.getConnection(targetUrl + "?user=postgres")) {
            Sql.run(source, "TRUNCATE ticks");
            Sql.run(target, "TRUNCATE ticks", "CREATE INDEX IF NOT EXISTS ticks_n ON ticks (n)");
            insertRows(source);
            SeaTunnelHome home = new SeaTunnelHome(Path.of(System.getProperty("zeta.home")));
            Path file = JobConfig.write(folder.resolve(contender + ".conf"), config);
            Path log = folder.resolve(contender + ".log");
            try (Job job = home.run(file, log, dsql.environment())) {
                await(job, target, -1);
                Sql.run(source, "UPDATE ticks SET n = -2 WHERE id = 0");
                await(job, target, -2);
                // First a warm-up of the same kind.
                change(job, source, target, 0, changes / 4);
                long transactions = dsql.stat("commits");
                long rows = dsql.stat("rows_committed");
                long start = System.nanoTime();
                long[] waits = change(job, source, target, changes / 4, changes);
                double seconds = (System.nanoTime() - start) / 1e9;
                transactions = dsql.stat("commits") - transactions;
                rows = dsql.stat("rows_committed") - rows;
                report(contender, waits, transactions, rows, seconds);
            }
        }
    }

    private static void await(Job job, Connection target, long n) {
        Poll.until(
                "the first row in the target",
                START,
                PAUSE,
                () -> {
                    job.requireAlive();
                    String found = Sql.value(target, "SELECT n FROM ticks WHERE id = 0");
                    return String.valueOf(n).equals(found);
                });
    }

    /** The rows that will be updated, and row 0, which shows that the job follows. */
    private void insertRows(Connection source) throws SQLException {
        try (PreparedStatement insert =
                source.prepareStatement("INSERT INTO ticks VALUES (?, -1, 'before the changes')")) {
            for (int id = 0; id < changes * 2; id++) {
                insert.setLong(1, id);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /**
     * Makes changes numbered from {@code first} on, by turns a new row and a row updated; each row
     * is changed once. Returns how long each took to arrive, in nanoseconds.
     */
    private static long[] change(
            Job job, Connection source, Connection target, int first, int count)
            throws SQLException, InterruptedException {
        AtomicLongArray committed = new AtomicLongArray(count);
        Thread changes = new Thread(() -> commit(source, committed, first), "changes");
        changes.start();
        long[] waits = new long[count];
        int seen = 0;
        int low = 0;
        long progress = System.nanoTime();
        try (PreparedStatement query =
                target.prepareStatement("SELECT n FROM ticks WHERE n >= ?")) {
            while (seen < count) {
                Poll.pause(PAUSE);
                query.setLong(1, first + low);
                try (ResultSet rows = query.executeQuery()) {
                    long now = System.nanoTime();
                    while (rows.next()) {
                        int change = Math.toIntExact(rows.getLong(1) - first);
                        // A change can be seen before its committer has looked at the clock.
                        if (waits[change] == 0 && committed.get(change) != 0) {
                            waits[change] = now - committed.get(change);
                            seen++;
                            progress = now;
                        }
                    }
                    if (now - progress > STANDSTILL_NANOS) {
                        job.requireAlive();
                        throw new IllegalStateException(seen + " of " + count + " changes came");
                    }
                }
                while (low < count && waits[low] != 0) {
                    low++;
                }
            }
        }
        changes.join();
        return waits;
    }

    private static void commit(Connection source, AtomicLongArray committed, int first) {
        long start = System.nanoTime();
        try (PreparedStatement insert =
                        source.prepareStatement(
                                "INSERT INTO ticks (n, id, note) VALUES (?, ?, 'a new row')");
                PreparedStatement update =
                        source.prepareStatement("UPDATE ticks SET n = ? WHERE id = ?")) {
            for (int i = 0; i < committed.length(); i++) {
                long wait = start + i * 1_000_000_000L / RATE - System.nanoTime();
                Poll.pause(Duration.ofNanos(Math.max(wait, 0)));
                long n = first + i;
                PreparedStatement statement = i % 2 == 0 ? insert : update;
                statement.setLong(1, n);
                statement.setLong(2, i % 2 == 0 ? NEW_ROWS + n : 1 + n);
                statement.executeUpdate();
                committed.set(i, System.nanoTime());
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Transactions and rows are those of dsql-local, which the stock sink goes past. */
    private void report(
            String contender, long[] waits, long transactions, long rows, double seconds)
            throws IOException {
        Arrays.sort(waits);
        String line =
                String.format(
                        Locale.ROOT,
                        "{\"part\":\"d\",\"contender\":\"%s\",\"setting\":\"streaming job\",\"changes\":%d,"
                                + "\"transactions\":%d,\"rows\":%d,\"seconds\":%.3f,"
                                + "\"p50_ms\":%.1f,\"p99_ms\":%.1f}%n",
                        contender,
                        waits.length,
                        transactions,
                        rows,
                        seconds,
                        waits[waits.length / 2] / 1e6,
                        waits[waits.length * 99 / 100] / 1e6);
        System.out.print("  " + line);
        Files.writeString(results, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
