package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.bridge.Latencies;
import io.dsqlsink.bridge.SinkStats;
import io.dsqlsink.seatunnel.LogInterval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Formats the progress of the sink as log lines, periodically and at the end. */
final class Progress {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MICROS_PER_SECOND = 1e6;
    private static final double BYTES_PER_MB = 1e6;

    /** Number of tables with their own line per interval: those with most rows. */
    private static final int TOLD_TABLES = 10;

    private final LogInterval interval;
    private String last = "";
    private long lastAt;
    private long lastRows;
    private long lastBytes;
    private long tablesAt;

    /** Rows and bytes committed at the last line. */
    private final Map<String, long[]> lastOfTable = new HashMap<>();

    /**
     * @param now see {@link System#nanoTime()}
     */
    Progress(long now) {
        interval = new LogInterval(now);
        lastAt = now;
        tablesAt = now;
    }

    /** True once in each interval. */
    boolean isDue(long now) {
        return interval.isDue(now);
    }

    /**
     * Null when nothing has changed since the last line.
     *
     * @param latencies since the last call
     * @param lagMillis how long after their change at the source rows came; negative where they do
     *     not say
     * @param now see {@link System#nanoTime()}
     */
    String line(SinkStats stats, Latencies latencies, long lagMillis, long now) {
        String rates =
                rates(
                        stats.rowsCommitted() - lastRows,
                        stats.bytesCommitted() - lastBytes,
                        now - lastAt);
        lastAt = now;
        lastRows = stats.rowsCommitted();
        lastBytes = stats.bytesCommitted();
        String line =
                stats.rowsReceived()
                        + " rows received, "
                        + stats.rowsCommitted()
                        + " committed in "
                        + stats.batchesCommitted()
                        + " transactions"
                        + merged(stats)
                        + "; retried "
                        + stats.retriesConflict()
                        + " after conflicts, "
                        + stats.retriesUnavailable()
                        + " while unavailable, "
                        + stats.retriesConnection()
                        + " after lost connections; "
                        + stats.bufferedBytes()
                        + " bytes buffered, "
                        + stats.connectionsBusy()
                        + " of "
                        + stats.connectionsOpen()
                        + " connections in use, "
                        + stats.rowsDead()
                        + " rows skipped, flushes take "
                        + flushMillis(stats)
                        + " ms on average";
        if (stats.rowsReceived() == 0 || line.equals(last)) {
            return null;
        }
        last = line;
        return "Aurora DSQL sink: "
                + line
                + "; since the last line "
                + rates
                + times(latencies)
                + (lagMillis < 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "; rows come %.1f s after their change at the source",
                                lagMillis / 1e3));
    }

    /** Rates of each table since the last call; none for a single table: they are the sink's. */
    List<String> tables(Map<String, SinkStats> tables, long now) {
        List<String> lines = new ArrayList<>();
        long nanos = now - tablesAt;
        tablesAt = now;
        Map<String, Long> rows = new HashMap<>();
        Map<String, String> told = new HashMap<>();
        tables.forEach(
                (table, stats) -> {
                    long[] before = lastOfTable.getOrDefault(table, new long[2]);
                    long more = stats.rowsCommitted() - before[0];
                    if (more > 0) {
                        rows.put(table, more);
                        told.put(table, rates(more, stats.bytesCommitted() - before[1], nanos));
                    }
                    lastOfTable.put(
                            table, new long[] {stats.rowsCommitted(), stats.bytesCommitted()});
                });
        if (tables.size() < 2) {
            return lines;
        }
        rows.keySet().stream()
                .sorted(Comparator.comparing((String table) -> -rows.get(table)))
                .limit(TOLD_TABLES)
                .forEach(
                        table ->
                                lines.add(
                                        "Aurora DSQL sink: table "
                                                + table
                                                + ": "
                                                + told.get(table)
                                                + ", "
                                                + tables.get(table).rowsCommitted()
                                                + " rows committed"));
        if (rows.size() > TOLD_TABLES) {
            lines.add(
                    "Aurora DSQL sink: "
                            + (rows.size() - TOLD_TABLES)
                            + " more tables got fewer rows than these");
        }
        return lines;
    }

    private static String rates(long rows, long bytes, long nanos) {
        double seconds = Math.max(nanos, 1) / NANOS_PER_SECOND;
        return String.format(
                Locale.ROOT,
                "%.0f rows/s, %.2f MB/s",
                rows / seconds,
                bytes / BYTES_PER_MB / seconds);
    }

    private static String times(Latencies latencies) {
        return latencies.transactions() == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", a transaction takes %.1f ms (99 %%: %.1f ms), rows wait %.1f ms before"
                                + " it (99 %%: %.1f ms)",
                        latencies.transactionMedianMicros() / 1e3,
                        latencies.transactionP99Micros() / 1e3,
                        latencies.waitMedianMicros() / 1e3,
                        latencies.waitP99Micros() / 1e3);
    }

    /**
     * @param deadLetterPath null when no row can be skipped
     * @param nanos how long the sink was open
     */
    static String total(SinkStats stats, String deadLetterPath, long nanos) {
        return "Aurora DSQL sink closed: "
                + stats.rowsReceived()
                + " rows received, "
                + stats.rowsCommitted()
                + " committed in "
                + stats.batchesCommitted()
                + " transactions"
                + merged(stats)
                + ", "
                + stats.retriesConflict()
                + " conflicts retried"
                + (stats.rowsDead() == 0
                        ? ""
                        : ", " + stats.rowsDead() + " rows skipped, see " + deadLetterPath)
                + String.format(
                        Locale.ROOT,
                        "; open for %.1f s, %s",
                        nanos / NANOS_PER_SECOND,
                        rates(stats.rowsCommitted(), stats.bytesCommitted(), nanos))
                + (stats.batchesCommitted() == 0 ? "" : "; " + Cost.told(stats));
    }

    /** A final line for each table, with the time from its first row to its last commit. */
    static List<String> totals(Map<String, SinkStats> tables) {
        List<String> lines = new ArrayList<>();
        tables.forEach(
                (table, stats) ->
                        lines.add(
                                String.format(
                                        Locale.ROOT,
                                        "Aurora DSQL sink closed: table %s: %d rows received, %d"
                                                + " committed in %d transactions, %d skipped, in %.1f s",
                                        table,
                                        stats.rowsReceived(),
                                        stats.rowsCommitted(),
                                        stats.batchesCommitted(),
                                        stats.rowsDead(),
                                        stats.activeMicros() / MICROS_PER_SECOND)));
        return lines;
    }

    /** Why fewer rows are committed than were received, though none is missing. */
    private static String merged(SinkStats stats) {
        return stats.rowsCoalesced() == 0
                ? ""
                : ", " + stats.rowsCoalesced() + " rows merged with a later change of the same key";
    }

    private static long flushMillis(SinkStats stats) {
        return stats.flushes() == 0
                ? 0
                : TimeUnit.MICROSECONDS.toMillis(stats.flushMicros() / stats.flushes());
    }
}
