package io.dsqlsink.seatunnel.compat;

import java.lang.reflect.Method;
import java.util.Map;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * When a row was changed at its source, where a row says so: in its options, which came after
 * 2.3.8. CDC sources fill them in.
 */
public final class EventTime {
    /** The row says nothing. */
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

    /** A snapshot may have 0 for a time that it does not know. */
    static long among(Object options) {
        Object time = options instanceof Map ? ((Map<?, ?>) options).get(KEY) : null;
        return time instanceof Long && (Long) time > 0 ? (Long) time : NONE;
    }
}
