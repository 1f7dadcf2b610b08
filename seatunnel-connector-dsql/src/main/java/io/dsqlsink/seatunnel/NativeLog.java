package io.dsqlsink.seatunnel;

import io.dsqlsink.bridge.Notice;
import java.util.List;
import org.slf4j.Logger;

/** Log lines of the native library on their way to the log of the engine. */
public final class NativeLog {
    private NativeLog() {}

    public static void write(Logger log, List<Notice> notices) {
        for (Notice notice : notices) {
            switch (notice.level()) {
                case Notice.LEVEL_ERROR:
                    log.error(notice.message());
                    break;
                case Notice.LEVEL_WARN:
                    log.warn(notice.message());
                    break;
                case Notice.LEVEL_INFO:
                    log.info(notice.message());
                    break;
                default:
                    log.debug(notice.message());
            }
        }
    }

    /** The value of the native option {@code log_level}: lines that nobody reads are not made. */
    public static String level(Logger log) {
        if (log.isDebugEnabled()) {
            return "debug";
        } else if (log.isInfoEnabled()) {
            return "info";
        }
        return log.isWarnEnabled() ? "warn" : "error";
    }
}
