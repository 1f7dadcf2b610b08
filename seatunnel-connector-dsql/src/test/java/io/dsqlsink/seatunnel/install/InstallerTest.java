package io.dsqlsink.seatunnel.install;

import static io.dsqlsink.seatunnel.stock.StockFactoryTest.OURS;
import static io.dsqlsink.seatunnel.stock.StockFactoryTest.OURS_NEWER;
import static io.dsqlsink.seatunnel.stock.StockFactoryTest.STOCK;
import static io.dsqlsink.seatunnel.stock.StockFactoryTest.check;
import static io.dsqlsink.seatunnel.stock.StockFactoryTest.stockOptions;
import static io.dsqlsink.seatunnel.stock.StockFactoryTest.zeta;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.compat.EngineLoaders;
import java.io.IOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Installs into homes with the real jars of both releases, and uninstalls. */
class InstallerTest {
    private static final String OLDEST = "2.3.4";

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({"2.3.4, lib", "2.3.4, connectors", "2.3.8, lib", "2.3.8, connectors"})
    void everySinkBlockGetsItsSinkAndUninstallLeavesNoTrace(String version, Mode mode)
            throws Exception {
        TestHome home = new TestHome(folder, version);
        Map<String, String> before = home.state();

        assertThat(home.installer().install(mode)).isTrue();
        for (List<String> sources : List.of(List.<String>of(), List.of("connector-cdc-mysql"))) {
            checkJobs(home, version, sources);
        }
        Map<String, String> installed = home.state();
        assertThat(installed).isNotEqualTo(before);

        assertThat(home.installer().install(mode)).as("a second time").isFalse();
        assertThat(home.state()).isEqualTo(installed);

        assertThat(home.installer().uninstall()).isTrue();
        assertThat(home.state()).isEqualTo(before);
        assertThat(home.installer().uninstall()).as("a second time").isFalse();
        assertThat(home.state()).isEqualTo(before);
    }

    /** Checks jobs with a source in one of these jars, or in none. */
    private static void checkJobs(TestHome home, String version, List<String> sources)
            throws Exception {
        List<Path> source = new ArrayList<>();
        for (String prefix : sources) {
            source.add(home.connector(prefix));
        }
        List<Path> jdbc = List.of(home.connector("connector-jdbc"));
        List<Path> dsql =
                home.jars("connectors").stream()
                        .filter(jar -> jar.getFileName().toString().startsWith("connector-dsql"))
                        .collect(Collectors.toList());
        try (URLClassLoader application = zeta(version, home.jars("lib"));
                URLClassLoader job = EngineLoaders.zetaJob(application, source, jdbc);
                URLClassLoader dsqlJob = EngineLoaders.zetaJob(application, source, dsql)) {
            check(job, "Jdbc", TestTables.options(), OURS);
            check(job, "Jdbc", stockOptions(), STOCK);
            check(dsqlJob, "Dsql", TestTables.options(), OURS);
        }
    }

    /** In these releases the class loader of a sink has only the merged connector-jdbc. */
    @Test
    void mergedConnectorsWithSeparateLoadersOfSinks() throws Exception {
        TestHome home = new TestHome(folder, "2.3.8");
        home.installer().install(Mode.connectors);
        try (URLClassLoader application = zeta("2.3.10", List.of());
                URLClassLoader sink =
                        EngineLoaders.zetaJob(
                                application, List.of(home.connector("connector-jdbc")));
                URLClassLoader dsql =
                        EngineLoaders.zetaJob(
                                application, List.of(home.connector("connector-dsql")))) {
            check(sink, "Jdbc", TestTables.options(), OURS_NEWER);
            check(dsql, "Dsql", TestTables.options(), OURS_NEWER);
        }
    }

