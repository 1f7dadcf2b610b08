package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.bridge.SinkStats;
import java.time.Duration;
import org.apache.seatunnel.api.common.metrics.AbstractMetricsContext;
import org.apache.seatunnel.api.common.metrics.MetricsContext;
import org.junit.jupiter.api.Test;

/** What users see of the counters: lines of the log and metrics of the job. */
class ProgressTest {
    /** Received, committed, dead; every other counter has a number of its own. */
    private static SinkStats stats(long received, long committed, long dead) {
        return new SinkStats(
                new long[] {
                    received,
                    received - committed - dead,
                    committed,
                    3,
                    4,
                    5,
                    6,
                    7,
                    8,
                    9,
                    10,
                    2,
                    7_000,
                    13,
                    dead,
                    15,
                    16
                });
    }

    @Test
    void aLineIsDueEveryHalfMinute() {
        long start = Long.MAX_VALUE - 5;
        Progress progress = new Progress(start);
        assertThat(progress.isDue(start + 1)).isFalse();
        assertThat(progress.isDue(start + Duration.ofMillis(29_999).toNanos())).isFalse();
        assertThat(progress.isDue(start + Duration.ofSeconds(30).toNanos())).isTrue();
        assertThat(progress.isDue(start + Duration.ofSeconds(59).toNanos())).isFalse();
        assertThat(progress.isDue(start + Duration.ofSeconds(61).toNanos())).isTrue();
    }

    @Test
    void aLineTellsWhatChanged() {
        Progress progress = new Progress(0);
        assertThat(progress.line(stats(0, 0, 0))).isNull();
        assertThat(progress.line(stats(120, 100, 2)))
                .isEqualTo(
                        "Aurora DSQL sink: 120 rows received, 100 committed in 3 transactions, 18"
                                + " rows merged with a later change of the same key; retried 5 after conflicts, 6 while unavailable, 7 after lost"
                                + " connections; 10 bytes buffered, 9 connections, 2 rows skipped,"
                                + " flushes take 3 ms on average");
        assertThat(progress.line(stats(120, 100, 2))).isNull();
        assertThat(progress.line(stats(120, 101, 2))).contains("101 committed");
    }

    @Test
    void theLastLineTellsOfSkippedRows() {
        assertThat(Progress.total(stats(120, 120, 0), null))
                .isEqualTo(
                        "Aurora DSQL sink closed: 120 rows received, 120 committed in 3"
                                + " transactions, 5 conflicts retried");
        assertThat(Progress.total(stats(120, 118, 2), "/var/dead"))
                .endsWith("5 conflicts retried, 2 rows skipped, see /var/dead");
    }

    @Test
    void metricsGrowByWhatIsNew() {
        DsqlMetrics metrics = new DsqlMetrics();
        MetricsContext one = new AbstractMetricsContext() {};
        MetricsContext other = new AbstractMetricsContext() {};
        metrics.publish(stats(120, 100, 0), one);
        metrics.publish(stats(130, 125, 1), other);
        assertThat(one.counter("DsqlRowsReceived").getCount()).isEqualTo(120);
        assertThat(one.counter("DsqlRowsCommitted").getCount()).isEqualTo(100);
        assertThat(one.counter("DsqlRetriesConnection").getCount()).isEqualTo(7);
        assertThat(other.counter("DsqlRowsCommitted").getCount()).isEqualTo(25);
        assertThat(other.counter("DsqlRowsDead").getCount()).isEqualTo(1);
        assertThat(other.counter("DsqlRetriesConnection").getCount()).isZero();
    }
}
