package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDateTime;
import java.util.List;
import org.apache.seatunnel.api.table.event.AlterTableAddColumnEvent;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.LocalTimeType;
import org.apache.seatunnel.api.table.type.SeaTunnelDataType;
import org.junit.jupiter.api.Test;

/** The source adds columns with a default or as NOT NULL, and the target has rows. */
class NewColumnTest extends SchemaChangeFixture {
    private void addColumn(SeaTunnelDataType<?> type, boolean nullable, Object defaultValue) {
        writer.evolve(
                event(
                        AlterTableAddColumnEvent.add(
                                TABLE, column("n", type, nullable, defaultValue))));
    }

    /** More rows than fit in two transactions. */
    private void load(int rows) {
        dsql.sql("INSERT INTO orders SELECT g, 'x' FROM generate_series(1, " + rows + ") g");
    }

    private List<String> counts(String condition) {
        return dsql.sql("SELECT count(*) FROM orders WHERE " + condition);
    }

    @Test
    void aNewColumnHasItsDefaultInExistingRows() {
        load(7_000);
        open("apply");
        writer.write(insert(7_001L, "a"));
        addColumn(BasicType.INT_TYPE, false, 5);
        writer.write(insert(7_002L, "b", 6));
        writer.prepareCommit();
        assertThat(counts("n = 5")).containsExactly("7001");
        assertThat(counts("n = 6")).containsExactly("1");
        assertThat(dsql.sql("INSERT INTO orders (id) VALUES (0) RETURNING n")).containsExactly("5");
        assertThat(
                        dsql.sql(
                                "SELECT conname, convalidated FROM pg_constraint WHERE contype ="
                                        + " 'c' AND conrelid = 'orders'::regclass"))
                .containsExactly("orders_n_not_null t");
        // After a restart the source sends the change again.
        addColumn(BasicType.INT_TYPE, false, 5);
        writer.close();
    }

    @Test
    void aNullableColumnWithADefaultAcceptsNullsAfterwards() {
        load(3);
        open("apply");
        addColumn(BasicType.STRING_TYPE, true, "it's");
        writer.write(insert(4L, "d", null));
        writer.prepareCommit();
        checkRows("orders", "1 x it's", "2 x it's", "3 x it's", "4 d null");
        writer.close();
    }

    @Test
    void notNullWithoutADefaultIsTheZeroOfTheType() {
        load(1);
        open("apply");
        addColumn(BasicType.LONG_TYPE, false, null);
        writer.write(insert(2L, "b", 7L));
        writer.prepareCommit();
        checkRows("orders", "1 x 0", "2 b 7");
        writer.close();
    }

    @Test
    void aBackfillContinuesWhereItStopped() throws Exception {
        load(7_000);
        dsql.sql("ALTER TABLE orders ADD COLUMN n integer");
        dsql.sql("UPDATE orders SET n = 5 WHERE id <= 3000");
        dsql.control("faults add XX000 --count 2 --match UPDATE");
        dsql.control("faults add EOF --when after --match UPDATE");
        open("apply");
        addColumn(BasicType.INT_TYPE, false, 5);
        assertThat(counts("n = 5")).containsExactly("7000");
        writer.close();
    }

    /** At the source the rows have the time of the change. */
    @Test
    void anUnknownDefaultStopsTheJobUntilTheColumnExists() {
        AlterTableAddColumnEvent change =
                AlterTableAddColumnEvent.add(
                        TABLE,
                        column(
                                "n",
                                LocalTimeType.LOCAL_DATE_TIME_TYPE,
                                false,
                                "CURRENT_TIMESTAMP"));
        stops(
                change,
                "NOT NULL",
                "CURRENT_TIMESTAMP",
                "ALTER TABLE \"public\".\"orders\" ADD COLUMN \"n\" timestamp");
        writer.abortPrepare();
        dsql.sql("ALTER TABLE orders ADD COLUMN n timestamp");
        dsql.sql("UPDATE orders SET n = '2026-01-02 03:04:05'");
        open("apply");
        writer.evolve(event(change));
        writer.write(insert(2L, "b", LocalDateTime.of(2026, 1, 2, 3, 4, 6)));
        writer.prepareCommit();
        checkRows("orders", "1 a 2026-01-02 03:04:05", "2 b 2026-01-02 03:04:06");
        writer.close();
    }
}
