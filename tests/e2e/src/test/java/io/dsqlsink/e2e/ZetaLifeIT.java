package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many jobs in one JVM of Zeta, one after another. */
@Tag("engines")
class ZetaLifeIT {
    private static final int JOBS = 50;
    private static final int FAILURES = 10;
    private static final int ROWS = 5000;

    private static ZetaServer zeta;

    @BeforeAll
    static void start() {
        zeta = Servers.zeta("life");
    }

    @AfterAll
    static void stop() {
        zeta.close();
    }

    @Test
    void jobsLeaveNothingBehind() throws Exception {
        String config =
                SinkBlock.dsql()
                        .with("table", "\"lives\"")
                        .jsonFromFake("BATCH", Leftovers.rows(ROWS));
        Footprint early = null;
        for (int job = 1; job <= JOBS; job++) {
            assertThat(run("life-" + job, config)).isEqualTo("FINISHED");
            if (job == Lives.WARM_JOBS) {
                early = Footprint.of(zeta.pid());
            }
        }
        Lives.assertBackTo(early, zeta.pid());
        try (Connection behind = Servers.dsql().connectBehind()) {
            assertThat(Sql.number(behind, "SELECT count(*) FROM lives"))
                    .isEqualTo((long) JOBS * ROWS);
        }
    }

    @Test
    void failedJobsLeaveNothingBehind() throws Exception {
        String config =
                Leftovers.failingSink("failed_lives")
                        .jsonFromFake("BATCH", Leftovers.failingRows());
        Footprint early = null;
        for (int job = 1; job <= FAILURES; job++) {
            assertThat(run("failed-life-" + job, config)).isEqualTo("FAILED");
            if (job == Lives.WARM_JOBS) {
                early = Footprint.of(zeta.pid());
            }
        }
        Lives.assertBackTo(early, zeta.pid());
        Secrets.assertAbsent(zeta.log());
    }

    @ParameterizedTest
    @EnumSource(Cancelled.Waiting.class)
    void aCancelledJobLeavesNativeCodeAtOnce(Cancelled.Waiting waiting) throws Exception {
        String config = waiting.sink().jsonFromFake("BATCH", waiting.rows());
        Cancelled.stall();
        try {
            String job = zeta.submit(waiting.table(), config);
            waiting.begin(zeta.pid());
            waiting.end(zeta.pid(), () -> zeta.stop(job));
            assertThat(zeta.await(job, Servers.JOB).required("jobStatus").asText())
                    .isEqualTo("CANCELED");
            Cancelled.assertNothingComesLater(zeta.pid(), waiting);
        } finally {
            Cancelled.resume();
        }
    }

    private static String run(String name, String config) {
        return zeta.await(zeta.submit(name, config), Servers.JOB).required("jobStatus").asText();
    }
}
