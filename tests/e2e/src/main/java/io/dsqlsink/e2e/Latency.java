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
    private final List<Long> millis = new ArrayList<>();

    Latency(Connection mysql, Connection target) {
        this.mysql = mysql;
        this.target = target;
    }

    /** Inserts, updates and deletes a row of customers, each the given number of times. */
    Latency measure(int times) throws SQLException {
        for (int i = 0; i < times; i++) {
            String where = " WHERE id = " + (FIRST_KEY + i);
            one(
                    "INSERT INTO customers (id, level) VALUES (" + (FIRST_KEY + i) + ", 1)",
                    where,
                    "1");
            one("UPDATE customers SET level = 2" + where, where, "2");
            one("DELETE FROM customers" + where, where, null);
        }
        return this;
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
                                Sql.value(target, "SELECT level FROM customers" + where),
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
