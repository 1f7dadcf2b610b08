package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/**
 * A database of a PostgreSQL that is read from: a further one behind dsql-local, without its rules.
 * The catalog of SeaTunnel's Jdbc source takes a database called postgres for a system's.
 */
final class PostgresSource {
    private final String database;

    private PostgresSource(String database) {
        this.database = database;
    }

    /** Creates the database and what is in it. */
    static PostgresSource of(String database, String... statements) throws SQLException {
        PostgresSource source = new PostgresSource(database);
        try (Connection behind = Servers.dsql().connectBehind()) {
            Sql.run(behind, "CREATE DATABASE " + database);
        }
        try (Connection connection = source.connect()) {
            Sql.run(connection, statements);
        }
        return source;
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url() + "?user=postgres");
    }

    private String url() {
        return Servers.dsql().behindUrl().replaceFirst("/postgres$", "/" + database);
    }

    /** The source block that reads a table of the schema public. */
    String jdbc(String table) {
        return jdbcOf("table_path = \"" + database + ".public." + table + "\"");
    }

    /** The source block with the option that says which tables it reads. */
    String jdbcOf(String tables) {
        return """
                 Jdbc {
                   url = "%s"
                   driver = "org.postgresql.Driver"
                   user = "postgres"
                   password = "none"
                   %s
                 }
               """
                .formatted(url(), tables);
    }
}
