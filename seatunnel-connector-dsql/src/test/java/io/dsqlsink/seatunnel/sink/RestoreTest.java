package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.config.SavedRows;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.PhysicalColumn;
import org.apache.seatunnel.api.table.catalog.TablePath;
import org.apache.seatunnel.api.table.event.AlterTableAddColumnEvent;
import org.apache.seatunnel.api.table.event.AlterTableChangeColumnEvent;
import org.apache.seatunnel.api.table.event.AlterTableColumnEvent;
import org.apache.seatunnel.api.table.event.AlterTableColumnsEvent;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.RowKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The form of the rows after a restore: a source continues in the form of its checkpoint. */
class RestoreTest extends DsqlWriterFixture {
    private static final TablePath TABLE = TablePath.of("shop", "orders");

    private DsqlSinkWriter writer;

    @AfterEach
    void abort() {
        if (writer != null) {
            writer.abortPrepare();
        }
    }

    /** Starts a writer for a source table with the columns id, code and these. */
    private void start(String policy, CatalogTable source) {
        writer =
                writer(
                        "orders",
                        NEVER_MS,
                        null,
                        Map.of("schema_change_policy", policy),
                        source,
                        "id");
    }

    private static CatalogTable source(String... more) {
        CatalogTable orders = TestTables.orders("id", null);
        for (String name : more) {
            orders.getTableSchema().getColumns().add(text(name));
        }
        return orders;
    }

    private static PhysicalColumn text(String name) {
        return PhysicalColumn.of(name, BasicType.STRING_TYPE, 0, true, null, "");
    }

    private static PhysicalColumn varchar(String name) {
        return PhysicalColumn.of(
                name,
                BasicType.STRING_TYPE,
                0,
                true,
                null,
                "",
                "varchar(5)",
                false,
                false,
                0L,
                null,
                0L);
    }

    private static AlterTableColumnsEvent event(AlterTableColumnEvent change) {
        return new AlterTableColumnsEvent(TABLE, Collections.singletonList(change));
    }

    private static final AlterTableColumnEvent NOTE_FIRST =
            AlterTableAddColumnEvent.addFirst(TABLE, text("note"));

    /** Commits and ends the writer; returns the state of its checkpoint, as read from storage. */
    private SavedRows end() throws Exception {
        writer.prepareCommit();
        List<SavedRows> states = writer.snapshotState(1);
        writer.close();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(states.get(0));
        return (SavedRows)
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    }

    private SavedRows changed(String policy, AlterTableColumnEvent change, Object... row)
            throws Exception {
        start(policy, source());
        writer.write(insert(1L, "a"));
        writer.evolve(event(change));
        writer.write(insert(row));
        return end();
    }

    /** The task fails and restarts with the columns of the job's start. */
    @Test
    void aRestartKeepsTheChangedForm() throws Exception {
        SavedRows saved = changed("apply", NOTE_FIRST, "x", 2L, "b");
        start("apply", source());
        writer.restore(saved);
        writer.write(insert("y", 3L, "c"));
        // The source reads the change again.
        writer.evolve(event(NOTE_FIRST));
        writer.write(row(RowKind.UPDATE_AFTER, "z", 3L, "d"));
        writer.prepareCommit();
        checkRows("orders", "1 a null", "2 b x", "3 d z");
        writer.close();
    }

    /** The job is started again, with the current columns of the source's table. */
    @Test
    void aNewStartKeepsTheChangedForm() throws Exception {
        SavedRows saved = changed("apply", NOTE_FIRST, "x", 2L, "b");
        start("apply", TestTables.of("note", "id", "code", "later"));
        writer.restore(saved);
        writer.write(insert("y", 3L, "c"));
        writer.evolve(event(AlterTableAddColumnEvent.add(TABLE, text("later"))));
        writer.write(insert("z", 4L, "d", "l"));
        writer.prepareCommit();
        checkRows("orders", "1 a null null", "2 b x null", "3 c y null", "4 d z l");
        writer.close();
    }

