package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.compat.EventWriter;
import java.util.List;
import org.apache.seatunnel.api.sink.MultiTableResourceManager;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.PhysicalColumn;
import org.apache.seatunnel.api.table.event.AlterTableAddColumnEvent;
import org.apache.seatunnel.api.table.event.AlterTableChangeColumnEvent;
import org.apache.seatunnel.api.table.event.AlterTableColumnsEvent;
import org.apache.seatunnel.api.table.event.AlterTableDropColumnEvent;
import org.apache.seatunnel.api.table.event.AlterTableModifyColumnEvent;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.RowKind;
import org.junit.jupiter.api.Test;

/** Changes of the source's columns between rows, on dsql-local. */
class SchemaChangeTest extends SchemaChangeFixture {
    /** An event that releases after 2.3.13 send when a job is restored. */
    public static final class RestoreTableSchemaEvent {
        private final CatalogTable after;

        RestoreTableSchemaEvent(CatalogTable after) {
            this.after = after;
        }

        public CatalogTable getChangeAfter() {
            return after;
        }
    }

    /** A kind of event that no release has yet. */
    public static final class AlterColumnCommentEvent {
        private final CatalogTable after;

        AlterColumnCommentEvent(CatalogTable after) {
            this.after = after;
        }

        public CatalogTable getChangeAfter() {
            return after;
        }
    }

    @Test
    void aRestoredJobGetsItsColumns() {
        dsql.sql("ALTER TABLE orders ADD COLUMN note text");
        open("apply");
        writer.evolve(new RestoreTableSchemaEvent(TestTables.of("id", "note")));
        writer.write(insert("1", "x"));
        writer.prepareCommit();
        checkRows("orders", "1 null x");
    }

    @Test
    void anUnknownEventThatLeavesTheColumnsPasses() {
        open("apply");
        writer.write(insert(1L, "a"));
        writer.evolve(new AlterColumnCommentEvent(TestTables.orders("id", null)));
        writer.evolve(new AlterColumnCommentEvent(null));
        writer.write(insert(2L, "b"));
        writer.prepareCommit();
        checkRows("orders", "1 a", "2 b");
        assertThat(
                        failure(
                                () ->
                                        writer.evolve(
                                                new AlterColumnCommentEvent(
                                                        TestTables.of("id", "other")))))
                .hasMessageContaining("does not know");
    }

    @Test
    void addedDroppedAndRenamedColumnsFollowInOrder() {
        open("apply");
        writer.write(insert(1L, "a"));
        writer.evolve(event(AlterTableAddColumnEvent.add(TABLE, text("note"))));
        writer.write(insert(2L, "b", "new"));
        writer.evolve(
                event(
                        AlterTableAddColumnEvent.addAfter(
                                TABLE, column("n", BasicType.INT_TYPE, true, null), "id"),
                        AlterTableChangeColumnEvent.change(TABLE, "note", text("remark"))));
        writer.write(row(RowKind.UPDATE_AFTER, 1L, 10, "A", "r"));
        writer.write(insert(3L, 30, "c", "r3"));
        writer.evolve(event(new AlterTableDropColumnEvent(TABLE, "code")));
        writer.write(insert(4L, 40, "r4"));
        writer.write(row(RowKind.DELETE, 2L, null, null));
        writer.prepareCommit();

        assertThat(dsql.sql(COLUMNS)).containsExactly("id bigint, remark text, n integer");
        checkRows("orders", "1 r 10", "3 r3 30", "4 r4 40");
        writer.close();
    }

    /** The same declaration as before the change, but with other types. */
    @Test
    void aColumnThatReturnsWithAnotherTypeHasTheNewType() {
        open("apply");
        writer.write(insert(1L, "a"));
        writer.evolve(
                event(
                        new AlterTableDropColumnEvent(TABLE, "code"),
                        AlterTableAddColumnEvent.add(TABLE, text("code"))));
        writer.write(insert(2L, "longer than five"));
        writer.prepareCommit();
        checkRows("orders", "1 null", "2 longer than five");
        writer.close();
    }

    @Test
    void rowsOfManyKeysKeepTheirOrderAroundAChange() {
        open("apply");
        int rows = 5_000;
        for (long id = 0; id < rows; id++) {
            writer.write(insert(id, "old"));
        }
        writer.evolve(event(AlterTableAddColumnEvent.add(TABLE, text("note"))));
        for (long id = 0; id < rows; id++) {
            writer.write(row(RowKind.UPDATE_AFTER, id, "new", "n" + id));
        }
        writer.prepareCommit();
        assertThat(dsql.sql("SELECT count(*) FROM orders WHERE code = 'new' AND note = 'n' || id"))
                .containsExactly(String.valueOf(rows));
        writer.close();
    }

    @Test
    void eachWriterOfATaskSendsTheChange() {
        open("apply");
        DsqlSinkWriter second = writer("orders", NEVER_MS, "id");
        MultiTableResourceManager<DsqlSinkEngine> shared =
                writer.initMultiTableResourceManager(2, 2);
        writer.setMultiTableResourceManager(shared, 0);
        second.setMultiTableResourceManager(shared, 1);
        AlterTableColumnsEvent event = event(AlterTableAddColumnEvent.add(TABLE, text("note")));
        writer.evolve(event);
        second.evolve(event);
        writer.write(insert(1L, "a", "x"));
        second.write(insert(2L, "b", "y"));
        second.prepareCommit();
        checkRows("orders", "1 a x", "2 b y");
        writer.close();
        second.close();
    }

