package org.apache.seatunnel.engine.server.task;

import java.util.concurrent.Callable;

/** See {@link org.apache.seatunnel.engine.server.TaskExecutionService}. */
public final class SeaTunnelTask {
    private final Callable<?> init;
    private final Callable<Boolean> step;
    private final Callable<?> close;

    /**
     * @param step returns true when the task has ended normally
     */
    public SeaTunnelTask(Callable<?> init, Callable<Boolean> step, Callable<?> close) {
        this.init = init;
        this.step = step;
        this.close = close;
    }

    public void init() throws Exception {
        init.call();
    }

    public boolean call() throws Exception {
        boolean done = step.call();
        if (done) {
            close();
        }
        return done;
    }

    public void close() {
        try {
            close.call();
        } catch (Exception e) {
            // The engine logs it.
        }
    }
}
