package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The main job with an empty target: it creates all tables, and every value fits. */
class CreateTablesIT {
    private static final String DATABASE = "newshop";
    private static final String SCHEMA = "created";
    private static final long ROWS = 500;

    @Test
    void missingTablesAreCreatedAndFilled() throws Exception {
        MySqlSource mysql = MySqlSource.of(DATABASE);
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            for (Table table : Shop.TABLES) {
                Sql.run(source, table.mysqlDdl());
                table.insert(source, 1, ROWS);
            }
            String config =
                    mysql.mainJob(Shop.TABLES.stream().map(Table::name).toList())
                            .replace(
                                    "generate_sink_sql = true",
                                    "generate_sink_sql = true\n    schema = \"" + SCHEMA + "\"");
            try (Job job = Servers.run("create-tables", config)) {
                awaitTables(job, target);
                Sql.run(target, "SET search_path TO " + SCHEMA);
                awaitEqual(job, source, target);
                assertThat(job.log().lines().filter(l -> l.contains("Created: CREATE TABLE")))
                        .as("each table is created once")
                        .hasSize(Shop.TABLES.size());
            }
            // For Aurora DSQL a numeric without precision would be numeric(18,6).
            assertThat(
                            Sql.values(
                                    target,
                                    "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
                                            + " WHERE attrelid = 'created.items'::regclass"
                                            + " AND attname IN ('id', 'sold', 'price') ORDER BY 1"))
                    .containsExactly("bigint", "numeric(12,4)", "numeric(20,0)");
        }
    }

    private static void awaitTables(Job job, Connection target) {
        Poll.until(
                () -> "the tables to exist; " + job.tail(),
                Servers.JOB,
                Duration.ofMillis(300),
                () -> {
                    job.requireAlive();
                    return Sql.values(
                                            target,
                                            "SELECT 1 FROM pg_tables WHERE schemaname = '"
                                                    + SCHEMA
                                                    + "'")
                                    .size()
                            == Shop.TABLES.size();
                });
    }

    private static void awaitEqual(Job job, Connection source, Connection target) {
        List<String> differences = new ArrayList<>();
        Poll.until(
                () -> "source and target to be equal; " + differences,
                Servers.JOB,
                Duration.ofMillis(300),
                () -> {
                    job.requireAlive();
                    differences.clear();
                    for (Table table : Shop.TABLES) {
                        TableDiff diff =
                                TableDiff.compare(
                                        source, target, table.name(), Servers.readable(table));
                        differences.addAll(diff.shown());
                    }
                    return differences.isEmpty();
                });
    }
}
