package io.dsqlsink.e2e;

import java.util.List;
import java.util.function.LongFunction;

/**
 * A column of the shop: its type on both sides and where its values come from.
 *
 * @param typical the value of an ordinary row, from the row's key
 * @param extremes the values of the first rows: limits, empty values, what is apt to be converted
 *     wrongly
 */
record Column(
        String name, String mysqlType, String dsqlType, LongFunction<?> typical, List<?> extremes) {
    /** Row 1 has NULL in every column but the key; the rows after it go round the extremes. */
    private static final int EXTREME_ROWS = 12;

    static Column of(
            String name,
            String mysqlType,
            String dsqlType,
            LongFunction<?> typical,
            Object... extremes) {
        return new Column(name, mysqlType, dsqlType, typical, List.of(extremes));
    }

    /** The value in the row with this key; NULL in about one row of seventeen. */
    Object value(long key) {
        if (key == 1) {
            return null;
        }
        if (key <= EXTREME_ROWS) {
            return extremes.get((int) ((key - 2) % extremes.size()));
        }
        return (key + Math.floorMod(name.hashCode(), 17)) % 17 == 0 ? null : typical.apply(key);
    }
}
