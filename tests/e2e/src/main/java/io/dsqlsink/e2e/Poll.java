package io.dsqlsink.e2e;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Waits for conditions with a deadline. */
final class Poll {
    private Poll() {}

    /**
     * Returns once the condition holds.
     *
     * @param what completes the sentence "timed out waiting for ..."
     * @throws IllegalStateException when the deadline passes first
     */
    static void until(String what, Duration deadline, Duration pause, Callable<Boolean> condition) {
        until(() -> what, deadline, pause, condition);
    }

    static void until(
            Supplier<String> what, Duration deadline, Duration pause, Callable<Boolean> condition) {
        long end = System.nanoTime() + deadline.toNanos();
        while (!call(condition)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "timed out after " + deadline.toSeconds() + " s waiting for " + what.get());
            }
            pause(pause);
        }
    }

    static void pause(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static boolean call(Callable<Boolean> condition) {
        try {
            return condition.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
