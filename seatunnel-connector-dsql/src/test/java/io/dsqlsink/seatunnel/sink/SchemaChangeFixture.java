package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import java.util.Arrays;
import java.util.Map;
import org.apache.seatunnel.api.table.catalog.Column;
import org.apache.seatunnel.api.table.catalog.PhysicalColumn;
import org.apache.seatunnel.api.table.catalog.TablePath;
import org.apache.seatunnel.api.table.event.AlterTableAddColumnEvent;
import org.apache.seatunnel.api.table.event.AlterTableChangeColumnEvent;
import org.apache.seatunnel.api.table.event.AlterTableColumnEvent;
import org.apache.seatunnel.api.table.event.AlterTableColumnsEvent;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.SeaTunnelDataType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A job on dsql-local whose source changes its columns. */
abstract class SchemaChangeFixture extends DsqlWriterFixture {
    static final TablePath TABLE = TablePath.of("shop", "orders");

    static final String COLUMNS =
            "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY"
                    + " attnum) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum >"
                    + " 0 AND NOT attisdropped";

    DsqlSinkWriter writer;

    @AfterEach
    void abort() {
        if (writer != null) {
            writer.abortPrepare();
        }
    }

    void open(String policy) {
        writer =
                writer(
                        "orders",
                        NEVER_MS,
                        null,
                        Map.of("schema_change_policy", policy, "max_connections", 4),
                        "id");
    }

    static AlterTableColumnsEvent event(AlterTableColumnEvent... changes) {
        return new AlterTableColumnsEvent(TABLE, Arrays.asList(changes));
    }

    static Column column(
            String name, SeaTunnelDataType<?> type, boolean nullable, Object defaultValue) {
        return PhysicalColumn.of(name, type, 0, nullable, defaultValue, "");
    }

    static Column text(String name) {
        return column(name, BasicType.STRING_TYPE, true, null);
    }

    /**
     * Checks that a change stops the job, with the column and the remedy in the error, and changes
     * nothing.
     */
    void stops(AlterTableColumnEvent change, String... says) {
        open("apply");
        writer.write(insert(1L, "a"));
        String before = dsql.sql(COLUMNS).get(0);
        DsqlConnectorException e = failure(() -> writer.evolve(event(change)));
        assertThat(e).hasMessageContaining("DSQL-05").hasMessageContaining("public.orders");
        for (String word : says) {
            assertThat(e).hasMessageContaining(word);
        }
        assertThat(dsql.sql(COLUMNS)).containsExactly(before);
        // The rows before the change are written, and nothing is written after the failure.
        checkRows("orders", "1 a");
        assertThat(failure(() -> writer.write(insert(2L, "b")))).hasMessage(e.getMessage());
    }

    /** PostgreSQL would cut the name, and the rows would then miss the column. */
    @Test
    void aNameThatWouldBeCutStopsTheJob() {
        String name = "n".repeat(64);
        String says = "column '" + name + "' has a name of 64 bytes";
        stops(AlterTableAddColumnEvent.add(TABLE, text(name)), says, "at the source");
        writer.abortPrepare();
        stops(AlterTableChangeColumnEvent.change(TABLE, "code", text(name)), says);
    }
}
