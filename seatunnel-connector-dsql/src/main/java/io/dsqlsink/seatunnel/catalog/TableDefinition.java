package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.Column;
import org.apache.seatunnel.api.table.catalog.ConstraintKey;
import org.apache.seatunnel.api.table.catalog.TableIdentifier;
import org.apache.seatunnel.api.table.catalog.TableSchema;

/** What a target table is created with, as the source's table has it. */
public final class TableDefinition implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Bytes of a name (PostgreSQL cuts a longer one, so that two could become one). */
    private static final int MOST_NAME = 63;

    /** The only one of a cluster. */
    private static final String DATABASE = "postgres";

    /** Columns of a key or index (quotas of Aurora DSQL). */
    private static final int MOST_KEY_COLUMNS = 8;

    private final DsqlTable table;
    private final ArrayList<ColumnDefinition> columns;
    private final ArrayList<IndexDefinition> indexes;

    private TableDefinition(
            DsqlTable table,
            ArrayList<ColumnDefinition> columns,
            ArrayList<IndexDefinition> indexes) {
        this.table = table;
        this.columns = columns;
        this.indexes = indexes;
    }

    public static TableDefinition of(DsqlTable table, CatalogTable source) {
        ArrayList<ColumnDefinition> columns = new ArrayList<>();
        List<String> sourceNames = new ArrayList<>();
        for (Column column : source.getTableSchema().getColumns()) {
            if (column.isPhysical()) {
                String name = table.columns().get(columns.size());
                sourceNames.add(column.getName());
                columns.add(
                        new ColumnDefinition(
                                name,
                                ColumnTypes.of(column),
                                sourceType(column),
                                column.isNullable() && !table.primaryKey().contains(name)));
            }
        }
        ArrayList<IndexDefinition> indexes = new ArrayList<>();
        List<ConstraintKey> constraints = source.getTableSchema().getConstraintKeys();
        if (constraints != null) {
            // Unique ones first: of two indexes on the same columns the first is made.
            addIndexes(true, table, constraints, sourceNames, indexes);
            addIndexes(false, table, constraints, sourceNames, indexes);
        }
        return new TableDefinition(table, columns, indexes);
    }

    private static String sourceType(Column column) {
        String type = String.valueOf(column.getDataType());
        return column.getSourceType() == null ? type : type + ", " + column.getSourceType();
    }

    private static void addIndexes(
            boolean unique,
            DsqlTable table,
            List<ConstraintKey> constraints,
            List<String> sourceNames,
            List<IndexDefinition> indexes) {
        ConstraintKey.ConstraintType wanted =
                unique
                        ? ConstraintKey.ConstraintType.UNIQUE_KEY
                        : ConstraintKey.ConstraintType.INDEX_KEY;
        for (ConstraintKey constraint : constraints) {
            List<String> names = new ArrayList<>();
            for (ConstraintKey.ConstraintKeyColumn column : constraint.getColumnNames()) {
                int at = sourceNames.indexOf(column.getColumnName());
                names.add(at < 0 ? null : table.columns().get(at));
            }
            boolean taken =
                    names.equals(table.primaryKey())
                            || indexes.stream().anyMatch(i -> i.columns().equals(names));
            if (constraint.getConstraintType() == wanted && !names.contains(null) && !taken) {
                // Names of indexes are one table's own in MySQL, but a schema's in Aurora DSQL.
                String name = table.name() + "_" + constraint.getConstraintName();
                indexes.add(new IndexDefinition(shortened(name), unique, names));
            }
        }
    }

    private static String shortened(String name) {
        if (name.getBytes(StandardCharsets.UTF_8).length <= MOST_NAME) {
            return name;
        }
        String hash = "_" + Integer.toHexString(name.hashCode());
        // At four bytes a character none is cut in two.
        return name.substring(0, Math.min(name.length(), (MOST_NAME - hash.length()) / 4)) + hash;
    }

    /**
     * Finds out whether the table can be created.
     *
     * @throws DsqlConnectorException that names every column in the way and what to do
     */
    void check() {
        List<String> problems = new ArrayList<>();
        for (ColumnDefinition column : columns) {
            boolean key = table.primaryKey().contains(column.name());
            if (column.type() == null) {
                problems.add(
                        "column '"
                                + column.name()
                                + "' is of type "
                                + column.sourceType()
                                + ", for which Aurora DSQL has no column type: convert it or leave"
                                + " it out by a transform, such as Sql or FieldMapper");
            } else if (key && !ColumnTypes.isIndexable(column.type())) {
                problems.add(
                        "key column '"
                                + column.name()
                                + "' would be of type "
                                + column.type()
                                + ", which Aurora DSQL takes in no key: name other columns by"
                                + " option 'primary_keys'");
            }
        }
        if (table.primaryKey().size() > MOST_KEY_COLUMNS) {
            problems.add(
                    "the key has "
                            + table.primaryKey().size()
                            + " columns, but Aurora DSQL takes "
                            + MOST_KEY_COLUMNS
                            + ": name fewer by option 'primary_keys'");
        }
        if (!problems.isEmpty()) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.SCHEMA,
                    "Table " + table + " cannot be created: " + String.join("; ", problems));
        }
    }

    /** The target as the engine names tables, without columns: types of Aurora DSQL are not its. */
    public CatalogTable target() {
        return CatalogTable.of(
                TableIdentifier.of("Dsql", DATABASE, table.schema(), table.name()),
                TableSchema.builder().build(),
                Collections.emptyMap(),
                Collections.emptyList(),
                "");
    }

    DsqlTable table() {
        return table;
    }

    List<ColumnDefinition> columns() {
        return Collections.unmodifiableList(columns);
    }

    List<String> primaryKey() {
        return table.primaryKey();
    }

    List<IndexDefinition> indexes() {
        return Collections.unmodifiableList(indexes);
    }

    /** A column of the target. */
    static final class ColumnDefinition implements Serializable {
        private static final long serialVersionUID = 1L;

        private final String name;
        private final String type;
        private final String sourceType;
        private final boolean nullable;

        ColumnDefinition(String name, String type, String sourceType, boolean nullable) {
            this.name = name;
            this.type = type;
            this.sourceType = sourceType;
            this.nullable = nullable;
        }

        String name() {
            return name;
        }

        /** Null when Aurora DSQL has none for it. */
        String type() {
            return type;
        }

        /** What SeaTunnel and the source call the type; for messages. */
        String sourceType() {
            return sourceType;
        }

        boolean nullable() {
            return nullable;
        }
    }

    /** An index besides the key's. */
    static final class IndexDefinition implements Serializable {
        private static final long serialVersionUID = 1L;

        private final String name;
        private final boolean unique;
        private final ArrayList<String> columns;

        IndexDefinition(String name, boolean unique, List<String> columns) {
            this.name = name;
            this.unique = unique;
            this.columns = new ArrayList<>(columns);
        }

        String name() {
            return name;
        }

        boolean unique() {
            return unique;
        }

        List<String> columns() {
            return columns;
        }
    }
}
