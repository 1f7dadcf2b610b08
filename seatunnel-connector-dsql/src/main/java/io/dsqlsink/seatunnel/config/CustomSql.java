package io.dsqlsink.seatunnel.config;

import io.dsqlsink.seatunnel.compat.Placeholders;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The statement of option {@code custom_sql}. It must be a single statement. The source's names are
 * inserted so that they cannot be read as SQL: quoted as an identifier or as part of a string,
 * depending on the place. A name that needs no quotes gets none.
 */
final class CustomSql {
    private static final Pattern NEEDS_NO_QUOTES = Pattern.compile("[a-z_][a-z0-9_]*");

    private static final Pattern DOLLAR_TAG = Pattern.compile("\\$([\\p{L}_][\\p{L}\\p{N}_]*)?\\$");

    /** Words that PostgreSQL accepts as a name only in quotes. */
    private static final Set<String> RESERVED =
            new HashSet<>(
                    Arrays.asList(
                            ("all analyse analyze and any array as asc asymmetric authorization"
                                            + " binary both case cast check collate collation column"
                                            + " concurrently constraint create cross current_catalog"
                                            + " current_date current_role current_schema current_time"
                                            + " current_timestamp current_user default deferrable desc"
                                            + " distinct do else end except false fetch for foreign"
                                            + " freeze from full grant group having ilike in initially"
                                            + " inner intersect into is isnull join lateral leading left"
                                            + " like limit localtime localtimestamp natural not notnull"
                                            + " null offset on only or order outer overlaps placing"
                                            + " primary references returning right select session_user"
                                            + " similar some symmetric system_user table tablesample then"
                                            + " to trailing true union unique user using variadic verbose"
                                            + " when where window with")
                                    .split(" ")));

    private static final String NOT_CLOSED =
            "has a quote or a comment that is not closed: close it";

    private final String text;
    private final Placeholders names;
    private final StringBuilder sql = new StringBuilder();

    /** Position in the text. */
    private int at;

    /** Whether the statement has ended with a semicolon. */
    private boolean ended;

    private boolean hasWords;
    private String problem;

    private CustomSql(String text, Placeholders names) {
        this.text = text;
        this.names = names;
    }

    /** The statement to run; null if the reader has recorded a problem. */
    static String of(OptionReader reader, Placeholders names, String text) {
        CustomSql custom = new CustomSql(text, names);
        custom.read();
        if (custom.problem == null && !custom.hasWords) {
            custom.problem = "has no statement: set the one that prepares the table";
        }
        if (custom.problem != null) {
            reader.problem(DsqlSinkOptions.CUSTOM_SQL.key(), custom.problem);
            return null;
        }
        return custom.sql.toString();
    }

    private void read() {
        while (at < text.length() && problem == null) {
            char c = text.charAt(at);
            if (text.startsWith("--", at)) {
                comment(endOfLine());
            } else if (text.startsWith("/*", at)) {
                comment(endOfComment());
            } else if (Character.isWhitespace(c)) {
                copyTo(at + 1);
            } else if (c == ';') {
                ended = hasWords;
                at++;
            } else if (ended) {
                problem =
                        "has more than one statement: it must be one statement, which runs"
                                + " once; remove everything after the first semicolon";
            } else {
                hasWords = true;
                readPart(c);
            }
        }
    }

    private void readPart(char c) {
        if (c == '\'') {
            quoted('\'', false);
        } else if (c == '"') {
            quoted('"', false);
        } else if (dollarTag() != null) {
            dollarQuoted(dollarTag());
        } else if (isPartOfWord(c) || placeholder(at) != null) {
            word();
        } else {
            copyTo(at + 1);
        }
    }

    private void copyTo(int end) {
        sql.append(text, at, end);
        at = end;
    }

    /** Placeholders in comments are left alone. */
    private void comment(int end) {
        if (end < 0) {
            problem = NOT_CLOSED;
        } else {
            copyTo(end);
        }
    }

    private int endOfLine() {
        int end = at;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        return end;
    }

    /** Position after a comment, which may be nested; -1 if it does not end. */
    private int endOfComment() {
        int depth = 0;
        for (int end = at; end + 1 < text.length(); end++) {
            if (text.startsWith("/*", end)) {
                depth++;
                end++;
            } else if (text.startsWith("*/", end)) {
                depth--;
                end++;
                if (depth == 0) {
                    return end + 1;
                }
            }
        }
        return -1;
    }

