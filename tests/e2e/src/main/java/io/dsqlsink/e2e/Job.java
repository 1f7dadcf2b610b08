package io.dsqlsink.e2e;

import java.time.Duration;
import java.util.stream.Collectors;

/** A running or ended SeaTunnel job: one client process with an engine inside. */
final class Job implements AutoCloseable {
    private final Child child;
    private Runnable beforeClose = () -> {};

    Job(Child child) {
        this.child = child;
    }

    /** Waits for the job to end by itself; returns its exit code. */
    int await(Duration deadline) {
        Poll.until(
                () -> "the job to end; the end of its log:\n" + child.tail(),
                deadline,
                Duration.ofMillis(100),
                () -> !child.isAlive());
        return child.exitCode();
    }

    void requireAlive() {
        if (!isAlive()) {
            throw new IllegalStateException(
                    "the job ended with exit code "
                            + child.exitCode()
                            + ": "
                            + causes()
                            + "\nIts log: "
                            + child.logFile());
        }
    }

    /** The different causes in the log, the innermost last; traces are left out. */
    private String causes() {
        return child.log()
                .lines()
                .filter(line -> line.startsWith("Caused by: "))
                .distinct()
                .map(line -> "\n  " + line)
                .collect(Collectors.joining());
    }

    boolean isAlive() {
        return child.isAlive();
    }

    /** Ends the job's process as kill -9 does. */
    void kill() {
        child.kill();
    }

    long pid() {
        return child.pid();
    }

    String log() {
        return child.log();
    }

    String tail() {
        return child.tail();
    }

    /** What else stops the job. */
    Job beforeClose(Runnable action) {
        beforeClose = action;
        return this;
    }

    /** Stops the job as Ctrl-C does. */
    @Override
    public void close() {
        beforeClose.run();
        child.close();
    }
}
