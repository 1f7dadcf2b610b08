package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The job of examples/kafka.conf. */
@Tag("docs")
class KafkaIT {
    private static final Path FOLDER = Places.ROOT.resolve("target/e2e/kafka");

    private static final String ALL =
            "SELECT concat_ws(' ', id, customer, amount) FROM orders ORDER BY id";

    @Test
    void messagesBecomeRows() throws Exception {
        Places.emptyFolder(FOLDER);
        try (KafkaServer kafka = KafkaServer.start("127.0.83.86", FOLDER.resolve("broker"));
                Connection target = Servers.dsql().connectBehind()) {
            kafka.send("orders", order(1, "a", "1.50"), order(2, "b", "2.00"), order(3, "张", "3"));
            Path connector = KafkaServer.HOME.resolve("connectors/connector-kafka-2.3.4.jar");
            SeaTunnelHome home = ConnectorHome.of(FOLDER, connector, "kafka", "Kafka");
            Example example =
                    Example.of("kafka").replace("kafka.example.com:9092", kafka.address());
            try (Job job = example.run(home, FOLDER)) {
                TargetRows.await(job, target, ALL, List.of("1 a 1.50", "2 b 2.00", "3 张 3.00"));
                // A later message of the same key.
                kafka.send("orders", order(2, "b", "7.25"), order(4, "d", "4.00"));
                TargetRows.await(
                        job, target, ALL, List.of("1 a 1.50", "2 b 7.25", "3 张 3.00", "4 d 4.00"));
                assertThat(job.log()).contains("Native Aurora DSQL sink");
                Secrets.assertAbsent(job.log());
            }
            assertThat(Sql.value(target, "SELECT created_at::text FROM orders WHERE id = 1"))
                    .isEqualTo("2026-11-26 10:15:30");
        }
    }

    private static String order(int id, String customer, String amount) {
        return ("{\"id\": %d, \"customer\": \"%s\", \"amount\": %s, \"created_at\": \"%s\"}")
                .formatted(id, customer, amount, "2026-11-26T10:15:30");
    }
}
