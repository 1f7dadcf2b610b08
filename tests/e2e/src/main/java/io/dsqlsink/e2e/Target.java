package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where a run's job writes to: dsql-local by this sink, or the PostgreSQL behind it by SeaTunnel's
 * own, past everything of ours.
 */
final class Target {
    /** Of the stock sink: it takes the database postgres for one that it has to create. */
    private static final String DATABASE = "stock";

    private final DsqlLocal dsql;
    private final boolean stock;
    private final List<Table> tables;

    Target(DsqlLocal dsql, boolean stock, List<Table> tables) throws SQLException {
        this.dsql = dsql;
        this.stock = stock;
        this.tables = tables;
        String[] ddl = tables.stream().map(Table::dsqlDdl).toArray(String[]::new);
        if (!stock) {
            dsql.create(ddl);
            return;
        }
        try (Connection server = dsql.connectBehind()) {
            Sql.run(server, "CREATE DATABASE " + DATABASE);
        }
        try (Connection target = connect()) {
            Sql.run(target, ddl);
        }
    }

    /** The job's config with its sink changed to the stock one, if it is that. */
    String config(String config) {
        if (!stock) {
            return config;
        }
        int sink = config.indexOf("sink {");
        return config.substring(0, sink)
                + config.substring(sink)
                        .replaceFirst("url = .*", "url = \"" + url() + "\"")
                        .replace("dialect = \"dsql\"", "dialect = \"postgres\"")
                        .replace("username = \"admin\"", "user = \"postgres\"")
                        .replaceFirst(
                                "database = .*",
                                "database = \""
                                        + DATABASE
                                        + "\"\n    table = \"public.\\${table_name}\"");
    }

    /** A connection for looking on, past every rule of DSQL. */
    Connection connect() throws SQLException {
        return stock ? DriverManager.getConnection(url() + "?user=postgres") : dsql.connectBehind();
    }

    private String url() {
        return dsql.behindUrl().replaceFirst("/postgres$", "/" + DATABASE);
    }

    /** Rows that were committed since the start; of the stock sink, that are there. */
    long rowsCommitted() {
        if (!stock) {
            return dsql.stat("rows_committed");
        }
        String count = "(SELECT count(*) FROM ";
        return ask(
                tables.stream()
                        .map(table -> count + table.name() + ")")
                        .collect(Collectors.joining(" + ", "SELECT ", "")));
    }

    /** Connections of a sink. */
    long connections() {
        return stock
                ? ask(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = '"
                                + DATABASE
                                + "' AND pid <> pg_backend_pid()")
                : dsql.stat("connections_open");
    }

    private long ask(String query) {
        try (Connection target = connect()) {
            return Long.parseLong(Sql.value(target, query));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
