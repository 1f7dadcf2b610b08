package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.bridge.SinkStats;
import java.util.Locale;

/**
 * What a job costs, estimated by the formula that AWS publishes on the pricing page of Aurora DSQL.
 * It is a lower bound: the entries of secondary indexes, the time of the database's processors,
 * tries that failed and a second region come on top, of which the sink does not know.
 */
final class Cost {
    /** The one place of the price: us-east-1, as published in November 2026. */
    static final double DOLLARS_PER_MILLION_DPU = 8.0;

    static final String PRICED = "us-east-1, November 2026";

    private static final double DPU_PER_BYTE_WRITTEN = 0.00004883;
    private static final double DPU_PER_BYTE_READ = 0.00000183105;

    /** Each row, transaction and read counts as this many bytes at least. */
    private static final long ROW_BYTES = 128;

    private static final long TRANSACTION_BYTES = 1_024;
    private static final long READ_BYTES = 2_048;

    private Cost() {}

    static double dpu(SinkStats stats) {
        long transactions = stats.batchesCommitted();
        long rows = Math.max(stats.bytesCommitted(), stats.rowsCommitted() * ROW_BYTES);
        return Math.max(rows, transactions * TRANSACTION_BYTES) * DPU_PER_BYTE_WRITTEN
                + Math.max(stats.bytesCommitted(), transactions * READ_BYTES) * DPU_PER_BYTE_READ;
    }

    static String told(SinkStats stats) {
        double dpu = dpu(stats);
        return String.format(
                Locale.ROOT,
                "at least %.1f DPU, $%.4f (estimate by the published formula at $%.2f per million DPU,"
                        + " %s, without secondary indexes and compute)",
                dpu,
                dpu * DOLLARS_PER_MILLION_DPU / 1_000_000,
                DOLLARS_PER_MILLION_DPU,
                PRICED);
    }
}
