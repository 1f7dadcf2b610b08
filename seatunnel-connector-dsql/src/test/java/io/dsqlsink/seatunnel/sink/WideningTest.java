package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.catalog.TableDefinition;
import io.dsqlsink.seatunnel.catalog.Widening;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.PhysicalColumn;
import org.apache.seatunnel.api.table.catalog.TableIdentifier;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.MapType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes columns of dsql-local to the wider types of their source. */
@Timeout(120)
class WideningTest extends DsqlFixture {
    /** More rows than fit in two transactions. */
    private static final int ROWS = 7_000;

    private static final String COLUMNS =
            "SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute"
                    + " WHERE attrelid = 'orders'::regclass AND attnum > 0 AND NOT attisdropped"
                    + " ORDER BY attnum";

    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void createTable() {
        dsql.sql(
                "CREATE TABLE orders (id bigint PRIMARY KEY, amount int NOT NULL DEFAULT 5, note"
                        + " varchar(10))");
        dsql.sql(
                "INSERT INTO orders SELECT g, g * 3, CASE WHEN g % 7 > 0 THEN 'n' || g END FROM"
                        + " generate_series(1, "
                        + ROWS
                        + ") g");
        dsql.sql("CREATE UNIQUE INDEX by_amount ON orders (amount) INCLUDE (note)");
        dsql.sql("CREATE INDEX by_both ON orders (note, amount)");
    }

    @AfterEach
    void dropTable() throws IOException {
        dsql.control("faults clear");
        dsql.sql("DROP TABLE orders CASCADE");
    }

    private int widen(String only, boolean dryRun, PhysicalColumn... columns)
            throws InterruptedException {
        CatalogTable source =
                TestTables.table(
                        TableIdentifier.of("mysql", "shop", null, "orders"),
                        Map.of(),
                        List.of("id"),
                        List.of(),
                        columns);
        Map<String, Object> all = new LinkedHashMap<>(TestTables.options());
        all.put("url", dsql.url());
        all.put("max_connections", 4);
        all.put("retry_timeout_ms", 1_000);
        DsqlSinkConfig config = DsqlSinkConfig.of(ReadonlyConfig.fromMap(all), source);
        TableDefinition definition = TableDefinition.of(config.table(), source);
        return Widening.run(config.nativeOptions(), definition, only, dryRun, told::add);
    }

    private int widen() throws InterruptedException {
        return widen(null, false, id(), amount());
    }

    private static PhysicalColumn id() {
        return PhysicalColumn.of("id", BasicType.LONG_TYPE, 0, false, null, "");
    }

    private static PhysicalColumn amount() {
        return PhysicalColumn.of("amount", BasicType.LONG_TYPE, 0, true, null, "");
    }

    private static PhysicalColumn note(BasicType<?> type) {
        return PhysicalColumn.of("note", type, 0, true, null, "");
    }

    private void checkWide() {
        assertThat(dsql.sql(COLUMNS))
                .containsExactly("id bigint", "note character varying(10)", "amount bigint");
        assertThat(
                        dsql.sql(
                                "SELECT count(*), sum(amount), count(note) FROM orders WHERE amount"
                                        + " = id * 3"))
                .containsExactly("7000 73510500 6000");
        assertThat(
                        dsql.sql(
                                "SELECT indexdef FROM pg_indexes WHERE tablename = 'orders' AND"
                                        + " indexname LIKE 'by%' ORDER BY indexname"))
                .containsExactly(
                        "CREATE UNIQUE INDEX by_amount ON public.orders USING btree (amount) INCLUDE"
                                + " (note)",
                        "CREATE INDEX by_both ON public.orders USING btree (note, amount)");
        assertThat(dsql.sql("INSERT INTO orders (id) VALUES (0) RETURNING amount"))
                .containsExactly("5");
        assertThatThrownBy(() -> dsql.sql("UPDATE orders SET amount = NULL WHERE id = 0"))
                .hasStackTraceContaining("not_null");
        dsql.sql("UPDATE orders SET amount = 5000000000 WHERE id = 0");
    }

