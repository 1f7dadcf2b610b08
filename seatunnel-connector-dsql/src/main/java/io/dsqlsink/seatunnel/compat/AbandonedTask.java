package io.dsqlsink.seatunnel.compat;

import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;

/**
 * Stops the waits of a task that the engine has abandoned without notifying its writers.
 *
 * <p>It detects this by the task's thread, see {@link TaskThread}, and by the class loader, which
 * older releases of Zeta remove from all threads of a task that has ended.
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

    /** Every later call fails with this error too: nobody waits for these rows. */
    public static DsqlConnectorException givenUp() {
        return new DsqlConnectorException(
                DsqlErrorCode.INTERRUPTED, "The engine abandoned the task");
    }

    private static ClassLoader loader() {
        return Thread.currentThread().getContextClassLoader();
    }
}
