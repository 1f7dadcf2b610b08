package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.DsqlSinkOptions.SchemaChangePolicy;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.seatunnel.api.table.type.RowKind;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * Finds values that must be wrong in a change stream. A source that does not report a change of its
 * table returns NULL for a column that no longer exists, and Debezium writes a placeholder for
 * values that the database did not log. Rows of batch jobs are not checked: an outer join returns
 * NULL for a column that is declared NOT NULL.
 */
final class SourceValues {
    /** Debezium's unavailable.value.placeholder, by default. */
    static final String PLACEHOLDER = "__debezium_unavailable_value";

    private static final byte[] PLACEHOLDER_BYTES = PLACEHOLDER.getBytes(StandardCharsets.UTF_8);

    private final boolean streaming;
    private final boolean nullsAreWritten;
    private DsqlTable table;
    private int[] filled;

    SourceValues(DsqlSinkConfig config) {
        streaming = config.isStreaming();
        nullsAreWritten = config.schemaChangePolicy() == SchemaChangePolicy.IGNORE;
    }

    /** The error to fail with; null for a row that may be written. */
    DsqlConnectorException misread(DsqlTable form, SeaTunnelRow row) {
        // Of a row that goes, or goes away, the source may have the key alone.
        if (!streaming
                || row.getRowKind() == RowKind.DELETE
                || row.getRowKind() == RowKind.UPDATE_BEFORE) {
            return null;
        }
        if (table != form) {
            table = form;
            filled = form.filledPlaces();
        }
        Object[] values = row.getFields();
        if (!nullsAreWritten) {
            for (int place : filled) {
                if (values[place] == null) {
                    return gone(place);
                }
            }
        }
        for (int place = 0; place < values.length; place++) {
            if (isPlaceholder(values[place])) {
                return unavailable(place);
            }
        }
        return null;
    }

    private static boolean isPlaceholder(Object value) {
        return value instanceof String
                ? ((String) value).length() == PLACEHOLDER.length() && PLACEHOLDER.equals(value)
                : value instanceof byte[] && Arrays.equals(PLACEHOLDER_BYTES, (byte[]) value);
    }

    private DsqlConnectorException gone(int place) {
        return new DsqlConnectorException(
                DsqlErrorCode.SCHEMA,
                "Table "
                        + table
                        + ": a row has NULL in column '"
                        + table.sourceColumns().get(place)
                        + "', which the source declared NOT NULL when the job began. The column was"
                        + " dropped, renamed or changed at the source, and the source did not pass"
                        + " this on. To go on: change the target accordingly and start the job"
                        + " again, so that it reads the source's"
                        + " columns again; with schema_change_policy ="
                        + " ignore the NULL is written");
    }

    private DsqlConnectorException unavailable(int place) {
        return new DsqlConnectorException(
                DsqlErrorCode.DATA,
                "Table "
                        + table
                        + ": column '"
                        + table.sourceColumns().get(place)
                        + "' has the value "
                        + PLACEHOLDER
                        + ", which the source sends in place of a long value that an UPDATE did"
                        + " not change and PostgreSQL therefore did not log. To go on:"
                        + " ALTER TABLE ... REPLICA"
                        + " IDENTITY FULL at the source, and start the job again, without its"
                        + " checkpoint");
    }
}
