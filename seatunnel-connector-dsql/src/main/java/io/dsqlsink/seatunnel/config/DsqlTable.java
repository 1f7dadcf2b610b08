package io.dsqlsink.seatunnel.config;

import io.dsqlsink.bridge.Frames;
import io.dsqlsink.seatunnel.compat.Placeholders;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.Column;
import org.apache.seatunnel.api.table.type.SeaTunnelRowType;

/**
 * The target of one source table: its name, its columns in the order of the rows' values, its key.
 *
 * <p>The CatalogTable itself is not kept: its options may hold the source's password.
 */
public final class DsqlTable implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String source;
    private final String schema;
    private final String name;
    private final DsqlSinkOptions.FieldIde fieldIde;
    private final ArrayList<RowColumn> rowColumns;
    private final ArrayList<String> columns = new ArrayList<>();
    private final ArrayList<String> types = new ArrayList<>();
    private final ArrayList<String> primaryKey;
    private final boolean append;
    private final String query;
    private final SourceKey sourceKey;
    private final boolean merges;
    private boolean streaming;

    /** Whether rows are written unchanged. */
    private boolean plain;

    /** Columns that the source declares NOT NULL, by its names; none once they have changed. */
    private final ArrayList<String> neverNull;

    private DsqlTable(
            String source,
            String schema,
            String name,
            DsqlSinkOptions.FieldIde fieldIde,
            List<RowColumn> rowColumns,
            List<String> primaryKey,
            boolean append,
            String query,
            List<String> neverNull,
            SourceKey sourceKey,
            boolean merges) {
        this.neverNull = new ArrayList<>(neverNull);
        this.source = source;
        this.schema = schema;
        this.name = name;
        this.fieldIde = fieldIde;
        this.rowColumns = new ArrayList<>(rowColumns);
        this.primaryKey = new ArrayList<>(primaryKey);
        this.append = append;
        this.query = query;
        this.sourceKey = sourceKey;
        this.merges = merges;
        boolean same = true;
        for (RowColumn column : rowColumns) {
            same &= column.target() != null && column.form == SourceForm.PLAIN;
            if (column.target() != null) {
                columns.add(column.target());
                types.add(column.type());
            }
        }
        this.plain = same;
    }

    /** The same target with rows that have other columns. */
    public DsqlTable with(List<RowColumn> newColumns, List<String> newPrimaryKey) {
        return with(newColumns, newPrimaryKey, Collections.emptyList());
    }

    private DsqlTable with(List<RowColumn> rows, List<String> key, List<String> filled) {
        DsqlTable table =
                new DsqlTable(
                        source, schema, name, fieldIde, rows, key, append, query, filled, sourceKey,
                        merges);
        table.streaming = streaming;
        table.plain &= !streaming || sourceKey.doubtful().isEmpty();
        return table;
    }

    /** The part that a checkpoint keeps. */
    public SavedRows saved(boolean changed) {
        return new SavedRows(rowColumns, primaryKey, changed);
    }

    /** The same target with rows in the form that a checkpoint kept. */
    public DsqlTable with(SavedRows saved) {
        List<RowColumn> restored = new ArrayList<>();
        for (RowColumn column : saved.columns()) {
            // A column that was left out may exist by now.
            restored.add(column.target() == null ? column.with(target(column.source())) : column);
        }
        List<String> filled = saved.changed() ? Collections.emptyList() : neverNull;
        DsqlTable table = with(restored, primaryKey, filled);
        // The key's column may have had another name then.
        return table.columns.containsAll(primaryKey)
                ? table
                : with(restored, saved.primaryKey(), filled);
    }

    /** Null fields in the result mean that the reader has problems. */
    static DsqlTable of(OptionReader reader, URI url, CatalogTable source) {
        Placeholders names = new Placeholders(source);
        TargetName named = TargetName.of(reader, names, url);
        SeaTunnelRowType row = source.getSeaTunnelRowType();
        List<String> columns = Arrays.asList(row.getFieldNames());
        String query = query(reader);
        boolean append = reader.flag(DsqlSinkOptions.SUPPORT_UPSERT_BY_INSERT_ONLY);
        SourceKey key = SourceKey.of(reader, names, source, columns, append || query != null);
        DsqlSinkOptions.FieldIde fieldIde =
                reader.choice(DsqlSinkOptions.FIELD_IDE, DsqlSinkOptions.FieldIde.class);
        List<String> targets = inCase(columns, fieldIde);
        List<RowColumn> rowColumns = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            String type = String.valueOf(row.getFieldType(i));
            int form = SourceForm.of(source, columns.get(i));
            rowColumns.add(new RowColumn(columns.get(i), targets.get(i), type, form));
        }
        if (new HashSet<>(targets).size() < new HashSet<>(columns).size()) {
            reader.problem(
                    DsqlSinkOptions.FIELD_IDE.key(), "makes one name of two columns of " + columns);
        }
        String target = inCase(Collections.singletonList(named.name()), fieldIde).get(0);
        String path = source.getTablePath().getFullName();
        if (query == null) {
            Names.check(reader, path, named.schema(), target, targets);
        } else {
            Names.checkColumns(reader, path, targets);
        }
        return new DsqlTable(
                source.getTablePath().getFullName(),
                named.schema(),
                target,
                fieldIde,
                rowColumns,
                inCase(key.columns(), fieldIde),
                append,
                query,
                source.getTableSchema().getColumns().stream()
                        .filter(column -> !column.isNullable())
                        .map(Column::getName)
                        .collect(Collectors.toList()),
                key,
                reader.flag(SharedTarget.MERGE_TABLES));
    }

    /** As in the stock sink a query goes before generated statements. */
    private static String query(OptionReader reader) {
        String query = reader.text(DsqlSinkOptions.QUERY);
        if (query == null && !reader.flag(DsqlSinkOptions.GENERATE_SINK_SQL)) {
            reader.problem(
                    DsqlSinkOptions.QUERY.key(),
                    "is missing beside 'generate_sink_sql' = false: set the statement to run for"
                            + " each row, or remove 'generate_sink_sql'");
        }
        return query;
    }

    /** Names of the target; the stock sink has the option for the table and its columns. */
    private static List<String> inCase(List<String> names, DsqlSinkOptions.FieldIde fieldIde) {
        List<String> changed = new ArrayList<>(names);
        if (fieldIde == DsqlSinkOptions.FieldIde.UPPERCASE) {
            changed.replaceAll(name -> name.toUpperCase(Locale.ROOT));
        } else if (fieldIde == DsqlSinkOptions.FieldIde.LOWERCASE) {
            changed.replaceAll(name -> name.toLowerCase(Locale.ROOT));
        }
        return changed;
    }

    public String schema() {
        return schema;
    }

    /** As schema.name, which messages and counters use. */
    public String target() {
        return schema + "." + name;
    }

    public String name() {
        return name;
    }

    /** The columns of the rows, in their order, those that the target lacks among them. */
    public List<RowColumn> rowColumns() {
        return Collections.unmodifiableList(rowColumns);
    }

    /** How many values a row has. */
    public int width() {
        return rowColumns.size();
    }

    /** Their names at the source. */
    public List<String> sourceColumns() {
        return rowColumns.stream().map(RowColumn::source).collect(Collectors.toList());
    }

    /** Positions in the rows that the source declares NOT NULL. */
    public int[] filledPlaces() {
        List<String> rows = sourceColumns();
        return neverNull.stream().mapToInt(rows::indexOf).filter(place -> place >= 0).toArray();
    }

    /** Position of the first key column in the rows; -1 without a key. */
    public int keyPlace() {
        return keys().isEmpty() ? -1 : place(rowColumns, keys().get(0));
    }

    /** Position of a target column in the rows; -1 if it is not there. */
    public static int place(List<RowColumn> rows, String target) {
        for (int i = 0; i < rows.size(); i++) {
            if (target.equals(rows.get(i).target())) {
                return i;
            }
        }
        return -1;
    }

    /** The target's name for a source column. */
    public String target(String sourceColumn) {
        return inCase(Collections.singletonList(sourceColumn), fieldIde).get(0);
    }

    /**
     * The values of a row that are written.
     *
     * @throws IllegalArgumentException when the source may have replaced a NULL of a key
     */
    public Object[] written(Object[] values) {
        if (values.length != rowColumns.size() || plain) {
            return values;
        }
        if (streaming) {
            SourceForm.requireTold(sourceKey.doubtful(), rowColumns, values);
        }
        return SourceForm.written(rowColumns, values, columns.size());
    }

    /**
     * For a streaming job, whose source may hide NULL in a key.
     *
     * @throws DsqlConnectorException when such a job cannot keep the rows apart
     */
    void requireStreamable() {
        streaming = true;
        plain = plain && sourceKey.doubtful().isEmpty();
        if (sourceKey.streamProblem() != null) {
            throw new DsqlConnectorException(DsqlErrorCode.CONFIG, sourceKey.streamProblem());
        }
    }

    /** A warning about its key, for the log before rows are written; or null. */
    public String keyWarning() {
        return sourceKey.warning();
    }

    /** Whether the job says that tables may share a target. */
    boolean merges() {
        return merges;
    }

    /** The path of the source's table. */
    String source() {
        return source;
    }

    /** The columns that are written, in the order of the rows' values. */
    public List<String> columns() {
        return Collections.unmodifiableList(columns);
    }

    /** The source's types of the columns, for messages. */
    public List<String> types() {
        return Collections.unmodifiableList(types);
    }

    /** The key that the table is created with, even if rows are appended. */
    public List<String> primaryKey() {
        return Collections.unmodifiableList(primaryKey);
    }

    /** The key columns that rows are upserted by; none means that rows are appended. */
    public List<String> keys() {
        // A custom query handles the key itself.
        return append || query != null ? Collections.emptyList() : primaryKey();
    }

    /** The job's statement instead of the sink's own; or null. */
    public String query() {
        return query;
    }

    /** The declaration of this table for the native sink. */
    public byte[] declaration() {
        return Frames.table(schema, name, query, columns, types, keys());
    }

    /** {@code source -> schema.table}. */
    @Override
    public String toString() {
        return source + " -> " + target();
    }

    /** A column of the rows. */
    public static final class RowColumn implements Serializable {
        private static final long serialVersionUID = 1L;

        private final String source;
        private final String target;
        private final String type;

        /** See {@link SourceForm}; plain for what an older checkpoint kept. */
        final int form;

        /**
         * @param target null when its values are left out
         * @param type what SeaTunnel calls its type, for messages
         */
        public RowColumn(String source, String target, String type) {
            this(source, target, type, SourceForm.PLAIN);
        }

        RowColumn(String source, String target, String type, int form) {
            this.source = source;
            this.target = target;
            this.type = type;
            this.form = form;
        }

        /** The same column of the source for another of the target; null leaves it out. */
        public RowColumn with(String newTarget) {
            return new RowColumn(source, newTarget, type, form);
        }

        public String source() {
            return source;
        }

        public String target() {
            return target;
        }

        public String type() {
            return type;
        }
    }
}
