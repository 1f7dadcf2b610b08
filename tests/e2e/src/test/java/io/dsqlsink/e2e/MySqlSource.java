package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** A database of the MySQL that all tests of a run share. */
record MySqlSource(String database) implements Source {
    /** Creates the database. */
    static MySqlSource of(String database) throws SQLException {
        MySqlSource source = new MySqlSource(database);
        source.create();
        return source;
    }

    void create() throws SQLException {
        try (Connection server = Servers.mysql().connect("")) {
            Sql.run(server, "CREATE DATABASE " + database);
        }
    }

    @Override
    public Connection connect() throws SQLException {
        return Servers.mysql().connect(database);
    }

    @Override
    public String path(String table) {
        return database + "." + table;
    }

    String url() {
        return "jdbc:mysql://" + Servers.mysql().host() + ":" + MySqlServer.PORT + "/" + database;
    }

    @Override
    public String jdbcOf(String tables) {
        return """
                 Jdbc {
                   url = "%s"
                   driver = "com.mysql.cj.jdbc.Driver"
                   user = "%s"
                   password = "%s"
                   %s
                 }
               """
                .formatted(url(), MySqlServer.USER, MySqlServer.PASSWORD, tables);
    }

    /** The source block that reads a table by a query of its columns. */
    String jdbc(Table table) {
        String columns = String.join(", ", table.columnNames());
        return jdbcOf("query = \"SELECT " + columns + " FROM " + table.name() + "\"");
    }

    /** The block of the source MySQL-CDC for these tables, without their keys. */
    String cdc(List<String> tables) {
        return """
                 MySQL-CDC {
                   username = "%s"
                   password = "%s"
                   base-url = "%s"
                   table-names = [%s]
                 }
               """
                .formatted(
                        MySqlServer.USER,
                        MySqlServer.PASSWORD,
                        url(),
                        tables.stream()
                                .map(table -> "\"" + path(table) + "\"")
                                .collect(Collectors.joining(", ")));
    }

    /** The config of the main job for these tables. */
    String mainJob(List<String> tables) {
        return JobConfig.mysqlToDsql(Servers.mysql().host(), database, tables);
    }
}
