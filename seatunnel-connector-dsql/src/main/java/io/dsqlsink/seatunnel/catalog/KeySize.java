package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.Limits;
import io.dsqlsink.seatunnel.catalog.TableDefinition.ColumnDefinition;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many bytes a key may have, according to the types of its columns. */
final class KeySize {
    /** Bytes of a character at most. */
    private static final int CHARACTER = 4;

    private static final Pattern LENGTH = Pattern.compile("(?:varchar|char)\\((\\d+)\\)");
    private static final Pattern DIGITS = Pattern.compile("numeric\\((\\d+),\\d+\\)");

    private KeySize() {}

    /** What the lengths of texts are declared with: Aurora DSQL counts that and nothing else. */
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
            // Four digits in two bytes, and a head.
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

    /** What a key of so many columns may have. */
    static int budget(int columns) {
        return Limits.KEY_BYTES - Limits.KEY_COLUMN_BYTES * (columns - 1);
    }

    /** Whether every value fits. */
    static boolean fits(Collection<ColumnDefinition> columns) {
        int most = most(columns);
        return most >= 0 && most <= budget(columns.size());
    }
}
