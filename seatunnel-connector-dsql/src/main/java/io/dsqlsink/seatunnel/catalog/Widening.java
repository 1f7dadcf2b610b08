package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.seatunnel.catalog.TableDefinition.ColumnDefinition;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.config.Names;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Widens columns to the types that their source has now. Aurora DSQL cannot change a column's type,
 * so a new column is added, filled page by page, and given the default, NOT NULL and indexes of the
 * old one; then it takes the old one's name. Each step first checks the state of the table, so an
 * interrupted run continues where it stopped. No job may write to the table meanwhile.
 */
public final class Widening {
    private static final String FRESH = "_dsql_new";
    private static final String OLD = "_dsql_old";

    private final DsqlCatalog catalog;
    private final DsqlTable table;
    private final String name;
    private final Consumer<String> told;

    private Widening(DsqlCatalog catalog, DsqlTable table, Consumer<String> told) {
        this.catalog = catalog;
        this.table = table;
        this.name = table.target();
        this.told = told;
    }

    /**
     * Widens every column of a table that is narrower than its source's.
     *
     * @param options what the native library is opened with
     * @param only the only column to widen, of any type; null for all whose source has a wider type
     *     of the same kind
     * @param dryRun only report what would be done
     * @param told receives a line for each column and step
     * @return how many columns were, or would be, widened
     * @throws DsqlConnectorException for a column that cannot be widened; names what is in the way
     */
    public static int run(
            Map<String, String> options,
            TableDefinition definition,
            String only,
            boolean dryRun,
            Consumer<String> told)
            throws InterruptedException {
        DsqlTable table = definition.table();
        try (DsqlCatalog catalog = new DsqlCatalog(options)) {
            Widening widening = new Widening(catalog, table, told);
            int widened = 0;
            for (ColumnDefinition column : definition.columns()) {
                if (only != null && !only.equals(column.name())) {
                    continue;
                }
                if (widening.widen(column.name(), column.type(), only != null, dryRun)) {
                    widened++;
                }
            }
            if (!dryRun) {
                widening.renameIndexes();
            }
            return widened;
        }
    }

    /**
     * @param type null for one that Aurora DSQL has no type for
     */
    private boolean widen(String column, String type, boolean named, boolean dryRun)
            throws InterruptedException {
        Map<String, List<String>> columns = catalog.columns(table);
        String actual = typeOf(columns, column);
        String old = old(column);
        // A run that was interrupted between the two renames leaves no column of this name.
        boolean there = columns.containsKey(column);
        boolean narrow = there && type != null && !ColumnTypes.holds(actual, type);
        String subject = name + ": column " + column;
        if (narrow && !named && !isWider(actual, type)) {
            told.accept(
                    subject
                            + " stays "
                            + actual
                            + ": the source's would be "
                            + type
                            + ", but that may only be because the source does not pass on the"
                            + " exact type; --column "
                            + column
                            + " recreates it");
            return false;
        } else if (narrow) {
            ColumnUse use = ColumnUse.of(catalog, table, column);
            requireFree(column, use);
            told.accept(subject + ": " + actual + " -> " + type);
            if (!dryRun) {
                makeAnew(columns, use, column, type);
            }
        } else if (columns.containsKey(old)) {
            told.accept(subject + ": finishing an interrupted run");
        } else {
            return false;
        }
        if (!dryRun) {
            if (narrow || !there) {
                rename(fresh(column), column);
            }
            catalog.alter(Ddl.dropColumn(table, old));
            told.accept(subject + " is " + type);
        }
        return true;
    }

    /**
     * The column under its new name, with all that the old one has; that has its other name then.
     */
    private void makeAnew(
            Map<String, List<String>> columns, ColumnUse use, String column, String type)
            throws InterruptedException {
        String fresh = fresh(column);
        if (columns.containsKey(old(column))) {
            // Of a run that was interrupted before the source's type became wider once more.
            catalog.alter(Ddl.dropColumn(table, old(column)));
        }
        add(columns, column, fresh, type);
        fill(column, fresh);
        equip(use, column, fresh);
        rename(column, old(column));
    }

    private static String fresh(String column) {
        return Names.shortened(column + FRESH);
    }

    private static String old(String column) {
        return Names.shortened(column + OLD);
    }

