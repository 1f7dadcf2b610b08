package io.dsqlsink.seatunnel.compat;

import java.lang.reflect.Method;
import java.util.Map;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * The time when a row was changed at its source. CDC sources put it into the row's options, which
 * exist in releases after 2.3.8.
 */
public final class EventTime {
    /** The row has no such time. */
    public static final long NONE = -1;

    /** The name of SeaTunnel's CommonOptions.EVENT_TIME. */
    private static final String KEY = "EventTime";

    /** Null in releases whose rows have no options. */
    private final Method options = optionsOfRows();

    private static Method optionsOfRows() {
        try {
            return SeaTunnelRow.class.getMethod("getOptions");
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    /** Milliseconds since 1970, or {@link #NONE}. */
    public long of(SeaTunnelRow row) {
        if (options == null) {
            return NONE;
        }
        try {
            return among(options.invoke(row));
        } catch (ReflectiveOperationException e) {
            return NONE;
        }
    }

    /** A snapshot may have 0 for an unknown time. */
    static long among(Object options) {
        Object time = options instanceof Map ? ((Map<?, ?>) options).get(KEY) : null;
        return time instanceof Long && (Long) time > 0 ? (Long) time : NONE;
    }
}
