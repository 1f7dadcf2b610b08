package io.dsqlsink.seatunnel.config;

import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.ConstraintKey;
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

    private final String source;
    private final String schema;
    private final String name;
    private final ArrayList<String> columns;
    private final ArrayList<String> types;
    private final ArrayList<String> keys;

    private DsqlTable(
            String source,
            String schema,
            String name,
            ArrayList<String> columns,
            ArrayList<String> types,
            ArrayList<String> keys) {
        this.source = source;
        this.schema = schema;
        this.name = name;
        this.columns = columns;
        this.types = types;
        this.keys = keys;
    }

    /** Null fields in the result mean that the reader has problems. */
    static DsqlTable of(OptionReader reader, URI url, CatalogTable source) {
        // Split first: the names put in may hold dots themselves.
        String[] parts =
                reader.name(DsqlSinkOptions.TABLE) == null
                        ? new String[] {""}
                        : reader.name(DsqlSinkOptions.TABLE).split("\\.", -1);
        String name = replaceNames(parts[parts.length - 1], source);
        String schema = parts.length > 1 ? replaceNames(parts[parts.length - 2], source) : "";
        if (parts.length > 2) {
            reader.problem(
                    DsqlSinkOptions.TABLE.key(), "has more than two parts: write schema.table");
        }
        if (name.isEmpty()) {
            reader.problem(
                    DsqlSinkOptions.TABLE.key(),
                    "names no table: write schema.table, or \"public.${table_name}\"");
        }
        if (reader.name(DsqlSinkOptions.SCHEMA) != null) {
            schema = replaceNames(reader.name(DsqlSinkOptions.SCHEMA), source);
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
        ArrayList<String> columns = new ArrayList<>(Arrays.asList(row.getFieldNames()));
        ArrayList<String> types = new ArrayList<>();
        for (int i = 0; i < row.getTotalFields(); i++) {
            types.add(String.valueOf(row.getFieldType(i)));
        }
        ArrayList<String> keys = new ArrayList<>(keys(reader, source.getTableSchema(), columns));
        return new DsqlTable(
                source.getTablePath().getFullName(), schema, name, columns, types, keys);
    }

    /** Puts in the source's names, as the stock sink does; a name that it lacks becomes empty. */
    static String replaceNames(String text, CatalogTable source) {
        return text.trim()
                .replace("${database_name}", orEmpty(source.getTablePath().getDatabaseName()))
                .replace("${schema_name}", orEmpty(source.getTablePath().getSchemaName()))
                .replace("${table_name}", orEmpty(source.getTablePath().getTableName()));
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
            OptionReader reader, TableSchema schema, List<String> columns) {
        List<String> option = reader.names(DsqlSinkOptions.PRIMARY_KEYS);
        if (option != null) {
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
        if (schema.getConstraintKeys() != null) {
            for (ConstraintKey constraint : schema.getConstraintKeys()) {
                List<String> names = new ArrayList<>();
                constraint.getColumnNames().forEach(column -> names.add(column.getColumnName()));
                if (constraint.getConstraintType() == ConstraintKey.ConstraintType.UNIQUE_KEY
                        && columns.containsAll(names)) {
                    return names;
                }
            }
        }
        return Collections.emptyList();
    }

    public String schema() {
        return schema;
    }

    public String name() {
        return name;
    }

    /** The columns in the order of the rows' values. */
    public List<String> columns() {
        return Collections.unmodifiableList(columns);
    }

    /** The source's types of the columns, for messages. */
    public List<String> types() {
        return Collections.unmodifiableList(types);
    }

    /** The key columns; none means that rows are appended. */
    public List<String> keys() {
        return Collections.unmodifiableList(keys);
    }

    /** {@code source -> schema.table}. */
    @Override
    public String toString() {
        return source + " -> " + schema + "." + name;
    }
}
