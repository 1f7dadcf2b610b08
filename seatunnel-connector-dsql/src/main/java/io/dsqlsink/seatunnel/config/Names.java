package io.dsqlsink.seatunnel.config;

import io.dsqlsink.bridge.Limits;
import io.dsqlsink.seatunnel.LogText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Names of schemas, tables, columns and indexes in the target. */
public final class Names {
    /** Letters of a word that can be misspelt; a shorter one is likely another word. */
    private static final int SHORTEST_WORD = 4;

    private static final String RENAME_COLUMN =
            ": rename it, or leave it out, by a transform such as Sql or FieldMapper";

    private Names() {}

    public static int bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * What is wrong with a name that cannot be sent, or would be cut, so that another thing is
     * created, or dropped, in its place; null when nothing is.
     *
     * @param what kind of thing it names
     */
    public static String problem(String what, String name) {
        String unsendable = unsendable(what, name);
        if (unsendable != null) {
            return unsendable;
        }
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

    private static String unsendable(String what, String name) {
        String character = LogText.unsendable(name);
        return character == null
                ? null
                : what
                        + " '"
                        + LogText.printable(name)
                        + "' has "
                        + character
                        + " in its name, which Aurora DSQL does not allow in names";
    }

    /** Adds a problem for each column whose name cannot be passed to the native library. */
    static void checkColumns(OptionReader reader, String source, List<String> columns) {
        for (String column : columns) {
            String problem = unsendable("column", column);
            if (problem != null) {
                reader.problem("table " + source + ": " + problem + RENAME_COLUMN);
            }
        }
    }

    /** Adds a problem for each of a target's names that cannot be sent or would be cut. */
    static void check(
            OptionReader reader, String source, String schema, String table, List<String> columns) {
        String of = "table " + source + ": ";
        String schemaProblem = problem("the target's schema", schema);
        if (schemaProblem != null) {
            reader.problem(of + schemaProblem + ": set option 'schema' to another, shorter one");
        }
        String tableProblem = problem("the target", table);
        if (tableProblem != null) {
            reader.problem(
                    of
                            + tableProblem
                            + ": give it another, shorter one by the options 'table', 'tablePrefix' and"
                            + " 'tableSuffix', or rename the table by a transform");
        }
        for (String column : columns) {
            String problem = problem("column", column);
            if (problem != null) {
                reader.problem(of + problem + RENAME_COLUMN);
            }
        }
    }

    /**
     * Whether one of two names is likely the other one, misspelt: another case, or one word with a
     * letter too many, too few, wrong or in the other's place. Short words and numbers differ on
     * purpose: shop_a and shop_b, by_cdc and by_jdbc.
     */
    public static boolean areNear(String a, String b) {
        String[] words = a.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+");
        String[] others = b.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+");
        if (words.length != others.length) {
            return false;
        }
        int misspelt = 0;
        for (int i = 0; i < words.length; i++) {
            if (!words[i].equals(others[i])) {
                if (!isMisspelt(words[i], others[i])) {
                    return false;
                }
                misspelt++;
            }
        }
        return misspelt <= 1;
    }

    private static boolean isMisspelt(String word, String other) {
        if (Math.min(word.length(), other.length()) < SHORTEST_WORD
                || word.replaceAll("\\d", "").equals(other.replaceAll("\\d", ""))) {
            return false;
        }
        int edits = OptionKeys.edits(word, other);
        return edits == 1 || edits == 2 && sorted(word).equals(sorted(other));
    }

    private static String sorted(String word) {
        char[] letters = word.toCharArray();
        Arrays.sort(letters);
        return new String(letters);
    }

    /** The name of an index that no other table's index has. */
    public static String ofIndex(String schema, String table, String index) {
        return hashed(table + "_" + index, schema + "\n" + table + "\n" + index);
    }

    /** A name that fits, and differs where the long ones do. */
    public static String shortened(String name) {
        return bytes(name) <= Limits.NAME_BYTES && LogText.unsendable(name) == null
                ? name
                : hashed(name, name);
    }

    /** Another name that fits, which differs where {@code whole} does. */
    public static String hashed(String name, String whole) {
        String hash = "_" + Integer.toHexString(whole.hashCode());
        name = LogText.sendable(name);
        // At four bytes a character none is cut in two.
        int most = Math.min(name.length(), (Limits.NAME_BYTES - hash.length()) / 4);
        if (most > 0 && Character.isHighSurrogate(name.charAt(most - 1))) {
            most--;
        }
        return name.substring(0, most) + hash;
    }
}
