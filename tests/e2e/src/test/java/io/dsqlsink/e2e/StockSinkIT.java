package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** With our jar in lib/, jobs of other dialects get the same sink as before. */
class StockSinkIT {
    private static final long ROWS = 3000;

    @Test
    void jobWithoutDialectWritesThroughTheStockSink() throws Exception {
        String url;
        try (Connection behind = Servers.dsql().connectBehind()) {
            Sql.run(behind, "CREATE DATABASE stock");
            url = Servers.dsql().behindUrl().replaceFirst("/postgres$", "/stock");
        }
        MySqlSource mysql = MySqlSource.of("stock");
        try (Connection source = mysql.connect();
                Connection target = DriverManager.getConnection(url + "?user=postgres")) {
            Sql.run(source, Shop.ORDERS.mysqlDdl());
            Sql.run(target, Shop.ORDERS.dsqlDdl());
            Shop.ORDERS.insert(source, 1, ROWS);

            String config =
                    SinkBlock.stock(url, "stock")
                            .with("table", "\"public.orders\"")
                            .batchFrom(mysql.jdbc(Shop.ORDERS));
            try (Job job = Servers.run("stock", config, Map.of())) {
                assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
                assertThat(job.log()).doesNotContain("Native Aurora DSQL sink");
                Secrets.assertAbsent(job.log());
            }

            TableDiff diff = TableDiff.compare(source, target, "orders", Shop.ORDERS.columnNames());
            assertThat(diff.shown()).isEmpty();
            assertThat(diff.rows()).isEqualTo(ROWS);
        }
    }
}
