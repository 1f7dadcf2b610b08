package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Random changes of the shop, from a seed and without a pause, until told to stop. Each is a
 * transaction, and each gives a row of {@link #TICKS} a number higher than any before.
 */
final class Churn implements AutoCloseable {
    /** A table whose rows have a number that shows how new they are. */
    static final Table TICKS =
            new Table(
                    "ticks",
                    "bigint",
                    "bigint",
                    List.of(Column.of("n", "bigint", "bigint", key -> 0L, 0L)));

    /** Keys of ticks: few, so that each changes often. */
    private static final int TICK_KEYS = 200;

    /** Some forty transactions a second: the sink is never idle, and a restored job catches up. */
    private static final Duration PAUSE = Duration.ofMillis(20);

    /** Far above the keys of any fill, and each block above the one before. */
    private static final long NEW_KEYS = 1_000_000_000L;

    private static final long BLOCK = 200_000;
    private static final int MOST_ROWS = 20;

    private final Connection source;
    private final Random random;
    private final long rows;
    private final Thread thread = new Thread(this::work, "churn");
    private volatile boolean stopping;
    private volatile long transactions;
    private volatile SQLException failure;
    private long blocks;
    private Range deleting;
    private final Map<String, Map<Long, Mark>> deleted = new HashMap<>();

    /** Keys of a table. */
    private record Range(Table table, long from, long to) {}

    /** A place in MySQL's log. */
    record Mark(String file, long position) implements Comparable<Mark> {
        @Override
        public int compareTo(Mark other) {
            int files = file.compareTo(other.file);
            return files == 0 ? Long.compare(position, other.position) : files;
        }
    }

    /**
     * @param source used by nobody else until this is closed
     * @param rows keys up to here may exist in each table
     */
    private Churn(Connection source, long seed, long rows) {
        this.source = source;
        random = new Random(seed);
        this.rows = rows;
    }

    static Churn start(Connection source, long seed, long rows) {
        Churn churn = new Churn(source, seed, rows);
        churn.thread.start();
        return churn;
    }

    /** Transactions so far. */
    long transactions() {
        return transactions;
    }

    /**
     * For each key of a table that was deleted, a place in MySQL's log after its last deletion. Of
     * a churn that was closed.
     */
    Map<Long, Mark> deleted(String table) {
        return deleted.getOrDefault(table, Map.of());
    }

    /** Ends with the transaction in progress. */
    @Override
    public void close() throws SQLException {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void work() {
        try {
            while (!stopping) {
                next().apply(source);
                transactions++;
                if (deleting != null) {
                    noteDeleted();
                }
                Poll.pause(PAUSE);
            }
        } catch (SQLException e) {
            failure = e;
        }
    }

    private void noteDeleted() throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet master = statement.executeQuery("SHOW MASTER STATUS")) {
            master.next();
            Mark mark = new Mark(master.getString(1), master.getLong(2));
            Map<Long, Mark> keys =
                    deleted.computeIfAbsent(deleting.table.name(), name -> new HashMap<>());
            for (long key = deleting.from; key <= deleting.to; key++) {
                keys.put(key, mark);
            }
        }
    }

    private Changes.Change next() {
        Table table = Shop.TABLES.get(random.nextInt(Shop.TABLES.size()));
        long key = 1 + (long) (random.nextDouble() * rows);
        String one = " WHERE id = " + key;
        long last = key + random.nextInt(MOST_ROWS);
        String some = " WHERE id BETWEEN " + key + " AND " + last;
        String again =
                "INSERT INTO " + table.name() + " SELECT " + key + ", " + table.columnsAfterKey();
        String tick =
                "INSERT INTO ticks VALUES ("
                        + (1 + random.nextInt(TICK_KEYS))
                        + ", "
                        + (transactions + 1)
                        + ") ON DUPLICATE KEY UPDATE n = VALUES(n)";
        String delete = "DELETE FROM " + table.name();
        int kind = random.nextInt(8);
        deleting =
                switch (kind) {
                    case 2 -> new Range(table, key, last);
                    case 3, 4 -> new Range(table, key, key);
                    default -> null;
                };
        return switch (kind) {
            case 0, 1 ->
                    Changes.Change.of(
                            "insert",
                            tick,
                            table.copyRows(NEW_KEYS + BLOCK * blocks++, some.substring(7)));
            case 2 -> Changes.Change.of("delete", tick, delete + some);
            case 3 ->
                    Changes.Change.of(
                            "delete and insert again",
                            tick,
                            delete + one,
                            again + " FROM " + table.name() + " WHERE id = " + (key % 12 + 1));
            case 4 ->
                    Changes.Change.of(
                            "primary-key change",
                            tick,
                            "UPDATE "
                                    + table.name()
                                    + " SET id = "
                                    + (NEW_KEYS + BLOCK * blocks++)
                                    + one);
            default -> Changes.Change.of("update", tick, update(table) + some);
        };
    }

    private String update(Table table) {
        int value = random.nextInt(1000);
        String set =
                switch (table.name()) {
                    case "customers" -> "name = 'churn " + value + "', balance = " + value;
                    case "items" -> "title = 'churn " + value + "', stock = " + value;
                    default -> "quantity = " + value + ", remark = NULL";
                };
        return "UPDATE " + table.name() + " SET " + set;
    }
}
