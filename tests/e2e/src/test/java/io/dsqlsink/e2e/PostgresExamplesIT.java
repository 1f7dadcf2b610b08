package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Jobs of examples/ that read from PostgreSQL. */
@Tag("docs")
class PostgresExamplesIT {
    private static final Path FOLDER = Places.ROOT.resolve("target/e2e/postgres");
    private static final Path CONNECTOR =
            Places.CACHE.resolve("cdc-postgres-2.3.4/connector-cdc-postgres-2.3.4.jar");
    private static final int ROWS = 3000;

    /** In PostgreSQL's text form on both sides, so that every value is compared. */
    private static final String ALL = "SELECT o::text FROM sales.orders o ORDER BY id";

    private static final List<String> CHANGES =
            List.of(
                    "INSERT INTO sales.orders SELECT i, 'new ' || i, i, false, NULL, '2026-11-27 08:00'"
                            + " FROM generate_series(10001, 10200) i",
                    "UPDATE sales.orders SET amount = amount + 0.01, paid = NOT paid WHERE id % 7 = 0",
                    "UPDATE sales.orders SET note = NULL, customer = E'\\u5f20' WHERE id = 5",
                    "DELETE FROM sales.orders WHERE id BETWEEN 100 AND 150",
                    // A key that changes, and one that comes back with another row.
                    "UPDATE sales.orders SET id = 20000 WHERE id = 7",
                    "DELETE FROM sales.orders WHERE id = 8",
                    "INSERT INTO sales.orders VALUES (8, 'again', 1.10, true, '', '1999-12-31 23:59:59.999999')");

    private static PostgresSource shop;

    @BeforeAll
    static void fillTheShop() throws SQLException {
        shop =
                PostgresSource.of(
                        "shop",
                        "CREATE SCHEMA sales",
                        "CREATE TABLE sales.orders (id bigint PRIMARY KEY, customer text NOT NULL,"
                                + " amount numeric(10,2), paid boolean, note varchar(50), created_at"
                                + " timestamp)",
                        "ALTER TABLE sales.orders REPLICA IDENTITY FULL",
                        "INSERT INTO sales.orders SELECT i, 'customer ' || i, i / 3.0, i % 2 = 0,"
                                + " repeat('n', i % 50), '2026-01-01'::timestamp + i * interval '1.000001"
                                + " s' FROM generate_series(1, "
                                + ROWS
                                + ") i");
    }

    @BeforeEach
    void emptyTheTarget() throws SQLException {
        Servers.dropSchemas();
    }

    @Test
    void aTableIsLoaded() throws Exception {
        try (Connection source = shop.connect();
                Connection target = Servers.dsql().connectBehind();
                Job job = example("postgres-batch").run(Servers.home(), FOLDER)) {
            assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
            // The example's query leaves columns out.
            String read = "SELECT (id, customer, amount, created_at)::text FROM sales.orders";
            assertThat(Sql.values(target, read + " ORDER BY id"))
                    .hasSize(ROWS)
                    .isEqualTo(Sql.values(source, read + " ORDER BY id"));
        }
    }

    @Test
    void changesAreFollowed() throws Exception {
        SeaTunnelHome home = ConnectorHome.of(FOLDER, CONNECTOR, "cdc-postgres", "Postgres-CDC");
        try (Connection source = shop.connect();
                Connection target = Servers.dsql().connectBehind()) {
            try (Job job = example("postgres-cdc").run(home, FOLDER)) {
                TargetRows.await(job, target, ALL, Sql.values(source, ALL));
                assertThat(Sql.number(target, "SELECT count(*) FROM sales.orders")).isEqualTo(ROWS);
                for (String change : CHANGES) {
                    Sql.run(source, change);
                }
                TargetRows.await(job, target, ALL, Sql.values(source, ALL));
                Servers.assertNativeSink(job, 1);
            } finally {
                // PostgreSQL keeps its log for the slot as long as there is one.
                Sql.values(
                        source,
                        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                                + " WHERE database = 'shop' AND NOT active");
            }
        }
    }

    private static Example example(String name) {
        return Example.of(name)
                .reading(
                        "jdbc:postgresql://db.example.com:5432/shop",
                        shop.url(),
                        "postgres",
                        "none");
    }
}
