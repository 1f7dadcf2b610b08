package io.dsqlsink.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The resources of a JVM with {@link #JVM_OPTIONS} at one moment, measured from outside after a
 * garbage collection.
 *
 * @param threads all threads
 * @param sinkThreads threads of the sink, in Java and in the native library
 * @param descriptors open files and sockets
 * @param connections sockets to the database
 * @param libraries mapped copies of the native library
 * @param unpacked copies of the native library in the temporary folder
 * @param jobLoaders class loaders that Flink or SeaTunnel created for a job
 * @param metaspaceKib memory of classes
 * @param nativeKib resident memory that the JVM does not count: allocations of native libraries,
 *     and freed memory that the allocator keeps. The JVM also counts memory that it has not
 *     touched, so this may be negative; only differences matter.
 */
record Footprint(
        long threads,
        long sinkThreads,
        long descriptors,
        long connections,
        long libraries,
        long unpacked,
        long jobLoaders,
        long metaspaceKib,
        long nativeKib) {

    /**
     * The heap is resident from the start, so that its use does not change the size of the process.
     * Each collection clears soft references, as if memory were short.
     */
    static final String JVM_OPTIONS =
            "-XX:+AlwaysPreTouch -XX:NativeMemoryTracking=summary -XX:SoftRefLRUPolicyMSPerMB=0";

    private static final String LIBRARY = "libdsql_sink.so";
    private static final Pattern TOTAL = Pattern.compile("Total: .*committed=(\\d+)KB");
    private static final Pattern METASPACE =
            Pattern.compile("Metaspace \\(reserved=\\d+KB, committed=(\\d+)KB\\)");
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    static Footprint of(long pid) throws IOException {
        // The second run collects objects that the first one found reachable only through
        // finalizers and cleaners.
        jcmd(pid, "GC.run");
        jcmd(pid, "GC.run");
        Path process = Path.of("/proc", String.valueOf(pid));
        String memory = jcmd(pid, "VM.native_memory", "summary");
        long resident = number(RESIDENT, Files.readString(process.resolve("status")));
        return new Footprint(
                count(process.resolve("task")),
                Leftovers.threads(pid),
                count(process.resolve("fd")),
                connections(pid),
                Files.readAllLines(process.resolve("maps"), StandardCharsets.ISO_8859_1).stream()
                        .filter(line -> line.contains(LIBRARY))
                        .map(line -> line.split(" +")[4])
                        .distinct()
                        .count(),
                unpacked(pid),
                jcmd(pid, "VM.classloader_stats")
                        .lines()
                        .filter(line -> line.contains("ChildFirstClassLoader"))
                        .count(),
                number(METASPACE, memory),
                resident - number(TOTAL, memory));
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.count();
        }
    }

    /**
     * The process shares our network, but its sockets are found by its own table of files. A
     * process that has ended has none.
     */
    static long connections(long pid) throws IOException {
        Path process = Path.of("/proc", String.valueOf(pid));
        String remotePort = String.format(Locale.ROOT, ":%04X", DsqlLocal.PORT);
        Set<String> sockets = new HashSet<>();
        for (String line : Files.readAllLines(Path.of("/proc/net/tcp"))) {
            // number, local address, remote address, state, queues, timer, retries, user, timeout,
            // inode
            String[] words = line.trim().split("\\s+");
            if (words[2].endsWith(remotePort)) {
                sockets.add("socket:[" + words[9] + "]");
            }
        }
        try (Stream<Path> files = Files.list(process.resolve("fd"))) {
            return files.filter(file -> sockets.contains(target(file))).count();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // Closed meanwhile.
        }
    }

    private static long unpacked(long pid) throws IOException {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(
                            f -> f.getFileName().toString().startsWith("dsql-sink-" + pid + "-"))
                    .count();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static long number(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        if (!found.find()) {
            throw new IllegalStateException("no " + pattern + " in:\n" + text);
        }
        return Long.parseLong(found.group(1));
    }

    /** The output of the JVM's own tool. */
    static String jcmd(long pid, String... command) throws IOException {
        Path tool = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        String[] words =
                Stream.concat(Stream.of(tool.toString(), String.valueOf(pid)), Stream.of(command))
                        .toArray(String[]::new);
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
