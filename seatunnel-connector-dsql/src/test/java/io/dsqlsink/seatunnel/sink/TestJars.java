package io.dsqlsink.seatunnel.sink;

import io.dsqlsink.seatunnel.compat.EngineLoaders;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Jars as users have them, built from the files that Maven compiled and fetched. */
public final class TestJars {
    private TestJars() {}

    /** The connector in one jar. */
    public static Path connector(Path jar) throws IOException {
        try (FileSystem to =
                FileSystems.newFileSystem(
                        URI.create("jar:" + jar.toUri()), Map.of("create", "true"))) {
            addConnector(to);
        }
        return jar;
    }

    private static void addConnector(FileSystem to) throws IOException {
        for (Path from : EngineLoaders.connector()) {
            if (Files.isDirectory(from)) {
                addAll(from, to);
            } else {
                try (FileSystem jar = FileSystems.newFileSystem(from, (ClassLoader) null)) {
                    addAll(jar.getPath("/"), to);
                }
            }
        }
    }

    private static void addAll(Path from, FileSystem to) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(from)) {
            files = walk.filter(Files::isRegularFile).collect(Collectors.toList());
        }
        for (Path file : files) {
            Path target = to.getPath("/").resolve(from.relativize(file).toString());
            if (!Files.exists(target)) {
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }
}
