package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Spark's driver is the job: whoever cancels the job ends the driver. The writers are in executors,
 * which are processes of their own and end when they lose the driver.
 */
@Tag("spark")
class SparkLifeIT {
    private static final String EXECUTOR = "CoarseGrainedExecutorBackend";

    @ParameterizedTest
    @CsvSource({"FOR_ROOM, false", "FOR_COMMITS, false", "FOR_ROOM, true", "FOR_COMMITS, true"})
    void nothingIsWrittenAfterTheEndOfTheDriver(Cancelled.Waiting waiting, boolean killed)
            throws Exception {
        try (Connection behind = Servers.dsql().connectBehind()) {
            // From the case before.
            Sql.run(behind, "DROP TABLE IF EXISTS " + waiting.table());
        }
        String config = waiting.sink().batchFromFake(waiting.rows());
        String name = waiting.table() + (killed ? "_killed" : "_asked");
        Cancelled.stall();
        try (Job job = Servers.runOn("local-cluster[1,2,1024]", name, config)) {
            long executor = executor(job);
            waiting.begin(executor);
            if (killed) {
                job.kill();
            } else {
                ProcessHandle.of(job.pid()).orElseThrow().destroy();
            }
            assertThat(job.await(Servers.JOB)).isNotZero();
            Cancelled.assertNothingComesLater(executor, waiting);
        } finally {
            Cancelled.resume();
        }
    }

    /** The process of the only executor, which is a child of the driver. */
    private static long executor(Job job) {
        long[] found = {0};
        Poll.until(
                () -> "an executor; the job's log:\n" + job.tail(),
                Servers.JOB,
                Duration.ofMillis(200),
                () -> {
                    job.requireAlive();
                    ProcessHandle.of(job.pid())
                            .orElseThrow()
                            .descendants()
                            .filter(SparkLifeIT::isExecutor)
                            .forEach(process -> found[0] = process.pid());
                    return found[0] != 0;
                });
        return found[0];
    }

    private static boolean isExecutor(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains(EXECUTOR);
    }
}
