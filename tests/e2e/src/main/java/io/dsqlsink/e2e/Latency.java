package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * Measures the time from a commit in MySQL until the change can be read in the target, one change
 * at a time.
 */
final class Latency {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    /** Short against what is measured, which is some tenths of a second. */
    private static final Duration PAUSE = Duration.ofMillis(5);

    /** Keys that nothing else uses. */
    private static final long FIRST_KEY = 5_000_000_000L;

    private final Connection mysql;
    private final Connection target;
    private final String table;
    private final String targetTable;
    private final String column;
    private final List<Long> millis = new ArrayList<>();

    /**
     * @param table whose key is id
     * @param targetTable the same in the target
     * @param column of numbers
     */
    Latency(Connection mysql, Connection target, String table, String targetTable, String column) {
        this.mysql = mysql;
        this.target = target;
        this.table = table;
        this.targetTable = targetTable;
        this.column = column;
    }

    /** Inserts, updates and deletes a row, each the given number of times. */
    void measure(int times) throws SQLException {
        for (int i = 0; i < times; i++) {
            String where = " WHERE id = " + (FIRST_KEY + i);
            String insert = "INSERT INTO " + table + " (id, " + column + ") VALUES (";
            one(insert + (FIRST_KEY + i) + ", 1)", where, "1");
            one("UPDATE " + table + " SET " + column + " = 2" + where, where, "2");
            one("DELETE FROM " + table + where, where, null);
        }
    }

    private void one(String change, String where, String expected) throws SQLException {
        Sql.run(mysql, change);
        long committed = System.nanoTime();
        Poll.until(
                "'" + change + "' to arrive",
                DEADLINE,
                PAUSE,
                () ->
                        Objects.equals(
                                Sql.value(
                                        target,
                                        "SELECT " + column + " FROM " + targetTable + where),
                                expected));
        millis.add((System.nanoTime() - committed) / 1_000_000);
    }

    int count() {
        return millis.size();
    }

    long median() {
        List<Long> sorted = new ArrayList<>(millis);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    long longest() {
        return Collections.max(millis);
    }
}
