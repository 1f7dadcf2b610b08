package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.DsqlSinkOptions.SchemaChangePolicy;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.config.DsqlTable.RowColumn;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.seatunnel.api.table.catalog.Column;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes changes of a source's columns over to the target. Each change looks first what the target
 * has: after a restart the same change comes again, and with several writers each of them brings
 * it.
 */
public final class SchemaEvolution {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaEvolution.class);

    private final DsqlSinkConfig config;
    private final DsqlCatalog catalog;
    private DsqlTable table;
    private List<RowColumn> rows;
    private List<String> key;

    private SchemaEvolution(DsqlSinkConfig config, DsqlTable table) {
        this.config = config;
        this.catalog = new DsqlCatalog(config.nativeOptions());
        this.table = table;
        this.rows = new ArrayList<>(table.rowColumns());
        this.key = new ArrayList<>(table.primaryKey());
    }

    /**
     * Carries out an event. The rows before it must be durable.
     *
     * @param event one of SeaTunnel's SchemaChangeEvents
     * @return the table as the rows after the event have it
     * @throws DsqlConnectorException when the target cannot follow; it says what to do
     */
    public static DsqlTable apply(DsqlSinkConfig config, DsqlTable table, Object event)
            throws InterruptedException {
        if (table.query() != null && config.schemaChangePolicy() == SchemaChangePolicy.APPLY) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.SCHEMA,
                    "Table "
                            + table
                            + ": the source's table changed ("
                            + event
                            + "), which option 'query' cannot follow: change the query and start"
                            + " the job anew, or set schema_change_policy = ignore");
        } else if (config.schemaChangePolicy() == SchemaChangePolicy.FAIL) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.SCHEMA,
                    "Table "
                            + table
                            + ": the source's table changed ("
                            + event
                            + "), and schema_change_policy = fail: change the target accordingly"
                            + " and start the job anew, or set schema_change_policy = apply");
        }
        SchemaEvolution evolution = new SchemaEvolution(config, table);
        try {
            for (SchemaChange change : SchemaChange.of(event)) {
                evolution.carryOut(change);
            }
            return table.with(evolution.rows, evolution.key);
        } catch (DsqlNativeException e) {
            throw DsqlConnectorException.of("Table " + table + ", change of the source: ", e);
        } finally {
            evolution.catalog.close();
        }
    }

    private void carryOut(SchemaChange change) throws InterruptedException {
        int at = indexOf(change.name());
        boolean ignore = config.schemaChangePolicy() == SchemaChangePolicy.IGNORE;
        LOG.info(
                "Table {}: the source's column {} has changed ({}){}",
                table,
                change.name(),
                change.kind(),
                ignore ? ", which is ignored" : "");
        switch (change.kind()) {
            case ADD:
                if (at >= 0) {
                    place(change, at, modified(change, rows.get(at).target(), ignore));
                } else {
                    place(change, -1, added(change.column(), ignore));
                }
                break;
            case DROP:
                if (at >= 0) {
                    dropped(rows.get(at).target(), ignore);
                    rows.remove(at);
                }
                break;
            case MODIFY:
                if (at >= 0) {
                    place(change, at, modified(change, rows.get(at).target(), ignore));
                }
                break;
            default:
                if (at >= 0) {
                    place(change, at, renamed(change, rows.get(at).target(), ignore));
                }
        }
    }

    private int indexOf(String source) {
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).source().equals(source)) {
                return i;
            }
        }
        return -1;
    }

    /** Where SeaTunnel's sources put the column's values from now on. */
    private void place(SchemaChange change, int at, String target) {
        Column column = change.column();
        RowColumn now =
                new RowColumn(column.getName(), target, String.valueOf(column.getDataType()));
        if (at >= 0 && !change.first() && change.after() == null) {
            rows.set(at, now);
            return;
        }
        if (at >= 0) {
            rows.remove(at);
        }
        if (change.first()) {
            rows.add(0, now);
        } else if (change.after() != null) {
            rows.add(indexOf(change.after()) + 1, now);
        } else {
            rows.add(now);
        }
    }

    private String added(Column column, boolean ignore) throws InterruptedException {
        String target = table.target(column.getName());
        Map<String, List<String>> columns = catalog.columns(table);
        if (columns.containsKey(target)) {
            return ignore ? target : held(column, target, columns.get(target).get(0));
        }
        if (ignore) {
            return null;
        }
        String type = type(column);
        if ((!column.isNullable() || column.getDefaultValue() != null) && catalog.hasRows(table)) {
            throw stuck(
                    "column '"
                            + target
                            + "' is added with a default or as NOT NULL, which Aurora DSQL cannot"
                            + " do to the rows that are there. To go on: "
                            + Ddl.addColumn(table, target, type)
                            + "; set it in the rows that are there; restart the job");
        }
        catalog.alter(Ddl.addColumn(table, target, type));
        return target;
    }

    private void dropped(String target, boolean ignore) throws InterruptedException {
        if (target == null) {
            return;
        }
        if (key.contains(target)) {
            throw stuck(
                    "column '"
                            + target
                            + "' is dropped, but it belongs to the key, which Aurora DSQL never"
                            + " changes. To go on: create the table anew with another key, and"
                            + " load it again");
        }
        if (!ignore && catalog.columns(table).containsKey(target)) {
            catalog.alter(Ddl.dropColumn(table, target));
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
            catalog.alter(Ddl.dropNotNull(table, target));
        }
        return target;
    }

    private String renamed(SchemaChange change, String from, boolean ignore)
            throws InterruptedException {
        String to = table.target(change.column().getName());
        if (ignore || from == null || from.equals(to)) {
            return modified(change, from, ignore);
        }
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
                            + "', but it has both. To go on: drop the one that is not wanted;"
                            + " restart the job");
        } else if (columns.containsKey(from)) {
            catalog.alter(Ddl.renameColumn(table, from, to));
        }
        key.replaceAll(name -> name.equals(from) ? to : name);
        return to;
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

    /** The target, when its type holds all that the source's column may have now. */
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
                            + ", but Aurora DSQL changes no column's type. To go on: rename or drop"
                            + " the column, add it anew with the new type and fill it, or create"
                            + " the table anew and load it again; restart the job");
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
                        + ". With schema_change_policy = ignore the target stays as it is");
    }
}