    /** A string or a name in quotes. A quote that is not doubled ends it. */
    private void quoted(char quote, boolean escapes) {
        copyTo(at + 1);
        while (at < text.length()) {
            char c = text.charAt(at);
            Matcher name = placeholder(at);
            if (name != null) {
                String value = value(name, part -> part);
                value = value.replace(String.valueOf(quote), "" + quote + quote);
                sql.append(escapes ? value.replace("\\", "\\\\") : value);
                at = name.end();
            } else if (c == quote && text.startsWith("" + quote + quote, at)) {
                copyTo(at + 2);
            } else if (c == quote) {
                copyTo(at + 1);
                return;
            } else {
                copyTo(Math.min(at + (escapes && c == '\\' ? 2 : 1), text.length()));
            }
        }
        problem = NOT_CLOSED;
    }

    /** The {@code $tag$} that starts here, or null. */
    private String dollarTag() {
        Matcher tag = DOLLAR_TAG.matcher(text).region(at, text.length());
        return tag.lookingAt() ? tag.group() : null;
    }

    private void dollarQuoted(String tag) {
        int end = text.indexOf(tag, at + tag.length());
        if (end < 0) {
            problem = NOT_CLOSED;
            return;
        }
        copyTo(at + tag.length());
        while (at < end) {
            Matcher name = placeholder(at);
            if (name == null) {
                copyTo(at + 1);
                continue;
            }
            String value = value(name, part -> part);
            if (value.contains("$")) {
                problem =
                        "has a name with a dollar sign inside dollar quotes, where it cannot be"
                                + " quoted: use apostrophes around the text";
                return;
            }
            sql.append(value);
            at = name.end();
        }
        copyTo(end + tag.length());
    }

    private static boolean isPartOfWord(char c) {
        return Character.isLetterOrDigit(c)
                || c == '_'
                || Character.isSurrogate(c)
                || c > 0x7f && !Character.isWhitespace(c);
    }

    /** A keyword, a number, or a name. A placeholder may be part of it. */
    private void word() {
        int start = at;
        int end = at;
        StringBuilder whole = new StringBuilder();
        Matcher only = null;
        boolean fromSource = false;
        while (end < text.length()) {
            Matcher name = placeholder(end);
            char c = text.charAt(end);
            if (name != null) {
                only = name;
                fromSource |= names.names(name.group(1)) != null && !names.isDefaulted(name);
                whole.append(value(name, part -> part));
                end = name.end();
            } else if (isPartOfWord(c) || c == '$' && end > start) {
                whole.append(Character.toLowerCase(c));
                end++;
            } else {
                break;
            }
        }
        if (only == null) {
            boolean escapes = text.substring(start, end).equalsIgnoreCase("e");
            copyTo(end);
            if (escapes && end < text.length() && text.charAt(end) == '\'') {
                quoted('\'', true);
            }
        } else if (only.start() == start && only.end() == end) {
            sql.append(value(only, CustomSql::identifier));
            at = end;
        } else if (fromSource && !identifier(whole.toString()).contentEquals(whole)) {
            sql.append(identifier(whole.toString()));
            at = end;
        } else {
            copyWord(end);
        }
    }

    /** The word as written, with the names inserted as they are: together they need no quotes. */
    private void copyWord(int end) {
        while (at < end) {
            Matcher name = placeholder(at);
            if (name == null) {
                copyTo(at + 1);
            } else {
                sql.append(value(name, part -> part));
                at = name.end();
            }
        }
    }

    private static String identifier(String name) {
        return name.isEmpty() || NEEDS_NO_QUOTES.matcher(name).matches() && !RESERVED.contains(name)
                ? name
                : '"' + name.replace("\"", "\"\"") + '"';
    }

    /** The known placeholder that starts at a position, or null. */
    private Matcher placeholder(int place) {
        Matcher matcher = Placeholders.PLACEHOLDER.matcher(text).region(place, text.length());
        return matcher.lookingAt()
                        && (names.names(matcher.group(1)) != null || names.isDefaulted(matcher))
                ? matcher
                : null;
    }

    private interface Form {
        String of(String name);
    }

    private String value(Matcher placeholder, Form form) {
        if (names.isDefaulted(placeholder)) {
            return placeholder.group(2).substring(1).trim();
        }
        List<String> found = names.names(placeholder.group(1));
        String own = Placeholders.delimiter(placeholder.group(1));
        return found.stream().map(form::of).collect(Collectors.joining(own));
    }
}
