package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks that need a JVM of tasks that outlives a job. */
@Tag("flink")
class FlinkClusterIT {
    private static final int ROWS = 5000;
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void countersAreAccumulators() throws Exception {
        String config = SinkBlock.dsqlInto("counted").batchFromFake(Leftovers.rows(ROWS));
        try (Job job = Servers.run("counted", config)) {
            assertThat(job.await(Servers.JOB)).as(job::tail).isZero();
        }
        // The cluster's REST server shows a state that is up to three seconds old.
        Poll.until(
                "the counters of the job",
                SOON,
                Duration.ofMillis(100),
                () -> !Servers.flink().counters("counted").isEmpty());
        assertThat(Servers.flink().counters("counted"))
                .containsEntry("DsqlRowsReceived", (long) ROWS)
                .containsEntry("DsqlRowsCommitted", (long) ROWS)
                .containsKeys("DsqlBatchesCommitted", "DsqlBytesCommitted");
    }

    @Test
    void failedJobLeavesNothingBehind() throws Exception {
        String config = Leftovers.failingJob("failed");
        try (Connection behind = Servers.dsql().connectBehind();
                Job job = Servers.run("failed", config)) {
            assertThat(job.await(Servers.JOB)).as("exit code").isNotZero();
            assertThat(Servers.flink().states("failed")).containsExactly("FAILED");
            assertNothingIsLeft(behind);
        }
    }

    private static void assertNothingIsLeft(Connection behind) {
        long worker = Servers.flink().workerPid();
        Poll.until(
                "the task manager to have no connection and no thread of the sink",
                SOON,
                Duration.ofMillis(100),
                () -> Leftovers.connections(behind) == 0 && Leftovers.threads(worker) == 0);
    }
}
