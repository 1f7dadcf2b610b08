package io.dsqlsink.bridge;

import java.util.List;
import java.util.Map;

/**
 * One native sink: its connections and the rows in flight. {@link NativeSession} is the other class
 * with native methods.
 *
 * <p>Calls into Rust wait for {@value #SLICE_MILLIS} ms at most, and check for an interrupt between
 * two slices. A call that need not wait ignores the interrupt flag. Any thread may call; close()
 * may come while another call is in progress, which then fails with {@link
 * DsqlNativeException#ERROR_CLOSED}.
 *
 * <p>Every method throws {@link DsqlNativeException}. After the first terminal failure each call
 * except close(), notices() and the counters throws that failure again.
 */
public final class NativeSink implements AutoCloseable {
    static final int ABI_VERSION = 7;
    static final int FRAME_VERSION = 1;

    /** How long a cancelled task may continue to wait. */
    static final long SLICE_MILLIS = 100;

    private final long handle;
    private final Runnable whileWaiting;

    private NativeSink(long handle, Runnable whileWaiting) {
        this.handle = handle;
        this.whileWaiting = whileWaiting;
    }

    /**
     * Loads the library when it is not loaded yet.
     *
     * @throws IllegalStateException when it cannot be loaded
     */
    public static void load() {
        NativeLoader.load();
    }

    /**
     * Loads the library when it is not loaded yet, and opens a sink.
     *
     * @param options see the option table of docs/connector.md; absent keys have their default
     * @throws IllegalStateException when the library cannot be loaded
     */
    public static NativeSink open(Map<String, String> options) {
        return open(options, () -> {});
    }

    /**
     * @param whileWaiting called between the slices of a wait, on the thread that waits; what it
     *     throws ends the wait
     */
    public static NativeSink open(Map<String, String> options, Runnable whileWaiting) {
        byte[] frame = Frames.options(options);
        NativeLoader.load();
        return new NativeSink(open(frame), whileWaiting);
    }

    /**
     * Checks that the table and its columns exist.
     *
     * @param table see {@link Frames#table}
     * @return the table number that row frames carry
     */
    public int declareTable(byte[] table) throws InterruptedException {
        int number = declareTable(handle, table, SLICE_MILLIS);
        while (number < 0) {
            heed();
            number = declareTable(handle, table, SLICE_MILLIS);
        }
        return number;
    }

    /**
     * Drops the cached catalog of the tables declared so far, so that the next declaration reads a
     * changed table again. Earlier table numbers stay valid.
     */
    public void forgetTables() {
        forgetTables(handle);
    }

    /** Passes the rows of the encoder to the sink; waits for memory. The encoder is not reset. */
    public void write(RowEncoder rows) throws InterruptedException {
        RowBuffer frame = rows.frame();
        while (!write(handle, frame.array(), frame.length(), SLICE_MILLIS)) {
            heed();
        }
    }

    /**
     * Passes the rows of the encoder to the sink if there is memory without waiting.
     *
     * @return false when there was none; nothing was taken then
     */
    public boolean tryWrite(RowEncoder rows) {
        RowBuffer frame = rows.frame();
        return write(handle, frame.array(), frame.length(), 0);
    }

    /**
     * Makes the sink send all rows received so far without waiting for more.
     *
     * @return a ticket for {@link #await}
     */
    public long flush() {
        return flush(handle);
    }

    /** Waits until all rows before the ticket are durable. */
    public void await(long ticket) throws InterruptedException {
        while (!await(handle, ticket, SLICE_MILLIS)) {
            heed();
        }
    }

    /**
     * The source has ended: compares the target with the received rows, and writes the report. Only
     * for a sink that was opened with the option verify.
     */
    public void compare() throws InterruptedException {
        while (!compare(handle, SLICE_MILLIS)) {
            heed();
        }
    }

    /** The counters at this moment. */
    public SinkStats stats() {
        return new SinkStats(stats(handle));
    }

    /** The counters of each table, by schema.name, in the order in which they were declared. */
    public Map<String, SinkStats> tableStats() {
        return Frames.tableStats(tableStats(handle));
    }

    /** How long transactions took and rows waited since the last call. */
    public Latencies latencies() {
        return new Latencies(latencies(handle));
    }

    /** The log lines since the last call. */
    public List<Notice> notices() {
        return Frames.notices(notices(handle));
    }

    /**
     * Drops rows that are not durable yet and frees the native side. A second call does nothing.
     */
    @Override
    public void close() {
        close(handle);
    }

    private void heed() throws InterruptedException {
        heedInterrupt();
        whileWaiting.run();
    }

    static void heedInterrupt() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("Interrupted while waiting for Aurora DSQL");
        }
    }

    static native int abiVersion();

    private static native long open(byte[] options);

    private static native int declareTable(long sink, byte[] table, long waitMillis);

    private static native void forgetTables(long sink);

    private static native boolean write(long sink, byte[] frame, int length, long waitMillis);

    private static native long flush(long sink);

    private static native boolean await(long sink, long ticket, long waitMillis);

    private static native boolean compare(long sink, long waitMillis);

    private static native long[] stats(long sink);

    private static native byte[] tableStats(long sink);

    private static native long[] latencies(long sink);

    private static native byte[] notices(long sink);

    private static native void close(long sink);
}
