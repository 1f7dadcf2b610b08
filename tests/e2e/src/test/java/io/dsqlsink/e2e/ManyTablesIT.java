package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * One job with fifty tables, some with a key of two columns and some without a key: the load, then
 * changes. The sink creates all tables.
 */
class ManyTablesIT {
    private static final int TABLES = 50;

    /** Writers of each table; SeaTunnel distributes the rows to them by key. */
    private static final int WRITERS = 2;

    private static final String DATABASE = "many";
    private static final String SOURCE_ROW =
            "CONCAT_WS('|', shop, nr, IFNULL(name, 'NULL'), amount, DATE_FORMAT(at, '%Y-%m-%d %T'))";
    private static final String TARGET_ROW =
            "concat_ws('|', shop, nr, coalesce(name, 'NULL'), amount, to_char(at, 'YYYY-MM-DD HH24:MI:SS'))";

    @Test
    void fiftyTablesFollowTheSource() throws Exception {
        MySqlSource mysql = MySqlSource.of(DATABASE);
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            List<String> names = new ArrayList<>();
            for (int table = 1; table <= TABLES; table++) {
                Sql.run(source, create(table), insert(table, 1, 20 + table));
                names.add(name(table));
            }
            // Each table has its own key, from the source.
            String config =
                    mysql.mainJob(names)
                            .replaceFirst("(?s) *table-names-config = \\[.*?\\n    ]\\n", "")
                            .replace(
                                    "    primary_keys = [\"id\"]\n",
                                    "    multi_table_sink_replica = " + WRITERS + "\n");
            assertThat(config).doesNotContain("id\"]").contains("multi_table_sink_replica");
            try (Job job = Servers.run("many-tables", config)) {
                awaitEqual(job, source, target);
                for (int table = 1; table <= TABLES; table++) {
                    Sql.run(source, insert(table, 1000, 1000 + table));
                    if (!keyless(table)) {
                        Sql.run(
                                source,
                                "UPDATE " + name(table) + " SET name = NULL WHERE nr % 3 = 0",
                                "DELETE FROM " + name(table) + " WHERE nr % 7 = 0",
                                "UPDATE " + name(table) + " SET nr = nr + 5000 WHERE nr % 5 = 0");
                    }
                }
                awaitEqual(job, source, target);
                // SeaTunnel has one queue for the first writer of each table, one for the second,
                // and so on.
                assertThat(job.log()).contains("sink writer, queue size: " + WRITERS);
                Secrets.assertAbsent(job.log());
            }
        }
    }

    private static String name(int table) {
        return "t" + table;
    }

    private static boolean keyless(int table) {
        return table % 5 == 1;
    }

    private static String create(int table) {
        String key =
                keyless(table)
                        ? ""
                        : table % 5 == 0 ? ", PRIMARY KEY (nr, shop)" : ", PRIMARY KEY (nr)";
        return "CREATE TABLE "
                + name(table)
                + " (shop int NOT NULL, nr bigint NOT NULL, name varchar(50), amount decimal(10,2), at datetime"
                + key
                + ")";
    }

    private static String insert(int table, int from, int to) {
        List<String> rows = new ArrayList<>();
        for (int nr = from; nr <= to; nr++) {
            rows.add(
                    "(%d, %d, 'row %d of %d', %d.25, '2024-02-29 12:00:%02d')"
                            .formatted(nr % 3, nr, nr, table, nr, nr % 60));
        }
        return "INSERT INTO " + name(table) + " VALUES " + String.join(", ", rows);
    }

    private static void awaitEqual(Job job, Connection source, Connection target) {
        List<String> differences = new ArrayList<>();
        Poll.until(
                () -> "source and target to be equal; tables that differ: " + differences,
                Servers.JOB,
                Duration.ofMillis(500),
                () -> {
                    job.requireAlive();
                    differences.clear();
                    for (int table = 1; table <= TABLES; table++) {
                        if (!rows(source, table, SOURCE_ROW)
                                .equals(rows(target, table, TARGET_ROW))) {
                            differences.add(name(table));
                        }
                    }
                    return differences.isEmpty();
                });
    }

    /** All rows, sorted; empty while the table does not exist. */
    private static List<String> rows(Connection database, int table, String row)
            throws SQLException {
        List<String> rows = new ArrayList<>();
        try (ResultSet tables = database.getMetaData().getTables(null, null, name(table), null)) {
            if (!tables.next()) {
                return rows;
            }
        }
        try (Statement statement = database.createStatement();
                ResultSet result =
                        statement.executeQuery("SELECT " + row + " FROM " + name(table))) {
            while (result.next()) {
                rows.add(result.getString(1));
            }
        }
        Collections.sort(rows);
        return rows;
    }
}
