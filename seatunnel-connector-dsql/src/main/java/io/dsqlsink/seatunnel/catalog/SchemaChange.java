package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.seatunnel.api.table.catalog.Column;

/**
 * One change of a source's columns. SeaTunnel's events moved to another package with 2.3.9, so they
 * are read by their simple names, which stayed.
 */
final class SchemaChange {
    enum Kind {
        ADD,
        DROP,
        RENAME,
        MODIFY
    }

    private final Kind kind;
    private final String name;
    private final Column column;
    private final boolean first;
    private final String after;

    private SchemaChange(Kind kind, String name, Column column, boolean first, String after) {
        this.kind = kind;
        this.name = name;
        this.column = column;
        this.first = first;
        this.after = after;
    }

    /** The changes of an event, in their order. */
    static List<SchemaChange> of(Object event) {
        switch (event.getClass().getSimpleName()) {
            case "AlterTableColumnsEvent":
                List<SchemaChange> changes = new ArrayList<>();
                for (Object part : (List<?>) get(event, "getEvents")) {
                    changes.addAll(of(part));
                }
                return changes;
            case "AlterTableAddColumnEvent":
                return Collections.singletonList(placed(Kind.ADD, event, null));
            case "AlterTableModifyColumnEvent":
                return Collections.singletonList(placed(Kind.MODIFY, event, null));
            case "AlterTableChangeColumnEvent":
                String old = (String) get(event, "getOldColumn");
                return Collections.singletonList(placed(Kind.RENAME, event, old));
            case "AlterTableDropColumnEvent":
                String name = (String) get(event, "getColumn");
                return Collections.singletonList(
                        new SchemaChange(Kind.DROP, name, null, false, null));
            default:
                throw new DsqlConnectorException(
                        DsqlErrorCode.SCHEMA,
                        "The source's table changed by an event that this sink does not know ("
                                + event
                                + "): change the target accordingly and start the job anew, or set"
                                + " schema_change_policy = ignore");
        }
    }

    private static SchemaChange placed(Kind kind, Object event, String oldName) {
        Column column = (Column) get(event, "getColumn");
        return new SchemaChange(
                kind,
                oldName == null ? column.getName() : oldName,
                column,
                (Boolean) get(event, "isFirst"),
                (String) get(event, "getAfterColumn"));
    }

    private static Object get(Object event, String getter) {
        try {
            return event.getClass().getMethod(getter).invoke(event);
        } catch (ReflectiveOperationException e) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.INTERNAL,
                    event.getClass().getName() + " has no " + getter + "() in this SeaTunnel",
                    e);
        }
    }

    Kind kind() {
        return kind;
    }

    /** What the source called the column until now. */
    String name() {
        return name;
    }

    /** The column as it is now; null when it was dropped. */
    Column column() {
        return column;
    }

    /** The column is the first of the rows now. */
    boolean first() {
        return first;
    }

    /** The column that it stands behind now; null when it did not move. */
    String after() {
        return after;
    }
}
