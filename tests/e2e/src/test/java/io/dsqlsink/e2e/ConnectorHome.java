package io.dsqlsink.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** The home of the other jobs with one connector more, which only one test needs. */
final class ConnectorHome {
    private ConnectorHome() {}

    /**
     * @param folder for the home, whose jars are links
     * @param connector the connector's jar in the cache
     * @param fetched what scripts/fetch.sh is asked for to get it
     * @param source the name of its source
     */
    static SeaTunnelHome of(Path folder, Path connector, String fetched, String source)
            throws IOException {
        Places.require(connector, "run scripts/fetch.sh " + fetched);
        Path stock = Path.of(System.getProperty("seatunnel.home"));
        Path home = Places.emptyFolder(folder.resolve("home"));
        try (Stream<Path> files = Files.walk(stock)) {
            for (Path file : files.toList()) {
                copy(file, home.resolve(stock.relativize(file)));
            }
        }
        String jar = connector.getFileName().toString();
        Path connectors = home.resolve("connectors");
        Files.createSymbolicLink(connectors.resolve(jar), connector);
        Files.writeString(
                connectors.resolve("plugin-mapping.properties"),
                "\nseatunnel.source." + source + " = " + jar.replaceFirst("-[0-9.]+jar$", "\n"),
                StandardOpenOption.APPEND);
        return new SeaTunnelHome(home);
    }

    private static void copy(Path file, Path to) throws IOException {
        if (Files.isDirectory(file)) {
            Files.createDirectories(to);
        } else if (file.toString().endsWith(".jar")) {
            Files.createSymbolicLink(to, file);
        } else {
            Files.copy(file, to);
        }
    }
}
