package io.dsqlsink.seatunnel.compat;

import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;

/**
 * Ends the waits of a task that the engine has given up without a word to its writers.
 *
 * <p>The signs: the task's thread, see {@link TaskThread}; and the class loader, which older
 * releases of Zeta take away from all threads of a task that is over.
 */
public final class AbandonedTask implements Runnable {
    private final TaskThread task;
    private final boolean hadLoader = loader() != null;

    public AbandonedTask(TaskThread task) {
        this.task = task;
    }

    @Override
    public void run() {
        if (hadLoader && loader() == null || task.isGivenUp(Thread.currentThread())) {
            throw givenUp();
        }
    }

    /** Every later call gets this error too: nothing waits for these rows. */
    public static DsqlConnectorException givenUp() {
        return new DsqlConnectorException(
                DsqlErrorCode.INTERRUPTED, "The engine abandoned the" + " task");
    }

    private static ClassLoader loader() {
        return Thread.currentThread().getContextClassLoader();
    }
}
