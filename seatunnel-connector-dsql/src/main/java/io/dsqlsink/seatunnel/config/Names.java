package io.dsqlsink.seatunnel.config;

import io.dsqlsink.bridge.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Names of schemas, tables, columns and indexes in the target. */
public final class Names {
    private Names() {}

    public static int bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * What is wrong with a name that would be cut, so that another thing is created, or dropped, in
     * its place; null when nothing is.
     *
     * @param what kind of thing it names
     */
    public static String problem(String what, String name) {
        int bytes = bytes(name);
        return bytes <= Limits.NAME_BYTES
                ? null
                : what
                        + " '"
                        + name
                        + "' has a name of "
                        + bytes
                        + " bytes, and Aurora DSQL cuts a name to "
                        + Limits.NAME_BYTES;
    }

    /** Adds a problem for each of a target's names that would be cut. */
    static void check(
            OptionReader reader, String source, String schema, String table, List<String> columns) {
        String of = "table " + source + ": ";
        String schemaProblem = problem("the target's schema", schema);
        if (schemaProblem != null) {
            reader.problem(of + schemaProblem + ": set option 'schema' to a shorter one");
        }
        String tableProblem = problem("the target", table);
        if (tableProblem != null) {
            reader.problem(
                    of
                            + tableProblem
                            + ": give it a shorter one by the options 'table', 'tablePrefix' and"
                            + " 'tableSuffix', or rename the table by a transform");
        }
        for (String column : columns) {
            String problem = problem("column", column);
            if (problem != null) {
                reader.problem(
                        of
                                + problem
                                + ": rename it, or leave it out, by a transform such as Sql or"
                                + " FieldMapper");
            }
        }
    }

    /** Whether one of two names is likely the other one, misspelt. Numbers count something. */
    public static boolean areNear(String a, String b) {
        String one = a.toLowerCase(Locale.ROOT);
        String other = b.toLowerCase(Locale.ROOT);
        int edits = OptionKeys.edits(one, other);
        boolean numbered = one.replaceAll("\\d", "").equals(other.replaceAll("\\d", ""));
        return edits == 0
                || !numbered && edits <= 2 && edits <= Math.min(a.length(), b.length()) / 2;
    }

    /** The name of an index that no other table's index has. */
    public static String ofIndex(String schema, String table, String index) {
        return hashed(table + "_" + index, schema + "\n" + table + "\n" + index);
    }

    /** A name that fits, and differs where the long ones do. */
    public static String shortened(String name) {
        return bytes(name) <= Limits.NAME_BYTES ? name : hashed(name, name);
    }

    /** Another name that fits, which differs where {@code whole} does. */
    public static String hashed(String name, String whole) {
        String hash = "_" + Integer.toHexString(whole.hashCode());
        // At four bytes a character none is cut in two.
        int most = Math.min(name.length(), (Limits.NAME_BYTES - hash.length()) / 4);
        if (most > 0 && Character.isHighSurrogate(name.charAt(most - 1))) {
            most--;
        }
        return name.substring(0, most) + hash;
    }
}
