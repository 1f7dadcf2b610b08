package io.dsqlsink.seatunnel.config;

import io.dsqlsink.bridge.Frames;
import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.Column;
import org.apache.seatunnel.api.table.catalog.PrimaryKey;
import org.apache.seatunnel.api.table.catalog.TableSchema;
import org.apache.seatunnel.api.table.type.SeaTunnelRowType;

/**
 * The target of one source table: its name, its columns in the order of the rows' values, its key.
 *
 * <p>The CatalogTable itself is not kept: its options may hold the source's password.
 */
public final class DsqlTable implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final String DEFAULT_SCHEMA = "public";

    /** Between two names, not in the default of a placeholder. */
    private static final Pattern DOT = Pattern.compile("\\.(?![^{}]*})");

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
            List<String> neverNull) {
        this.neverNull = new ArrayList<>(neverNull);
        this.source = source;
        this.schema = schema;
        this.name = name;
        this.fieldIde = fieldIde;
        this.rowColumns = new ArrayList<>(rowColumns);
        this.primaryKey = new ArrayList<>(primaryKey);
        this.append = append;
        this.query = query;
        for (RowColumn column : rowColumns) {
            if (column.target() != null) {
                columns.add(column.target());
                types.add(column.type());
            }
        }
    }

    /** The same target with rows that have other columns. */
    public DsqlTable with(List<RowColumn> newColumns, List<String> newPrimaryKey) {
        return with(newColumns, newPrimaryKey, Collections.emptyList());
    }

    private DsqlTable with(List<RowColumn> rows, List<String> key, List<String> filled) {
        return new DsqlTable(source, schema, name, fieldIde, rows, key, append, query, filled);
    }

    /** What a checkpoint keeps of it. */
    public SavedRows saved(boolean changed) {
        return new SavedRows(rowColumns, primaryKey, changed);
    }

    /** The same target with rows in the form that a checkpoint kept. */
    public DsqlTable with(SavedRows saved) {
        List<RowColumn> restored = new ArrayList<>();
        for (RowColumn column : saved.columns()) {
            // One that was left out may be there by now.
            restored.add(
                    column.target() == null
                            ? new RowColumn(column.source(), target(column.source()), column.type())
                            : column);
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
        // Split before other names are put in: they may hold dots themselves.
        String[] parts =
                reader.name(DsqlSinkOptions.TABLE) == null
                        ? new String[] {""}
                        : DOT.split(names.replaceFullNames(reader.name(DsqlSinkOptions.TABLE)), -1);
        String name = names.replace(parts[parts.length - 1]);
        String schema = parts.length > 1 ? names.replace(parts[parts.length - 2]) : "";
        if (parts.length > 2) {
            reader.problem(
                    DsqlSinkOptions.TABLE.key(),
                    "has more than two parts: write schema.table, such as"
                            + " \"${schema_name}.${table_name}\"");
        }
        if (name.isEmpty()) {
            reader.problem(
                    DsqlSinkOptions.TABLE.key(),
                    "names no table: write schema.table, or \"public.${table_name}\"");
        }
        name =
                names.replace(orEmpty(reader.name(DsqlSinkOptions.TABLE_PREFIX)))
                        + name
                        + names.replace(orEmpty(reader.name(DsqlSinkOptions.TABLE_SUFFIX)));
        if (reader.name(DsqlSinkOptions.SCHEMA) != null) {
            schema = names.replace(reader.name(DsqlSinkOptions.SCHEMA));
        }
        if (schema.isEmpty()) {
            schema = defaultSchema(url);
        }
        for (String part : new String[] {schema, name}) {
            if (part.contains("${")) {
                reader.problem(
                        DsqlSinkOptions.TABLE.key(),
                        "has an unknown placeholder in "
                                + part
                                + ": use ${database_name}, ${schema_name} or ${table_name}");
            }
        }
        SeaTunnelRowType row = source.getSeaTunnelRowType();
        List<String> columns = Arrays.asList(row.getFieldNames());
        List<String> keys = keys(reader, names, source.getTableSchema(), columns);
        String query = query(reader);
        DsqlSinkOptions.FieldIde fieldIde =
                reader.choice(DsqlSinkOptions.FIELD_IDE, DsqlSinkOptions.FieldIde.class);
        List<String> targets = inCase(columns, fieldIde);
        List<RowColumn> rowColumns = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            String type = String.valueOf(row.getFieldType(i));
            rowColumns.add(new RowColumn(columns.get(i), targets.get(i), type));
        }
        if (new HashSet<>(targets).size() < new HashSet<>(columns).size()) {
            reader.problem(
                    DsqlSinkOptions.FIELD_IDE.key(), "makes one name of two columns of " + columns);
        }
        String target = inCase(Collections.singletonList(name), fieldIde).get(0);
        if (query == null) {
            Names.check(reader, source.getTablePath().getFullName(), schema, target, targets);
        }
        return new DsqlTable(
                source.getTablePath().getFullName(),
                schema,
                target,
                fieldIde,
                rowColumns,
                inCase(keys, fieldIde),
                reader.flag(DsqlSinkOptions.SUPPORT_UPSERT_BY_INSERT_ONLY),
                query,
                source.getTableSchema().getColumns().stream()
                        .filter(column -> !column.isNullable())
                        .map(Column::getName)
                        .collect(Collectors.toList()));
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

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }

    /** The url's currentSchema, as pgjdbc has it, or its first part when it is a list. */
    private static String defaultSchema(URI url) {
        String query = url == null || url.getQuery() == null ? "" : url.getQuery();
        for (String parameter : query.split("&")) {
            if (parameter.startsWith("currentSchema=")) {
                String schema = parameter.substring("currentSchema=".length()).split(",")[0].trim();
                return schema.isEmpty() ? DEFAULT_SCHEMA : schema;
            }
        }
        return DEFAULT_SCHEMA;
    }

    private static List<String> keys(
            OptionReader reader, Placeholders names, TableSchema schema, List<String> columns) {
        List<String> option = reader.names(DsqlSinkOptions.PRIMARY_KEYS);
        if (option != null) {
            option = replaceAll(option, names);
            for (String key : option) {
                if (!columns.contains(key)) {
                    reader.problem(
                            DsqlSinkOptions.PRIMARY_KEYS.key(),
                            "names '" + key + "', but the rows have " + columns);
                }
            }
            if (new HashSet<>(option).size() < option.size()) {
                reader.problem(DsqlSinkOptions.PRIMARY_KEYS.key(), "names a column twice");
            }
            return option;
        }
        // A key of the source is of use only when the rows carry all of it.
        PrimaryKey primary = schema.getPrimaryKey();
        if (primary != null && columns.containsAll(primary.getColumnNames())) {
            return primary.getColumnNames();
        }
        for (List<String> unique : Placeholders.uniqueKeys(schema)) {
            if (columns.containsAll(unique)) {
                return unique;
            }
        }
        return Collections.emptyList();
    }

    /** One placeholder may stand for several names. */
    private static List<String> replaceAll(List<String> keys, Placeholders names) {
        List<String> replaced = new ArrayList<>();
        for (String key : keys) {
            String value = names.replace(key);
            if (value.equals(key)) {
                replaced.add(key);
            } else {
                replaced.addAll(Arrays.asList(value.split(",")));
            }
        }
        return replaced;
    }

    public String schema() {
        return schema;
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

    /** What the source calls them. */
    public List<String> sourceColumns() {
        return rowColumns.stream().map(RowColumn::source).collect(Collectors.toList());
    }

    /** The places in the rows whose values are never NULL, as the source declares it. */
    public int[] filledPlaces() {
        List<String> rows = sourceColumns();
        return neverNull.stream().mapToInt(rows::indexOf).filter(place -> place >= 0).toArray();
    }

    /** Where the first key column is in the rows; -1 without a key. */
    public int keyPlace() {
        return keys().isEmpty() ? -1 : place(rowColumns, keys().get(0));
    }

    /** Where a column of the target is in rows; -1 for one that is not. */
    public static int place(List<RowColumn> rows, String target) {
        for (int i = 0; i < rows.size(); i++) {
            if (target.equals(rows.get(i).target())) {
                return i;
            }
        }
        return -1;
    }

    /** What the target calls a column of the source. */
    public String target(String sourceColumn) {
        return inCase(Collections.singletonList(sourceColumn), fieldIde).get(0);
    }

    /** The values that are written, of those of a row. */
    public Object[] written(Object[] values) {
        if (columns.size() == rowColumns.size() || values.length != rowColumns.size()) {
            return values;
        }
        Object[] written = new Object[columns.size()];
        int at = 0;
        for (int i = 0; i < values.length; i++) {
            if (rowColumns.get(i).target() != null) {
                written[at++] = values[i];
            }
        }
        return written;
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
        // A query says itself what becomes of a key.
        return append || query != null ? Collections.emptyList() : primaryKey();
    }

    /** The statement that the job brings in place of the sink's own; or null. */
    public String query() {
        return query;
    }

    /** What the native sink is told of this table. */
    public byte[] declaration() {
        return Frames.table(schema, name, query, columns, types, keys());
    }

    /** {@code source -> schema.table}. */
    @Override
    public String toString() {
        return source + " -> " + schema + "." + name;
    }

    /** A column of the rows. */
    public static final class RowColumn implements Serializable {
        private static final long serialVersionUID = 1L;

        private final String source;
        private final String target;
        private final String type;

        /**
         * @param target null when its values are left out
         * @param type what SeaTunnel calls its type, for messages
         */
        public RowColumn(String source, String target, String type) {
            this.source = source;
            this.target = target;
            this.type = type;
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
