package io.dsqlsink.seatunnel;

import java.util.concurrent.TimeUnit;

/** When the next log line about continuing work is due. */
public final class LogInterval {
    /** By default seldom enough for a log of weeks, often enough to see a job stall. */
    private static final long NANOS =
            TimeUnit.SECONDS.toNanos(Math.max(1, Long.getLong("dsql.sink.log.seconds", 30)));

    private final long start;
    private long due;

    /**
     * @param now see {@link System#nanoTime()}
     */
    public LogInterval(long now) {
        start = now;
        due = now + NANOS;
    }

    /** From now. */
    public static LogInterval start() {
        return new LogInterval(System.nanoTime());
    }

    /** True once in each interval. */
    public boolean isDue(long now) {
        if (now - due < 0) {
            return false;
        }
        due = now + NANOS;
        return true;
    }

    /** True once in each interval. */
    public boolean isDue() {
        return isDue(System.nanoTime());
    }

    /** Seconds since the start. */
    public long seconds() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    }
}