    /** The copy in lib/ comes first. The stock factory behind it is the renamed one. */
    @Test
    void mergedConnectorsBesideACopyInLib() throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        home.installer().install(Mode.connectors);
        Files.copy(home.ours, home.root.resolve("lib/ours.jar"));
        checkJobs(home, OLDEST, List.of("connector-cdc-mysql"));
        assertThatThrownBy(() -> home.installer().install(Mode.connectors))
                .as("the same again")
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("lib/ours.jar was not put there by the installer");
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void anotherModeReplacesIt(Mode first) throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        Map<String, String> before = home.state();
        home.installer().install(first);
        Mode second = first == Mode.lib ? Mode.connectors : Mode.lib;
        home.installer().install(second);
        assertThat(Receipt.read(Home.of(home.root)).mode).isEqualTo(second);
        checkJobs(home, OLDEST, List.of("connector-cdc-mysql"));
        home.installer().uninstall();
        assertThat(home.state()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aDryRunReportsEverythingAndChangesNothing(Mode mode) throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        Map<String, String> before = home.state();
        home.dryRun().install(mode);
        List<String> planned = List.copyOf(home.told);
        assertThat(home.state()).isEqualTo(before);
        home.installer().install(mode);
        assertThat(home.told).isEqualTo(planned);
        assertThat(planned).hasSize(mode == Mode.lib ? 1 : 4);

        Map<String, String> installed = home.state();
        home.dryRun().uninstall();
        planned = List.copyOf(home.told);
        assertThat(home.state()).isEqualTo(installed);
        home.installer().uninstall();
        assertThat(home.told).isEqualTo(planned).hasSize(mode == Mode.lib ? 1 : 4);
    }

    /**
     * Each line is reported right before its change, so a kill at each line is a kill between two
     * changes.
     */
    @ParameterizedTest
    @CsvSource({"lib, 1", "connectors, 1", "connectors, 2", "connectors, 4"})
    void aKillBetweenTwoChangesIsRepaired(Mode mode, int line) throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        Map<String, String> before = home.state();
        die(
                line,
                out -> new Installer(home.ours, Home.of(home.root), false, out, out).install(mode));
        assertThat(Receipt.read(Home.of(home.root)).complete).isFalse();
        home.installer().uninstall();
        assertThat(home.state()).as("uninstalled").isEqualTo(before);

        die(
                line,
                out -> new Installer(home.ours, Home.of(home.root), false, out, out).install(mode));
        home.installer().install(mode);
        checkJobs(home, OLDEST, List.of("connector-cdc-mysql"));

