package io.dsqlsink.bridge;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A session for administrative SQL, with the connection, token and retries of a sink. It connects
 * with its first statement. One thread at a time; close() may come from another.
 *
 * <p>As in {@link NativeSink}, a call reacts to interrupts, and every method throws {@link
 * DsqlNativeException}.
 */
public final class NativeSession implements AutoCloseable {
    private final long handle;

    private NativeSession(long handle) {
        this.handle = handle;
    }

    /**
     * Loads the library when it is not loaded yet.
     *
     * @param options those of a sink
     * @throws IllegalStateException when the library cannot be loaded
     */
    public static NativeSession open(Map<String, String> options) {
        byte[] frame = Frames.options(options);
        NativeLoader.load();
        return new NativeSession(open(frame));
    }

    /**
     * Runs one statement, which commits by itself. Conflicts are retried.
     *
     * @param repeatable whether it does no harm when it is carried out twice, so that it may be
     *     sent again when a connection broke before its answer
     * @param log takes log lines, while the statement goes on too
     */
    public Answer execute(String sql, boolean repeatable, Consumer<List<Notice>> log)
            throws InterruptedException {
        send(handle, sql.getBytes(StandardCharsets.UTF_8), repeatable);
        byte[] answer = receive(handle, NativeSink.SLICE_MILLIS);
        while (answer == null) {
            log.accept(Frames.notices(notices(handle)));
            NativeSink.heedInterrupt();
            answer = receive(handle, NativeSink.SLICE_MILLIS);
        }
        log.accept(Frames.notices(notices(handle)));
        return Frames.answer(answer);
    }

    /** Leaves a statement in progress to the server. A second call does nothing. */
    @Override
    public void close() {
        close(handle);
    }

    /** The answer of a statement. */
    public static final class Answer {
        private final long affected;
        private final List<List<String>> rows;

        Answer(long affected, List<List<String>> rows) {
            this.affected = affected;
            this.rows = rows;
        }

        /** The rows that the statement's tag counts. */
        public long affected() {
            return affected;
        }

        /** The rows, each value as text or null. */
        public List<List<String>> rows() {
            return rows;
        }
    }

    private static native long open(byte[] options);

    private static native void send(long session, byte[] sql, boolean repeatable);

    private static native byte[] receive(long session, long waitMillis);

    private static native byte[] notices(long session);

    private static native void close(long session);
}
