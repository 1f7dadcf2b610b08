package io.dsqlsink.seatunnel.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Installers that run at the same time or are killed, each in its own JVM. */
@Timeout(120)
class ConcurrentInstallersTest {
    private static final String LOCK = ".dsql-sink.lock";

    @TempDir Path folder;

    private TestHome home;
    private Map<String, String> stock;
    private Child first;
    private Child second;

    @BeforeEach
    void home() throws IOException {
        home = new TestHome(folder, "2.3.4");
        stock = home.state();
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Child child : new Child[] {first, second}) {
            if (child != null) {
                child.kill();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lib", "connectors", "uninstall"})
    void theSecondWaitsForTheFirstAndSaysSo(String then) throws Exception {
        first = new Child("first", "connectors");
        first.await("merge into");
        second = new Child("second", then);
        second.await("waiting for another installer (process " + first.pid() + "@");
        assertThat(second.printed()).doesNotContain("add ", "remove ", "done");
        second.goOn();
        first.goOn();
        first.await("done");
        second.await(then.equals("connectors") ? "nothing done" : "done");

        if (then.equals("uninstall")) {
            assertThat(home.state()).isEqualTo(stock);
        } else {
            assertThat(Receipt.read(Home.of(home.root)).mode).isEqualTo(Mode.valueOf(then));
            assertThat(home.installer().install(Mode.valueOf(then))).isFalse();
            home.installer().uninstall();
            assertThat(home.state()).isEqualTo(stock);
        }
    }

    /** A kill during a merge leaves more than one file. */
    @Test
    void leftoversOfAKilledMergeAreRemoved() throws Exception {
        Path work = home.root.resolve("connectors/work.dsql-new");
        first = new Child("first", "connectors");
        until(() -> Files.exists(work), first);
        first.kill();
        assertThat(work).isDirectory();
        assertThat(home.root.resolve(LOCK)).exists();
        // The file that the JDK's zip file system leaves if it is killed a moment later.
        Files.writeString(work.resolve("zipfstmp123.tmp"), "half a jar");

        assertThat(home.installer().uninstall()).isFalse();
        assertThat(home.state()).isEqualTo(stock);
        assertThat(work).doesNotExist();
    }

    @Test
    void theLockOfAKilledInstallerIsFree() throws Exception {
        first = new Child("first", "connectors");
        first.await("merge into");
        first.kill();
        assertThat(home.root.resolve(LOCK)).exists();

        assertThat(home.installer().install(Mode.lib)).isTrue();
        assertThat(home.told).noneMatch(line -> line.startsWith("waiting"));
        home.installer().uninstall();
        assertThat(home.state()).isEqualTo(stock);
    }

    /** If the lock were a link, the installer would write to another file. */
    @Test
    void aLinkInPlaceOfTheLockIsNotFollowed() throws Exception {
        Path other = Files.writeString(folder.resolve("other"), "of a user");
        Files.createSymbolicLink(home.root.resolve(LOCK), other);
        assertThatThrownBy(() -> home.installer().install(Mode.lib))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining(LOCK + " is a symbolic link");
        assertThat(other).hasContent("of a user");
    }

    /** A refused installation leaves no lock file either. */
    @Test
    void aRefusedInstallationLeavesNothing() throws Exception {
        String mapping = Files.readString(home.mapping());
        Files.writeString(home.mapping(), mapping + "\nseatunnel.sink.dsql=connector-other\n");
        Map<String, String> before = home.state();
        assertThatThrownBy(() -> home.installer().install(Mode.connectors))
                .isInstanceOf(InstallException.class);
        assertThat(home.state()).isEqualTo(before);
    }

    private static void until(BooleanSupplier condition, Child child)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(child.printed()).isLessThan(deadline);
            Thread.sleep(1);
        }
    }

    private final class Child {
        private final Path output;
        private final Process process;

        Child(String name, String mode) throws IOException {
            output = folder.resolve(name + ".out");
            process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    InstallerMain.class.getName(),
                                    home.ours.toString(),
                                    home.root.toString(),
                                    mode)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
        }

        long pid() {
            return process.pid();
        }

        String printed() throws IOException {
            return Files.readString(output);
        }

        void await(String text) throws IOException, InterruptedException {
            until(() -> printedNow().contains(text), this);
        }

        private String printedNow() {
            try {
                return printed();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        void goOn() throws IOException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }
    }
}
