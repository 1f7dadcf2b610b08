package io.dsqlsink.seatunnel.config;

import io.dsqlsink.seatunnel.config.DsqlTable.RowColumn;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.Column;

/** What a source adds to the values of a column, or leaves out, against the column's type. */
public final class SourceForm {
    /** Values come as they are. */
    static final int PLAIN = 0;

    /** PostgreSQL fills a char(n) with blanks, which mean nothing in it. */
    static final int BLANKS = -1;

    private static final Pattern POSTGRES_CHAR =
            Pattern.compile("_?(?:bpchar|char|character)\\b.*");

    private static final Pattern BINARY = Pattern.compile("binary\\((\\d{1,4})\\)");

    private SourceForm() {}

    /**
     * {@link #PLAIN}, {@link #BLANKS}, or the number of bytes that a value has: a binlog leaves out
     * the zeros at the end of a binary(n).
     */
    static int of(CatalogTable source, String name) {
        for (Column column : source.getTableSchema().getColumns()) {
            if (column.getName().equals(name)) {
                return of(source, column);
            }
        }
        return PLAIN;
    }

    private static int of(CatalogTable source, Column column) {
        String type = column.getSourceType() == null ? "" : column.getSourceType().trim();
        type = type.toLowerCase(Locale.ROOT);
        if (isPostgres(source) && POSTGRES_CHAR.matcher(type).matches()
                || type.startsWith("bpchar")
                || type.startsWith("_bpchar")) {
            return BLANKS;
        }
        Matcher binary = BINARY.matcher(type);
        return binary.matches() ? Integer.parseInt(binary.group(1)) : PLAIN;
    }

    /** Whether the table is one of PostgreSQL, as its source names it. */
    public static boolean isPostgres(CatalogTable source) {
        String catalog = source.getCatalogName();
        return catalog != null && catalog.toLowerCase(Locale.ROOT).contains("postgres");
    }

    /** The values of the columns that the target has, as the source's table has them. */
    static Object[] written(List<RowColumn> columns, Object[] values, int width) {
        Object[] written = new Object[width];
        int at = 0;
        for (int i = 0; i < values.length; i++) {
            RowColumn column = columns.get(i);
            if (column.target() != null) {
                written[at++] = restored(column.form, values[i]);
            }
        }
        return written;
    }

    private static Object restored(int form, Object value) {
        if (form > 0 && value instanceof byte[] && ((byte[]) value).length < form) {
            return Arrays.copyOf((byte[]) value, form);
        } else if (form == BLANKS && value instanceof String) {
            return stripped((String) value);
        } else if (form == BLANKS && value instanceof String[]) {
            String[] texts = ((String[]) value).clone();
            for (int i = 0; i < texts.length; i++) {
                texts[i] = texts[i] == null ? null : stripped(texts[i]);
            }
            return texts;
        }
        return value;
    }

    private static String stripped(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(0, end);
    }

    /** Refuses a row that has, in a doubtful place, what a CDC source gives for NULL. */
    static void requireTold(List<String> doubtful, List<RowColumn> columns, Object[] values) {
        for (int place = 0; place < values.length; place++) {
            String name = columns.get(place).source();
            if (doubtful.contains(name) && standsForNull(values[place])) {
                throw new IllegalArgumentException(
                        "column '"
                                + name
                                + "' is nullable and belongs to a key of the source, so a value"
                                + " such as 0 or an empty text may be a NULL that the"
                                + " CDC source replaced. Make the"
                                + " column NOT NULL at the source, or give the table a primary key"
                                + " without it");
            }
        }
    }

    private static boolean standsForNull(Object value) {
        if (value instanceof Number) {
            return value instanceof BigDecimal
                    ? ((BigDecimal) value).signum() == 0
                    : ((Number) value).doubleValue() == 0;
        }
        return "".equals(value)
                || Boolean.FALSE.equals(value)
                || value instanceof byte[] && isZero((byte[]) value)
                || value instanceof LocalDate && ((LocalDate) value).toEpochDay() == 0
                || value instanceof LocalTime && ((LocalTime) value).toNanoOfDay() == 0
                || value instanceof LocalDateTime
                        && ((LocalDateTime) value).toLocalDate().toEpochDay() == 0;
    }

    private static boolean isZero(byte[] bytes) {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }
}
