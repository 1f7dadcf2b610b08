package io.dsqlsink.seatunnel.doctor.source;

import io.dsqlsink.seatunnel.source.SourceCatalog;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A read-only connection to the source, by the driver that the home has. */
final class SourceDatabase implements AutoCloseable {
    /** Long enough for a query of a catalog, and short enough for a user who waits for doctor. */
    private static final int TIMEOUT_SECONDS = 10;

    /** The result of a check of the rows. */
    enum Answer {
        YES,
        NO,
        /** The database refused the check, or it took too long. */
        UNKNOWN
    }

    private final Connection connection;

    private SourceDatabase(Connection connection) {
        this.connection = connection;
    }

    static SourceDatabase open(ClassLoader loader, SourceJob job) throws SQLException {
        Connection connection =
                SourceCatalog.connect(
                        job.url(), job.option("username", "user"), job.option("password"), loader);
        connection.setReadOnly(true);
        return new SourceDatabase(connection);
    }

    /** All rows of a statement, every value as text. */
    List<List<String>> rows(String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setQueryTimeout(TIMEOUT_SECONDS);
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            List<List<String>> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                int width = result.getMetaData().getColumnCount();
                while (result.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= width; i++) {
                        row.add(result.getString(i));
                    }
                    rows.add(row);
                }
            }
            return rows;
        }
    }

    /** For information that only the driver has, such as the columns of a query. */
    Connection connection() {
        return connection;
    }

    /** Whether rows of this relation meet the condition. */
    Answer has(String relation, String condition) {
        String sql = "SELECT 1 FROM " + relation + " WHERE " + condition + " LIMIT 1";
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(TIMEOUT_SECONDS);
            try (ResultSet result = statement.executeQuery(sql)) {
                return result.next() ? Answer.YES : Answer.NO;
            }
        } catch (SQLException e) {
            return Answer.UNKNOWN;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
