package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Small JDBC helpers. */
final class Sql {
    /** No statement here takes that long; a server that does not answer shall not hang a test. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private Sql() {}

    /** Runs statements one after the other; returns the number of rows the last one changed. */
    static int run(Connection connection, String... statements) throws SQLException {
        int changed = 0;
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                changed = statement.executeUpdate(sql);
            }
        }
        return changed;
    }

    /**
     * The first column of the first row as text; null when there is no row or the value is NULL.
     */
    static String value(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    /** The first column of every row as text. */
    static List<String> values(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    static long number(Connection connection, String query) throws SQLException {
        return Long.parseLong(value(connection, query));
    }
}
