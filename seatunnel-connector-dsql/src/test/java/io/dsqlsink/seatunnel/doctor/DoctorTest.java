package io.dsqlsink.seatunnel.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.bridge.NativePlatform;
import io.dsqlsink.seatunnel.compat.EngineLoaders;
import io.dsqlsink.seatunnel.install.Home;
import io.dsqlsink.seatunnel.install.HomeLoaders;
import io.dsqlsink.seatunnel.install.Mode;
import io.dsqlsink.seatunnel.install.Report;
import io.dsqlsink.seatunnel.install.TestHome;
import io.dsqlsink.seatunnel.stock.HandOver;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs doctor on homes with the real jars. */
class DoctorTest {
    private static final String OLDEST = "2.3.4";

    private static final String VERSION = System.getProperty("project.version");

    @TempDir Path folder;

    /** The engine skips a jar that its user cannot read, and uses the stock sink. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void aJarThatTheEngineCannotReadIsAProblem(Mode mode) throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        Files.setPosixFilePermissions(home.ours, PosixFilePermissions.fromString("rw-------"));
        home.installer().install(mode);
        assertThat(home.doctor()).as("as installed").noneMatch(l -> l.startsWith("PROBLEM"));
        for (Path jar : Home.jars(home.root.resolve(mode == Mode.lib ? "lib" : "connectors"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(jar)))
                    .as(jar.toString())
                    .isEqualTo("rw-r--r--");
        }
        Path jar =
                Home.jars(home.root.resolve(mode == Mode.lib ? "lib" : "connectors")).stream()
                        .filter(j -> j.getFileName().toString().contains("dsql"))
                        .findFirst()
                        .orElseThrow();
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-------"));
        assertThat(home.doctor())
                .anyMatch(
                        line ->
                                line.startsWith("PROBLEM")
                                        && line.contains(jar.getFileName() + " has mode rw-------")
                                        && line.contains("chmod a+r"));
        home.installer().install(mode);
        assertThat(home.doctor()).as("installed again").noneMatch(l -> l.startsWith("PROBLEM"));
    }

    @Test
    void aMissingConfigIsNamed() throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        List<String> said = new ArrayList<>();
        Report report = new Report(said::add);
        Path config = folder.resolve("nowhere.conf");
        new Doctor(Home.of(home.root), report).check(home.ours, config, List.of(), null);
        assertThat(said).containsExactly("FAILED   --config " + config + ": there is no such file");
    }

    @ParameterizedTest
    @CsvSource({"2.3.4, lib", "2.3.4, connectors", "2.3.8, lib", "2.3.8, connectors"})
    void aWholeInstallationIsGood(String version, Mode mode) throws Exception {
        TestHome home = new TestHome(folder, version);
        home.installer().install(mode);
        Map<String, String> before = home.state();
        List<String> said = home.doctor();
        assertThat(said)
                .noneMatch(line -> line.startsWith("PROBLEM"))
                .anyMatch(line -> line.contains("SeaTunnel " + version))
                .anyMatch(line -> line.contains("installed " + VERSION + ", mode " + mode))
                .anyMatch(line -> line.startsWith("ok       the native library loads"))
                .anyMatch(line -> line.matches("ok       glibc .* needs .*"));
        assertThat(
                        said.stream()
                                .filter(
                                        line ->
                                                line.contains(
                                                        "the native sink "
                                                                + VERSION
                                                                + ", from "
                                                                + (mode == Mode.lib
                                                                        ? "lib/"
                                                                        : "connectors/"))))
                .as("any source, a source in the CDC jar, Dsql")
                .hasSize(3);
        assertThat(home.state()).isEqualTo(before);
    }

    @Test
    void aStockHomeGetsTheStockSink() throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        assertThat(problems(home.doctor()))
                .hasSize(3)
                .anyMatch(
                        line ->
                                line.contains(
                                        "\"dsql\" }: the stock sink, from connectors/connector-jdbc-2.3.4.jar"))
                .anyMatch(
                        line ->
                                line.contains(
                                        "after a source in connector-cdc-mysql-2.3.4.jar: the stock sink, from"
                                                + " connectors/connector-cdc-mysql-2.3.4.jar"))
                .anyMatch(line -> line.contains("Dsql { }: ") && line.contains("run install"));
    }

    /** Then a Jdbc job works, but a job from MySQL-CDC gets the stock sink. */
    @Test
    void aHalfMergedHomeIsAProblem() throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        home.installer().install(Mode.connectors);
        Path cdc = home.connector("connector-cdc-mysql");
        Files.copy(
                EngineLoaders.jar(OLDEST, "connectors", "connector-cdc-mysql"),
                cdc,
                StandardCopyOption.REPLACE_EXISTING);
        assertThat(problems(home.doctor()))
                .hasSize(3)
                .anyMatch(
                        line ->
                                line.contains(
                                        "connectors/connector-cdc-mysql-2.3.4.jar still has the stock factory"))
                .anyMatch(
                        line ->
                                line.contains(
                                        "cdc-mysql-2.3.4.jar differs from what was" + " installed"))
                .anyMatch(line -> line.contains("cdc-mysql-2.3.4.jar: the stock sink"));
        home.installer().install(Mode.connectors);
        assertThat(problems(home.doctor())).isEmpty();
    }

    /** From 2.3.9 on a sink does not see the source's jars; other connectors are used here. */
    @Test
    void withSeparateLoadersTheSourceDoesNotMatter() throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        Home newer = Home.of(home.root, "2.3.9");
        List<String> lines = new ArrayList<>();
        new WhichSink(newer, new HomeLoaders(newer), new Report(lines::add)).check();
        assertThat(lines).noneMatch(line -> line.contains("after a source"));
        Home older = Home.of(home.root, "2.3.8");
        new WhichSink(older, new HomeLoaders(older), new Report(lines::add)).check();
        assertThat(lines).anyMatch(line -> line.contains("after a source"));
    }

    @Test
    void aDialectOfTheStockConnectorIsNamed() throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        home.installer().install(Mode.lib);
        try (FileSystem zip =
                FileSystems.newFileSystem(home.connector("connector-jdbc"), (ClassLoader) null)) {
            Path dialect = zip.getPath(HandOver.DIALECT_CLASS);
            Files.createDirectories(dialect.getParent());
            Files.createFile(dialect);
        }
        assertThat(home.doctor())
                .anyMatch(
                        line ->
                                line.contains(
                                                "connector-jdbc-2.3.4.jar has its own dialect"
                                                        + " dsql")
                                        && line.contains("dsql_native = false"));
    }

    @Test
    void differentBuildsAreAProblem() throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        home.installer().install(Mode.lib);
        Path other = home.root.resolve("connectors/connector-dsql-0.0.9.jar");
        Files.copy(home.ours, other);
        assertThat(problems(home.doctor()))
                .containsExactly(
                        "PROBLEM  several copies of the connector:"
                                + " [lib/seatunnel-connector-dsql-"
                                + VERSION
                                + ".jar,"
                                + " connectors/connector-dsql-0.0.9.jar]; keep only one");
        try (FileSystem zip = FileSystems.newFileSystem(other, (ClassLoader) null)) {
            String library = NativePlatform.resource(NativePlatform.current());
            Files.write(zip.getPath(library), new byte[1]);
        }
        assertThat(problems(home.doctor()))
                .hasSize(2)
                .anyMatch(line -> line.contains("different builds of the connector: lib/"));
    }

    @Test
    void anInterruptedInstallationIsAProblem() throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        home.installer().install(Mode.lib);
        Path receipt = Home.of(home.root).receipt();
        Files.writeString(
                receipt, Files.readString(receipt).replace("state installed", "state changing"));
        assertThat(problems(home.doctor()))
                .containsExactly(
                        "PROBLEM  an install or uninstall was interrupted: run install or"
                                + " uninstall again");
        Files.writeString(receipt, "version of the future");
        assertThat(problems(home.doctor()))
                .hasSize(1)
                .allMatch(line -> line.contains("dsql-sink.installed cannot be read"));
    }

    @Test
    void aSecondConnectorJdbcIsAProblem() throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        home.installer().install(Mode.lib);
        Files.copy(
                home.connector("connector-jdbc"),
                home.root.resolve("connectors/connector-jdbc-old.jar"));
        assertThat(problems(home.doctor()))
                .hasSize(1)
                .allMatch(line -> line.contains("several connector-jdbc jars"));
    }

    private static List<String> problems(List<String> said) {
        return said.stream()
                .filter(line -> line.startsWith("PROBLEM"))
                .collect(Collectors.toList());
    }
}
