package io.dsqlsink.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The border against the real library. These tests fail when it was not built: see
 * scripts/build-native.sh.
 */
@Timeout(120)
class BorderTest {
    /** A wait slice and room for a busy machine. */
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir Path dir;

    @Test
    void aFreshSinkHasCountedNothing() {
        try (NativeSink sink = NativeSink.open(SilentServer.options(1))) {
            SinkStats stats = sink.stats();
            assertThat(stats.rowsReceived()).isZero();
            assertThat(stats.bufferedBytes()).isZero();
            assertThat(stats.connectionsOpened()).isZero();
        }
    }

    @Test
    void optionsAreCheckedAndNamed() {
        checkRefused(Map.of(), DsqlNativeException.ERROR_CONFIG, "url");
        Map<String, String> options = new HashMap<>(SilentServer.options(1));
        options.put("batch_size", "0");
        checkRefused(options, DsqlNativeException.ERROR_CONFIG, "batch_size");
    }

    private static void checkRefused(Map<String, String> options, int kind, String says) {
        DsqlNativeException e =
                catchThrowableOfType(
                        DsqlNativeException.class, () -> NativeSink.open(options).close());
        assertThat(e).isNotNull().hasMessageContaining(says);
        assertThat(e.kind()).isEqualTo(kind);
        assertThat(e.sqlState()).isEmpty();
    }

    @Test
    void aRowForAnUndeclaredTableIsRefused() {
        try (NativeSink sink = NativeSink.open(SilentServer.options(1))) {
            RowEncoder rows = new RowEncoder(5, List.of("id"));
            rows.append(RowEncoder.ROW_INSERT, new Object[] {1});
            DsqlNativeException e =
                    catchThrowableOfType(DsqlNativeException.class, () -> sink.write(rows));
            assertThat(e).isNotNull().hasMessageContaining("table number 5");
            assertThat(e.kind()).isEqualTo(DsqlNativeException.ERROR_INTERNAL);
        }
    }

    @Test
    void aClosedSinkRefusesEveryCallButClose() {
        NativeSink sink = NativeSink.open(SilentServer.options(1));
        RowEncoder rows = new RowEncoder(0, List.of("id"));
        sink.close();
        sink.close();
        checkClosed(sink::stats);
        checkClosed(sink::notices);
        checkClosed(sink::flush);
        checkClosed(() -> sink.tryWrite(rows));
        checkClosed(() -> BorderMain.declare(sink));

        // The slot may be taken again: the old handle must not reach the new sink.
        try (NativeSink next = NativeSink.open(SilentServer.options(1))) {
            checkClosed(sink::stats);
            sink.close();
            assertThat(next.stats().rowsReceived()).isZero();
        }
    }

    private static void checkClosed(Runnable call) {
        DsqlNativeException e = catchThrowableOfType(DsqlNativeException.class, call::run);
        assertThat(e).isNotNull();
        assertThat(e.kind()).isEqualTo(DsqlNativeException.ERROR_CLOSED);
    }

    @Test
    void closeEndsACallInProgress() throws Exception {
        try (SilentServer server = new SilentServer()) {
            NativeSink sink = NativeSink.open(server.options());
            CompletableFuture<Integer> waiting =
                    CompletableFuture.supplyAsync(() -> BorderMain.declare(sink));
            checkWaits(waiting);
            sink.close();
            assertThatThrownBy(() -> waiting.get(SOON.toMillis(), TimeUnit.MILLISECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            DsqlNativeException.class,
                            e -> assertThat(e.kind()).isEqualTo(DsqlNativeException.ERROR_CLOSED));
        }
    }

    @Test
    void anInterruptEndsAWait() throws Exception {
        try (SilentServer server = new SilentServer();
                NativeSink sink = NativeSink.open(server.options())) {
            CompletableFuture<Throwable> ended = new CompletableFuture<>();
            Thread waiting =
                    new Thread(
                            () -> {
                                try {
                                    BorderMain.declare(sink);
                                    ended.complete(null);
                                } catch (Throwable e) {
                                    ended.complete(e);
                                }
                            });
            waiting.start();
            checkWaits(ended);
            waiting.interrupt();
            assertThat(ended.get(SOON.toMillis(), TimeUnit.MILLISECONDS))
                    .hasCauseInstanceOf(InterruptedException.class);
            // The sink itself is as it was.
            assertThat(sink.stats().rowsReceived()).isZero();
        }
    }

    /** Longer than some slices, so that the call has come back to Java and gone in again. */
    private static void checkWaits(CompletableFuture<?> call) {
        assertThatThrownBy(() -> call.get(350, TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);
    }

    @Test
    void aClassLoaderClosesItsOwnSinksOnly() throws Exception {
        NativeSink here = NativeSink.open(SilentServer.options(1));
        try (URLClassLoader loader = BorderMain.newLoader()) {
            Class<?> type = loader.loadClass(NativeSink.class.getName());
            assertThat(type).isNotSameAs(NativeSink.class);
            AutoCloseable there =
                    (AutoCloseable)
                            type.getMethod("open", Map.class).invoke(null, SilentServer.options(1));
            here.close();
            assertThat(type.getMethod("stats").invoke(there)).isNotNull();
            there.close();
        }
        checkClosed(here::stats);
    }

    @Test
    void theClassLoadersOfAJvmShareOneLibrary() throws Exception {
        Path leftBehind = Files.createDirectory(dir.resolve("dsql-sink-99999999-1-1"));
        Files.writeString(leftBehind.resolve(NativeCopy.FILE_NAME), "of a JVM that was killed");
        assertThat(unpackingTo(dir).run(BorderMain.Loaders.class))
                .startsWith(
                        "one loader: 1 mapped, 1 unpacked\nall loaders: 1 mapped, 1 unpacked\n");
        checkNothingUnpacked();
    }

    @Test
    void aLibraryThatCannotBeSharedIsUnpackedAgain() throws Exception {
        String printed = unpackingTo(dir).run(BorderMain.Loaders.class);
        // In one case the file was deleted. In another it is a folder, because folders have no hard
        // links.
        assertThat(printed)
                .contains("\nfile is gone: 2 mapped, 1 unpacked\n")
                .contains("\nand all loaders: 2 mapped, 1 unpacked\n")
                .endsWith("\nno hard link: 3 mapped, 1 unpacked\n");
        checkNothingUnpacked();
    }

    @Test
    void aKilledJvmLeavesAPrivateFolderThatTheNextRemoves() throws Exception {
        Path tmp = Files.createDirectory(dir.resolve("tmp"));
        Process killed = unpackingTo(tmp).start(BorderMain.LoadAndStay.class);
        try {
            awaitPrinted("loaded");
        } finally {
            killed.destroyForcibly().waitFor();
        }
        assertThat(names(tmp))
                .singleElement()
                .satisfies(left -> assertThat(permissions(left)).isEqualTo("rwx------"));
        assertThat(unpackingTo(tmp).run(BorderMain.Load.class)).startsWith("border version");
        assertThat(names(tmp)).isEmpty();
    }

    private void awaitPrinted(String line) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.readString(dir.resolve("child.out")).contains(line)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    private static List<Path> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.collect(Collectors.toList());
        }
    }

