package io.dsqlsink.seatunnel;

import io.dsqlsink.bridge.Notice;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of a class. Names, values and the server's texts are escaped ({@link LogText}), so they
 * cannot start a new line.
 */
public final class SinkLog {
    /** Characters of a statement that identify it. */
    private static final int TOLD_CHARACTERS = 300;

    private final Logger log;

    private SinkLog(Logger log) {
        this.log = log;
    }

    public static SinkLog of(Class<?> type) {
        return new SinkLog(LoggerFactory.getLogger(type));
    }

    /**
     * @param form the line, with {} where each value goes
     */
    public void error(String form, Object... values) {
        log.error(LogText.printable(form), printable(values));
    }

    public void warn(String form, Object... values) {
        log.warn(LogText.printable(form), printable(values));
    }

    public void info(String form, Object... values) {
        log.info(LogText.printable(form), printable(values));
    }

    public void debug(String form, Object... values) {
        if (log.isDebugEnabled()) {
            log.debug(LogText.printable(form), printable(values));
        }
    }

    /** Passes log lines of the native library to the engine's log. */
    public void write(List<Notice> notices) {
        for (Notice notice : notices) {
            switch (notice.level()) {
                case Notice.LEVEL_ERROR:
                    error("{}", notice.message());
                    break;
                case Notice.LEVEL_WARN:
                    warn("{}", notice.message());
                    break;
                case Notice.LEVEL_INFO:
                    info("{}", notice.message());
                    break;
                default:
                    debug("{}", notice.message());
            }
        }
    }

    /**
     * Logs the library's lines while a statement runs. If the statement takes long, logs its text
     * up to the conditions, which may contain values.
     */
    public Consumer<List<Notice>> whileWaiting(String sql) {
        LogInterval interval = LogInterval.start();
        String head = sql.split(" WHERE ", 2)[0];
        String begin = head.substring(0, Math.min(head.length(), TOLD_CHARACTERS));
        return notices -> {
            write(notices);
            if (interval.isDue()) {
                info("Waiting for {} s for the answer to: {}", interval.seconds(), begin);
            }
        };
    }

    /** The value of the native option {@code log_level}: lines that nobody reads are not made. */
    public String level() {
        if (log.isDebugEnabled()) {
            return "debug";
        } else if (log.isInfoEnabled()) {
            return "info";
        }
        return log.isWarnEnabled() ? "warn" : "error";
    }

    /** An exception at the end is passed on as one, so that its stack trace is written. */
    private static Object[] printable(Object[] values) {
        Object[] shown = values.clone();
        for (int i = 0; i < shown.length; i++) {
            if (shown[i] != null && !(shown[i] instanceof Throwable)) {
                shown[i] = LogText.printable(shown[i].toString());
            }
        }
        return shown;
    }
}
