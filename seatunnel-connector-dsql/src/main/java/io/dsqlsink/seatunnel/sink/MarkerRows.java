package io.dsqlsink.seatunnel.sink;

import java.lang.reflect.Method;
import java.util.Map;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * Rows that carry no data: newer releases pass events on in them within Flink, and leave it to the
 * sink to tell them by their options, which rows have since 2.3.9.
 */
final class MarkerRows {
    private static final String[] MARKS = {"flush_event", "schema_change_event"};
    private static final Method OPTIONS = options();

    private MarkerRows() {}

    static boolean isMarker(SeaTunnelRow row) {
        if (OPTIONS == null) {
            return false;
        }
        Map<?, ?> options;
        try {
            options = (Map<?, ?>) OPTIONS.invoke(row);
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

    private static Method options() {
        try {
            return SeaTunnelRow.class.getMethod("getOptions");
        } catch (NoSuchMethodException e) {
            return null;
        }
    }
}
