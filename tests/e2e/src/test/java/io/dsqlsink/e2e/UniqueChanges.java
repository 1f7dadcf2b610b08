package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes of unique values as applications make them: table p has positions, table q has positions
 * in lists. Every change keeps the number of rows and the set of positions, so that all changes can
 * be repeated. Temporary positions are negative.
 */
final class UniqueChanges {
    static final String[] TABLES = {
        "CREATE TABLE p (id bigint PRIMARY KEY, pos int NOT NULL, note varchar(40),"
                + " UNIQUE KEY place (pos))",
        "CREATE TABLE q (id bigint PRIMARY KEY, list int, pos int, note varchar(40),"
                + " UNIQUE KEY place_in_list (list, pos))"
    };

    static final String SMALL = "pos BETWEEN 0 AND 100";
    static final String MIDDLE = "pos BETWEEN 1000 AND 1400";
    static final String LARGE = "pos BETWEEN 100000 AND 110100";
    static final int SMALL_ROWS = 50;
    static final int MIDDLE_ROWS = 300;
    static final int LARGE_ROWS = 10_000;
    static final int ROWS = SMALL_ROWS + MIDDLE_ROWS + LARGE_ROWS;

    private static final String NEXT = "(SELECT MAX(id) + 1 FROM p WHERE id < 100000)";

    private UniqueChanges() {}

    static void fill(Connection source) throws SQLException {
        Sql.run(source, TABLES);
        insert(source, "p", SMALL_ROWS, 0);
        insert(source, "p", MIDDLE_ROWS, 1000);
        // NULL as list or position is not a value: such rows may be equal.
        Sql.run(
                source,
                "INSERT INTO q SELECT id, IF(id % 10 = 0, NULL, id % 3), IF(id % 7 = 0, NULL,"
                        + " id DIV 3), note FROM p WHERE id <= 50");
    }

    static void insertLarge(Connection source) throws SQLException {
        insert(source, "p", LARGE_ROWS, 100_000);
    }

    /** A table l, to be loaded while it changes. */
    static void fillLoaded(Connection source, int rows) throws SQLException {
        Sql.run(source, TABLES[0].replace(" p ", " l "));
        insert(source, "l", rows, 0);
    }

    static Changes.Change swapLoaded(int one, int other) {
        return Changes.Change.of(
                "swap",
                "SET @at = (SELECT pos FROM l WHERE id = " + one + ")",
                "UPDATE l SET pos = -1 WHERE id = " + one,
                "SET @there = (SELECT pos FROM l WHERE id = " + other + ")",
                "UPDATE l SET pos = @at, note = 'swapped' WHERE id = " + other,
                "UPDATE l SET pos = @there, note = 'swapped' WHERE id = " + one);
    }

    private static void insert(Connection source, String table, int rows, int above)
            throws SQLException {
        Sql.run(
                source,
                "SET SESSION cte_max_recursion_depth = 100000",
                "INSERT INTO "
                        + table
                        + " WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n"
                        + " WHERE i < "
                        + rows
                        + ") SELECT "
                        + above
                        + " + i, "
                        + above
                        + " + i, 'first' FROM n");
    }

    static String shiftUp(String rows) {
        return "UPDATE p SET pos = pos + 1 WHERE " + rows + " ORDER BY pos DESC";
    }

    static String shiftDown(String rows) {
        return "UPDATE p SET pos = pos - 1 WHERE " + rows + " ORDER BY pos";
    }

    /** Each row gets the position of the next one, and the last row that of the first. */
    static Changes.Change rotation(String rows) {
        return Changes.Change.of(
                "rotation",
                "SET @low = (SELECT MIN(pos) FROM p WHERE " + rows + ")",
                "SET @high = (SELECT MAX(pos) FROM p WHERE " + rows + ")",
                "UPDATE p SET pos = -1 WHERE pos = @high",
                shiftUp(rows),
                "UPDATE p SET pos = @low WHERE pos = -1");
    }

    /** Makes every change once; the number of the round selects the rows. */
    static void round(Connection source, int round) throws SQLException {
        for (Changes.Change change : all(round)) {
            try {
                change.apply(source);
            } catch (SQLException e) {
                throw new SQLException("round " + round + ", " + change, e);
            }
        }
    }

