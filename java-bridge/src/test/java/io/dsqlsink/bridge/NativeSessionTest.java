package io.dsqlsink.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The session's side of the border; what it says to a database is tested in Rust. */
@Timeout(60)
class NativeSessionTest {
    /** Longer than some slices, so that the call has come back to Java and gone in again. */
    private static final long SLICES_MS = 350;

    @Test
    void anInterruptEndsAStatement() throws Exception {
        checkEnds(InterruptedException.class, (session, waiting) -> waiting.interrupt());
    }

    @Test
    void closeEndsAStatement() throws Exception {
        Throwable e = checkEnds(DsqlNativeException.class, (session, waiting) -> session.close());
        assertThat(((DsqlNativeException) e).kind()).isEqualTo(DsqlNativeException.ERROR_CLOSED);
    }

    @Test
    void aClosedSessionIsAnError() {
        NativeSession session = NativeSession.open(SilentServer.options(1));
        session.close();
        session.close();
        DsqlNativeException e =
                catchThrowableOfType(
                        DsqlNativeException.class,
                        () -> session.execute("SELECT 1", true, log -> {}));
        assertThat(e.kind()).isEqualTo(DsqlNativeException.ERROR_CLOSED);
    }

    private interface Ending {
        void end(NativeSession session, Thread waiting);
    }

    private static Throwable checkEnds(Class<? extends Throwable> expected, Ending ending)
            throws Exception {
        try (SilentServer server = new SilentServer();
                NativeSession session = NativeSession.open(server.options())) {
            CompletableFuture<Throwable> ended = new CompletableFuture<>();
            Thread waiting =
                    new Thread(
                            () -> {
                                try {
                                    session.execute("SELECT 1", true, log -> {});
                                    ended.complete(null);
                                } catch (Throwable e) {
                                    ended.complete(e);
                                }
                            });
            waiting.start();
            waiting.join(SLICES_MS);
            assertThat(ended).isNotDone();
            ending.end(session, waiting);
            Throwable e = ended.get(15, TimeUnit.SECONDS);
            assertThat(e).isInstanceOf(expected);
            return e;
        }
    }
}
