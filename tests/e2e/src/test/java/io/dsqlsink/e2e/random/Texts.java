package io.dsqlsink.e2e.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Names and texts in all scripts. */
final class Texts {
    private static final List<String> WORDS =
            List.of(
                    "id",
                    "Name",
                    "select",
                    "user",
                    "order",
                    "sp ace",
                    "übung",
                    "日本語",
                    "名前",
                    "имя",
                    "عربي",
                    "ไทย",
                    "한국어",
                    "naïve",
                    "a\"b",
                    "a'b",
                    "a`b",
                    "$dollar",
                    "a%b",
                    "a\\b",
                    "a?b",
                    "a:b",
                    "a,b",
                    "(a)",
                    "1st",
                    "_x",
                    "UPPER",
                    "CamelCase",
                    "ctid1",
                    "null",
                    "default",
                    "a-b",
                    "a/b",
                    "a#b",
                    "é",
                    "é",
                    "ſ",
                    "İ",
                    "ß",
                    "{a}",
                    "a b c");

    private static final List<String> VALUES =
            List.of(
                    "",
                    " ",
                    "a",
                    "A",
                    "a ",
                    " a",
                    "ab  ",
                    "ä",
                    "日本語",
                    "\u0001",
                    "\t",
                    "\n",
                    "\\",
                    "'",
                    "\"",
                    "\\N",
                    "NULL",
                    "null",
                    "0",
                    "é",
                    "é",
                    "😀",
                    "👩‍👩‍👧",
                    "\uFEFFx",
                    "İ",
                    "ſ",
                    "\u2028",
                    "\u00a0",
                    "עברית",
                    "ไทย",
                    "\uFFFD",
                    "\uD83D\uDE00z",
                    "%s",
                    "${x}",
                    "?",
                    "$1",
                    "{\"a\":1}",
                    "\r\n",
                    "zz",
                    "-0",
                    "NaN",
                    "x y z",
                    "\u007f");

    private Texts() {}

    /** A name that is unique in its table. */
    static String name(Random random, Origin origin, int number, int bytes) {
        // Known: the sources do not double quotes in names in their queries.
        String quote = origin.isMySql() ? "`" : "\"";
        List<String> words = WORDS.stream().filter(word -> !word.contains(quote)).toList();
        StringBuilder name = new StringBuilder(pick(random, words));
        if (random.nextInt(12) == 0) {
            String more = pick(random, words);
            while (size(name + more) + 4 <= bytes) {
                name.append(more);
            }
        }
        if (number > 0) {
            name.append(number);
        }
        return name.toString();
    }

    static int size(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    }

    /** Values with at most this many characters. */
    static List<String> values(Random random, int most) {
        List<String> values = new ArrayList<>();
        for (String value : VALUES) {
            if (value.codePointCount(0, value.length()) <= most) {
                values.add(value);
            }
        }
        if (most > 0) {
            String unit = List.of("x", "語", "😀", "é").get(random.nextInt(4));
            values.add(unit.repeat(Math.min(most, 3000)));
            values.add("y".repeat(Math.min(most, 3000)));
        }
        return values;
    }

    static <T> T pick(Random random, List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
