package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;

/**
 * Ends the waits of a task that the engine has given up without a word to its writers.
 *
 * <p>Zeta interrupts a cancelled task, but not the threads that write for it to several tables; it
 * interrupts those when their rows are written, which a database that does not answer puts off for
 * ever. What it does at once is to take the task's class loader away from all threads that have it.
 */
final class AbandonedTask implements Runnable {
    private final boolean hadLoader = loader() != null;

    @Override
    public void run() {
        if (hadLoader && loader() == null) {
            // Every later call is told so too: nobody waits for these rows.
            throw new DsqlConnectorException(
                    DsqlErrorCode.INTERRUPTED, "The engine gave the task up");
        }
    }

    private static ClassLoader loader() {
        return Thread.currentThread().getContextClassLoader();
    }
}
