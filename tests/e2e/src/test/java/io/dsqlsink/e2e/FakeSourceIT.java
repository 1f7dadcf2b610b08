package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A source whose jars do not include connector-jdbc. On Flink the starter then adds that jar only
 * if no Jdbc factory is visible, and ours is. Jobs of both dialects must work nevertheless.
 */
@Tag("engines")
class FakeSourceIT {
    private static final long ROWS = 2000;

    private static final String SOURCE =
            "  FakeSource { row.num = "
                    + ROWS
                    + ", schema = { fields { id = \"bigint\", name = \"string\", price = \"decimal(10,2)\" } } }\n";

    /** Sends the rows over more than two seconds. */
    private static final String SLOW_SOURCE =
            SOURCE.replace("schema", "split.num = 5, split.read-interval = 500, schema");

    private static final String COLUMNS =
            " (id bigint PRIMARY KEY, name text, price numeric(10,2))";

    @Test
    void nativeSink() throws Exception {
        Servers.dsql().create("CREATE TABLE fake" + COLUMNS);
        String config = SinkBlock.dsql().with("table", "\"fake\"").batchFrom(SLOW_SOURCE);
        try (Job job = Servers.run("fake-dsql", config)) {
            assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
            Servers.assertNativeSink(job, 1);
            assertThat(job.log())
                    .containsPattern(
                            " Aurora DSQL sink: [1-9]\\d* rows received, \\d+ committed in");
        }
        try (Connection target = Servers.dsql().connectBehind()) {
            assertThat(Sql.number(target, "SELECT count(name) FROM fake")).isEqualTo(ROWS);
        }
    }

    @Test
    void stockSink() throws Exception {
        try (Connection behind = Servers.dsql().connectBehind()) {
            Sql.run(behind, "CREATE DATABASE stock_fake");
        }
        String url = Servers.dsql().behindUrl().replaceFirst("/postgres$", "/stock_fake");
        try (Connection target = DriverManager.getConnection(url + "?user=postgres")) {
            Sql.run(target, "CREATE TABLE fake" + COLUMNS);
            String config =
                    SinkBlock.stock(url, "stock_fake")
                            .with("table", "\"public.fake\"")
                            .batchFrom(SOURCE);
            try (Job job = Servers.run("fake-stock", config, Map.of())) {
                assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
                assertThat(job.log()).doesNotContain("Native Aurora DSQL sink");
            }
            assertThat(Sql.number(target, "SELECT count(name) FROM fake")).isEqualTo(ROWS);
        }
    }
}
