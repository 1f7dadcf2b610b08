package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.bridge.Latencies;
import io.dsqlsink.bridge.SinkStats;
import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.seatunnel.api.common.metrics.AbstractMetricsContext;
import org.apache.seatunnel.api.common.metrics.MetricsContext;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.junit.jupiter.api.Test;

/** The counters as users see them: log lines and metrics of the job. */
class ProgressTest {
    private static final long SECOND = 1_000_000_000;

    /**
     * Given numbers of received, committed and dead rows; every other counter has a different
     * number.
     */
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
                    16,
                    17,
                    2_500_000,
                    4
                });
    }

    private static final Latencies NONE = new Latencies(new long[5]);

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
    void aLineShowsWhatChanged() {
        Progress progress = new Progress(0);
        assertThat(progress.line(stats(0, 0, 0), NONE, -1, SECOND)).isNull();
        assertThat(progress.line(stats(120, 100, 2), NONE, -1, 3 * SECOND))
                .isEqualTo(
                        "Aurora DSQL sink: 120 rows received, 100 committed in 3 transactions, 18"
                                + " rows merged with a later change of the same key; retried 5 after conflicts, 6 while unavailable, 7 after lost"
                                + " connections; 10 bytes buffered, 4 of 9 connections in use, 2 rows skipped,"
                                + " flushes take 3 ms on average; since the last line 50 rows/s,"
                                + " 0.00 MB/s");
        assertThat(progress.line(stats(120, 100, 2), NONE, -1, 4 * SECOND)).isNull();
        assertThat(progress.line(stats(120, 101, 2), NONE, -1, 5 * SECOND))
                .contains("101 committed", "since the last line 1 rows/s")
                .doesNotContain("a transaction takes", "source");
        Latencies latencies = new Latencies(new long[] {3, 8_000, 41_000, 200_000, 400_000});
        assertThat(progress.line(stats(130, 102, 2), latencies, 1_240, 6 * SECOND))
                .endsWith(
                        ", a transaction takes 8.0 ms (99 %: 41.0 ms), rows wait 200.0 ms before it"
                                + " (99 %: 400.0 ms); rows come 1.2 s after their change at the"
                                + " source");
    }

    @Test
    void eachOfSeveralTablesHasItsLine() {
        Progress progress = new Progress(0);
        Map<String, SinkStats> tables = new LinkedHashMap<>();
        tables.put("public.a", stats(10, 10, 0));
        assertThat(progress.tables(tables, SECOND)).isEmpty();
        tables.put("public.b", stats(0, 0, 0));
        tables.put("public.a", stats(40, 30, 0));
        assertThat(progress.tables(tables, 3 * SECOND))
                .containsExactly(
                        "Aurora DSQL sink: table public.a: 10 rows/s, 0.00 MB/s, 30 rows committed");
        for (int table = 0; table < 12; table++) {
            tables.put("public.t" + table, stats(table + 1, table + 1, 0));
        }
        assertThat(progress.tables(tables, 4 * SECOND))
                .hasSize(11)
                .startsWith(
                        "Aurora DSQL sink: table public.t11: 12 rows/s, 0.00 MB/s, 12 rows committed")
                .endsWith("Aurora DSQL sink: 2 more tables got fewer rows than these");
    }

    @Test
    void eachTableHasASummaryAtTheEnd() {
        Map<String, SinkStats> tables = new LinkedHashMap<>();
        tables.put("public.a", stats(120, 118, 2));
        assertThat(Progress.totals(tables))
                .containsExactly(
                        "Aurora DSQL sink closed: table public.a: 120 rows received, 118 committed"
                                + " in 3 transactions, 2 skipped, in 2.5 s");
    }

    @Test
    void theLastLineShowsSkippedRows() {
        assertThat(Progress.total(stats(120, 120, 0), null, 2 * SECOND))
                .isEqualTo(
                        "Aurora DSQL sink closed: 120 rows received, 120 committed in 3"
                                + " transactions, 5 conflicts retried; open for 2.0 s, 60 rows/s, 0.00"
                                + " MB/s; at least 0.8 DPU, $0.0000 (estimate by the published formula"
                                + " at $8.00 per million DPU, us-east-1, November 2026, without"
                                + " secondary indexes and compute)");
        assertThat(Progress.total(stats(120, 118, 2), "/var/dead", SECOND))
                .contains("5 conflicts retried, 2 rows skipped, see /var/dead; open for 1.0 s");
    }

    /** The published figure: writing one GiB takes 52,431 DPU. */
    @Test
    void theEstimateIsThePublishedFormula() {
        long[] slots = new long[20];
        slots[2] = 1_048_576;
        slots[3] = 350;
        slots[4] = 1L << 30;
        double written = Cost.dpu(new SinkStats(slots));
        assertThat(written).isBetween(52_431.0, 52_431.0 + 2_000);
        // A transaction of one small row costs the minimum of a transaction.
        slots[2] = 1;
        slots[3] = 1;
        slots[4] = 10;
        assertThat(Cost.dpu(new SinkStats(slots))).isBetween(0.0537, 0.0538);
    }

    /** Only the public part of a key is shown. */
    @Test
    void theStartBlockNamesTheKeyAndHasNoSecret() {
        Map<String, Object> options = TestTables.options();
        String told =
                String.join(
                        "\n",
                        StartBlock.of(
                                DsqlSinkConfig.of(
                                        ReadonlyConfig.fromMap(options),
                                        TestTables.orders("id", null))));
        assertThat(told)
                .contains(
                        "role admin",
                        "TLS: sslmode ",
                        "of option 'access_key_id'",
                        "limits: batch_size ")
                .doesNotContain(String.valueOf(options.get("secret_access_key")));
    }

    @Test
    void metricsGrowByTheDifference() {
        DsqlMetrics metrics = new DsqlMetrics();
        MetricsContext one = new AbstractMetricsContext() {};
        MetricsContext other = new AbstractMetricsContext() {};
        metrics.publish(stats(120, 100, 0), Map.of(), one);
        metrics.publish(stats(130, 125, 1), Map.of(), other);
        assertThat(one.counter("DsqlRowsReceived").getCount()).isEqualTo(120);
        assertThat(one.counter("DsqlRowsCommitted").getCount()).isEqualTo(100);
        assertThat(one.counter("DsqlRetriesConnection").getCount()).isEqualTo(7);
        assertThat(other.counter("DsqlRowsCommitted").getCount()).isEqualTo(25);
        assertThat(other.counter("DsqlRowsDead").getCount()).isEqualTo(1);
        assertThat(other.counter("DsqlRetriesConnection").getCount()).isZero();
    }

    @Test
    void eachOfSeveralTablesHasMetrics() {
        DsqlMetrics metrics = new DsqlMetrics();
        MetricsContext one = new AbstractMetricsContext() {};
        metrics.publish(stats(9, 9, 0), Map.of("public.a", stats(9, 9, 0)), one);
        assertThat(one.counter("DsqlRowsCommitted#public.a").getCount()).isZero();
        Map<String, SinkStats> tables =
                Map.of("public.a", stats(10, 10, 0), "public.b", stats(5, 5, 0));
        metrics.publish(stats(15, 15, 0), tables, one);
        assertThat(one.counter("DsqlRowsCommitted").getCount()).isEqualTo(15);
        assertThat(one.counter("DsqlRowsCommitted#public.a").getCount()).isEqualTo(10);
        assertThat(one.counter("DsqlRowsCommitted#public.b").getCount()).isEqualTo(5);
    }
}
