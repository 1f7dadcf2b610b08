package io.dsqlsink.seatunnel.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A SeaTunnel installation: what the installer has to know about it. */
public final class Home {
    /** The oldest release whose API the connector is compiled against. */
    private static final int[] OLDEST = {2, 3, 4};

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+).*");

    private final Path root;
    private final String version;

    private Home(Path root, String version) {
        this.root = root;
        this.version = version;
    }

    /**
     * @throws InstallException if the folder is not a home, or its release is too old
     */
    public static Home of(Path folder) throws IOException, InstallException {
        Path root = folder.toAbsolutePath().normalize();
        for (String part : new String[] {"starter", "lib", "connectors"}) {
            if (!Files.isDirectory(root.resolve(part))) {
                throw new InstallException(
                        root
                                + " is no SeaTunnel home: it has no folder "
                                + part
                                + "/; give --home the folder that holds bin/, connectors/, lib/ and"
                                + " starter/");
            }
        }
        String version = null;
        for (Path jar : jars(root.resolve("starter"))) {
            version = Jars.mavenVersion(jar, "seatunnel-api");
            if (version != null) {
                break;
            }
        }
        if (version == null) {
            throw new InstallException(
                    root
                            + " is no known SeaTunnel home: no jar in starter/ says which release it"
                            + " is");
        }
        Home home = new Home(root, version);
        if (!home.isAtLeast(OLDEST)) {
            throw new InstallException(
                    root + " is of SeaTunnel " + version + ", and 2.3.4 is the oldest supported");
        }
        return home;
    }

    /** For tests that need another release. */
    public static Home of(Path root, String version) {
        return new Home(root, version);
    }

    public boolean isAtLeast(int... release) {
        Matcher numbers = VERSION.matcher(version);
        if (!numbers.matches()) {
            return false;
        }
        for (int i = 0; i < release.length; i++) {
            int part = Integer.parseInt(numbers.group(i + 1));
            if (part != release[i]) {
                return part > release[i];
            }
        }
        return true;
    }

    /** The jars of a folder, without its subfolders: the engines list connectors/ like this. */
    public static List<Path> jars(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return new ArrayList<>();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".jar"))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .collect(Collectors.toList());
        }
    }

    public Path root() {
        return root;
    }

    /** The release of the engine. */
    public String version() {
        return version;
    }

    public Path lib() {
        return root.resolve("lib");
    }

    public Path starter() {
        return root.resolve("starter");
    }

    public Path connectors() {
        return root.resolve("connectors");
    }

    /** The file in which the engines look up which jar of connectors/ holds a plugin. */
    Path mapping() {
        return connectors().resolve("plugin-mapping.properties");
    }

    /** The record of what was installed here, and how. */
    public Path receipt() {
        return root.resolve("dsql-sink.installed");
    }

    /** The connectors that contain a Jdbc sink factory: connector-jdbc and most CDC sources. */
    public List<Path> jdbcJars() throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path jar : jars(connectors())) {
            if (Jars.has(jar, Jars.STOCK_CLASS)
                    && (Jars.isMerged(jar) || !Jars.has(jar, Jars.OUR_CLASS))) {
                found.add(jar);
            }
        }
        return found;
    }

    /** The name of a file of this home in messages and in the receipt. */
    public String name(Path file) {
        return root.relativize(file).toString();
    }
}
