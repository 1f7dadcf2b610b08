package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A batch job from a Jdbc source: all rows are written when it ends, and a second run does no harm,
 * also under the sink's own name.
 */
class BatchIT {
    /** More than DSQL accepts in one transaction, and not a multiple of a batch. */
    private static final long ROWS = 7777;

    private static final int TASKS = 4;

    @Test
    void everyRowIsThereWhenTheJobEnds() throws Exception {
        Table table = Shop.ORDERS.named("batch_orders");
        MySqlSource mysql = MySqlSource.of("batch");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            fill(table, source);
            String read = mysql.jdbc(table);
            SinkBlock sink = sinkFor(table);

            runToTheEnd("batch-first", sink.batchFrom(read), 1);
            assertEqual(table, source, target);

            Sql.run(
                    source,
                    "UPDATE batch_orders SET remark = 'second run', amount = -amount WHERE id % 3 = 0");
            runToTheEnd("batch-second", sink.named("Dsql").without("dialect").batchFrom(read), 1);
            assertEqual(table, source, target);
        }
    }

    @Test
    @Tag("engines")
    void everyRowOfSeveralTasksIsThere() throws Exception {
        // The Jdbc source itself drops fractions of a second.
        Table table = Shop.ITEMS.named("batch_items").without("closes");
        MySqlSource mysql = MySqlSource.of("tasks");
        try (Connection source = mysql.connect();
                Connection target = Servers.dsql().connectBehind()) {
            fill(table, source);
            String read =
                    mysql.jdbc(table).replace("Jdbc {", "Jdbc {\n    partition_column = \"id\"");
            runToTheEnd("batch-tasks", sinkFor(table).batchFrom(read, TASKS), TASKS);
            assertEqual(table, source, target);
        }
    }

    private static void fill(Table table, Connection source) throws Exception {
        Sql.run(source, table.mysqlDdl());
        Servers.dsql().create(table.dsqlDdl());
        table.insert(source, 1, ROWS);
    }

    private static SinkBlock sinkFor(Table table) {
        return SinkBlock.dsql().with("table", "\"" + table.name() + "\"");
    }

    private static void runToTheEnd(String name, String config, int tasks) {
        try (Job job = Servers.run(name, config)) {
            assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
            Servers.assertNativeSink(job, tasks);
        }
    }

    private static void assertEqual(Table table, Connection source, Connection target)
            throws Exception {
        List<String> columns = table.columnNames();
        TableDiff diff = TableDiff.compare(source, target, table.name(), columns);
        assertThat(diff.shown()).isEmpty();
        assertThat(diff.rows()).isEqualTo(ROWS);
    }
}
