package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A batch job from a Jdbc source: everything is there when it ends, and running it again does no
 * harm, under the sink's own name either.
 */
class BatchIT {
    /** More than DSQL takes in one transaction, and no multiple of a batch. */
    private static final long ROWS = 7777;

    private static final Table TABLE =
            new Table(
                    "batch_orders",
                    Shop.ORDERS.mysqlKey(),
                    Shop.ORDERS.dsqlKey(),
                    Shop.ORDERS.columns());

    @Test
    void everyRowIsThereWhenTheJobEnds() throws Exception {
        try (Connection source = Servers.database("batch");
                Connection target = Servers.dsql().connectBehind()) {
            Sql.run(source, TABLE.mysqlDdl());
            Servers.dsql().create(TABLE.dsqlDdl());
            TABLE.insert(source, 1, ROWS);
            String read = SinkBlock.jdbcSource(Servers.mysql(), "batch", TABLE);
            SinkBlock sink = SinkBlock.dsql().with("table", "\"" + TABLE.name() + "\"");

            runToTheEnd("batch-first", sink.batchFrom(read));
            assertEqual(source, target);

            Sql.run(
                    source,
                    "UPDATE batch_orders SET remark = 'second run', amount = -amount WHERE id % 3 = 0");
            runToTheEnd("batch-second", sink.named("Dsql").without("dialect").batchFrom(read));
            assertEqual(source, target);
        }
    }

    private static void runToTheEnd(String name, String config) {
        try (Job job = Servers.run(name, config)) {
            assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
            Secrets.assertAbsent(job.log());
        }
    }

    private static void assertEqual(Connection source, Connection target) throws Exception {
        List<String> columns = TABLE.columnNames();
        TableDiff diff = TableDiff.compare(source, target, TABLE.name(), columns);
        assertThat(diff.shown()).isEmpty();
        assertThat(diff.rows()).isEqualTo(ROWS);
    }
}
