package io.dsqlsink.seatunnel.catalog;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Locale;
import org.apache.seatunnel.api.table.catalog.Column;

/**
 * The value that existing rows have in a column that is added at the source: its default, or, for
 * NOT NULL without a default, the zero of its type, as in MySQL. Other databases refuse that if the
 * table has rows.
 *
 * <p>SeaTunnel passes on a default as its source has parsed it, so the same default comes as a
 * number or a text, and a moment may come as a number of some unit. What is not certain is unknown.
 */
final class ColumnDefault {
    private final String sql;
    private final boolean declared;
    private final boolean unknown;

    private ColumnDefault(String sql, boolean declared, boolean unknown) {
        this.sql = sql;
        this.declared = declared;
        this.unknown = unknown;
    }

    /**
     * @param type of the target's column, as {@link ColumnTypes#of} returns it
     */
    static ColumnDefault of(Column column, String type) {
        Object value = column.getDefaultValue();
        String family = family(type);
        if (value == null) {
            return column.isNullable()
                    ? new ColumnDefault(null, false, false)
                    : implied(column, family);
        }
        try {
            String sql = declared(value, family);
            return sql == null ? unknown() : new ColumnDefault(sql, true, false);
        } catch (NumberFormatException | DateTimeException e) {
            return unknown();
        }
    }

    /** Groups of types that are treated alike here. */
    private static String family(String type) {
        String name = type.replaceAll("\\(.*", "");
        switch (name) {
            case "smallint":
            case "integer":
            case "bigint":
            case "numeric":
            case "real":
            case "double precision":
                return "number";
            case "varchar":
                return "text";
            default:
                return name;
        }
    }

    private static ColumnDefault implied(Column column, String family) {
        String source = String.valueOf(column.getSourceType()).toLowerCase(Locale.ROOT);
        switch (family) {
            case "number":
                // The zero of YEAR is 0000, which sources read in different ways.
                return source.startsWith("year") ? unknown() : new ColumnDefault("0", false, false);
            case "boolean":
                return new ColumnDefault("false", false, false);
            case "text":
                // The first of an enum's values.
                return source.startsWith("enum")
                        ? unknown()
                        : new ColumnDefault("''", false, false);
            case "bytea":
                return new ColumnDefault("''::bytea", false, false);
            default:
                return unknown();
        }
    }

    private static String declared(Object value, String family) {
        String text = value.toString();
        switch (family) {
            case "number":
                return value instanceof Boolean
                        ? ((Boolean) value ? "1" : "0")
                        : new BigDecimal(unquoted(text)).toPlainString();
            case "boolean":
                return truth(unquoted(text));
            case "text":
                return value instanceof String ? Ddl.literal(text) : null;
            case "date":
                return Ddl.literal(
                        value instanceof Integer
                                // Debezium's form of a DATE: days since 1970.
                                ? LocalDate.ofEpochDay((Integer) value).toString()
                                : LocalDate.parse(unquoted(text)).toString());
            case "time":
                return value instanceof Number
                        ? null
                        : Ddl.literal(LocalTime.parse(unquoted(text)).toString());
            case "timestamp":
                return value instanceof Number
                        ? null
                        : Ddl.literal(
                                LocalDateTime.parse(unquoted(text).replace(' ', 'T')).toString());
            default:
                return null;
        }
    }

    private static String truth(String text) {
        switch (text.toLowerCase(Locale.ROOT)) {
            case "1":
            case "true":
            case "b'1'":
                return "true";
            case "0":
            case "false":
            case "b'0'":
                return "false";
            default:
                return null;
        }
    }

    private static String unquoted(String text) {
        String trimmed = text.trim();
        boolean quoted = trimmed.length() > 1 && trimmed.startsWith("'") && trimmed.endsWith("'");
        return quoted ? trimmed.substring(1, trimmed.length() - 1) : trimmed;
    }

    private static ColumnDefault unknown() {
        return new ColumnDefault(null, false, true);
    }

    /** The value as SQL; null for a column that has none, or one that is not known. */
    String sql() {
        return sql;
    }

    /** Whether the source declares it, so that the target's column gets it too. */
    boolean isDeclared() {
        return declared;
    }

    boolean isUnknown() {
        return unknown;
    }
}
