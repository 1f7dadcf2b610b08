package io.dsqlsink.seatunnel.config;

import io.dsqlsink.seatunnel.compat.Placeholders;
import java.net.URI;
import java.util.regex.Pattern;

/** Schema and name of the target, as options and url give them; the case of names comes later. */
final class TargetName {
    private static final String DEFAULT_SCHEMA = "public";

    /** Between two names, not in the default of a placeholder. */
    private static final Pattern DOT = Pattern.compile("\\.(?![^{}]*})");

    private final String schema;
    private final String name;

    private TargetName(String schema, String name) {
        this.schema = schema;
        this.name = name;
    }

    String schema() {
        return schema;
    }

    String name() {
        return name;
    }

    static TargetName of(OptionReader reader, Placeholders names, URI url) {
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
        return new TargetName(schema, name);
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
}