        die(line, out -> new Installer(home.ours, Home.of(home.root), false, out, out).uninstall());
        assertThat(Receipt.read(Home.of(home.root)).complete).isFalse();
        home.installer().install(mode);
        checkJobs(home, OLDEST, List.of("connector-cdc-mysql"));
        home.installer().uninstall();
        assertThat(home.state()).as("uninstalled").isEqualTo(before);
    }

    private interface Run {
        void with(Consumer<String> out) throws IOException, InstallException;
    }

    private static void die(int line, Run run) {
        int[] left = {line};
        assertThatThrownBy(
                        () ->
                                run.with(
                                        text -> {
                                            if (--left[0] == 0) {
                                                throw new IllegalStateException("died");
                                            }
                                        }))
                .hasMessage("died");
    }

    @Test
    void changesOfAUserAreKept() throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        Map<String, String> before = home.state();
        home.installer().install(Mode.connectors);
        Path jdbc = home.connector("connector-jdbc");
        Path cdc = home.connector("connector-cdc-mysql");
        Files.delete(cdc);
        Path other = EngineLoaders.jar("2.3.8", "connectors", "connector-jdbc");
        Files.delete(jdbc);
        Files.copy(other, jdbc);
        String mapping = Files.readString(home.mapping());
        Files.writeString(home.mapping(), mapping + "seatunnel.sink.Kafka = connector-kafka\n");

        home.installer().uninstall();
        assertThat(jdbc).hasSameBinaryContentAs(other);
        assertThat(cdc).doesNotExist();
        assertThat(home.mapping())
                .hasContent(
                        mapping.replace(Mapping.LINE + "\n", "")
                                + "seatunnel.sink.Kafka = connector-kafka\n");
        assertThat(home.state()).hasSize(before.size() - 1);
    }

    @Test
    void anUpgradeOfAConnectorIsFollowedByAnotherInstall() throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        home.installer().install(Mode.connectors);
        Path cdc = home.connector("connector-cdc-mysql");
        Files.delete(cdc);
        Files.copy(EngineLoaders.jar(OLDEST, "connectors", "connector-cdc-mysql"), cdc);
        assertThat(home.installer().install(Mode.connectors)).isTrue();
        checkJobs(home, OLDEST, List.of("connector-cdc-mysql"));
    }

    @Test
    void aLostStockJarIsReportedAndTheRecordIsKept() throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        Map<String, String> before = home.state();
        home.installer().install(Mode.connectors);
        Path jdbc = home.connector("connector-jdbc");
        Path stock = jdbc.resolveSibling(jdbc.getFileName() + ".dsql-stock");
        Path elsewhere = Files.move(stock, folder.resolve("kept"));
        assertThatThrownBy(() -> home.installer().uninstall())
                .isInstanceOf(InstallException.class)
                .hasMessageContaining(jdbc + " cannot be put back")
                .hasMessageContaining(stock.getFileName().toString());
        Files.move(elsewhere, stock);
        home.installer().uninstall();
        assertThat(home.state()).isEqualTo(before);
    }

    @Test
    void unknownHomesAreRefusedAndNotChanged() throws Exception {
        assertThatThrownBy(() -> Home.of(folder))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining(folder + " is no SeaTunnel home: it has no folder starter/");
        TestHome home = new TestHome(folder, OLDEST);
        for (Path jar : home.jars("starter")) {
            Files.delete(jar);
        }
        assertThatThrownBy(() -> home.installer())
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("no jar in starter/ says which release");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.3.3", "2.2.9", "1.5.7", "dev"})
    void olderReleasesAreRefused(String version) throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        for (Path jar : home.jars("starter")) {
            Files.delete(jar);
        }
        Path jar = home.root.resolve("starter/seatunnel-starter.jar");
        try (FileSystem zip =
                FileSystems.newFileSystem(
                        URI.create("jar:" + jar.toUri()), Map.of("create", "true"))) {
            Path properties =
                    zip.getPath("META-INF/maven/org.apache.seatunnel/seatunnel-api/pom.properties");
            Files.createDirectories(properties.getParent());
            Files.writeString(properties, "version=" + version);
        }
        assertThatThrownBy(() -> home.installer())
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("is of SeaTunnel " + version + ", and 2.3.4 is the oldest");
    }

    @Test
    void connectorsModeNeedsConnectorJdbcAndAFreeName() throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        String mapping = Files.readString(home.mapping());
        Files.writeString(home.mapping(), "seatunnel.sink.dsql=connector-other\n");
        assertThatThrownBy(() -> home.installer().install(Mode.connectors))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("maps seatunnel.sink.Dsql to connector-other");
        Files.writeString(home.mapping(), mapping);
        Files.delete(home.connector("connector-jdbc"));
        assertThatThrownBy(() -> home.installer().install(Mode.connectors))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("has no connector-jdbc");
        Files.delete(home.mapping());
        assertThatThrownBy(() -> home.installer().install(Mode.connectors))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("plugin-mapping.properties is not there");
        assertThat(home.installer().install(Mode.lib)).isTrue();
    }

    @Test
    void aMergedJarWithoutItsRecordIsRefused() throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        home.installer().install(Mode.connectors);
        Files.delete(home.root.resolve("dsql-sink.installed"));
        Files.delete(home.connector("connector-dsql"));
        for (Mode mode : Mode.values()) {
            assertThatThrownBy(() -> home.installer().install(mode))
                    .isInstanceOf(InstallException.class)
                    .hasMessageContaining("dsql-sink.installed is gone: put the stock jar back");
        }
    }

    @Test
    void theExitCodeShowsTheResult() throws Exception {
        TestHome home = new TestHome(folder, OLDEST);
        assertThat(Main.run("--help")).isZero();
        assertThat(Main.run("install", "--help")).isZero();
        assertThat(Main.run("instal", "--home", home.root.toString())).isEqualTo(2);
        assertThat(Main.run("install", "--home", home.root.toString(), "--mode", "both"))
                .isEqualTo(2);
        assertThat(Main.run("uninstall", "--home", folder.toString())).isEqualTo(2);
    }
}
