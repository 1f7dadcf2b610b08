package io.dsqlsink.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.instrument.Instrumentation;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An agent in a job's JVM that measures the sink's processor time: the time of the native library's
 * threads, and the time that the engine's tasks spend inside the sink's classes.
 *
 * <p>The second is sampled. A task's processor time since the last sample counts as the sink's if a
 * frame of the sink is on the task's stack now. A sample stops only that thread, and does not stop
 * it in native code.
 *
 * <p>The agent's argument is a file. Each line of it has the clock in milliseconds, and processor
 * time in nanoseconds since the start: of the whole process, of the sink in the engine's tasks, of
 * the sink's own threads, of the whole machine.
 */
public final class Share {
    /**
     * Threads in which Zeta runs writers: its tasks, and the threads of SeaTunnel's writer of
     * several tables. 2.3.4 puts that in front of each sink that supports several tables.
     */
    private static final List<String> TASKS =
            List.of("BlockingWorker-", "hz.main.seaTunnel.task.", "st-multi-table-sink-writer-");

    /** The classes of this sink, and of the sinks that it is compared with. */
    private static final List<String> SINK_CLASSES =
            List.of(
                    "io.dsqlsink.",
                    "org.apache.seatunnel.connectors.seatunnel.jdbc.sink.",
                    "org.apache.seatunnel.connectors.seatunnel.console.sink.");

    private static final String SINK_THREADS = "dsql-sink";

    /** Short enough for two samples while a task fills one frame. */
    private static final long PAUSE_MS = 5;

    /** Samples between two lines. */
    private static final int LOOKS = 40;

    /** Frames of a stack that are read: enough to find the engine's call of a writer. */
    private static final int DEPTH = 50;

    private final Path file;
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Map<Long, Long> taskNanos = new HashMap<>();
    private final Map<String, Long> sinkNanos = new HashMap<>();
    private long inside;

    private Share(Path file) {
        this.file = file;
    }

    /** Called by the JVM before the job's main class. */
    public static void premain(String argument, Instrumentation none) {
        Share share = new Share(Path.of(argument));
        Thread looking = new Thread(share::run, "share");
        looking.setDaemon(true);
        looking.start();
    }

    private void run() {
        try {
            while (true) {
                List<Long> tasks = tasks();
                for (int i = 0; i < LOOKS; i++) {
                    Thread.sleep(PAUSE_MS);
                    for (long task : tasks) {
                        look(task);
                    }
                }
                write();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Long> tasks() {
        List<Long> tasks = new ArrayList<>();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && TASKS.stream().anyMatch(thread.getThreadName()::startsWith)) {
                tasks.add(thread.getThreadId());
            }
        }
        return tasks;
    }

    private void look(long task) {
        long now = threads.getThreadCpuTime(task);
        long before = taskNanos.getOrDefault(task, now);
        if (now <= before) {
            taskNanos.put(task, now);
            return; // It slept, or has ended.
        }
        taskNanos.put(task, now);
        ThreadInfo thread = threads.getThreadInfo(task, DEPTH);
        if (thread != null && isInside(thread.getStackTrace())) {
            inside += now - before;
        }
    }

    private static boolean isInside(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (SINK_CLASSES.stream().anyMatch(frame.getClassName()::startsWith)) {
                return true;
            }
        }
        return false;
    }

    private void write() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : (Iterable<Path>) all::iterator) {
                lookAtNative(thread);
            }
        }
        OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        String line =
                System.currentTimeMillis()
                        + " "
                        + system.getProcessCpuTime()
                        + " "
                        + inside
                        + " "
                        + sinkNanos.values().stream().mapToLong(Long::longValue).sum()
                        + " "
                        + (long) (Measurements.busySeconds() * 1e9)
                        + "\n";
        Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void lookAtNative(Path thread) throws IOException {
        try {
            if (Files.readString(thread.resolve("comm")).startsWith(SINK_THREADS)) {
                // The first number is the time on a processor, in nanoseconds.
                String[] words = Files.readString(thread.resolve("schedstat")).split(" ");
                sinkNanos.put(thread.getFileName().toString(), Long.parseLong(words[0]));
            }
        } catch (NoSuchFileException e) {
            // The thread has ended. Its time up to the last line stays counted.
        }
    }
}
