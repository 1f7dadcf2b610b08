package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.config.DsqlTable.RowColumn;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
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

    /** The column is now the first of the rows. */
    private final boolean first;

    /** The column that now precedes it; null if it did not move. */
    private final String after;

    private SchemaChange(Kind kind, String name, Column column, boolean first, String after) {
        this.kind = kind;
        this.name = name;
        this.column = column;
        this.first = first;
        this.after = after;
    }

    /**
     * The changes of an event, in their order.
     *
     * @param rows the columns of the rows before it
     */
    static List<SchemaChange> of(Object event, List<RowColumn> rows) {
        switch (event.getClass().getSimpleName()) {
            case "AlterTableColumnsEvent":
                List<SchemaChange> changes = new ArrayList<>();
                for (Object part : (List<?>) get(event, "getEvents")) {
                    changes.addAll(of(part, rows));
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
                if (changesNothing(event, rows)) {
                    return Collections.emptyList();
                }
                throw new DsqlConnectorException(
                        DsqlErrorCode.SCHEMA,
                        "The source's table changed by an event that this sink does not know ("
                                + event
                                + "): change the target accordingly and start the job again");
        }
    }

    /**
     * The columns that the rows have after a restart, as the event tells them that newer releases
     * send then; null for another event.
     */
    static List<RowColumn> restored(Object event, DsqlTable table) {
        if (!event.getClass().getSimpleName().equals("RestoreTableSchemaEvent")) {
            return null;
        }
        List<RowColumn> rows = new ArrayList<>();
        CatalogTable after = (CatalogTable) get(event, "getChangeAfter");
        for (Column column : after.getTableSchema().getColumns()) {
            int at = indexOf(table.rowColumns(), column.getName());
            rows.add(
                    at >= 0
                            ? table.rowColumns().get(at)
                            : new RowColumn(
                                    column.getName(),
                                    table.target(column.getName()),
                                    String.valueOf(column.getDataType())));
        }
        return rows;
    }

    /**
     * Whether an event of a kind that came later leaves the columns as they are: such as one that
     * changes a comment. Since 2.3.9 an event carries the table as it is afterwards.
     */
    private static boolean changesNothing(Object event, List<RowColumn> rows) {
        String kind = event.getClass().getSimpleName();
        if (kind.equals("AlterTableNameEvent")) {
            return false;
        }
        CatalogTable after;
        try {
            after = (CatalogTable) event.getClass().getMethod("getChangeAfter").invoke(event);
        } catch (ReflectiveOperationException | ClassCastException e) {
            return false;
        }
        if (after == null) {
            return kind.contains("Comment");
        }
        List<String> names = Arrays.asList(after.getSeaTunnelRowType().getFieldNames());
        return names.equals(rows.stream().map(RowColumn::source).collect(Collectors.toList()));
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

    /**
     * The rows' columns after it, in the places where SeaTunnel's sources put them.
     *
     * @param target what the target calls the column now
     */
    List<RowColumn> appliedTo(List<RowColumn> rows, String target) {
        List<RowColumn> applied = new ArrayList<>(rows);
        int at = indexOf(rows, name);
        if (kind == Kind.DROP || at < 0 && kind != Kind.ADD) {
            applied.removeIf(row -> kind == Kind.DROP && row.source().equals(name));
            return applied;
        }
        String type = String.valueOf(column.getDataType());
        RowColumn now = new RowColumn(column.getName(), target, type);
        if (at >= 0 && !first && after == null) {
            applied.set(at, now);
            return applied;
        }
        if (at >= 0) {
            applied.remove(at);
        }
        if (first) {
            applied.add(0, now);
        } else if (after != null) {
            applied.add(indexOf(applied, after) + 1, now);
        } else {
            applied.add(now);
        }
        return applied;
    }

    /** Position of a source column in the rows; -1 if it is not there. */
    static int indexOf(List<RowColumn> rows, String source) {
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).source().equals(source)) {
                return i;
            }
        }
        return -1;
    }

    Kind kind() {
        return kind;
    }

    /** The column's name at the source before the change. */
    String name() {
        return name;
    }

    /** The column as it is now; null when it was dropped. */
    Column column() {
        return column;
    }
}