    @Test
    void faultsDuringAChangeAreRetried() throws Exception {
        open("apply");
        writer.write(insert(1L, "a"));
        dsql.control("faults add OC001 --count 2 --match ALTER");
        dsql.control("faults add EOF --when after --match ALTER");
        writer.evolve(event(AlterTableAddColumnEvent.add(TABLE, text("note"))));
        writer.write(insert(2L, "b", "x"));
        writer.prepareCommit();
        checkRows("orders", "1 a null", "2 b x");
        writer.close();
    }

    @Test
    void aTypeThatHoldsAllValuesIsKept() {
        open("apply");
        dsql.sql("ALTER TABLE orders ALTER COLUMN code SET NOT NULL");
        writer.write(insert(1L, "a"));
        writer.evolve(
                event(
                        AlterTableModifyColumnEvent.modify(
                                TABLE,
                                PhysicalColumn.of("id", BasicType.INT_TYPE, 0, false, null, ""))));
        writer.write(insert(2, "b"));
        writer.prepareCommit();
        checkRows("orders", "1 a", "2 b");
        writer.close();
    }

    @Test
    void aNewTypeStopsTheJob() {
        stops(
                AlterTableModifyColumnEvent.modify(TABLE, text("id")),
                "column 'id' is of type bigint and would have to become text",
                "cannot change a column's type",
                "To go on",
                "schema_change_policy = ignore");
    }

    @Test
    void aRenameWithANewTypeStopsTheJob() {
        stops(
                AlterTableChangeColumnEvent.change(TABLE, "code", text("remark")),
                "column 'code' is of type character varying(5) and would have to become text");
    }

    @Test
    void aDroppedKeyStopsTheJob() {
        stops(new AlterTableDropColumnEvent(TABLE, "id"), "'id'", "belongs to the key");
    }

    @Test
    void aTypeWithoutCounterpartStopsTheJob() {
        stops(
                AlterTableAddColumnEvent.add(
                        TABLE, column("shape", BasicType.VOID_TYPE, true, null)),
                "'shape' is of type NULL",
                "no column type");
    }

    @Test
    void everyChangeStopsTheJobOnRequestUntilTheTargetHasIt() {
        open("fail");
        writer.write(insert(1L, "a"));
        AlterTableColumnsEvent event =
                event(
                        AlterTableAddColumnEvent.add(TABLE, text("note")),
                        new AlterTableDropColumnEvent(TABLE, "code"));
        List<String> ddl =
                List.of(
                        "ALTER TABLE \"public\".\"orders\" ADD COLUMN \"note\" text",
                        "ALTER TABLE \"public\".\"orders\" DROP COLUMN \"code\"");
        assertThat(failure(() -> writer.evolve(event)))
                .hasMessageContaining("schema_change_policy = fail")
                .hasMessageContaining(String.join("; ", ddl))
                .hasMessageContaining("restart the job");
        checkRows("orders", "1 a");
        writer.abortPrepare();
        open("fail");
        ddl.forEach(dsql::sql);
        writer.evolve(event);
        writer.write(insert(2L, "x"));
        writer.prepareCommit();
        checkRows("orders", "1 null", "2 x");
        writer.close();
    }

    /** SeaTunnel distributes rows to writers by the value at the original position of the key. */
    @Test
    void theKeyKeepsItsPositionIfATableHasSeveralWriters() {
        AlterTableColumnsEvent event =
                event(AlterTableAddColumnEvent.addFirst(TABLE, text("note")));
        open("apply");
        writer.setMultiTableResourceManager(writer.initMultiTableResourceManager(2, 2), 0);
        assertThat(writer.primaryKey()).hasValue(0);
        assertThat(failure(() -> writer.evolve(event)))
                .hasMessageContaining("moves key column 'id'")
                .hasMessageContaining("multi_table_sink_replica = 1");
        assertThat(dsql.sql(COLUMNS)).containsExactly("id bigint, code character varying(5)");
        writer.abortPrepare();

        open("apply");
        writer.setMultiTableResourceManager(writer.initMultiTableResourceManager(1, 1), 0);
        // The engine reads the value at a position that a later row may not have.
        assertThat(writer.primaryKey()).isEmpty();
        writer.evolve(event);
        writer.write(insert("x", 1L, "a"));
        writer.prepareCommit();
        checkRows("orders", "1 a x");
        writer.close();
    }

    @Test
    void theTargetStaysAsItIsOnRequest() {
        open("ignore");
        writer.write(insert(1L, "a"));
        writer.evolve(
                event(
                        AlterTableAddColumnEvent.addFirst(TABLE, text("note")),
                        AlterTableChangeColumnEvent.change(TABLE, "code", text("kode"))));
        writer.write(insert("left out", 2L, "b"));
        writer.evolve(event(new AlterTableDropColumnEvent(TABLE, "kode")));
        writer.write(insert("left out", 3L));
        writer.write(row(RowKind.UPDATE_AFTER, "left out", 2L));
        writer.prepareCommit();
        assertThat(dsql.sql(COLUMNS)).containsExactly("id bigint, code character varying(5)");
        checkRows("orders", "1 a", "2 b", "3 null");
        writer.close();
    }

    @Test
    void theEnginesCallReachesTheTarget() throws Exception {
        open("apply");
        EventWriter engine = (EventWriter) writer;
        engine.applySchemaChange(event(AlterTableAddColumnEvent.add(TABLE, text("note"))));
        assertThat(List.of(dsql.sql(COLUMNS).get(0).split(", "))).hasSize(3);
    }
}
