package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.bridge.SinkStats;
import java.util.concurrent.TimeUnit;

/** How the sink gets on, in a line of the log now and then, and in one when it closes. */
final class Progress {
    /** By default seldom enough for a log of weeks, often enough to see a job stall. */
    private static final long INTERVAL_NANOS =
            TimeUnit.SECONDS.toNanos(Math.max(1, Long.getLong("dsql.sink.log.seconds", 30)));

    private long due;
    private String last = "";

    /**
     * @param now see {@link System#nanoTime()}
     */
    Progress(long now) {
        due = now + INTERVAL_NANOS;
    }

    /** True once in each interval. */
    boolean isDue(long now) {
        if (now - due < 0) {
            return false;
        }
        due = now + INTERVAL_NANOS;
        return true;
    }

    /** Null when nothing has changed since the last line. */
    String line(SinkStats stats) {
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
        return "Aurora DSQL sink: " + line;
    }

    /**
     * @param deadLetterPath null when no row can be skipped
     */
    static String total(SinkStats stats, String deadLetterPath) {
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
                        : ", " + stats.rowsDead() + " rows skipped, see " + deadLetterPath);
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