    private static List<Changes.Change> all(int round) {
        // Different rows in each change, seven apart; there are 50.
        String one = row(round % 7);
        String two = row(round % 7 + 7 * (1 + round % 5));
        String three = row(round % 7 + 42);
        List<Changes.Change> all = new ArrayList<>();
        all.add(
                change(
                        "swap",
                        one,
                        two,
                        "UPDATE p SET pos = -1 WHERE id = @a",
                        "UPDATE p SET pos = @at_a WHERE id = @b",
                        "UPDATE p SET pos = @at_b, note = 'swapped' WHERE id = @a"));
        all.add(Changes.Change.of("shift up, 50 rows", shiftUp(SMALL)));
        all.add(
                change(
                        "delete, insert under another key",
                        one,
                        two,
                        "DELETE FROM p WHERE id = @a",
                        "INSERT INTO p VALUES (@next, @at_a, 'handed over')"));
        all.add(rotation(SMALL));
        all.add(
                change(
                        "REPLACE of one row by another key",
                        one,
                        three,
                        "REPLACE INTO p VALUES (@next, @at_a, 'replaced')"));
        all.add(
                change(
                        "REPLACE of two rows",
                        one,
                        two,
                        "REPLACE INTO p VALUES (@a, @at_b, 'replaced two')",
                        "INSERT INTO p VALUES (@b, @at_a, 'back')"));
        all.add(
                change(
                        "INSERT .. ON DUPLICATE KEY UPDATE",
                        two,
                        three,
                        "INSERT INTO p VALUES (@next, @at_a, 'new') ON DUPLICATE KEY UPDATE pos = -2",
                        "INSERT INTO p VALUES (@next, @at_a, 'new')",
                        "INSERT INTO p VALUES (@next, -3, 'other') ON DUPLICATE KEY UPDATE note = 'old'",
                        "DELETE FROM p WHERE id = @a"));
        all.add(Changes.Change.of("shift down, 50 rows", shiftDown(SMALL)));
        all.add(change("key change", one, two, "UPDATE p SET id = @next WHERE id = @a"));
        all.add(
                change(
                        "keys swapped",
                        two,
                        three,
                        "UPDATE p SET id = @next WHERE id = @a",
                        "UPDATE p SET id = @a WHERE id = @b",
                        "UPDATE p SET id = @b WHERE id = @next"));
        all.add(
                Changes.Change.of(
                        "keys shifted",
                        "UPDATE p SET id = id + 1 WHERE " + SMALL + " ORDER BY id DESC"));
        all.add(
                Changes.Change.of(
                        "keys shifted back",
                        "UPDATE p SET id = id - 1 WHERE " + SMALL + " ORDER BY id"));
        all.addAll(
                List.of(
                        change("chain", one, two, "UPDATE p SET pos = -4 WHERE id = @a"),
                        Changes.Change.of("chain", "UPDATE p SET pos = @at_a WHERE id = @b"),
                        Changes.Change.of("chain", "UPDATE p SET pos = @at_b WHERE id = @a")));
        all.add(Changes.Change.of("shift up, 300 rows", shiftUp(MIDDLE)));
        all.add(Changes.Change.of("shift down, 300 rows", shiftDown(MIDDLE)));
        all.addAll(inLists(round));
        return all;
    }

    private static List<Changes.Change> inLists(int round) {
        int list = round % 3;
        String first = "(SELECT id FROM q WHERE list = " + list + " AND pos IS NOT NULL LIMIT 1";
        return List.of(
                Changes.Change.of(
                        "swap through NULL",
                        "SET @c = " + first + " OFFSET 1)",
                        "SET @d = " + first + " OFFSET 4)",
                        "SET @at_c = (SELECT pos FROM q WHERE id = @c)",
                        "SET @at_d = (SELECT pos FROM q WHERE id = @d)",
                        "UPDATE q SET pos = NULL WHERE id = @c",
                        "UPDATE q SET pos = @at_c WHERE id = @d",
                        "UPDATE q SET pos = @at_d, note = 'swapped' WHERE id = @c"),
                Changes.Change.of(
                        "shift in a list",
                        "UPDATE q SET pos = pos + 1 WHERE list = " + list + " ORDER BY pos DESC"),
                Changes.Change.of(
                        "lists swapped",
                        "UPDATE q SET list = 7 WHERE list = " + list,
                        "UPDATE q SET list = " + list + " WHERE list = " + (list + 1) % 3,
                        "UPDATE q SET list = " + (list + 1) % 3 + " WHERE list = 7"),
                Changes.Change.of(
                        "shift back in a list",
                        "UPDATE q SET pos = pos - 1 WHERE list = "
                                + (list + 1) % 3
                                + " ORDER BY pos"),
                Changes.Change.of(
                        "no list",
                        "UPDATE q SET list = NULL, note = 'none' WHERE id = @c",
                        "INSERT INTO q VALUES (-1, "
                                + (list + 1) % 3
                                + ", @at_d, 'guest') ON DUPLICATE KEY UPDATE note = 'host'",
                        "DELETE FROM q WHERE id = -1",
                        "UPDATE q SET list = " + (list + 1) % 3 + " WHERE id = @c"));
    }

    /** The key of one of the rows with small positions, in the order of positions. */
    private static String row(int number) {
        return "(SELECT id FROM p WHERE " + SMALL + " ORDER BY pos LIMIT 1 OFFSET " + number + ")";
    }

    /** A transaction on two rows, a and b, which first reads their positions and a new key. */
    private static Changes.Change change(String what, String a, String b, String... statements) {
        List<String> all = new ArrayList<>();
        all.add("SET @a = " + a + ", @b = " + b + ", @next = " + NEXT);
        all.add("SET @at_a = (SELECT pos FROM p WHERE id = @a)");
        all.add("SET @at_b = (SELECT pos FROM p WHERE id = @b)");
        all.addAll(List.of(statements));
        return Changes.Change.of(what, all.toArray(String[]::new));
    }
}
