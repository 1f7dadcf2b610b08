package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What {@link ClusterJob} does to the orders of the shop, which have a unique column there. */
final class OrderChanges {
    /** Gives each order a value of its own. */
    static final String[] UNIQUE = {
        "ALTER TABLE orders ADD reference varchar(40)",
        "UPDATE orders SET reference = concat('R-', id)",
        "ALTER TABLE orders ADD UNIQUE KEY reference (reference)"
    };

    /** Far above the keys of any fill. */
    private static final long NEW_KEYS = 1_000_000_000L;

    static final List<Changes.Change> ALL =
            List.of(
                    Changes.Change.of(
                            "insert of many rows",
                            "INSERT INTO orders (id, quantity, amount, status, placed, remark,"
                                    + " reference) SELECT id + "
                                    + NEW_KEYS
                                    + ", quantity, amount, status, placed, remark, concat('N-', id)"
                                    + " FROM orders WHERE id BETWEEN 13 AND 313"),
                    Changes.Change.of(
                            "update of many rows",
                            "UPDATE orders SET amount = -amount, gift = NOT gift WHERE id % 50 = 7"),
                    Changes.Change.of(
                            "delete of many rows",
                            "DELETE FROM orders WHERE id BETWEEN 401 AND 420"),
                    Changes.Change.of(
                            "delete and insert again in one transaction",
                            "DELETE FROM orders WHERE id = 421",
                            "INSERT INTO orders (id, remark) VALUES (421, 'again')"),
                    Changes.Change.of(
                            "primary-key change",
                            "UPDATE orders SET id = " + (2 * NEW_KEYS) + " WHERE id = 422"),
                    Changes.Change.of(
                            "primary-key change onto a key just deleted",
                            "DELETE FROM orders WHERE id = 423",
                            "UPDATE orders SET id = 423 WHERE id = 424"),
                    Changes.Change.of(
                            "unique values swapped",
                            "UPDATE orders SET reference = NULL WHERE id = 425",
                            "UPDATE orders SET reference = 'R-425' WHERE id = 426",
                            "UPDATE orders SET reference = 'R-426' WHERE id = 425"),
                    Changes.Change.of(
                            "unique value handed over",
                            "DELETE FROM orders WHERE id = 427",
                            "INSERT INTO orders (id, reference) VALUES ("
                                    + 3 * NEW_KEYS
                                    + ", 'R-427')"),
                    Changes.Change.of(
                            "update to NULL",
                            "UPDATE orders SET remark = NULL, amount = NULL, reference = NULL"
                                    + " WHERE id = 428"));

    /** Comes after all of them. */
    static final String LAST =
            "INSERT INTO orders (id, reference) VALUES (" + 4 * NEW_KEYS + ", 'last')";

    private OrderChanges() {}

    /** Whether the last change has come. */
    static boolean lastIsIn(Connection reader, String table) throws SQLException {
        return Sql.number(reader, "SELECT count(*) FROM " + table + " WHERE id = " + 4 * NEW_KEYS)
                == 1;
    }
}
