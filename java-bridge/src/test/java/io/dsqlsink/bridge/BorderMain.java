package io.dsqlsink.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What the child JVMs of {@link BorderTest} do. Each prints "done" and leaves main. */
final class BorderMain {
    private BorderMain() {}

    /** Every native method once, an exception, an interrupt and a close that somebody waits for. */
    static final class EveryCall {
        public static void main(String[] args) throws Exception {
            Map<String, String> options = SilentServer.options(Integer.parseInt(args[0]));
            try (NativeSink failed = NativeSink.open(options)) {
                refused(() -> failed.tryWrite(new RowEncoder(0, List.of("id"))));
            }
            NativeSink sink = NativeSink.open(options);
            sink.stats();
            sink.notices();
            sink.await(sink.flush());
            Thread waiting = new Thread(() -> refused(() -> declare(sink)));
            waiting.start();
            awaitInside(waiting);
            sink.close();
            waiting.join();
            sink.close();
            System.out.println("done");
        }
    }

    /** Panics in two exports, and life after them. */
    static final class Panics {
        public static void main(String[] args) {
            Map<String, String> options = new HashMap<>(SilentServer.options(1));
            options.put("test_panic", "open");
            panics(() -> NativeSink.open(options));

            options.put("test_panic", "stats");
            NativeSink sink = NativeSink.open(options);
            panics(sink::stats);
            sink.notices();
            sink.close();

            options.remove("test_panic");
            try (NativeSink other = NativeSink.open(options)) {
                assertThat(other.stats().rowsReceived()).isZero();
            }
            System.out.println("done");
        }

        private static void panics(Runnable call) {
            DsqlNativeException e = catchThrowableOfType(DsqlNativeException.class, call::run);
            assertThat(e).isNotNull();
            assertThat(e.kind()).isEqualTo(DsqlNativeException.ERROR_INTERNAL);
            System.out.println(e.getMessage());
        }
    }

    /** One sink that nobody closes. */
    static final class NeverClosed {
        public static void main(String[] args) throws Exception {
            NativeSink sink = NativeSink.open(SilentServer.options(Integer.parseInt(args[0])));
            Thread waiting = new Thread(() -> refused(() -> declare(sink)));
            waiting.setDaemon(true);
            waiting.start();
            awaitInside(waiting);
            System.out.println("done");
        }
    }

    /** Loads the library and nothing else. */
    static final class Load {
        public static void main(String[] args) {
            try {
                NativeLoader.load();
                System.out.println("border version " + NativeSink.abiVersion());
            } catch (IllegalStateException e) {
                System.out.println("refused: " + e.getMessage());
            }
        }
    }

    /** Loads the library, and ends when it is killed. */
    static final class LoadAndStay {
        public static void main(String[] args) throws Exception {
            NativeLoader.load();
            System.out.println("loaded");
            new CountDownLatch(1).await();
        }
    }

    /** Loads the library for one class loader after another, and prints the results. */
    static final class Loaders {
        private static final int MORE = 5;

        // Held, so that none of them is collected.
        private static final List<Object> SINKS = new ArrayList<>();

        public static void main(String[] args) throws Exception {
            open();
            tell("one loader");
            openMore();
            tell("all loaders");

            Path unpacked = Paths.get(System.getProperty(property()));
            Files.delete(unpacked);
            Files.delete(unpacked.getParent());
            openMore();
            tell("file is gone");
            openMore();
            tell("and all loaders");

            System.setProperty(property(), unpacked.getParent().getParent().toString());
            open();
            tell("no hard link");
        }

        private static void openMore() throws Exception {
            for (int i = 0; i < MORE; i++) {
                open();
            }
        }

        private static void open() throws Exception {
            Class<?> type = newLoader().loadClass(NativeSink.class.getName());
            Object sink = type.getMethod("open", Map.class).invoke(null, SilentServer.options(1));
            SINKS.add(sink);
            assertThat(type.getMethod("stats").invoke(sink)).isNotNull();
        }

        private static String property() {
            return System.getProperties().stringPropertyNames().stream()
                    .filter(name -> name.startsWith(NativeCopy.UNPACKED_PROPERTY))
                    .findAny()
                    .get();
        }

        private static void tell(String when) throws IOException {
            // address perms offset device inode path; the library has several parts.
            long mapped =
                    Files.readAllLines(Paths.get("/proc/self/maps")).stream()
                            .filter(line -> line.contains(NativeCopy.FILE_NAME))
                            .map(line -> line.split(" +")[4])
                            .distinct()
                            .count();
            Path folder = Paths.get(System.getProperty(NativeLoader.TMPDIR_PROPERTY));
            try (Stream<Path> files = Files.list(folder)) {
                long unpacked = files.filter(Files::isDirectory).count();
                System.out.println(when + ": " + mapped + " mapped, " + unpacked + " unpacked");
            }
        }
    }

    /** A class loader with its own classes. */
    static URLClassLoader newLoader() {
        URL[] classes = {NativeSink.class.getProtectionDomain().getCodeSource().getLocation()};
        return new URLClassLoader(classes, ClassLoader.getPlatformClassLoader());
    }

    /** Until the thread is inside a native method. */
    private static void awaitInside(Thread thread) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (Stream.of(thread.getStackTrace()).noneMatch(StackTraceElement::isNativeMethod)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    static int declare(NativeSink sink) {
        try {
            return sink.declareTable(
                    Frames.table(
                            "public", "t", null, List.of("id"), List.of("INT"), List.of("id")));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void refused(Runnable call) {
        assertThat(catchThrowableOfType(DsqlNativeException.class, call::run)).isNotNull();
    }
}
