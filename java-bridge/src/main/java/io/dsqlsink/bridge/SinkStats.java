package io.dsqlsink.bridge;

/**
 * The counters of a sink or of one of its tables at one moment; counts since the sink was opened
 * unless said otherwise. A table does not have its own connections, flushes and buffer: for a table
 * these are 0.
 */
public final class SinkStats {
    static final int STAT_ROWS_RECEIVED = 0;
    static final int STAT_ROWS_COALESCED = 1;
    static final int STAT_ROWS_COMMITTED = 2;
    static final int STAT_BATCHES_COMMITTED = 3;
    static final int STAT_BYTES_COMMITTED = 4;
    static final int STAT_RETRIES_CONFLICT = 5;
    static final int STAT_RETRIES_UNAVAILABLE = 6;
    static final int STAT_RETRIES_CONNECTION = 7;
    static final int STAT_CONNECTIONS_OPENED = 8;
    static final int STAT_CONNECTIONS_OPEN = 9;
    static final int STAT_BUFFERED_BYTES = 10;
    static final int STAT_FLUSHES = 11;
    static final int STAT_FLUSH_MICROS = 12;
    static final int STAT_BATCH_SPLITS = 13;
    static final int STAT_ROWS_DEAD = 14;
    static final int STAT_NOTICES_DROPPED = 15;
    static final int STAT_ROWS_DISPLACED = 16;
    static final int STAT_TRANSACTION_MICROS = 17;
    static final int STAT_ACTIVE_MICROS = 18;
    static final int STAT_CONNECTIONS_BUSY = 19;
    static final int STAT_COUNT = 20;

    private final long[] slots;

    /**
     * @param slots one per counter, in the order of the STAT constants
     */
    public SinkStats(long[] slots) {
        if (slots.length != STAT_COUNT) {
            throw new IllegalArgumentException(
                    "The native library has " + slots.length + " counters, not " + STAT_COUNT);
        }
        this.slots = slots;
    }

    /** Rows that the sink received. */
    public long rowsReceived() {
        return slots[STAT_ROWS_RECEIVED];
    }

    /** Rows that a later row of the same key replaced before they were sent. */
    public long rowsCoalesced() {
        return slots[STAT_ROWS_COALESCED];
    }

    /** Rows that were deleted because the source gave one of their unique values to another. */
    public long rowsDisplaced() {
        return slots[STAT_ROWS_DISPLACED];
    }

    public long rowsCommitted() {
        return slots[STAT_ROWS_COMMITTED];
    }

    /** Transactions. */
    public long batchesCommitted() {
        return slots[STAT_BATCHES_COMMITTED];
    }

    public long bytesCommitted() {
        return slots[STAT_BYTES_COMMITTED];
    }

    /** Batches sent again after a conflict with another transaction. */
    public long retriesConflict() {
        return slots[STAT_RETRIES_CONFLICT];
    }

    /** Batches sent again after the server was unavailable or throttled. */
    public long retriesUnavailable() {
        return slots[STAT_RETRIES_UNAVAILABLE];
    }

    /** Batches sent again after a connection broke. */
    public long retriesConnection() {
        return slots[STAT_RETRIES_CONNECTION];
    }

    public long connectionsOpened() {
        return slots[STAT_CONNECTIONS_OPENED];
    }

    /** Connections open now. */
    public long connectionsOpen() {
        return slots[STAT_CONNECTIONS_OPEN];
    }

    /** Bytes buffered now. */
    public long bufferedBytes() {
        return slots[STAT_BUFFERED_BYTES];
    }

    public long flushes() {
        return slots[STAT_FLUSHES];
    }

    /** Time from a flush to its last commit, summed over all flushes. */
    public long flushMicros() {
        return slots[STAT_FLUSH_MICROS];
    }

    /** Batches split to find the row that the server refuses. */
    public long batchSplits() {
        return slots[STAT_BATCH_SPLITS];
    }

    /** Rows skipped by the row error policy. */
    public long rowsDead() {
        return slots[STAT_ROWS_DEAD];
    }

    /** Time of the transactions that committed, from sending to the answer, summed. */
    public long transactionMicros() {
        return slots[STAT_TRANSACTION_MICROS];
    }

    /** Time from the first row to the last commit. */
    public long activeMicros() {
        return slots[STAT_ACTIVE_MICROS];
    }

    /** Connections that have work now. */
    public long connectionsBusy() {
        return slots[STAT_CONNECTIONS_BUSY];
    }

    /** Log lines lost because nobody fetched them in time. */
    public long noticesDropped() {
        return slots[STAT_NOTICES_DROPPED];
    }
}
