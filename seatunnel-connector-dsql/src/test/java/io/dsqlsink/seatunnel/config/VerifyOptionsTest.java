package io.dsqlsink.seatunnel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.compat.Subtask;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import java.util.Map;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.junit.jupiter.api.Test;

class VerifyOptionsTest {
    private final Map<String, Object> options = TestTables.options();

    private DsqlSinkConfig config() {
        return DsqlSinkConfig.of(ReadonlyConfig.fromMap(options), TestTables.orders("id", null));
    }

    @Test
    void isPassedOnUnlessItIsOff() {
        options.put("verify", false);
        options.put("verify_report", "/tmp/report");
        assertThat(config().verifies()).isFalse();
        assertThat(config().nativeOptions()).doesNotContainKeys("verify", "verify_report");
        options.put("verify", true);
        assertThat(config().verifies()).isTrue();
        assertThat(config().nativeOptions())
                .containsEntry("verify", "true")
                .containsEntry("verify_report", "/tmp/report");
        options.put("verify", "repair_delete");
        assertThat(config().nativeOptions()).containsEntry("verify", "repair_delete");
        options.put("verify", "yes");
        assertThatThrownBy(this::config)
                .hasMessageContaining("option 'verify' = yes is not one of: false, true, again");
    }

    @Test
    void aTaskKnowsTheNumberOfTasks() {
        Subtask only = Subtask.of(null, 1);
        assertThat(config().sinkOptions(1, 0, only)).doesNotContainKey("verify_tasks");
        options.put("verify", true);
        DsqlSinkConfig config = config();
        // An engine that does not name the job.
        assertThat(config.sinkOptions(1, 0, only)).doesNotContainKey("verify_run");
        config.setJobId("874");
        assertThat(config.sinkOptions(1, 0, only))
                .containsEntry("verify_run", "874")
                .containsEntry("verify_task", "0")
                .containsEntry("verify_tasks", "1");
        options.put("verify_tasks", 4);
        assertThat(config().sinkOptions(1, 0, only)).containsEntry("verify_tasks", "4");
        options.put("verify_tasks", 0);
        assertThatThrownBy(this::config)
                .hasMessageContaining("option 'verify_tasks' = 0 is not between 1 and 1000");
    }

    @Test
    void aJobThatDoesNotEndIsRefused() {
        options.put("verify", true);
        DsqlSinkConfig config = config();
        assertThatThrownBy(() -> config.setStreaming(true))
                .isInstanceOf(DsqlConnectorException.class)
                .hasMessageContaining("option 'verify'")
                .hasMessageContaining("job.mode = \"BATCH\"")
                .hasMessageContaining("such as Jdbc");
    }

    @Test
    void aQueryIsRefused() {
        options.put("verify", true);
        options.put("query", "INSERT INTO t VALUES (?, ?)");
        assertThatThrownBy(this::config).hasMessageContaining("option 'verify' compares");
    }
}
