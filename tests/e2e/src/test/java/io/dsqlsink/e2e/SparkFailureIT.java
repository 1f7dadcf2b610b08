package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Spark retries a failed task in the same JVM, and SeaTunnel never closes its writer: abortPrepare
 * is the last call.
 */
@Tag("spark")
class SparkFailureIT {
    private static final int TRIES = 6;

    @Test
    void failedTriesLeaveNothingBehind() throws Exception {
        String config = Leftovers.failingJob("tried_again");
        long mostConnections = 0;
        long mostThreads = 0;
        try (Connection behind = Servers.dsql().connectBehind();
                Job job = Servers.runOn("local[2," + TRIES + "]", "tried-again", config)) {
            while (job.isAlive()) {
                mostConnections = Math.max(mostConnections, Leftovers.connections(behind));
                mostThreads = Math.max(mostThreads, Leftovers.threads(job.pid()));
                Poll.pause(Duration.ofMillis(10));
            }
            assertThat(job.log()).contains("failed " + TRIES + " times");
            assertThat(Servers.nativeSinkLines(job.log())).hasSize(TRIES);
            Secrets.assertAbsent(job.log());
        }
        // One try has at most this many connections and threads, and the next one may start before
        // the connections of the last one are closed. All tries together would have several times
        // as many.
        assertThat(mostConnections).isBetween(1L, 2L * 8);
        assertThat(mostThreads).isBetween(1L, 2L * 5);
    }
}
