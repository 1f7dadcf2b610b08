package io.dsqlsink.e2e.random;

import java.util.List;

/**
 * A type of the source with the values to try.
 *
 * @param written how a statement converts a value that is given as text, with {@code ?} for the
 *     value
 * @param read how a statement returns it as text, with {@code %s} for the column
 * @param keys whether a key may have this type
 */
record Kind(
        String type, Form form, String written, String read, boolean keys, List<String> values) {
    static Kind of(String type, Form form, List<String> values) {
        return new Kind(type, form, "?", "%s", true, values);
    }

    Kind writtenAs(String as) {
        return new Kind(type, form, as, read, keys, values);
    }

    Kind readAs(String as) {
        return new Kind(type, form, written, as, keys, values);
    }

    Kind noKey() {
        return new Kind(type, form, written, read, false, values);
    }
}
