package org.apache.seatunnel.engine.server;

import org.apache.seatunnel.engine.server.task.SeaTunnelTask;

/** The stack frames below a task of Zeta, with the names that they have in every release. */
public final class TaskExecutionService {
    private TaskExecutionService() {}

    /** Like the engine's: a task that did not end in its last call is closed here. */
    public static final class BlockingWorker implements Runnable {
        private final SeaTunnelTask task;

        public BlockingWorker(SeaTunnelTask task) {
            this.task = task;
        }

        @Override
        public void run() {
            boolean done = false;
            try {
                task.init();
                do {
                    done = task.call();
                } while (!done);
            } catch (Exception e) {
                // The engine logs it.
            } finally {
                if (!done) {
                    task.close();
                }
            }
        }
    }
}