    private static String permissions(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ChildJvm unpackingTo(Path folder) {
        return new ChildJvm(dir).with("-D" + NativeLoader.TMPDIR_PROPERTY + "=" + folder);
    }

    private void checkNothingUnpacked() throws IOException {
        try (Stream<Path> left = Files.list(dir)) {
            assertThat(left).containsExactly(dir.resolve("child.out"));
        }
    }

    @Test
    void aLibraryThatCannotBeLoadedNamesTheProperty() throws Exception {
        Path library = Files.writeString(dir.resolve("lib.so"), "no library");
        checkNotLoaded(NativeLoader.PATH_PROPERTY, library, NativeLoader.PATH_PROPERTY);
        checkNotLoaded(NativeLoader.PATH_PROPERTY, dir.resolve("absent"), "absent");
        checkNotLoaded(
                NativeLoader.TMPDIR_PROPERTY, dir.resolve("absent"), NativeLoader.PATH_PROPERTY);
        checkNotLoaded(
                "os.arch",
                Path.of("s390x"),
                "no native library for linux-s390x, only for " + NativePlatform.inThisJar());
    }

    private void checkNotLoaded(String property, Path value, String says)
            throws IOException, InterruptedException {
        assertThat(new ChildJvm(dir).with("-D" + property + "=" + value).run(BorderMain.Load.class))
                .contains("refused: ")
                .contains(says);
    }

    @Test
    void anotherBorderVersionIsRefused() {
        assertThatThrownBy(() -> NativeLoader.checkAbi(NativeSink.ABI_VERSION + 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("border version " + (NativeSink.ABI_VERSION + 1))
                .hasMessageContaining("these classes need " + NativeSink.ABI_VERSION);
    }

    @Test
    void aPanicIsAnException() throws Exception {
        assertThat(TestPaths.faultInjectionLibrary())
                .as("from scripts/build-native.sh --fault-injection")
                .exists();
        String printed =
                new ChildJvm(dir)
                        .with("-Xcheck:jni")
                        .with(
                                "-D"
                                        + NativeLoader.PATH_PROPERTY
                                        + "="
                                        + TestPaths.faultInjectionLibrary())
                        .run(BorderMain.Panics.class);
        assertThat(printed).endsWith("done\n");
        checkNoJniWarning(printed);
    }

    @Test
    void aCheckedJvmHasNothingToSayAndEnds() throws Exception {
        try (SilentServer server = new SilentServer()) {
            String printed =
                    new ChildJvm(dir)
                            .with("-Xcheck:jni")
                            .run(BorderMain.EveryCall.class, server.port());
            assertThat(printed).endsWith("done\n");
            checkNoJniWarning(printed);
        }
    }

    @Test
    void aSinkThatNobodyClosesDoesNotKeepTheJvm() throws Exception {
        try (SilentServer server = new SilentServer()) {
            assertThat(new ChildJvm(dir).run(BorderMain.NeverClosed.class, server.port()))
                    .endsWith("done\n");
        }
    }

    private static void checkNoJniWarning(String printed) {
        assertThat(printed).doesNotContain("WARNING", "FATAL", "JNI call made");
    }
}
