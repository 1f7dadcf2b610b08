import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** pgjdbc through AWS's own connector, which mints the token itself. Any surprise is an exception. */
public class Client {
    public static void main(String[] args) throws Exception {
        String url = "jdbc:aws-dsql:postgresql://" + args[0] + ":" + args[1] + "/postgres?user=admin";
        try (Connection connection = DriverManager.getConnection(url)) {
            expect("16.15", connection.getMetaData().getDatabaseProductVersion());
            try (Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE jdbc (id int PRIMARY KEY, v text, n numeric(10,2))");
            }
            upsert(connection);
            metadata(connection);
            refusals(connection);
        }
    }

    private static void upsert(Connection connection) throws SQLException {
        String sql = "INSERT INTO jdbc VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET v = excluded.v";
        connection.setAutoCommit(false);
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (int id = 0; id < 1000; id++) {
                insert.setInt(1, id);
                insert.setString(2, "v" + id);
                insert.setBigDecimal(3, new BigDecimal("1.50"));
                insert.addBatch();
            }
            expect(1000, insert.executeBatch().length);
        }
        connection.commit();
        connection.setAutoCommit(true);
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*), sum(n) FROM jdbc")) {
            rows.next();
            expect(1000, rows.getInt(1));
            expect(new BigDecimal("1500.00"), rows.getBigDecimal(2));
        }
    }

    private static void metadata(Connection connection) throws SQLException {
        StringBuilder found = new StringBuilder();
        try (ResultSet columns = connection.getMetaData().getColumns(null, "public", "jdbc", null)) {
            while (columns.next()) {
                found.append(columns.getString("COLUMN_NAME")).append(' ').append(columns.getString("TYPE_NAME")).append(';');
            }
        }
        expect("id int4;v text;n numeric;", found.toString());
        try (ResultSet keys = connection.getMetaData().getPrimaryKeys(null, "public", "jdbc")) {
            keys.next();
            expect("id", keys.getString("COLUMN_NAME"));
        }
    }

    private static void refusals(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SAVEPOINT s");
            throw new AssertionError("SAVEPOINT was accepted");
        } catch (SQLException e) {
            expect("0A000", e.getSQLState());
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO jdbc SELECT g FROM generate_series(10000, 13000) g");
            throw new AssertionError("3,001 rows were accepted");
        } catch (SQLException e) {
            expect("54000", e.getSQLState());
        }
    }

    private static void expect(Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new AssertionError("expected " + expected + ", found " + found);
        }
    }
}
