package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.bridge.NativeSink;
import io.dsqlsink.bridge.RowEncoder;
import io.dsqlsink.seatunnel.compat.EventTime;
import io.dsqlsink.seatunnel.config.DsqlTable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.seatunnel.api.table.type.RowKind;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * The encoded rows of one writer that are not handed over yet. Three threads use it: the writer's
 * own, the thread of a checkpoint that another writer runs for all, and the timer's.
 */
final class TableBuffer {
    /** With this many rows per call, the cost of a call to Rust (about 1 us) does not matter. */
    private static final int HANDOVER_ROWS = 1_000;

    /**
     * So few bytes that they are still in the processor's cache when Rust takes them over: four
     * times as many cost 15 % more processor time a row. A hundred tables hold some 6 MB.
     */
    private static final int HANDOVER_BYTES = 64 * 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final NativeSink sink;
    private final DsqlTable table;
    private final RowEncoder rows;
    private final AtomicLong handedOver;

    /**
     * Whether the last row is one before its update: both go in one frame, which tells a change of
     * the key.
     */
    private boolean halfUpdate;

    private final EventTime eventTime = new EventTime();

    /** When the first row that waits here was changed at the source. */
    private long changedAt = EventTime.NONE;

    /** How long the rows handed over since the last look had been under way; NONE if unknown. */
    private final AtomicLong lagMillis = new AtomicLong(EventTime.NONE);

    /**
     * @param handedOver counts the frames that all buffers of the sink have handed over
     */
    TableBuffer(NativeSink sink, DsqlTable table, int tableNumber, AtomicLong handedOver) {
        this.sink = sink;
        this.handedOver = handedOver;
        this.table = table;
        this.rows = new RowEncoder(tableNumber, table.columns());
    }

    DsqlTable table() {
        return table;
    }

    /** The longest time since the last call that a row took from its source; NONE if unknown. */
    long takeLagMillis() {
        return lagMillis.getAndSet(EventTime.NONE);
    }

    /**
     * Takes a row, and hands over when enough have gathered. The kinds have the same numbers on
     * both sides.
     */
    void append(SeaTunnelRow row) throws InterruptedException {
        lock.lock();
        try {
            if (rows.rows() == 0) {
                changedAt = eventTime.of(row);
            }
            rows.append(row.getRowKind().toByteValue(), table.written(row.getFields()));
            halfUpdate = !halfUpdate && row.getRowKind() == RowKind.UPDATE_BEFORE;
            boolean full = rows.rows() >= HANDOVER_ROWS || rows.bytes() >= HANDOVER_BYTES;
            if (full && !halfUpdate) {
                sink.write(rows);
                taken();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Hands over what has gathered, waiting for room. */
    void handOver() throws InterruptedException {
        lock.lock();
        try {
            if (rows.rows() > 0) {
                sink.write(rows);
                taken();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Hands over what has gathered unless that means to wait. */
    void tryHandOver() {
        if (lock.tryLock()) {
            try {
                if (rows.rows() > 0 && !halfUpdate && sink.tryWrite(rows)) {
                    taken();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private void taken() {
        handedOver.incrementAndGet();
        if (changedAt != EventTime.NONE) {
            long lag = Math.max(System.currentTimeMillis() - changedAt, 0);
            lagMillis.accumulateAndGet(lag, Math::max);
        }
        // A frame ends with the row or the update that makes it full, so twice the size is seldom
        // exceeded.
        rows.reset(2 * HANDOVER_BYTES);
    }
}
