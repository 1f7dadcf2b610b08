package io.dsqlsink.bench;

import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.seatunnel.api.table.type.RowKind;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * Gives a writer updates of random rows at a steady rate. As from a CDC source, an update is the
 * row before and the row after. Measures the time from the call of the writer until a change can be
 * read in the target.
 *
 * <p>The column customer has the change's number. A change counts as visible when its row has that
 * number or a higher one: if several changes of a key wait together, only the last is written.
 */
final class Stream {
    /** Much shorter than the measured times. */
    private static final long PAUSE_MS = 4;

    /**
     * Changes per second that are watched. Watching more would take processor time from the sink.
     */
    private static final int WATCHED_RATE = 100;

    /**
     * The writer's thread sleeps only for longer times than this: timers of the machine are not
     * finer.
     */
    private static final long TICK_NANOS = 1_000_000;

    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private record Watched(long key, long number, long written) {}

    private final Writer writer;
    private final Rows rows;
    private final int keys;
    private final Queue<Watched> handed = new ConcurrentLinkedQueue<>();
    private volatile Exception failure;

    /**
     * @param keys the target has rows with the keys 1 to this number
     */
    Stream(Writer writer, Rows rows, int keys) {
        this.writer = writer;
        this.rows = rows;
        this.keys = keys;
    }

    /**
     * Returns the number of changes, the number of watched ones, the median and the 99th percentile
     * of their latency in microseconds, the nanoseconds of the whole run, and bytes of a row.
     */
    String run(int seconds, int rate, String url) throws Exception {
        int every = Math.max(1, rate / WATCHED_RATE);
        int count = seconds * rate;
        try (Connection target = DriverManager.getConnection(url)) {
            // Numbers rise from run to run, so no row has a number of a later run.
            long first = System.currentTimeMillis() * 1_000;
            long start = System.nanoTime();
            Thread source = new Thread(() -> write(count, rate, every, first), "stream");
            source.start();
            long[] waits = watch(target, (count + every - 1) / every);
            source.join();
            long nanos = System.nanoTime() - start;
            Arrays.sort(waits);
            return count
                    + " "
                    + waits.length
                    + " "
                    + waits[waits.length / 2] / 1_000
                    + " "
                    + waits[waits.length * 99 / 100] / 1_000
                    + " "
                    + nanos
                    + " "
                    + rows.bytes();
        }
    }

    private void write(int count, int rate, int every, long first) {
        long start = System.nanoTime();
        try {
            for (int i = 0; i < count; i++) {
                long wait = start + i * 1_000_000_000L / rate - System.nanoTime();
                if (wait > TICK_NANOS) {
                    Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
                }
                long key = rows.key(keys);
                Object[] before = rows.values(key);
                Object[] after = rows.values(key);
                after[Rows.CUSTOMER] = first + i;
                long now = System.nanoTime();
                writer.write(row(before, RowKind.UPDATE_BEFORE));
                writer.write(row(after, RowKind.UPDATE_AFTER));
                if (i % every == 0) {
                    handed.add(new Watched(key, first + i, now));
                }
            }
        } catch (Exception e) {
            failure = e;
        }
    }

    private static SeaTunnelRow row(Object[] fields, RowKind kind) {
        SeaTunnelRow row = new SeaTunnelRow(fields);
        row.setRowKind(kind);
        return row;
    }

    /** Queries the rows of the watched changes until all changes have arrived. */
    private long[] watch(Connection target, int count) throws Exception {
        long[] waits = new long[count];
        int seen = 0;
        long progress = System.nanoTime();
        List<Watched> open = new ArrayList<>();
        try (PreparedStatement query =
                target.prepareStatement("SELECT id, customer FROM orders WHERE id = ANY (?)")) {
            while (seen < count) {
                Thread.sleep(PAUSE_MS);
                if (failure != null) {
                    throw failure;
                }
                for (Watched watched; (watched = handed.poll()) != null; ) {
                    open.add(watched);
                }
                Map<Long, Long> numbers = numbers(target, query, open);
                long now = System.nanoTime();
                List<Watched> left = new ArrayList<>();
                for (Watched watched : open) {
                    if (numbers.getOrDefault(watched.key, 0L) >= watched.number) {
                        waits[seen++] = now - watched.written;
                        progress = now;
                    } else {
                        left.add(watched);
                    }
                }
                open = left;
                if (now - progress > PATIENCE_NANOS) {
                    throw new IllegalStateException(seen + " of " + count + " changes arrived");
                }
            }
        }
        return waits;
    }

    private static Map<Long, Long> numbers(
            Connection target, PreparedStatement query, List<Watched> open) throws Exception {
        Map<Long, Long> numbers = new HashMap<>();
        if (!open.isEmpty()) {
            Array ids = target.createArrayOf("bigint", open.stream().map(Watched::key).toArray());
            query.setArray(1, ids);
            try (ResultSet found = query.executeQuery()) {
                while (found.next()) {
                    numbers.put(found.getLong(1), found.getLong(2));
                }
            }
        }
        return numbers;
    }
}
