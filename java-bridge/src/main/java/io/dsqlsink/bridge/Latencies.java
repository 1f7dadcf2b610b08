package io.dsqlsink.bridge;

/** How long transactions took and rows waited, in a period. */
public final class Latencies {
    static final int LATENCY_TRANSACTIONS = 0;
    static final int LATENCY_TRANSACTION_MEDIAN = 1;
    static final int LATENCY_TRANSACTION_P99 = 2;
    static final int LATENCY_WAIT_MEDIAN = 3;
    static final int LATENCY_WAIT_P99 = 4;
    static final int LATENCY_COUNT = 5;

    private final long[] slots;

    /**
     * @param slots in the order of the LATENCY constants
     */
    public Latencies(long[] slots) {
        if (slots.length != LATENCY_COUNT) {
            throw new IllegalArgumentException(
                    "The native library has " + slots.length + " latencies, not " + LATENCY_COUNT);
        }
        this.slots = slots;
    }

    /** Transactions in that time. */
    public long transactions() {
        return slots[LATENCY_TRANSACTIONS];
    }

    /** Median of their time from sending to the answer. */
    public long transactionMedianMicros() {
        return slots[LATENCY_TRANSACTION_MEDIAN];
    }

    /** 99th percentile of this time. */
    public long transactionP99Micros() {
        return slots[LATENCY_TRANSACTION_P99];
    }

    /** Median of the longest wait of their rows in the window. */
    public long waitMedianMicros() {
        return slots[LATENCY_WAIT_MEDIAN];
    }

    /** 99th percentile of this wait. */
    public long waitP99Micros() {
        return slots[LATENCY_WAIT_P99];
    }
}
