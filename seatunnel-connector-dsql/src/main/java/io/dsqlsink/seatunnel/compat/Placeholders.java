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
 * What <code>${table_name}</code> and its like stand for. From 2.3.8 on the engine puts the names
 * in before the sink is asked; before, each sink has to.
 */
public final class Placeholders {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)(:[^}]*)?}");

    private static final Pattern FULL_NAME =
            Pattern.compile("\\$\\{((?:schema|table)_full_name)(:[^}]*)?}");

    private final Map<String, String> values = new HashMap<>();

    public Placeholders(CatalogTable source) {
        TablePath path = source.getTablePath();
        TableSchema schema = source.getTableSchema();
        values.put("database_name", join(".", path.getDatabaseName()));
        values.put("schema_name", join(".", path.getSchemaName()));
        values.put("table_name", join(".", path.getTableName()));
        values.put("schema_full_name", join(".", path.getDatabaseName(), path.getSchemaName()));
        values.put(
                "table_full_name",
                join(".", path.getDatabaseName(), path.getSchemaName(), path.getTableName()));
        values.put("field_names", join(",", schema.getFieldNames()));
        PrimaryKey primary = schema.getPrimaryKey();
        if (primary != null) {
            values.put("primary_key", String.join(",", primary.getColumnNames()));
        }
        List<List<String>> unique = uniqueKeys(schema);
        if (!unique.isEmpty()) {
            values.put("unique_key", String.join(",", unique.get(0)));
        }
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

    private static String join(String delimiter, String... names) {
        return Stream.of(names).filter(n -> n != null).collect(Collectors.joining(delimiter));
    }

    /**
     * A name that the source lacks becomes what stands behind the colon, or empty; what is not a
     * placeholder, or stands for a key that the source lacks, stays.
     */
    public String replace(String text) {
        return replace(PLACEHOLDER, text);
    }

    /** The placeholders whose values have dots between names. */
    public String replaceFullNames(String text) {
        return replace(FULL_NAME, text);
    }

    private String replace(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        StringBuffer replaced = new StringBuffer();
        while (matcher.find()) {
            String value = values.get(matcher.group(1));
            if ((value == null || value.isEmpty()) && matcher.group(2) != null) {
                value = isKnown(matcher.group(1)) ? matcher.group(2).substring(1).trim() : null;
            }
            matcher.appendReplacement(
                    replaced, Matcher.quoteReplacement(value == null ? matcher.group() : value));
        }
        return matcher.appendTail(replaced).toString();
    }

    private boolean isKnown(String name) {
        return values.containsKey(name) || name.equals("primary_key") || name.equals("unique_key");
    }
}
