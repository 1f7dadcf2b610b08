package io.dsqlsink.seatunnel.compat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.ConstraintKey;
import org.apache.seatunnel.api.table.catalog.PrimaryKey;
import org.apache.seatunnel.api.table.catalog.TablePath;
import org.apache.seatunnel.api.table.catalog.TableSchema;

/**
 * Replaces <code>${table_name}</code> and similar placeholders. From 2.3.8 on the engine replaces
 * them before it calls the sink; in earlier releases each sink must do it.
 */
public final class Placeholders {
    /** A name, and after a colon the text to use if the source lacks this name. */
    public static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)(:[^}]*)?}");

    private static final Pattern FULL_NAME =
            Pattern.compile("\\$\\{((?:schema|table)_full_name)(:[^}]*)?}");

    /** The names for each placeholder; none if the source lacks them. */
    private final Map<String, List<String>> values = new HashMap<>();

    public Placeholders(CatalogTable source) {
        TablePath path = source.getTablePath();
        TableSchema schema = source.getTableSchema();
        put("database_name", path.getDatabaseName());
        put("schema_name", path.getSchemaName());
        put("table_name", path.getTableName());
        put("schema_full_name", path.getDatabaseName(), path.getSchemaName());
        put("table_full_name", path.getDatabaseName(), path.getSchemaName(), path.getTableName());
        put("field_names", schema.getFieldNames());
        PrimaryKey primary = schema.getPrimaryKey();
        if (primary != null) {
            put("primary_key", primary.getColumnNames().toArray(new String[0]));
        }
        List<List<String>> unique = uniqueKeys(schema);
        if (!unique.isEmpty()) {
            put("unique_key", unique.get(0).toArray(new String[0]));
        }
    }

    private void put(String placeholder, String... names) {
        values.put(
                placeholder,
                Stream.of(names).filter(name -> name != null).collect(Collectors.toList()));
    }

    /** The names for a placeholder; null if it is unknown or the source lacks them. */
    public List<String> names(String placeholder) {
        return values.get(placeholder);
    }

    /** The separator between the names of a placeholder. */
    public static String delimiter(String placeholder) {
        return placeholder.endsWith("_name") ? "." : ",";
    }

    /** Whether a placeholder is replaced by the text after its colon. */
    public boolean isDefaulted(Matcher placeholder) {
        String name = placeholder.group(1);
        return placeholder.group(2) != null && isKnown(name) && joined(name).isEmpty();
    }

    private String joined(String placeholder) {
        List<String> names = values.get(placeholder);
        return names == null ? "" : String.join(delimiter(placeholder), names);
    }

    /** The columns of each unique key. */
    public static List<List<String>> uniqueKeys(TableSchema schema) {
        List<List<String>> keys = new ArrayList<>();
        if (schema.getConstraintKeys() != null) {
            for (ConstraintKey constraint : schema.getConstraintKeys()) {
                if (constraint.getConstraintType() == ConstraintKey.ConstraintType.UNIQUE_KEY) {
                    List<String> names = new ArrayList<>();
                    constraint
                            .getColumnNames()
                            .forEach(column -> names.add(column.getColumnName()));
                    keys.add(names);
                }
            }
        }
        return keys;
    }

    /**
     * Replaces a name that the source lacks by the text after the colon, or by nothing. Does not
     * change text that is no placeholder, and placeholders of keys that the source lacks.
     */
    public String replace(String text) {
        return replace(PLACEHOLDER, text);
    }

    /** Replaces only the placeholders whose values have dots between names. */
    public String replaceFullNames(String text) {
        return replace(FULL_NAME, text);
    }

    private String replace(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        StringBuffer replaced = new StringBuffer();
        while (matcher.find()) {
            String value =
                    isDefaulted(matcher)
                            ? matcher.group(2).substring(1).trim()
                            : values.containsKey(matcher.group(1))
                                    ? joined(matcher.group(1))
                                    : matcher.group();
            matcher.appendReplacement(replaced, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(replaced).toString();
    }

    private boolean isKnown(String name) {
        return values.containsKey(name) || name.equals("primary_key") || name.equals("unique_key");
    }
}