    @Test
    void theWiderColumnKeepsEverything() throws Exception {
        assertThat(widen()).isEqualTo(1);
        checkWide();
        assertThat(told)
                .containsExactly(
                        "public.orders: column amount: integer -> bigint",
                        "public.orders: column amount_dsql_new: 7000 rows filled",
                        "public.orders: column amount is bigint");
        assertThat(widen()).isZero();
    }

    /** The earlier run left the old column, and the source has become wider since then. */
    @Test
    void leftoversOfAnEarlierRunDoNotMatter() throws Exception {
        dsql.sql("ALTER TABLE orders ADD COLUMN amount_dsql_old smallint");
        assertThat(widen()).isEqualTo(1);
        checkWide();
    }

    @Test
    void aTypeThatAuroraDoesNotHaveIsNotWider() throws Exception {
        MapType<String, String> map = new MapType<>(BasicType.STRING_TYPE, BasicType.STRING_TYPE);
        assertThat(widen(null, true, id(), PhysicalColumn.of("note", map, 0, true, null, "")))
                .isZero();
    }

    @Test
    void aDryRunOnlyReports() throws Exception {
        List<String> before = dsql.sql(COLUMNS);
        assertThat(widen(null, true, id(), amount(), note(BasicType.STRING_TYPE))).isEqualTo(1);
        assertThat(widen("note", true, id(), note(BasicType.STRING_TYPE))).isEqualTo(1);
        assertThat(told)
                .containsExactly(
                        "public.orders: column amount: integer -> bigint",
                        "public.orders: column note stays character varying(10): the source's would be"
                                + " text, but that may only be because the source does not pass"
                                + " on the exact type; --column note recreates it",
                        "public.orders: column note: character varying(10) -> text");
        assertThat(dsql.sql(COLUMNS)).isEqualTo(before);
    }

    /** After a failure in any step, another run continues from there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ADD COLUMN",
                "UPDATE",
                "SET DEFAULT",
                "ADD CONSTRAINT",
                "VALIDATE",
                "create_index_async",
                "TO \"amount_dsql_old\"",
                "TO \"amount\"",
                "DROP COLUMN",
                "RENAME TO"
            })
    void anInterruptedRunIsContinued(String statement) throws Exception {
        dsql.control("faults add XX000 --count 1000000 --match " + statement);
        assertThatThrownBy(this::widen).hasMessageContaining("server unavailable");
        dsql.control("faults clear");
        widen();
        checkWide();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ALTER TABLE orders ADD CONSTRAINT few CHECK (amount < 100000) | constraint few",
                "CREATE VIEW seen AS SELECT amount FROM orders                 | view seen reads it",
                "CREATE INDEX odd ON orders (abs(amount))                      | index odd has an",
                "CREATE INDEX part ON orders (note) WHERE amount > 5           | index part has an",
                "ALTER TABLE orders ALTER amount DROP DEFAULT, ALTER amount ADD GENERATED ALWAYS AS"
                        + " IDENTITY | the database computes it"
            })
    void anObjectThatWouldBeLostIsNamedAndNothingIsChanged(String hanging, String says) {
        dsql.sql(hanging);
        List<String> before = dsql.sql(COLUMNS);
        assertThatThrownBy(this::widen)
                .isInstanceOf(DsqlConnectorException.class)
                .hasMessageContaining("DSQL-05")
                .hasMessageContaining("public.orders: column 'amount' cannot be widened: ")
                .hasMessageContaining(says);
        assertThat(dsql.sql(COLUMNS)).isEqualTo(before);
    }

    @Test
    void aTypeThatDoesNotFitTheValuesChangesNothing() {
        List<String> before = dsql.sql(COLUMNS);
        assertThatThrownBy(() -> widen("note", false, id(), note(BasicType.INT_TYPE)))
                .isInstanceOf(DsqlConnectorException.class)
                .hasMessageContaining("column 'note' cannot be widened")
                .hasMessageContaining("integer");
        assertThat(dsql.sql(COLUMNS)).isEqualTo(before);
    }
}
