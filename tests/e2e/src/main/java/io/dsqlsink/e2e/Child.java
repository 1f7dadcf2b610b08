package io.dsqlsink.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * A process that was started here, with its output in a file. Whatever ends this JVM, every child
 * that is still alive is stopped, the youngest first.
 */
final class Child implements AutoCloseable {
    /** Zeta cancels its job after SIGTERM, which takes seconds on a loaded machine. */
    private static final long STOP_SECONDS = 30;

    /** Between two checks of a condition. */
    private static final Duration PAUSE = Duration.ofMillis(50);

    private static final Deque<Child> ALIVE = new ArrayDeque<>();
    private static volatile boolean interrupted;
    private static boolean ownSessions;
    private static boolean leaveRunning;

    static {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    interrupted = true;
                                    stopAll();
                                },
                                "stop-children"));
    }

    private final String name;
    private final Path log;
    private final Process process;
    private boolean disposable;

    private Child(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    static Child start(
            String name, Path log, Map<String, String> environment, List<String> command) {
        List<String> words = new ArrayList<>();
        if (ownSessions) {
            // Closing the terminal does not reach it there.
            words.add("setsid");
        }
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.redirectOutput(log.toFile()).environment().putAll(environment);
        // The servers run in UTC, so that a test means the same on every machine.
        builder.environment().put("TZ", "UTC");
        synchronized (ALIVE) {
            try {
                Files.createDirectories(log.getParent());
                Child child = new Child(name, log, builder.start());
                ALIVE.push(child);
                return child;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot start " + name + ": " + command.get(0), e);
            }
        }
    }

    /** Children that are started from now on could outlive this JVM and its terminal. */
    static void ownSessions() {
        ownSessions = true;
    }

    /**
     * Lets every child outlive this JVM; their process ids, the youngest first, are written to the
     * file.
     */
    static void leaveRunning(Path pids) {
        synchronized (ALIVE) {
            leaveRunning = true;
            try {
                Files.write(
                        pids,
                        ALIVE.stream().map(child -> String.valueOf(child.process.pid())).toList());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Whether this JVM is ending, so that children end because they are stopped. */
    static boolean interrupted() {
        return interrupted;
    }

    /** Stops every child, unless they were left running. */
    static void stopAll() {
        Child child;
        while (!leaveRunning && (child = youngest()) != null) {
            child.close();
        }
    }

    private static Child youngest() {
        synchronized (ALIVE) {
            return ALIVE.peek();
        }
    }

    /**
     * For a server whose data is thrown away: it is killed at once, not asked to put its files in
     * order.
     */
    Child disposable() {
        disposable = true;
        return this;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    int exitCode() {
        return process.exitValue();
    }

    Path logFile() {
        return log;
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The end of the log, for messages. */
    String tail() {
        List<String> lines = log().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    /**
     * Waits for a condition as long as the process lives.
     *
     * @param what completes the sentence "timed out waiting for ..."
     */
    void await(String what, Duration deadline, Callable<Boolean> condition) {
        Poll.until(
                () -> what + "; the end of " + log + ":\n" + tail(),
                deadline,
                PAUSE,
                () -> {
                    requireAlive();
                    return condition.call();
                });
    }

    void requireAlive() {
        if (!isAlive()) {
            throw new IllegalStateException(
                    name
                            + " ended with exit code "
                            + exitCode()
                            + "; the end of "
                            + log
                            + ":\n"
                            + tail());
        }
    }

    /** Ends this process, and none it started, as kill -9 does. */
    void kill() {
        process.destroyForcibly().onExit().join();
        synchronized (ALIVE) {
            ALIVE.remove(this);
        }
    }

    /** SIGTERM, then SIGKILL for the process and what it left behind. */
    @Override
    public void close() {
        if (leaveRunning) {
            return;
        }
        List<ProcessHandle> descendants = process.descendants().toList();
        if (!disposable) {
            process.destroy();
            try {
                process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        process.destroyForcibly().onExit().join();
        descendants.forEach(ProcessHandle::destroyForcibly);
        synchronized (ALIVE) {
            ALIVE.remove(this);
        }
    }
}
