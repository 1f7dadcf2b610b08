package io.dsqlsink.seatunnel.install;

import io.dsqlsink.seatunnel.compat.EngineLoaders;
import io.dsqlsink.seatunnel.sink.TestJars;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A SeaTunnel home with the real jars of a release. It has only the parts that the installer reads.
 */
public final class TestHome {
    public final Path root;
    public final Path ours;
    final List<String> told = new ArrayList<>();

    /**
     * @param folder an empty folder for the home and for the connector's jar
     */
    public TestHome(Path folder, String version) throws IOException {
        root = Files.createDirectory(folder.resolve("home"));
        for (String part : new String[] {"starter", "lib", "connectors"}) {
            Files.createDirectory(root.resolve(part));
        }
        for (Path jar : EngineLoaders.jars(version, "engine")) {
            copy(jar, "starter");
        }
        for (Path jar : EngineLoaders.libraries()) {
            if (Files.isRegularFile(jar)) {
                copy(jar, "starter");
            }
        }
        for (Path jar : EngineLoaders.jars(version, "connectors")) {
            copy(jar, "connectors");
        }
        Files.writeString(
                mapping(),
                "# stock\nseatunnel.sink.Jdbc = connector-jdbc\n"
                        + "seatunnel.source.MySQL-CDC = connector-cdc-mysql");
        ours = TestJars.connector(folder.resolve("ours.jar"));
    }

    private void copy(Path jar, String folder) throws IOException {
        Files.copy(jar, root.resolve(folder).resolve(jar.getFileName()));
    }

    Path mapping() {
        return root.resolve("connectors/plugin-mapping.properties");
    }

    public Path connector(String prefix) throws IOException {
        return jars("connectors").stream()
                .filter(jar -> jar.getFileName().toString().startsWith(prefix))
                .findFirst()
                .orElseThrow();
    }

    List<Path> jars(String folder) throws IOException {
        return Home.jars(root.resolve(folder));
    }

    public Installer installer() throws IOException, InstallException {
        told.clear();
        return new Installer(ours, Home.of(root), false, told::add, told::add);
    }

    Installer dryRun() throws IOException, InstallException {
        told.clear();
        return new Installer(ours, Home.of(root), true, told::add, told::add);
    }

    /** Every file of the home with its content and modification time. */
    public Map<String, String> state() throws IOException {
        Map<String, String> state = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).collect(Collectors.toList())) {
                state.put(
                        root.relativize(file).toString(),
                        Jars.digest(file) + " " + Files.getLastModifiedTime(file));
            }
        }
        return state;
    }

    /** The output of doctor for this home, which runs as the jar's own program. */
    public List<String> doctor() {
        return AloneDoctor.check(root);
    }
}
