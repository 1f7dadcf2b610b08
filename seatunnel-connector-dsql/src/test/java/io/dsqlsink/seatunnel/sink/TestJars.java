package io.dsqlsink.seatunnel.sink;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.commons.ClassRemapper;
import net.bytebuddy.jar.asm.commons.SimpleRemapper;

/** Jars as users have them, made from what Maven compiled and fetched. */
final class TestJars {
    private static final String STOCK = StockJdbcFactory.NAME.replace('.', '/');
    private static final String RENAMED = StockJdbcFactory.RENAMED.replace('.', '/');

    private TestJars() {}

    /** The connector in one jar. */
    static Path connector(Path jar) throws IOException {
        try (FileSystem to = FileSystems.newFileSystem(jar, Map.of("create", "true"))) {
            addConnector(to);
        }
        return jar;
    }

    /** A connector-jdbc jar that our factory was merged into, the stock one kept beside it. */
    static Path merged(Path stock, Path jar) throws IOException {
        Files.copy(stock, jar);
        try (FileSystem to = FileSystems.newFileSystem(jar)) {
            byte[] renamed;
            try (InputStream in = Files.newInputStream(to.getPath(STOCK + ".class"))) {
                ClassWriter writer = new ClassWriter(0);
                new ClassReader(in)
                        .accept(new ClassRemapper(writer, new SimpleRemapper(STOCK, RENAMED)), 0);
                renamed = writer.toByteArray();
            }
            Files.write(to.getPath(RENAMED + ".class"), renamed);
            Files.delete(to.getPath(STOCK + ".class"));
            // The stock list of factories names the class already.
            addConnector(to);
        }
        return jar;
    }

    private static void addConnector(FileSystem to) throws IOException {
        for (Path from : EngineLoaders.connector()) {
            if (Files.isDirectory(from)) {
                addAll(from, to);
            } else {
                try (FileSystem jar = FileSystems.newFileSystem(from)) {
                    addAll(jar.getPath("/"), to);
                }
            }
        }
    }

    private static void addAll(Path from, FileSystem to) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(from)) {
            files = walk.filter(Files::isRegularFile).toList();
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
