package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;

/**
 * A small shop for {@link DashboardRun}, and its customers: each step is a moment of their work.
 */
final class ShopLoad {
    static final List<String> TABLES = List.of("orders", "customers");

    /** The target takes shorter notes than the source. */
    static final String[] TARGET = {ddl("orders", "varchar(50)"), ddl("customers", "varchar(50)")};

    private static final int FIRST_ORDERS = 60_000;
    private static final int FIRST_CUSTOMERS = 20_000;

    /** Customers who come again and again: changes of theirs are merged. */
    private static final int REGULARS = 10;

    private static final int FEWEST = 10;
    private static final int WAVES = 3;
    private static final int HEIGHT = 40;

    private final Connection source;
    private final Random random = new Random(7);
    private long nextOrder = FIRST_ORDERS + 1;
    private long steps;
    private long tooLong;

    ShopLoad(Connection source) {
        this.source = source;
    }

    static void fill(MySqlServer mysql) throws SQLException {
        try (Connection server = mysql.connect("")) {
            Sql.run(server, "CREATE DATABASE " + Shop.DATABASE);
        }
        try (Connection source = mysql.connect(Shop.DATABASE)) {
            Sql.run(
                    source,
                    ddl("orders", "varchar(200)"),
                    ddl("customers", "varchar(200)"),
                    "SET SESSION cte_max_recursion_depth = " + FIRST_ORDERS,
                    insert("orders", 1, FIRST_ORDERS, "'from before'"),
                    insert("customers", 1, FIRST_CUSTOMERS, "'from before'"));
        }
    }

    private static String ddl(String table, String note) {
        return "CREATE TABLE "
                + table
                + " (id bigint PRIMARY KEY, amount decimal(12,2), changes int, note "
                + note
                + ")";
    }

    private static String insert(String table, long first, long count, String note) {
        return "INSERT INTO "
                + table
                + " WITH RECURSIVE n AS (SELECT "
                + first
                + " AS i UNION ALL SELECT i + 1 FROM n WHERE i < "
                + (first + count - 1)
                + ") SELECT i, i % 1000 / 7, 0, "
                + note
                + " FROM n";
    }

    /**
     * Does what comes next.
     *
     * @param part of the whole time, from 0 to 1: it comes in waves
     */
    void step(double part) throws SQLException {
        steps++;
        int rows = FEWEST + (int) (HEIGHT * (1 - Math.cos(part * WAVES * 2 * Math.PI)));
        Sql.run(source, insert("orders", nextOrder, rows, "concat('order ', i)"));
        nextOrder += rows;
        long some = 1 + random.nextInt(FIRST_ORDERS - HEIGHT);
        Sql.run(
                source,
                "UPDATE orders SET amount = amount + 1, changes = changes + 1 WHERE id BETWEEN "
                        + some
                        + " AND "
                        + (some + rows),
                "UPDATE customers SET changes = changes + 1 WHERE id <= " + REGULARS,
                "UPDATE customers SET changes = changes + 1 WHERE id BETWEEN "
                        + (some % FIRST_CUSTOMERS)
                        + " AND "
                        + (some % FIRST_CUSTOMERS + rows / 3));
        if (steps % 20 == 0) {
            Sql.run(source, "DELETE FROM orders WHERE id BETWEEN " + some + " AND " + (some + 20));
        }
        if (part > 0.85 && part < 0.92 && steps % 10 == 0) {
            Sql.run(source, insert("orders", nextOrder++, 1, "repeat('long ', 20)"));
            tooLong++;
        }
    }

    /** Rows whose note the target does not take. */
    long tooLong() {
        return tooLong;
    }

    static long count(Connection connection) throws SQLException {
        return Sql.number(
                connection,
                "SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM customers)");
    }
}
