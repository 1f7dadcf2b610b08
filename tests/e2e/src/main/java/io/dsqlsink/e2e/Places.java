package io.dsqlsink.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Where things are. The scripts build or fetch what is named here and pass the project's root. */
final class Places {
    static final Path ROOT =
            Path.of(System.getProperty("root.dir", ".")).toAbsolutePath().normalize();

    static final Path CACHE = cache();

    private Places() {}

    private static Path cache() {
        String given = System.getenv("DSQL_SINK_CACHE");
        return given != null && !given.isEmpty()
                ? Path.of(given)
                : Path.of(System.getProperty("user.home"), ".cache", "dsql-sink");
    }

    static Path require(Path path, String remedy) {
        if (!Files.exists(path)) {
            throw new IllegalStateException(path + " is not there: " + remedy);
        }
        return path;
    }

    /** An empty folder: what stood there before is deleted. */
    static Path emptyFolder(Path folder) {
        try {
            if (Files.exists(folder)) {
                try (Stream<Path> all = Files.walk(folder)) {
                    for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(path);
                    }
                }
            }
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
