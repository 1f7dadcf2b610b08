package io.dsqlsink.seatunnel.sink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The threads of all sinks of this JVM, in Java and in the native library, found by their common
 * name.
 */
public final class SinkThreads {
    private SinkThreads() {}

    public static long count() {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            return threads.filter(SinkThreads::isOurs).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isOurs(Path thread) {
        try {
            return Files.readString(thread.resolve("comm")).startsWith("dsql-sink");
        } catch (IOException e) {
            return false; // It has ended.
        }
    }
}
