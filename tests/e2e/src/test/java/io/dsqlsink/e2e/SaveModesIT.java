package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How a batch job prepares its target before it writes. Each engine calls this at another place.
 */
@Tag("engines")
class SaveModesIT {
    private static final long ROWS = 500;
    private static final String SCHEMA = "saving";
    private static final Table TABLE = Shop.ORDERS.named("saved_orders");

    @Test
    void theTargetIsPreparedBeforeTheRows() throws Exception {
        MySqlSource mysql = MySqlSource.of("saving");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            Sql.run(source, TABLE.mysqlDdl());
            TABLE.insert(source, 1, ROWS);

            // Neither the table nor its schema exists.
            assertThat(run("missing", "schema_save_mode", "CREATE_SCHEMA_WHEN_NOT_EXIST")).isZero();
            Sql.run(target, "SET search_path TO " + SCHEMA);
            assertEqual(source, target);
            assertThat(
                            Sql.value(
                                    target,
                                    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE"
                                            + " contype = 'p' AND conrelid ="
                                            + " 'saving.saved_orders'::regclass"))
                    .isEqualTo("PRIMARY KEY (id)");

            Sql.run(target, "INSERT INTO saved_orders (id) VALUES (" + (ROWS + 1) + ")");
            assertThat(run("drop-data", "data_save_mode", "DROP_DATA")).isZero();
            assertEqual(source, target);

            Sql.run(target, "ALTER TABLE saved_orders ADD COLUMN stray text");
            assertThat(run("recreate", "schema_save_mode", "RECREATE_SCHEMA")).isZero();
            assertEqual(source, target);
            assertThat(
                            Sql.number(
                                    target,
                                    "SELECT count(*) FROM information_schema.columns WHERE"
                                            + " table_name = 'saved_orders' AND column_name ="
                                            + " 'stray'"))
                    .isZero();

            assertThat(run("data-exists", "data_save_mode", "ERROR_WHEN_DATA_EXISTS")).isNotZero();
            assertEqual(source, target);
        }
    }

    private static int run(String name, String option, String value) {
        SinkBlock sink =
                SinkBlock.dsql()
                        .with("table", "\"" + SCHEMA + "." + TABLE.name() + "\"")
                        .with(option, "\"" + value + "\"");
        String read = new MySqlSource("saving").jdbc(TABLE);
        try (Job job = Servers.run("save-mode-" + name, sink.batchFrom(read))) {
            int code = job.await(Servers.JOB);
            if (code != 0) {
                assertThat(job.log()).contains("DSQL-23");
            }
            return code;
        }
    }

    private static void assertEqual(Connection source, Connection target) throws SQLException {
        TableDiff diff = TableDiff.compare(source, target, TABLE.name(), Servers.readable(TABLE));
        assertThat(diff.shown()).isEmpty();
        assertThat(diff.rows()).isEqualTo(ROWS);
    }
}
