package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.seatunnel.SinkLog;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.DsqlSinkOptions.SchemaChangePolicy;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.config.DsqlTable.RowColumn;
import io.dsqlsink.seatunnel.config.Names;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.seatunnel.api.table.catalog.Column;

/**
 * Applies changes of a source's columns to the target. Each change first checks what the target
 * has: after a restart the same change arrives again, and with several writers it arrives once from
 * each.
 */
public final class SchemaEvolution {
    private static final SinkLog LOG = SinkLog.of(SchemaEvolution.class);

    private final DsqlSinkConfig config;
    private final DsqlCatalog catalog;
    private final DsqlTable table;
    private List<RowColumn> rows;
    private final List<String> key;

    /** Statements that were not run, because the job does not allow them. */
    private final List<String> left = new ArrayList<>();

    private SchemaEvolution(DsqlSinkConfig config, DsqlTable table) {
        this.config = config;
        this.catalog = new DsqlCatalog(config.nativeOptions());
        this.table = table;
        this.rows = new ArrayList<>(table.rowColumns());
        this.key = new ArrayList<>(table.primaryKey());
    }

    /**
     * Applies an event. The rows before it must be durable.
     *
     * @param event one of SeaTunnel's SchemaChangeEvents
     * @return the table as the rows after the event have it
     * @throws DsqlConnectorException when the target cannot follow; it says what to do
     */
    public static DsqlTable apply(DsqlSinkConfig config, DsqlTable table, Object event)
            throws InterruptedException {
        List<RowColumn> restored = SchemaChange.restored(event, table);
        if (restored != null) {
            return table.with(restored, table.primaryKey());
        }
        if (table.query() != null && config.schemaChangePolicy() != SchemaChangePolicy.IGNORE) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.SCHEMA,
                    "Table "
                            + table
                            + ": the source's table changed ("
                            + event
                            + "), which option 'query' cannot follow: change the query and"
                            + " start the job again, or set"
                            + " schema_change_policy = ignore");
        }
        SchemaEvolution evolution = new SchemaEvolution(config, table);
        try {
            for (SchemaChange change : SchemaChange.of(event, table.rowColumns())) {
                evolution.carryOut(change);
            }
            evolution.requireNothingLeft();
            return table.with(evolution.rows, evolution.key);
        } catch (DsqlNativeException e) {
            throw DsqlConnectorException.of(
                    "Table " + table + ", schema change of the source:" + " ", e);
        } finally {
            evolution.catalog.close();
        }
    }

    /**
     * Refuses a change that moves the key within the rows where a table has several writers: for
     * all the job's life SeaTunnel picks a row's writer by the value in the key's first place, so
     * rows of one key would go to different writers, out of order.
     */
    public static void requireKeyInPlace(DsqlTable table, int writers, Object event) {
        if (writers == 1 || table.keys().isEmpty()) {
            return;
        }
        List<RowColumn> rows = SchemaChange.restored(event, table);
        if (rows != null) {
            requireKeyInPlace(table, writers, DsqlTable.place(rows, table.keys().get(0)));
            return;
        }
        rows = table.rowColumns();
        for (SchemaChange change : SchemaChange.of(event, rows)) {
            int at = SchemaChange.indexOf(rows, change.name());
            rows = change.appliedTo(rows, at < 0 ? null : rows.get(at).target());
        }
        requireKeyInPlace(table, writers, DsqlTable.place(rows, table.keys().get(0)));
    }

    /**
     * @param place position of the first key column in the rows from now on; -1 when it is dropped
     */
    public static void requireKeyInPlace(DsqlTable table, int writers, int place) {
        if (writers > 1 && place >= 0 && place != table.keyPlace()) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.SCHEMA,
                    "Table "
                            + table
                            + ": a change of the source moves key column '"
                            + table.keys().get(0)
                            + "' within the rows, and SeaTunnel uses its position to distribute"
                            + " the rows to "
                            + writers
                            + " writers. To go on: set multi_table_sink_replica = 1; one writer"
                            + " can use all connections");
        }
    }

    /**
     * Leaves out the columns that the target lacks, as schema_change_policy = ignore did when they
     * were added: the row type that a job starts with does not contain that decision.
     */
    public static DsqlTable leftOut(DsqlSinkConfig config, DsqlTable table)
            throws InterruptedException {
        if (config.schemaChangePolicy() != SchemaChangePolicy.IGNORE || table.query() != null) {
            return table;
        }
        SchemaEvolution evolution = new SchemaEvolution(config, table);
        try {
            Set<String> columns = evolution.catalog.columns(table).keySet();
            List<String> missing = new ArrayList<>();
            evolution.rows.replaceAll(
                    row -> {
                        String target = row.target();
                        if (columns.contains(target) || evolution.key.contains(target)) {
                            return row;
                        }
                        missing.add(row.source());
                        return row.with(null);
                    });
            // Without any column the table does not exist, which is reported elsewhere.
            if (columns.isEmpty() || missing.isEmpty()) {
                return table;
            }
            LOG.warn(
                    "Table {} has no column for the source's {}: not written, because"
                            + " schema_change_policy"
                            + " = ignore",
                    table,
                    missing);
            return table.with(evolution.rows, evolution.key);
        } finally {
            evolution.catalog.close();
        }
    }

    private void carryOut(SchemaChange change) throws InterruptedException {
        int at = SchemaChange.indexOf(rows, change.name());
        boolean ignore = config.schemaChangePolicy() == SchemaChangePolicy.IGNORE;
        LOG.info(
                "Table {}: the source's column {} has changed ({}){}",
                table,
                change.name(),
                change.kind(),
                ignore ? ", which is ignored" : "");
        String target = at < 0 ? null : rows.get(at).target();
        switch (change.kind()) {
            case ADD:
                target = at < 0 ? added(change.column(), ignore) : modified(change, target, ignore);
                break;
            case DROP:
                dropped(target, ignore);
                break;
            case MODIFY:
                target = modified(change, target, ignore);
                break;
            default:
                target = renamed(change, target, ignore);
        }
        rows = change.appliedTo(rows, target);
    }

    /** Under schema_change_policy = fail the operator changes the target. */
    private void alter(String ddl) throws InterruptedException {
        if (config.schemaChangePolicy() == SchemaChangePolicy.FAIL) {
            left.add(ddl);
        } else {
            catalog.alter(ddl);
        }
    }

    private void requireNothingLeft() {
        if (!left.isEmpty()) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.SCHEMA,
                    "Table "
                            + table
                            + " does not match its source any more, and schema_change_policy ="
                            + " fail."
                            + " To go on: "
                            + String.join("; ", left)
                            + "; restart the job");
        }
    }

    private String added(Column column, boolean ignore) throws InterruptedException {
        String target = table.target(column.getName());
        if (!ignore) {
            requireName(target);
        }
        Map<String, List<String>> columns = catalog.columns(table);
        if (columns.containsKey(target)) {
            if (!ignore) {
                held(column, target, columns.get(target).get(0));
                fill(column, target, ColumnDefault.of(column, type(column)));
            }
            return target;
        }
        if (ignore) {
            return null;
        }
        String type = type(column);
        ColumnDefault value = ColumnDefault.of(column, type);
        if (value.isUnknown() && catalog.hasRows(table)) {
            throw stuck(
                    "column '"
                            + target
                            + "' is added as NOT NULL or with the default "
                            + column.getDefaultValue()
                            + ", so its value in existing rows at the source cannot be"
                            + " determined. To go on: "
                            + Ddl.addColumn(table, target, type)
                            + "; set it in the existing rows; restart the job");
        }
        alter(
                value.isDeclared()
                        ? Ddl.addColumn(table, target, type, value.sql())
                        : Ddl.addColumn(table, target, type));
        fill(column, target, value);
        return target;
    }

    /**
     * Gives the rows that are there what they have at the source, which writes nothing of it into
     * its log. The rows after the change have not been written yet, so a NULL is one from before;
     * and if it is carried out again after a restart, the rows after it come again too.
     */
    private void fill(Column column, String target, ColumnDefault value)
            throws InterruptedException {
        if (config.schemaChangePolicy() == SchemaChangePolicy.FAIL) {
            if (value.sql() != null) {
                left.add(
                        Ddl.fill(table, target, value.sql())
                                + " WHERE "
                                + Ddl.quoted(target)
                                + " IS NULL (3,000 rows at a time)");
            }
        } else if (value.sql() != null) {
            catalog.rows(table).fill(target, value.sql());
            if (!column.isNullable()) {
                catalog.requireNotNull(table, target);
            }
        }
    }

    private void dropped(String target, boolean ignore) throws InterruptedException {
        if (target == null) {
            return;
        }
        if (key.contains(target)) {
            throw stuck(
                    "column '"
                            + target
                            + "' is dropped, but it belongs to the key, which Aurora DSQL"
                            + " cannot change. To go on: recreate the table with"
                            + " another key, and load it again");
        }
        if (!ignore && catalog.columns(table).containsKey(target)) {
            alter(Ddl.dropColumn(table, target));
        }
    }

    private String modified(SchemaChange change, String target, boolean ignore)
            throws InterruptedException {
        if (ignore || target == null) {
            return target;
        }
        List<String> column = catalog.columns(table).get(target);
        if (column == null) {
            return added(change.column(), false);
        }
        held(change.column(), target, column.get(0));
        if (change.column().isNullable() && !column.get(1).isEmpty() && !key.contains(target)) {
            alter(Ddl.dropNotNull(table, target));
        }
        return target;
    }

    private String renamed(SchemaChange change, String from, boolean ignore)
            throws InterruptedException {
        String to = table.target(change.column().getName());
        if (ignore || from == null || from.equals(to)) {
            return modified(change, from, ignore);
        }
        requireName(to);
        Map<String, List<String>> columns = catalog.columns(table);
        List<String> column = columns.getOrDefault(from, columns.get(to));
        if (column == null) {
            throw stuck("column '" + from + "' is renamed to '" + to + "', but it has neither");
        }
        held(change.column(), from, column.get(0));
        if (columns.containsKey(from) && columns.containsKey(to)) {
            throw stuck(
                    "column '"
                            + from
                            + "' is renamed to '"
                            + to
                            + "', but it has both. To go on: drop the one that is not needed;"
                            + " restart the job");
        } else if (columns.containsKey(from)) {
            alter(Ddl.renameColumn(table, from, to));
        }
        key.replaceAll(name -> name.equals(from) ? to : name);
        return to;
    }

    private void requireName(String column) {
        String problem = Names.problem("column", column);
        if (problem != null) {
            throw stuck(
                    problem
                            + ". To go on: give it a shorter name at the source, or leave it out by"
                            + " a transform; restart the job");
        }
    }

    private String type(Column column) {
        String type = ColumnTypes.of(column);
        if (type == null) {
            throw stuck(
                    "column '"
                            + column.getName()
                            + "' is of type "
                            + column.getDataType()
                            + ", for which Aurora DSQL has no column type");
        }
        return type;
    }

    /** The target's type, if it holds every value that the source's column may have now. */
    private String held(Column column, String target, String actual) {
        String needed = type(column);
        if (!ColumnTypes.holds(actual, needed)) {
            throw stuck(
                    "column '"
                            + target
                            + "' is of type "
                            + actual
                            + " and would have to become "
                            + needed
                            + ", but Aurora DSQL cannot change a column's type. To go on: run"
                            + " the jar's command widen for the job, which recreates"
                            + " the column and keeps its rows, or recreate the"
                            + " table and load it again; restart the"
                            + " job");
        }
        return target;
    }

    private DsqlConnectorException stuck(String why) {
        return new DsqlConnectorException(
                DsqlErrorCode.SCHEMA,
                "Table "
                        + table
                        + " cannot follow its source: "
                        + why
                        + ". With schema_change_policy = ignore the target is not changed");
    }
}
