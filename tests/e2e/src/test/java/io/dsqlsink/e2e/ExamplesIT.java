package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Jobs of examples/ that read from MySQL, each file with its addresses and credentials replaced.
 */
@Tag("docs")
class ExamplesIT {
    private static final Path FOLDER = Places.ROOT.resolve("target/e2e/examples");
    private static final int ROWS = 500;
    private static final List<String> SHARDS =
            List.of("orders_00", "orders_01", "orders_02", "orders_03");

    private static MySqlSource shop;

    @BeforeAll
    static void fillTheShop() throws SQLException {
        shop = MySqlSource.of("shop");
        try (Connection source = shop.connect()) {
            createOrders(source, "orders", 1);
            createOrders(source, "order_items", 2001);
            createOrders(source, "customers", 4001);
            for (int shard = 0; shard < SHARDS.size(); shard++) {
                createOrders(source, SHARDS.get(shard), 1 + shard * ROWS);
            }
        }
        Servers.dsql()
                .create(
                        "CREATE ROLE seatunnel WITH LOGIN",
                        "AWS IAM GRANT seatunnel TO 'arn:aws:iam::123456789012:user/local'");
    }

    private static void createOrders(Connection source, String table, int first)
            throws SQLException {
        Sql.run(
                source,
                "CREATE TABLE "
                        + table
                        + " (id bigint PRIMARY KEY, customer varchar(50) NOT NULL, amount"
                        + " decimal(10,2), created_at datetime)",
                "INSERT INTO "
                        + table
                        + " WITH RECURSIVE n (i) AS (SELECT "
                        + first
                        + " UNION ALL SELECT i + 1 FROM n WHERE i < "
                        + (first + ROWS - 1)
                        + ") SELECT i, concat('客户 ', i), i / 7, '2026-01-01' + INTERVAL i HOUR FROM n");
    }

    @BeforeEach
    void emptyTheTarget() throws SQLException {
        Servers.dropSchemas();
        try (Connection target = Servers.dsql().connectBehind()) {
            Sql.run(target, "DROP TABLE IF EXISTS public.orders");
        }
        Servers.dsql()
                .create("CREATE SCHEMA app", "GRANT USAGE, CREATE ON SCHEMA app TO seatunnel");
    }

    @ParameterizedTest
    @CsvSource({
        "mysql-cdc, db.example.com, public.orders",
        "iam-role, db.example.com, app.orders",
        "cross-region, db.eu.example.com, app.orders"
    })
    void oneTableIsFollowed(String name, String host, String orders) throws Exception {
        follow(name, host, List.of("orders"), List.of(orders));
    }

    @Test
    void severalTablesAreFollowed() throws Exception {
        follow(
                "mysql-cdc-multi-table",
                "db.example.com",
                List.of("orders", "order_items", "customers"),
                List.of("shop.orders", "shop.order_items", "shop.customers"));
    }

    @Test
    void shardsAreFollowedIntoOneTable() throws Exception {
        follow("sharded-tables", "db.example.com", SHARDS, List.of("public.orders"));
    }

    @Test
    void aTableIsLoaded() throws Exception {
        load(example("simple", "db.example.com"));
        try (Connection source = shop.connect();
                Connection target = Servers.dsql().connectBehind()) {
            assertThat(rows(target, List.of("public.orders")))
                    .isEqualTo(rows(source, List.of("orders")));
        }
    }

    @Test
    void rowsThatAreRefusedGoToAFile() throws Exception {
        Servers.dsql()
                .create(
                        "CREATE TABLE public.orders (id bigint PRIMARY KEY, customer text, amount"
                                + " numeric(3,2), created_at timestamp)");
        Path letters = FOLDER.resolve("dead-letters");
        Places.emptyFolder(letters);
        load(
                example("skip-bad-rows", "db.example.com")
                        .replace("/var/lib/seatunnel/dead-letters", letters.toString()));
        try (Connection source = shop.connect();
                Connection target = Servers.dsql().connectBehind()) {
            assertThat(rows(target, List.of("public.orders")))
                    .isEqualTo(rows(source, List.of("orders WHERE amount < 10")));
            assertThat(lines(letters))
                    .isPositive()
                    .isEqualTo(
                            Sql.number(source, "SELECT count(*) FROM orders WHERE amount >= 10"));
        }
    }

    private static long lines(Path folder) throws Exception {
        long lines = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                lines += Files.readAllLines(file).size();
            }
        }
        return lines;
    }

    private static void load(Example example) {
        try (Job job = start(example)) {
            assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
            Servers.assertNativeSink(job, 1);
        }
    }

    private static void follow(String name, String host, List<String> from, List<String> to)
            throws Exception {
        try (Connection source = shop.connect();
                Connection target = Servers.dsql().connectBehind();
                Job job = start(example(name, host))) {
            TargetRows.await(job, target, all(to), rows(source, from));
            for (String table : from) {
                Sql.run(
                        source,
                        "UPDATE " + table + " SET amount = amount + 1 WHERE id % 5 = 0",
                        "DELETE FROM " + table + " WHERE id % 11 = 0",
                        "UPDATE " + table + " SET id = id + 100000 WHERE id % 13 = 0");
            }
            TargetRows.await(job, target, all(to), rows(source, from));
            Servers.assertNativeSink(job, 1);
        }
    }

    private static Example example(String name, String host) {
        return Example.of(name)
                .reading(
                        "jdbc:mysql://" + host + ":3306/shop",
                        shop.url(),
                        MySqlServer.USER,
                        MySqlServer.PASSWORD);
    }

    private static Job start(Example example) {
        return example.run(Servers.home(), FOLDER);
    }

    private static List<String> rows(Connection connection, List<String> tables)
            throws SQLException {
        return Sql.values(connection, all(tables));
    }

    /** All rows of the tables, each value in the text form that both databases have for it. */
    private static String all(List<String> tables) {
        return tables.stream()
                .map(
                        t ->
                                "SELECT id, concat_ws(' ', id, customer, amount, created_at) AS t FROM "
                                        + t)
                .collect(Collectors.joining(" UNION ALL ", "SELECT t FROM (", ") r ORDER BY id"));
    }
}
