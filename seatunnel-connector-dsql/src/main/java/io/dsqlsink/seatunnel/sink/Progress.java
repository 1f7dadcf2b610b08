package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.bridge.SinkStats;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How the sink gets on, in a line of the log now and then, and in one when it closes. */
final class Progress {
    /** By default seldom enough for a log of weeks, often enough to see a job stall. */
    private static final long INTERVAL_NANOS =
            TimeUnit.SECONDS.toNanos(Math.max(1, Long.getLong("dsql.sink.log.seconds", 30)));

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double BYTES_PER_MB = 1e6;

    private long due;
    private String last = "";
    private long lastAt;
    private long lastRows;
    private long lastBytes;

    /**
     * @param now see {@link System#nanoTime()}
     */
    Progress(long now) {
        due = now + INTERVAL_NANOS;
        lastAt = now;
    }

    /** True once in each interval. */
    boolean isDue(long now) {
        if (now - due < 0) {
            return false;
        }
        due = now + INTERVAL_NANOS;
        return true;
    }

    /**
     * Null when nothing has changed since the last line.
     *
     * @param now see {@link System#nanoTime()}
     */
    String line(SinkStats stats, long now) {
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
                        + stats.connectionsOpen()
                        + " connections, "
                        + stats.rowsDead()
                        + " rows skipped, flushes take "
                        + flushMillis(stats)
                        + " ms on average";
        if (stats.rowsReceived() == 0 || line.equals(last)) {
            return null;
        }
        last = line;
        return "Aurora DSQL sink: " + line + "; since the last line " + rates;
    }

    private static String rates(long rows, long bytes, long nanos) {
        double seconds = Math.max(nanos, 1) / NANOS_PER_SECOND;
        return String.format(
                Locale.ROOT,
                "%.0f rows/s, %.2f MB/s",
                rows / seconds,
                bytes / BYTES_PER_MB / seconds);
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
