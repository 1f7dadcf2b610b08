package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * What happens in the shop while a job runs: every kind of change, and the sequences on one key
 * that a sink is apt to put into the wrong order. Keys up to 400 of each table must exist.
 */
final class Changes {
    /**
     * One transaction.
     *
     * @param what what it shows
     */
    record Change(String what, List<String> statements) {
        static Change of(String what, String... statements) {
            return new Change(what, List.of(statements));
        }

        void apply(Connection mysql) throws SQLException {
            mysql.setAutoCommit(false);
            try {
                Sql.run(mysql, statements.toArray(String[]::new));
                mysql.commit();
            } finally {
                mysql.rollback();
                mysql.setAutoCommit(true);
            }
        }
    }

    /** Far above the keys of any fill. */
    private static final long NEW_KEYS = 1_000_000_000L;

    /** Rows that {@link #DURING_LOAD} takes out of the snapshot for good. */
    static final int DELETED_DURING_LOAD = 21;

    static final List<Change> DURING_LOAD =
            List.of(
                    Change.of(
                            "update of many rows",
                            "UPDATE orders SET quantity = 7, remark = 'while loading 🚚' WHERE id % 100 = 3"),
                    Change.of(
                            "delete of many rows",
                            "DELETE FROM orders WHERE id BETWEEN 101 AND 120"),
                    Change.of(
                            "primary-key change",
                            "UPDATE customers SET id = " + (NEW_KEYS + 50) + " WHERE id = 50"),
                    Change.of("delete", "DELETE FROM items WHERE id = 51"),
                    Change.of(
                            "delete and insert again",
                            "DELETE FROM items WHERE id = 52",
                            "INSERT INTO items (id, title) VALUES (52, 'again, while loading')"),
                    Change.of(
                            "update to NULL",
                            "UPDATE customers SET name = NULL, balance = NULL WHERE id = 53"));

    static final List<Change> AFTER_LOAD =
            List.of(
                    Change.of(
                            "insert of many rows",
                            Shop.ORDERS.copyRows(2 * NEW_KEYS, "id BETWEEN 13 AND 313")),
                    Change.of(
                            "update of many rows",
                            "UPDATE orders SET amount = -amount, gift = NOT gift WHERE id % 50 = 7"),
                    Change.of(
                            "delete of many rows",
                            "DELETE FROM orders WHERE id BETWEEN 201 AND 220"),
                    Change.of(
                            "delete and insert again in one transaction",
                            "DELETE FROM customers WHERE id = 60",
                            "INSERT INTO customers (id, name) VALUES (60, 'again')"),
                    Change.of("delete", "DELETE FROM customers WHERE id = 61"),
                    Change.of(
                            "insert of the key just deleted",
                            "INSERT INTO customers (id, name) VALUES (61, 'back')"),
                    Change.of(
                            "insert and delete in one transaction",
                            "INSERT INTO items (id) VALUES (" + NEW_KEYS + ")",
                            "DELETE FROM items WHERE id = " + NEW_KEYS),
                    Change.of(
                            "primary-key change",
                            "UPDATE customers SET id = "
                                    + (NEW_KEYS + 62)
                                    + ", name = 'moved' WHERE id = 62"),
                    Change.of(
                            "primary-key change onto a key just deleted",
                            "DELETE FROM customers WHERE id = 63",
                            "UPDATE customers SET id = 63 WHERE id = 64"),
                    Change.of(
                            "primary-key change there and back",
                            "UPDATE customers SET id = " + (NEW_KEYS + 65) + " WHERE id = 65",
                            "UPDATE customers SET id = 65, name = 'was away' WHERE id = "
                                    + (NEW_KEYS + 65)),
                    Change.of(
                            "two rows change places",
                            "UPDATE items SET id = " + NEW_KEYS + " WHERE id = 66",
                            "UPDATE items SET id = 66 WHERE id = 67",
                            "UPDATE items SET id = 67 WHERE id = " + NEW_KEYS),
                    Change.of(
                            "shift of many primary keys",
                            "UPDATE orders SET id = id + "
                                    + NEW_KEYS
                                    + " WHERE id BETWEEN 301 AND 340"),
                    Change.of(
                            "every value of a row",
                            "REPLACE INTO customers SELECT 68, "
                                    + Shop.CUSTOMERS.columnsAfterKey()
                                    + " FROM customers WHERE id = 2"),
                    Change.of("every value to NULL", "REPLACE INTO items (id) VALUES (69)"),
                    Change.of(
                            "update that changes nothing but case",
                            "UPDATE customers SET name = UPPER(name) WHERE id BETWEEN 70 AND 90"));

    /** Updates of one row, each in its own transaction. */
    static final int UPDATES_OF_ONE_ROW = 200;

    private Changes() {}

    static void updateOneRowManyTimes(Connection mysql) throws SQLException {
        for (int i = 1; i <= UPDATES_OF_ONE_ROW; i++) {
            Sql.run(
                    mysql,
                    "UPDATE items SET stock = " + i + ", title = 'update " + i + "' WHERE id = 70");
        }
    }
}
