package io.dsqlsink.seatunnel.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.seatunnel.engine.server.TaskExecutionService.BlockingWorker;
import org.apache.seatunnel.engine.server.task.SeaTunnelTask;
import org.junit.jupiter.api.Test;

/**
 * Reads the state of a task from its thread's stack; {@link GivenUpTaskTest} tests it with writers.
 */
class TaskThreadTest {
    private final AtomicReference<TaskThread> task = new AtomicReference<>();
    private final CompletableFuture<Boolean> inCall = new CompletableFuture<>();
    private final CompletableFuture<Boolean> inClose = new CompletableFuture<>();

    @Test
    void aTaskOfZetaThatEndsInItsCallEndsNormally() throws Exception {
        run(() -> true);
        assertThat(inCall.get()).isFalse();
        assertThat(inClose.get()).isFalse();
        assertThat(task.get().isGivenUp()).as("after its end").isTrue();
    }

    @Test
    void aTaskOfZetaThatIsClosedOutsideItsCallIsGivenUp() throws Exception {
        run(
                () -> {
                    throw new InterruptedException();
                });
        assertThat(inCall.get()).isFalse();
        assertThat(inClose.get()).isTrue();
    }

    private interface Step {
        boolean run() throws Exception;
    }

    private void run(Step step) throws InterruptedException {
        SeaTunnelTask zeta =
                new SeaTunnelTask(
                        () -> {
                            task.set(TaskThread.ofZeta());
                            return null;
                        },
                        () -> {
                            inCall.complete(task.get().isGivenUp());
                            return step.run();
                        },
                        () -> inClose.complete(task.get().isGivenUp()));
        Thread thread = new Thread(new BlockingWorker(zeta));
        thread.start();
        thread.join();
    }

    @Test
    void outsideOfZetaTheThreadThatCreatesAWriterHasTheTask() throws Exception {
        assertThat(TaskThread.ofZeta()).isNull();
        TaskThread own = TaskThread.ofWritersMaker();
        assertThat(own.isGivenUp()).isFalse();
        assertThat(own.isGivenUp(Thread.currentThread())).isFalse();
        Thread other = new Thread(() -> task.set(TaskThread.ofWritersMaker()));
        other.start();
        other.join();
        assertThat(task.get().isGivenUp()).as("after its end").isTrue();
    }
}
