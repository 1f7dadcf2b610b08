package io.dsqlsink.seatunnel.compat;

import java.util.Map;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * Rows that carry no data. On Flink, newer releases pass events in such rows, and the sink must
 * recognize them by their options, which rows have since 2.3.9.
 */
public final class MarkerRows {
    private static final String[] MARKS = {"flush_event", "schema_change_event"};

    private MarkerRows() {}

    /** Slow: call it only for rows that may be markers. */
    public static boolean isMarker(SeaTunnelRow row) {
        Map<?, ?> options;
        try {
            options = (Map<?, ?>) SeaTunnelRow.class.getMethod("getOptions").invoke(row);
        } catch (ReflectiveOperationException e) {
            return false;
        }
        for (String mark : MARKS) {
            if (options != null && options.containsKey(mark)) {
                return true;
            }
        }
        return false;
    }
}
