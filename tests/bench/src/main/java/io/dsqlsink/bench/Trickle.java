package io.dsqlsink.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * Writes few rows, evenly, and measures how long each takes from the call of the writer until it
 * can be read in the target.
 */
final class Trickle {
    /** Short against what is measured. */
    private static final long PAUSE_MS = 4;

    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private Trickle() {}

    /** Returns the number of rows, and median and 99th percentile in microseconds. */
    static String run(Writer writer, Rows rows, int seconds, int rate, String url)
            throws Exception {
        int count = seconds * rate;
        AtomicLongArray written = new AtomicLongArray(count);
        AtomicLong first = new AtomicLong(-1);
        Thread source =
                new Thread(
                        () -> {
                            long start = System.nanoTime();
                            try {
                                for (int i = 0; i < count; i++) {
                                    sleepUntil(start + i * 1_000_000_000L / rate);
                                    SeaTunnelRow row = rows.next();
                                    first.compareAndSet(-1, (Long) row.getField(0));
                                    written.set(i, System.nanoTime());
                                    writer.write(row);
                                }
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        "trickle");
        source.start();
        long[] waits = watch(written, first, url);
        source.join();
        Arrays.sort(waits);
        return count + " " + waits[count / 2] / 1_000 + " " + waits[count * 99 / 100] / 1_000;
    }

    private static long[] watch(AtomicLongArray written, AtomicLong first, String url)
            throws Exception {
        int count = written.length();
        long[] waits = new long[count];
        int seen = 0;
        int low = 0;
        long progress = System.nanoTime();
        try (Connection target = DriverManager.getConnection(url);
                PreparedStatement query =
                        target.prepareStatement("SELECT id FROM orders WHERE id >= ?")) {
            while (seen < count) {
                Thread.sleep(PAUSE_MS);
                if (first.get() < 0) {
                    continue;
                }
                query.setLong(1, first.get() + low);
                try (ResultSet ids = query.executeQuery()) {
                    long now = System.nanoTime();
                    while (ids.next()) {
                        int row = Math.toIntExact(ids.getLong(1) - first.get());
                        if (waits[row] == 0) {
                            waits[row] = now - written.get(row);
                            seen++;
                            progress = now;
                        }
                    }
                    if (now - progress > PATIENCE_NANOS) {
                        throw new IllegalStateException(seen + " of " + count + " rows arrived");
                    }
                }
                while (low < count && waits[low] > 0) {
                    low++;
                }
            }
        }
        return waits;
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        long left = nanos - System.nanoTime();
        if (left > 0) {
            Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
        }
    }
}
