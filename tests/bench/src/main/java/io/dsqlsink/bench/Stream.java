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
 * Hands updates of random rows to a writer, evenly, as a CDC source does: the row before and the
 * row after. Measures how long it takes from the call of the writer until a change can be read in
 * the target.
 *
 * <p>The column customer holds a change's number. A change counts as visible once its row has that
 * number or a higher one: of several changes of one key that wait together the last is enough.
 */
final class Stream {
    /** Short against what is measured. */
    private static final long PAUSE_MS = 4;

    /**
     * Changes a second whose arrival is watched. Watching more would take processor time from what
     * is measured.
     */
    private static final int WATCHED_RATE = 100;

    /**
     * A source hands over what has come since it last slept; timers of the machine are not finer.
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
     * @param keys the target has rows with the keys from 1 to this one
     */
    Stream(Writer writer, Rows rows, int keys) {
        this.writer = writer;
        this.rows = rows;
        this.keys = keys;
    }

    /**
     * Returns the number of changes, those watched, their latency's median and 99th percentile in
     * microseconds, how long the writer was kept in writing the changes, and bytes of a row.
     */
    String run(int seconds, int rate, String url) throws Exception {
        int every = Math.max(1, rate / WATCHED_RATE);
        int count = seconds * rate;
        try (Connection target = DriverManager.getConnection(url)) {
            // Numbers rise from run to run, so that no row has a later one's number.
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

    /** Asks for the rows of the watched changes until all have arrived. */
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
