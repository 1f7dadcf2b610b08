package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many jobs on one task manager of Flink. Each one loads the connector again. */
@Tag("flink")
class FlinkLifeIT {
    private static final int JOBS = 20;
    private static final int FAILURES = 10;
    private static final int ROWS = 5000;

    @Test
    void jobsLeaveNothingBehind() throws Exception {
        String config =
                SinkBlock.dsql().with("table", "\"lives\"").batchFromFake(Leftovers.rows(ROWS));
        run("life", config, JOBS, "FINISHED");
        try (Connection behind = Servers.dsql().connectBehind()) {
            assertThat(Sql.number(behind, "SELECT count(*) FROM lives"))
                    .isEqualTo((long) JOBS * ROWS);
        }
    }

    @Test
    void failedJobsLeaveNothingBehind() throws Exception {
        run("failed-life", Leftovers.failingJob("failed_lives"), FAILURES, "FAILED");
        Secrets.assertAbsent(Servers.flink().workerLog());
    }

    @ParameterizedTest
    @EnumSource(Cancelled.Waiting.class)
    void aCancelledJobLeavesNativeCodeAtOnce(Cancelled.Waiting waiting) throws Exception {
        String table = waiting.table();
        String config = waiting.sink().batchFromFake(waiting.rows());
        Cancelled.stall();
        try (Job job = Servers.run(table, config)) {
            waiting.begin(Servers.flink().workerPid());
            waiting.end(Servers.flink().workerPid(), () -> Servers.flink().requestCancel(table));
            assertThat(job.await(Servers.JOB)).isNotZero();
            assertThat(Servers.flink().states(table)).containsExactly("CANCELED");
            Cancelled.assertNothingComesLater(Servers.flink().workerPid(), waiting);
        } finally {
            Cancelled.resume();
        }
    }

    private static void run(String name, String config, int jobs, String state) throws Exception {
        Footprint early = null;
        for (int number = 1; number <= jobs; number++) {
            String numbered = name + "-" + number;
            try (Job job = Servers.run(numbered, config)) {
                job.await(Servers.JOB);
                assertThat(Servers.flink().states(numbered)).as(job::tail).containsExactly(state);
            }
            if (number == Lives.WARM_JOBS) {
                early = Footprint.of(Servers.flink().workerPid());
            }
        }
        Lives.assertBackTo(early, Servers.flink().workerPid());
    }
}
