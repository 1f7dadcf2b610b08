package io.dsqlsink.e2e.random;

import java.util.List;

/**
 * A type of the source with the values to try.
 *
 * @param written how a statement takes a value that is given as text, {@code ?} in its place
 * @param read how a statement gives it as text, {@code %s} for the column
 * @param keys whether a key may have it
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
