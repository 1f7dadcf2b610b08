package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.Limits;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.config.SourceForm;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import io.dsqlsink.seatunnel.source.SourceTable;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.Column;
import org.apache.seatunnel.api.table.catalog.ConstraintKey;
import org.apache.seatunnel.api.table.catalog.TableIdentifier;
import org.apache.seatunnel.api.table.catalog.TableSchema;

/** The definition that a target table is created with, derived from the source's table. */
public final class TableDefinition implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The only database of a cluster. */
    private static final String DATABASE = "postgres";

    private final DsqlTable table;
    private final ArrayList<ColumnDefinition> columns;
    private final ArrayList<IndexDefinition> indexes;
    private final ArrayList<String> leftOut;
    private final ArrayList<String> notes;

    private TableDefinition(DsqlTable table, ArrayList<ColumnDefinition> columns, IndexPlan plan) {
        this.table = table;
        this.columns = columns;
        this.indexes = plan.indexes();
        this.leftOut = plan.leftOut();
        this.notes = plan.notes();
    }

    /** With the indexes that SeaTunnel passes on. */
    public static TableDefinition of(DsqlTable table, CatalogTable source) {
        return of(table, SourceTable.withoutCatalog(source));
    }

    public static TableDefinition of(DsqlTable table, SourceTable source) {
        return of(table, source, false);
    }

    /**
     * @param identity whether the source's auto-increment column becomes an identity column
     */
    public static TableDefinition of(DsqlTable table, SourceTable source, boolean identity) {
        String counter = identity && source.extras() != null ? source.extras().counter() : null;
        Set<String> indexed = indexed(source.table().getTableSchema());
        boolean postgres = SourceForm.isPostgres(source.table());
        ArrayList<ColumnDefinition> columns = new ArrayList<>();
        List<String> sourceNames = new ArrayList<>();
        for (Column column : source.table().getTableSchema().getColumns()) {
            if (column.isPhysical()) {
                String name = table.columns().get(columns.size());
                sourceNames.add(column.getName());
                columns.add(
                        new ColumnDefinition(
                                name,
                                type(
                                        column,
                                        postgres,
                                        indexed.contains(column.getName()),
                                        table,
                                        name),
                                sourceType(column),
                                column.isNullable() && !table.primaryKey().contains(name)));
            }
        }
        int at = sourceNames.indexOf(counter);
        if (at >= 0) {
            columns.set(at, columns.get(at).counting());
        }
        TableDefinition definition =
                new TableDefinition(
                        table, columns, new IndexPlan(table, source, sourceNames, columns));
        if (identity && (at < 0 || !columns.get(at).identity())) {
            definition.notes.add(
                    source.extras() == null
                            ? "identity = true has no effect, as "
                                    + (source.unknown() == null
                                            ? "the source's catalog is not supported"
                                            : source.unknown())
                            : at < 0
                                    ? "identity = true: the source has no auto-increment column"
                                    : "identity = true: column '"
                                            + columns.get(at).name()
                                            + "' is of type "
                                            + columns.get(at).type()
                                            + ", and in Aurora DSQL only a bigint can be an"
                                            + " identity");
        }
        return definition;
    }

    /** In a key or an index 16 bytes become a uuid: Aurora DSQL indexes no bytea. */
    private static String type(
            Column column, boolean postgres, boolean indexed, DsqlTable table, String name) {
        String type = ColumnTypes.of(column, postgres);
        boolean uuid =
                "bytea".equals(type)
                        && "binary(16)".equalsIgnoreCase(column.getSourceType())
                        && (indexed || table.primaryKey().contains(name));
        return uuid ? "uuid" : type;
    }

    private static Set<String> indexed(TableSchema schema) {
        Set<String> names = new HashSet<>();
        if (schema.getConstraintKeys() != null) {
            for (ConstraintKey constraint : schema.getConstraintKeys()) {
                constraint.getColumnNames().forEach(column -> names.add(column.getColumnName()));
            }
        }
        return names;
    }

    private static String sourceType(Column column) {
        String type = String.valueOf(column.getDataType());
        return column.getSourceType() == null ? type : type + ", " + column.getSourceType();
    }

    /**
     * Finds out whether the table can be created.
     *
     * @throws DsqlConnectorException that names every column in the way and what to do
     */
    public void check() {
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
                                + ", which Aurora DSQL allows in no key (binary(16) becomes"
                                + " uuid): name other columns by option 'primary_keys'."
                                + " Or add a text column for it to the source's"
                                + " table, in MySQL by ALTER TABLE ..."
                                + " ADD "
                                + column.name()
                                + "_hex varchar(...) AS (HEX("
                                + column.name()
                                + ")) STORED NOT NULL UNIQUE, and name that");
            }
        }
        if (columns.size() > Limits.COLUMNS) {
            problems.add(
                    "it has "
                            + columns.size()
                            + " columns, but Aurora DSQL takes "
                            + Limits.COLUMNS
                            + ": leave some out by a transform, such as Sql or FieldMapper");
        }
        if (table.primaryKey().size() > Limits.KEY_COLUMNS) {
            problems.add(
                    "the key has "
                            + table.primaryKey().size()
                            + " columns, but Aurora DSQL takes "
                            + Limits.KEY_COLUMNS
                            + ": name fewer by option 'primary_keys'");
        }
        int declared = keyColumns().stream().mapToInt(KeySize::declared).sum();
        if (declared > Limits.DECLARED_KEY_BYTES) {
            problems.add(
                    "the key's columns "
                            + table.primaryKey()
                            + " are declared with "
                            + declared
                            + " bytes together, but Aurora DSQL takes "
                            + Limits.DECLARED_KEY_BYTES
                            + ": name other columns by option 'primary_keys', declare them shorter"
                            + " at the source, or create the table by hand with such a column as"
                            + " text");
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

    public DsqlTable table() {
        return table;
    }

    /** The statements that create the table, in order. */
    public List<String> ddl(boolean createIndex) {
        List<String> ddl = new ArrayList<>();
        ddl.add(Ddl.createSchema(table));
        ddl.add(Ddl.createTable(this));
        if (createIndex) {
            indexes.forEach(index -> ddl.add(Ddl.createIndex(table, index)));
        }
        return ddl;
    }

    /** For each column what it is at the source and what it is created as. */
    public List<String> mapping() {
        return columns.stream()
                .map(
                        column ->
                                column.name()
                                        + ": "
                                        + column.sourceType()
                                        + " -> "
                                        + (column.type() == null ? "nothing" : column.type())
                                        + (column.nullable() ? "" : " NOT NULL")
                                        + (column.identity() ? " identity" : "")
                                        + (primaryKey().contains(column.name()) ? ", key" : ""))
                .collect(Collectors.toList());
    }

    /**
     * The columns of a table that is there whose types hold less than the source's.
     *
     * @param actual types by the names of the columns, as the catalog shows them
     */
    public List<String> narrowed(Map<String, String> actual) {
        List<String> lines = new ArrayList<>();
        for (ColumnDefinition column : columns) {
            String type = actual.get(column.name());
            if (type != null
                    && column.type() != null
                    && !column.type().equals("boolean")
                    && !ColumnTypes.holds(type, column.type())) {
                lines.add(
                        "column "
                                + column.name()
                                + " is "
                                + type
                                + ", which does not hold every value of the source's "
                                + column.sourceType()
                                + " ("
                                + column.type()
                                + "): a value that does not fit stops the job");
            }
        }
        return lines;
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

    /** A line for each of the source's indexes that the target does not get, with the reason. */
    public List<String> leftOut() {
        return Collections.unmodifiableList(leftOut);
    }

    /** A line for each that it gets, but that means something else there or may refuse rows. */
    public List<String> notes() {
        return Collections.unmodifiableList(notes);
    }

    private List<ColumnDefinition> keyColumns() {
        return columns.stream()
                .filter(column -> table.primaryKey().contains(column.name()))
                .filter(column -> column.type() != null)
                .collect(Collectors.toList());
    }

    /** A column of the target. */
    static final class ColumnDefinition implements Serializable {
        private static final long serialVersionUID = 1L;

        private final String name;
        private final String type;
        private final String sourceType;
        private final boolean nullable;
        private final boolean identity;

        ColumnDefinition(String name, String type, String sourceType, boolean nullable) {
            this(name, type, sourceType, nullable, false);
        }

        private ColumnDefinition(
                String name, String type, String sourceType, boolean nullable, boolean identity) {
            this.identity = identity;
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

        /**
         * The same as an identity column, for which Aurora DSQL has only one type; or unchanged.
         */
        ColumnDefinition counting() {
            return type != null && type.matches("smallint|integer|bigint")
                    ? new ColumnDefinition(name, "bigint", sourceType, false, true)
                    : this;
        }

        boolean identity() {
            return identity;
        }
    }
}
