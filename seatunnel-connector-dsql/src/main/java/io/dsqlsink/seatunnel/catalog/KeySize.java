package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.Limits;
import io.dsqlsink.seatunnel.catalog.TableDefinition.ColumnDefinition;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Largest size of a key, in bytes, according to the types of its columns. */
final class KeySize {
    /** Most bytes of one character. */
    private static final int CHARACTER = 4;

    private static final Pattern LENGTH = Pattern.compile("(?:varchar|char)\\((\\d+)\\)");
    private static final Pattern DIGITS = Pattern.compile("numeric\\((\\d+),\\d+\\)");

    private KeySize() {}

    /** Declared length of a text, 0 for other types: Aurora DSQL counts nothing else. */
    static int declared(ColumnDefinition column) {
        Matcher length = LENGTH.matcher(column.type());
        return length.matches() ? Integer.parseInt(length.group(1)) : 0;
    }

    static int declared(Collection<ColumnDefinition> columns) {
        return columns.stream().mapToInt(KeySize::declared).sum();
    }

    /** Bytes of the largest value; -1 where the type has no bound. */
    static int most(ColumnDefinition column) {
        String type = column.type();
        Matcher length = LENGTH.matcher(type);
        if (length.matches()) {
            return CHARACTER * Integer.parseInt(length.group(1));
        }
        Matcher digits = DIGITS.matcher(type);
        if (digits.matches()) {
            // Four digits in two bytes, and a header.
            return Integer.parseInt(digits.group(1)) / 2 + 12;
        }
        return type.equals("text") || type.startsWith("varchar") ? -1 : 16;
    }

    /** Bytes of the largest key of these columns; -1 where one has no bound. */
    static int most(Collection<ColumnDefinition> columns) {
        int sum = 0;
        for (ColumnDefinition column : columns) {
            int most = most(column);
            if (most < 0) {
                return -1;
            }
            sum += most;
        }
        return sum;
    }

    /** The limit for a key of this many columns. */
    static int budget(int columns) {
        return Limits.KEY_BYTES - Limits.KEY_COLUMN_BYTES * (columns - 1);
    }

    /** Whether every value fits. */
    static boolean fits(Collection<ColumnDefinition> columns) {
        int most = most(columns);
        return most >= 0 && most <= budget(columns.size());
    }
}
