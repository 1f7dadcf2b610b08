package io.dsqlsink.bridge;

/** A log line from the native side. */
public final class Notice {
    public static final int LEVEL_ERROR = 1;
    public static final int LEVEL_WARN = 2;
    public static final int LEVEL_INFO = 3;
    public static final int LEVEL_DEBUG = 4;

    private final int level;
    private final long epochMillis;
    private final String message;

    Notice(int level, long epochMillis, String message) {
        this.level = level;
        this.epochMillis = epochMillis;
        this.message = message;
    }

    /** One of the LEVEL constants. */
    public int level() {
        return level;
    }

    /** When it was written, which may be some time before it was read. */
    public long epochMillis() {
        return epochMillis;
    }

    public String message() {
        return message;
    }
}
