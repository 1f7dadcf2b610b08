package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A table of the shop: a key called id, and columns. */
record Table(String name, String mysqlKey, String dsqlKey, List<Column> columns) {
    private static final int ROWS_A_BATCH = 1000;

    Table named(String other) {
        return new Table(other, mysqlKey, dsqlKey, columns);
    }

    Table without(String column) {
        return new Table(
                name,
                mysqlKey,
                dsqlKey,
                columns.stream().filter(c -> !c.name().equals(column)).toList());
    }

    String mysqlDdl() {
        return columns.stream()
                .map(c -> "  `" + c.name() + "` " + c.mysqlType() + " NULL")
                .collect(
                        Collectors.joining(
                                ",\n",
                                "CREATE TABLE " + name + " (\n  id " + mysqlKey + " PRIMARY KEY,\n",
                                "\n) DEFAULT CHARSET=utf8mb4"));
    }

    /**
     * As Aurora DSQL takes it: the key with the table, numeric with its precision, no types it does
     * not have.
     */
    String dsqlDdl() {
        return columns.stream()
                .map(c -> "  " + c.name() + " " + c.dsqlType())
                .collect(
                        Collectors.joining(
                                ",\n",
                                "CREATE TABLE " + name + " (\n  id " + dsqlKey + " PRIMARY KEY,\n",
                                "\n)"));
    }

    List<String> columnNames() {
        List<String> names = new ArrayList<>(List.of("id"));
        columns.forEach(c -> names.add(c.name()));
        return names;
    }

    /** A statement that inserts rows again, under keys that are the given number higher. */
    String copyRows(long offset, String condition) {
        return "INSERT INTO "
                + name
                + " SELECT id + "
                + offset
                + ", "
                + columnsAfterKey()
                + " FROM "
                + name
                + " WHERE "
                + condition;
    }

    String columnsAfterKey() {
        return columns.stream().map(c -> "`" + c.name() + "`").collect(Collectors.joining(", "));
    }

    /** Inserts the rows with the keys from..to in transactions of a thousand. */
    void insert(Connection mysql, long from, long to) throws SQLException {
        String sql =
                columnNames().stream()
                        .map(n -> "?")
                        .collect(
                                Collectors.joining(
                                        ", ",
                                        "INSERT INTO "
                                                + name
                                                + " (`"
                                                + String.join("`, `", columnNames())
                                                + "`) VALUES (",
                                        ")"));
        mysql.setAutoCommit(false);
        try (PreparedStatement statement = mysql.prepareStatement(sql)) {
            for (long key = from; key <= to; key++) {
                statement.setLong(1, key);
                for (int i = 0; i < columns.size(); i++) {
                    statement.setObject(i + 2, columns.get(i).value(key));
                }
                statement.addBatch();
                if ((key - from) % ROWS_A_BATCH == ROWS_A_BATCH - 1 || key == to) {
                    statement.executeBatch();
                    mysql.commit();
                }
            }
        } finally {
            mysql.rollback();
            mysql.setAutoCommit(true);
        }
    }
}
