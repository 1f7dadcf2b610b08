package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The dashboard and the alert rules of docs/monitoring, with a real Prometheus and a real job. */
@Tag("docs")
class PrometheusIT {
    private static final String HOST = "127.0.83.87";
    private static final int METRICS_PORT = 19405;

    /** Rows until the job is stopped, 100 every half second. */
    private static final String ROWS =
            " row.num = 1000000, split.num = 10000, split.read-interval = 500,"
                    + " schema = { fields { id = bigint, name = string } } ";

    @Test
    void everyPanelShowsSomethingAndEveryRuleIsEvaluated() throws Exception {
        String config =
                SinkBlock.dsqlInto("watched")
                        .with("metrics_port", String.valueOf(METRICS_PORT))
                        .with("metrics_host", "\"" + HOST + "\"")
                        .batchFromFake(ROWS);
        Path folder = Places.ROOT.resolve("target/e2e/prometheus");
        String target = HOST + ":" + METRICS_PORT;
        Path rules = Dashboard.FOLDER.resolve("alerts.yml");
        try (Job job = Servers.run("prometheus", config);
                PrometheusServer prometheus = PrometheusServer.start(HOST, folder, target, rules)) {
            List<String> expressions = Dashboard.expressions();
            assertThat(expressions).hasSizeGreaterThan(10).noneMatch(text -> text.contains("$"));
            for (String expression : expressions) {
                Poll.until(
                        () -> "a value of " + expression + "; the job's log:\n" + job.tail(),
                        Servers.JOB,
                        Duration.ofMillis(500),
                        () -> {
                            job.requireAlive();
                            return !prometheus.query(expression).isEmpty();
                        });
            }
            Poll.until(
                    () -> "rows to be committed; the job's log:\n" + job.tail(),
                    Servers.JOB,
                    Duration.ofMillis(500),
                    () -> prometheus.query("sum(dsql_sink_rows_committed_total) > 0").size() == 1);
            Poll.until(
                    () -> "all rules to be evaluated",
                    Servers.JOB,
                    Duration.ofMillis(500),
                    () -> healthOfRules(prometheus).stream().noneMatch("unknown"::equals));
            assertThat(healthOfRules(prometheus)).hasSizeGreaterThan(3).containsOnly("ok");
        }
    }

    private static List<String> healthOfRules(PrometheusServer prometheus) throws Exception {
        List<String> health = new ArrayList<>();
        for (JsonNode group : prometheus.rules()) {
            group.path("rules").forEach(rule -> health.add(rule.path("health").asText()));
        }
        return health;
    }
}
