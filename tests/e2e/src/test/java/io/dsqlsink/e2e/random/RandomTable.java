package io.dsqlsink.e2e.random;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** A table of random columns, keys and indexes, and random rows for it. */
public final class RandomTable {
    private static final int MOST_COLUMNS = 9;

    /**
     * In a key of these types the database writes -0 as 0, because they are equal: float and double
     * too.
     */
    private static final String UNSPLIT =
            "year|date|uuid|boolean|bytea|jsonb|real|float|double( precision)?";

    /**
     * @param computed computed by the table, so no statement sets it
     */
    private record Column(String name, Kind kind, boolean nullable, String more, boolean computed) {
        Column(String name, Kind kind, boolean nullable) {
            this(name, kind, nullable, "", false);
        }
    }

    private final Random random;
    private final Origin origin;
    private final String name;
    private final List<Column> columns = new ArrayList<>();
    private final List<String> parts = new ArrayList<>();
    private final List<String> after = new ArrayList<>();
    private boolean keyed;

    /** The column that may be a counter, quoted for a statement. */
    private String counter;

    /**
     * @param mark the prefix of the name, which shows that a message is about this table
     */
    public RandomTable(Random random, Origin origin, String mark) {
        this.random = random;
        this.origin = origin;
        // Known: sources split a name at dots, and MySQL-CDC uses it as a pattern.
        String rest = Texts.name(random, origin, 0, 63 - mark.length());
        rest = rest.replaceAll("[^\\p{L}\\p{M}\\p{N}_]", "_");
        // Known: the Jdbc source does not quote names of PostgreSQL's tables in its query.
        this.name = mark + (origin.isMySql() ? rest : rest.replaceAll("[A-Z\\u0130]", "x"));
        Kinds kinds = new Kinds(random, origin);
        int count = 1 + random.nextInt(MOST_COLUMNS);
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < count; i++) {
            String column = Texts.name(random, origin, 0, 60);
            if (!taken.add(column.toLowerCase(Locale.ROOT))) {
                column = "c" + i;
            }
            columns.add(new Column(column, kinds.next(), random.nextInt(3) > 0));
        }
        key();
        indexes();
        more();
    }

    /** Adds defaults, comments, checks and counters, and sometimes a computed column. */
    private void more() {
        Extras extras = new Extras(random, origin);
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            String quoted = origin.quoted(column.name());
            String more = extras.of(quoted, column.kind(), quoted.equals(counter));
            columns.set(
                    i, new Column(column.name(), column.kind(), column.nullable(), more, false));
        }
        if (random.nextInt(5) == 0) {
            String of = origin.quoted(Texts.pick(random, columns).name());
            String length =
                    origin.isMySql() ? "LENGTH(HEX(" + of + "))" : "octet_length(" + of + "::text)";
            String more = " GENERATED ALWAYS AS (" + length + ") STORED";
            Kind kind = Kind.of(origin.isMySql() ? "bigint" : "integer", Form.NUMBER, List.of());
            columns.add(new Column("computed", kind, true, more, true));
        }
    }

    private List<Column> given() {
        return columns.stream().filter(column -> !column.computed()).toList();
    }

    private void key() {
        List<Column> able = columns.stream().filter(c -> c.kind().keys()).toList();
        int way = random.nextInt(10);
        if (able.isEmpty() || way == 0) {
            return;
        }
        List<Column> key = some(able, way < 7 ? 1 : 3);
        // MySQL-CDC jobs with a nullable key are refused, so they get one rarely.
        if (way == 9 && (origin != Origin.MYSQL_CDC || random.nextInt(8) == 0)) {
            // A unique key instead of a primary key; if it is nullable, it is not a key.
            parts.add("UNIQUE (" + names(key) + ")");
            return;
        }
        keyed = true;
        for (Column column : key) {
            int at = columns.indexOf(column);
            columns.set(at, new Column(column.name(), column.kind(), false));
        }
        parts.add("PRIMARY KEY (" + names(key) + ")");
        counter = origin.quoted(key.get(0).name());
    }

    private void indexes() {
        for (int i = random.nextInt(4); i > 0; i--) {
            List<Column> held = some(columns, 3);
            // Known: sources also split tables by unique columns of these types, and fail.
            boolean split =
                    held.stream()
                            .noneMatch(c -> !c.kind().keys() && c.kind().type().matches(UNSPLIT));
            // Without another key MySQL-CDC jobs with a nullable one are refused.
            boolean told = keyed || origin != Origin.MYSQL_CDC || random.nextInt(8) == 0;
            boolean unique = random.nextInt(4) == 0 && split && told;
            String columnList =
                    held.stream()
                            .map(c -> origin.quoted(c.name()) + prefix(c))
                            .collect(Collectors.joining(", "));
            String index = origin.quoted("i" + i + Texts.name(random, origin, 0, 20));
            if (origin.isMySql()) {
                parts.add((unique ? "UNIQUE " : "") + "KEY " + index + " (" + columnList + ")");
            } else {
                after.add(
                        "CREATE "
                                + (unique ? "UNIQUE " : "")
                                + "INDEX "
                                + origin.quoted(name.substring(0, 6) + "i" + i)
                                + " ON "
                                + origin.quoted(name)
                                + " ("
                                + columnList
                                + ")");
            }
        }
    }

    /** A prefix of a column, which MySQL needs for long columns. */
    private String prefix(Column column) {
        if (!origin.isMySql()) {
            return "";
        }
        String type = column.kind().type();
        boolean needed = type.matches(".*(text|blob)");
        boolean able = type.matches("(var)?char\\(\\d{2,4}\\)");
        return needed || able && random.nextInt(3) == 0 ? "(" + (1 + random.nextInt(9)) + ")" : "";
    }

    private List<Column> some(List<Column> from, int most) {
        Set<Column> some = new LinkedHashSet<>();
        for (int i = 1 + random.nextInt(most); i > 0; i--) {
            some.add(Texts.pick(random, from));
        }
        return new ArrayList<>(some);
    }

    private String names(List<Column> some) {
        return some.stream().map(c -> origin.quoted(c.name())).collect(Collectors.joining(", "));
    }

    public String name() {
        return name;
    }

    /** Whether rows can be changed and deleted; the sink appends rows of other tables. */
    public boolean keyed() {
        return keyed;
    }

    /** The statements that create it at the source. */
    public List<String> ddl() {
        List<String> all = new ArrayList<>();
        for (Column column : columns) {
            all.add(
                    origin.quoted(column.name())
                            + " "
                            + column.kind().type()
                            + (column.computed() ? column.more() : "")
                            + (column.nullable() ? " NULL" : " NOT NULL")
                            + (column.computed() ? "" : column.more()));
        }
        all.addAll(parts);
        List<String> statements = new ArrayList<>();
        statements.add("CREATE TABLE " + origin.quoted(name) + " (" + String.join(", ", all) + ")");
        statements.addAll(after);
        return statements;
    }

    /** Adds rows, except those that a key of the source refuses. */
    public void insert(Connection source, int rows) throws SQLException {
        if (origin.isMySql()) {
            // A counter would replace 0 by its next value, which may not exist.
            try (Statement statement = source.createStatement()) {
                statement.execute("SET sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')");
            }
        }
        List<Column> given = given();
        String sql =
                (origin.isMySql() ? "INSERT IGNORE INTO " : "INSERT INTO ")
                        + origin.quoted(name)
                        + " ("
                        + names(given)
                        + ") VALUES ("
                        + given.stream()
                                .map(c -> origin.placeholder(c.kind()))
                                .collect(Collectors.joining(", "))
                        + ")"
                        + (origin.isMySql() ? "" : " ON CONFLICT DO NOTHING");
        try (PreparedStatement statement = source.prepareStatement(sql)) {
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < given.size(); i++) {
                    Column column = given.get(i);
                    boolean none = column.nullable() && random.nextInt(5) == 0;
                    statement.setString(
                            i + 1, none ? null : Texts.pick(random, column.kind().values()));
                }
                statement.executeUpdate();
            }
        }
    }

    /** Deletes some rows and changes others, if the table has a key. */
    public void change(Connection source) throws SQLException {
        if (!keyed) {
            return;
        }
        String table = origin.quoted(name);
        try (Statement statement = source.createStatement()) {
            statement.executeUpdate("DELETE FROM " + table + " LIMIT 2");
            Column column = Texts.pick(random, given());
            String value = Texts.pick(random, column.kind().values()).replace("\\", "\\\\");
            statement.executeUpdate(
                    "UPDATE IGNORE "
                            + table
                            + " SET "
                            + origin.quoted(column.name())
                            + " = "
                            + column.kind()
                                    .written()
                                    .replace("?", "'" + value.replace("'", "''") + "'")
                            + " LIMIT 3");
        }
    }

    /** Every row of the source as a line, sorted. */
    public List<String> sourceRows(Connection source) throws SQLException {
        List<String> read = new ArrayList<>();
        for (Column column : columns) {
            String quoted = origin.quoted(column.name());
            read.add(
                    origin.isMySql()
                            ? String.format(column.kind().read().replace("%s", "%1$s"), quoted)
                            : quoted + "::text");
        }
        return rows(source, "SELECT " + String.join(", ", read) + " FROM " + origin.quoted(name));
    }

    /** The same for the target. */
    public List<String> targetRows(Connection target, String schema) throws SQLException {
        String read =
                columns.stream()
                        .map(c -> Origin.POSTGRES_JDBC.quoted(c.name()) + "::text")
                        .collect(Collectors.joining(", "));
        return rows(
                target,
                "SELECT " + read + " FROM " + schema + "." + Origin.POSTGRES_JDBC.quoted(name));
    }

    private List<String> rows(Connection connection, String query) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                List<String> line = new ArrayList<>();
                for (int i = 0; i < columns.size(); i++) {
                    String text = rows.getString(i + 1);
                    Column column = columns.get(i);
                    line.add(
                            column.name()
                                    + " ("
                                    + column.kind().type()
                                    + ") "
                                    + (text == null
                                            ? "NULL"
                                            : "<" + column.kind().form().of(text) + ">"));
                }
                lines.add(String.join(", ", line));
            }
        }
        lines.sort(null);
        return lines;
    }

    @Override
    public String toString() {
        return String.join(";\n", ddl());
    }
}
