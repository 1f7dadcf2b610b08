package io.dsqlsink.bridge;

/** How long transactions took, and rows waited for them, in some time. */
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

    /** Half of them took no longer, from sending to the answer. */
    public long transactionMedianMicros() {
        return slots[LATENCY_TRANSACTION_MEDIAN];
    }

    /** 99 % of them took no longer. */
    public long transactionP99Micros() {
        return slots[LATENCY_TRANSACTION_P99];
    }

    /** In half of them no row had waited longer in the window. */
    public long waitMedianMicros() {
        return slots[LATENCY_WAIT_MEDIAN];
    }

    /** In 99 % of them no row had waited longer. */
    public long waitP99Micros() {
        return slots[LATENCY_WAIT_P99];
    }
}
