package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.seatunnel.TestTables;
import java.util.List;
import java.util.Map;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How data_save_mode = DROP_DATA empties tables of dsql-local. */
@Timeout(120)
class DropDataTest extends DsqlFixture {
    @AfterEach
    void dropTables() {
        dsql.sql("DROP TABLE IF EXISTS orders CASCADE");
    }

    /** The table's own key identifies the rows, not the job's key. */
    @Test
    void allRowsAreDeletedInParts() throws Exception {
        dsql.sql("CREATE TABLE orders (a int, b text, code text, PRIMARY KEY (b, a))");
        dsql.sql("INSERT INTO orders SELECT i, 'k', 'x' FROM generate_series(1, 10000) i");
        SaveModeTest.prepare(Map.of("data_save_mode", "DROP_DATA"), TestTables.orders("id", null));
        assertThat(dsql.sql("SELECT count(*) FROM orders")).containsExactly("0");
    }

    /** More rows than can be deleted faster than a table is recreated. */
    private static final int MANY = 31_000;

    private static String tableId() {
        return dsql.sql("SELECT 'public.orders'::regclass::oid").get(0);
    }

    private static void fillMany() {
        dsql.sql("INSERT INTO orders SELECT i, 'x' || i FROM generate_series(1, " + MANY + ") i");
    }

    /** The table is exactly as the job creates it, so it is recreated. */
    @Test
    void aLargeTableWithoutDependentsIsRecreated() throws Exception {
        CatalogTable source = TestTables.orders("id", "code");
        Map<String, Object> drop = Map.of("data_save_mode", "DROP_DATA");
        SaveModeTest.prepare(Map.of(), source);
        fillMany();
        String before = tableId();
        SaveModeTest.prepare(drop, source);
        assertThat(tableId()).isNotEqualTo(before);
        assertThat(dsql.sql("SELECT count(*) FROM orders")).containsExactly("0");
        assertThat(dsql.sql(SaveModeTest.COLUMNS)).containsExactly("id bigint t", "code text f");
        assertThat(dsql.sql(SaveModeTest.INDEXES)).hasSize(2);

        // Few rows are deleted, because that is faster.
        before = tableId();
        dsql.sql("INSERT INTO orders VALUES (1, 'a')");
        SaveModeTest.prepare(drop, source);
        assertThat(tableId()).isEqualTo(before);
    }

    /** Each of these objects would be lost, or prevents the drop. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE VIEW hanging AS SELECT id FROM orders",
                "CREATE TABLE hanging (id bigint REFERENCES orders (id))",
                "GRANT SELECT ON orders TO pg_monitor",
                "COMMENT ON TABLE orders IS 'mine'",
                "COMMENT ON COLUMN orders.code IS 'mine'",
                "ALTER TABLE orders ALTER COLUMN code SET DEFAULT 'x'",
                "ALTER TABLE orders ADD CHECK (id > 0)",
                "ALTER TABLE orders ADD COLUMN more text",
                "CREATE INDEX of_user ON orders (code, id)",
                "CREATE STATISTICS hanging_s ON id, code FROM orders"
            })
    void aLargeTableWithDependentsIsKept(String hanging) throws Exception {
        CatalogTable source = TestTables.orders("id", null);
        SaveModeTest.prepare(Map.of(), source);
        fillMany();
        dsql.sql(hanging);
        String before = tableId();
        SaveModeTest.prepare(Map.of("data_save_mode", "DROP_DATA", "max_connections", 3), source);
        assertThat(tableId()).isEqualTo(before);
        assertThat(dsql.sql("SELECT count(*) FROM orders")).containsExactly("0");
        dsql.sql("DROP TABLE orders CASCADE");
        dsql.sql("DROP TABLE IF EXISTS hanging CASCADE");
    }

    /** With keys of all types that a key may have, on both sides of the end of a page. */
    @Test
    void pagesFollowKeysOfEveryType() throws Exception {
        for (String type :
                List.of(
                        "text",
                        "char(7)",
                        "numeric(20,3)",
                        "double precision",
                        "real",
                        "uuid",
                        "timestamptz",
                        "date",
                        "interval")) {
            String value =
                    type.equals("uuid")
                            ? "md5(i::text)::uuid"
                            : type.startsWith("time") || type.equals("date")
                                    ? "'2020-01-01'::date + i"
                                    : type.equals("interval")
                                            ? "i * interval '1 second'"
                                            : "(i * 7919 % 100003)::text::" + type;
            dsql.sql("CREATE TABLE orders (k " + type + ", n bigint, PRIMARY KEY (k, n))");
            dsql.sql("INSERT INTO orders SELECT " + value + ", i FROM generate_series(1, 7000) i");
            SaveModeTest.prepare(
                    Map.of("data_save_mode", "DROP_DATA"), TestTables.orders("id", null));
            assertThat(dsql.sql("SELECT count(*) FROM orders")).as(type).containsExactly("0");
            dsql.sql("DROP TABLE orders");
        }
    }

    @Test
    void rowsWithCascadesAreDeletedInSmallerParts() throws Exception {
        dsql.sql("CREATE TABLE orders (id bigint PRIMARY KEY, code text)");
        dsql.sql(
                "CREATE TABLE lines (id bigint PRIMARY KEY, of bigint REFERENCES orders ON DELETE"
                        + " CASCADE)");
        dsql.sql("INSERT INTO orders SELECT i, i FROM generate_series(1, 4000) i");
        dsql.sql("INSERT INTO lines SELECT i, i % 4000 + 1 FROM generate_series(1, 12000) i");
        SaveModeTest.prepare(Map.of("data_save_mode", "DROP_DATA"), TestTables.orders("id", null));
        assertThat(dsql.sql("SELECT count(*) FROM orders")).containsExactly("0");
        dsql.sql("DROP TABLE lines");
    }

    @Test
    void rowsWithoutAKeyAreDeletedWhileTheyFit() throws Exception {
        dsql.sql("CREATE TABLE orders (id bigint, code text)");
        dsql.sql("INSERT INTO orders SELECT i, 'x' FROM generate_series(1, 3000) i");
        SaveModeTest.prepare(Map.of("data_save_mode", "DROP_DATA"), TestTables.orders("id", null));
        assertThat(dsql.sql("SELECT count(*) FROM orders")).containsExactly("0");

        dsql.sql("INSERT INTO orders SELECT i, 'x' FROM generate_series(1, 3001) i");
        assertThat(
                        SaveModeTest.refused(
                                Map.of("data_save_mode", "DROP_DATA"),
                                TestTables.orders("id", null)))
                .hasMessageContaining("RECREATE_SCHEMA");
        assertThat(dsql.sql("SELECT count(*) FROM orders")).containsExactly("3001");
    }
}
