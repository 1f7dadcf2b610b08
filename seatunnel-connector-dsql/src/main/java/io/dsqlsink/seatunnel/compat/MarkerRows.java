package io.dsqlsink.seatunnel.compat;

import java.util.Map;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * Rows that carry no data: newer releases pass events on in them within Flink, and leave it to the
 * sink to tell them by their options, which rows have since 2.3.9.
 */
public final class MarkerRows {
    private static final String[] MARKS = {"flush_event", "schema_change_event"};

    private MarkerRows() {}

    /** Slow, and to be asked of rows alone that look like none. */
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