    @Test
    void aRenamedKeyIsFoundAgain() throws Exception {
        AlterTableColumnEvent rename =
                AlterTableChangeColumnEvent.change(
                        TABLE,
                        "id",
                        PhysicalColumn.of("nr", BasicType.LONG_TYPE, 0, false, null, ""));
        SavedRows saved = changed("apply", rename, 2L, "b");
        start("apply", source());
        writer.restore(saved);
        writer.write(row(RowKind.UPDATE_AFTER, 2L, "B"));
        writer.prepareCommit();
        assertThat(dsql.sql("SELECT nr, code FROM orders ORDER BY nr"))
                .containsExactly("1 a", "2 B");
        writer.close();
    }

    private SavedRows unchanged() throws Exception {
        start("apply", source());
        writer.write(insert(1L, "a"));
        return end();
    }

    @Test
    void aColumnAddedBetweenComesWithItsChange() throws Exception {
        SavedRows saved = unchanged();
        start("apply", source("note"));
        writer.restore(saved);
        writer.prepareCommit();
        assertThat(writer.snapshotState(2)).hasSize(1);
        writer.write(insert(2L, "b"));
        writer.evolve(event(AlterTableAddColumnEvent.add(TABLE, text("note"))));
        writer.write(insert(3L, "c", "x"));
        writer.prepareCommit();
        checkRows("orders", "1 a null", "2 b null", "3 c x");
        writer.close();
    }

    @Test
    void rowsOfAColumnAddedBetweenMayComeFirst() throws Exception {
        SavedRows saved = unchanged();
        start("apply", source("note"));
        writer.restore(saved);
        writer.evolve(event(AlterTableAddColumnEvent.add(TABLE, text("note"))));
        writer.write(insert(3L, "c", "x"));
        writer.prepareCommit();
        checkRows("orders", "1 a null", "3 c x");
        writer.close();
    }

    /** Such as a source that reads its table again and has no saved form. */
    @Test
    void aSourceThatKeepsNoFormIsFollowed() throws Exception {
        SavedRows saved = unchanged();
        dsql.sql("ALTER TABLE orders ADD COLUMN note text");
        start("apply", source("note"));
        writer.restore(saved);
        writer.write(insert(2L, "b", "x"));
        writer.prepareCommit();
        checkRows("orders", "1 a null", "2 b x");
        writer.close();
    }

    @Test
    void rowsThatCouldHaveEitherFormAreRefused() throws Exception {
        SavedRows saved = unchanged();
        start("apply", TestTables.of("id", "kode"));
        writer.restore(saved);
        assertThat(failure(() -> writer.write(insert(2L, "b"))))
                .hasMessageContaining("[id, code]")
                .hasMessageContaining("[id, kode]")
                .hasMessageContaining("start the job again, without its checkpoint");
        writer.close();
    }

    /** The change stopped the job, and is the first event after the restart. */
    @Test
    void aChangeThatWasMadeByHandIsFound() throws Exception {
        SavedRows saved = unchanged();
        dsql.sql("ALTER TABLE orders RENAME COLUMN code TO kode");
        start("fail", TestTables.of("id", "kode"));
        writer.restore(saved);
        writer.evolve(event(AlterTableChangeColumnEvent.change(TABLE, "code", varchar("kode"))));
        writer.write(insert(2L, "b"));
        writer.prepareCommit();
        checkRows("orders", "1 a", "2 b");
        writer.close();
    }

    @Test
    void anIgnoredChangeStaysIgnored() throws Exception {
        SavedRows saved = changed("ignore", NOTE_FIRST, "x", 2L, "b");
        start("ignore", TestTables.of("note", "id", "code"));
        writer.restore(saved);
        writer.write(insert("y", 3L, "c"));
        writer.prepareCommit();
        writer.close();
        // Also without the checkpoint.
        start("ignore", TestTables.of("note", "id", "code"));
        writer.write(row(RowKind.UPDATE_AFTER, "z", 3L, "d"));
        writer.prepareCommit();
        checkRows("orders", "1 a", "2 b", "3 d");
        writer.close();
        // The column is ignored until the target has it.
        dsql.sql("ALTER TABLE orders ADD COLUMN note text");
        start("ignore", TestTables.of("note", "id", "code"));
        writer.restore(saved);
        writer.write(row(RowKind.UPDATE_AFTER, "z", 3L, "d"));
        writer.prepareCommit();
        checkRows("orders", "1 a null", "2 b null", "3 d z");
        writer.close();
    }
}
