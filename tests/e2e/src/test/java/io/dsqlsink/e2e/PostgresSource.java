package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/**
 * Another database of the PostgreSQL behind dsql-local, without rules. The catalog of SeaTunnel's
 * Jdbc source treats a database called postgres as a system database.
 */
record PostgresSource(String database) implements Source {
    /** Creates the database and its content. */
    static PostgresSource of(String database, String... statements) throws SQLException {
        try (Connection behind = Servers.dsql().connectBehind()) {
            Sql.run(behind, "CREATE DATABASE " + database);
        }
        PostgresSource source = new PostgresSource(database);
        try (Connection connection = source.connect()) {
            Sql.run(connection, statements);
        }
        return source;
    }

    @Override
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url() + "?user=postgres");
    }

    @Override
    public String path(String table) {
        return database + ".public." + table;
    }

    String url() {
        return Servers.dsql().behindUrl().replaceFirst("/postgres$", "/" + database);
    }

    @Override
    public String jdbcOf(String tables) {
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