    /** A query at the source returns no lengths, so an unlimited text proves nothing. */
    private static boolean isWider(String actual, String type) {
        return actual.matches("smallint|integer") && type.matches("integer|bigint")
                || actual.equals("real") && type.equals("double precision")
                || actual.startsWith("numeric(") && type.startsWith("numeric(")
                || actual.startsWith("character varying(") && type.startsWith("varchar(");
    }

    private static String typeOf(Map<String, List<String>> columns, String column) {
        return columns.containsKey(column) ? columns.get(column).get(0) : "";
    }

    private void requireFree(String column, ColumnUse use) {
        if (!use.obstacles().isEmpty()) {
            throw stuck(
                    column,
                    String.join("; ", use.obstacles())
                            + ". Drop what you can recreate afterwards, or recreate the table"
                            + " and load it again");
        }
    }

    private void add(Map<String, List<String>> columns, String column, String fresh, String type)
            throws InterruptedException {
        if (!columns.containsKey(fresh)) {
            catalog.alter(Ddl.addColumn(table, fresh, type));
        } else if (!ColumnTypes.holds(typeOf(columns, fresh), type)) {
            throw stuck(
                    column,
                    "column '"
                            + fresh
                            + "' of an earlier attempt is of type "
                            + typeOf(columns, fresh)
                            + ": drop it, and run widen again");
        }
    }

    private void fill(String column, String fresh) throws InterruptedException {
        long rows;
        try {
            rows = catalog.rows(table).copy(column, fresh);
        } catch (DsqlNativeException e) {
            if (e.kind() != DsqlNativeException.ERROR_DATA
                    && e.kind() != DsqlNativeException.ERROR_SCHEMA
                    && e.kind() != DsqlNativeException.ERROR_REJECTED) {
                throw e;
            }
            catalog.alter(Ddl.dropColumn(table, fresh));
            throw stuck(column, "its values do not fit the source's type: " + e.getMessage());
        }
        told.accept(name + ": column " + fresh + ": " + rows + " rows filled");
        String differing =
                "SELECT count(*) FROM " + Ddl.quoted(table) + " WHERE " + Ddl.differ(column, fresh);
        String left = catalog.query(differing).get(0).get(0);
        if (!left.equals("0")) {
            throw stuck(
                    column,
                    left
                            + " rows have another value in it than in '"
                            + fresh
                            + "': stop the job that writes to the table, and run widen again;"
                            + " if the job is stopped already, the new type does not"
                            + " hold these values");
        }
    }

    /** Gives the new column what the old one has. */
    private void equip(ColumnUse use, String column, String fresh) throws InterruptedException {
        if (use.defaultValue() != null) {
            catalog.alter(Ddl.setDefault(table, fresh, use.defaultValue()));
        }
        if (use.isNotNull()) {
            catalog.requireNotNull(table, fresh);
        }
        Map<String, String> jobs = new LinkedHashMap<>();
        for (IndexDefinition index : use.indexes(fresh, FRESH)) {
            if (catalog.owners(table, Collections.singletonList(index.name())).isEmpty()) {
                Jobs.add(
                        jobs,
                        "Index " + index.name(),
                        catalog.execute(Ddl.createIndex(table, index), true));
            }
        }
        Jobs.await(catalog, jobs);
        List<String> missing = new ArrayList<>();
        use.indexes(fresh, FRESH).forEach(index -> missing.add(index.name()));
        missing.removeAll(catalog.builtIndexes(table));
        if (!missing.isEmpty()) {
            throw stuck(
                    column,
                    "the database did not build "
                            + String.join(", ", missing)
                            + " (see sys.jobs): drop them, and run widen again");
        }
    }

    private void rename(String from, String to) throws InterruptedException {
        catalog.alter(Ddl.renameColumn(table, from, to));
    }

    /** The old indexes went with the old column. */
    private void renameIndexes() throws InterruptedException {
        for (String index : catalog.indexes(table)) {
            if (index.endsWith(FRESH)) {
                String name = index.substring(0, index.length() - FRESH.length());
                catalog.alter(Ddl.renameIndex(table.schema(), index, name));
            }
        }
    }

    private DsqlConnectorException stuck(String column, String why) {
        return new DsqlConnectorException(
                DsqlErrorCode.SCHEMA,
                "Table " + name + ": column '" + column + "' cannot be widened: " + why);
    }
}
