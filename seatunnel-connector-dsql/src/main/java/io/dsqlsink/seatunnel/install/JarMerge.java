package io.dsqlsink.seatunnel.install;

import io.dsqlsink.seatunnel.stock.StockJdbcFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/**
 * Changes the jar of a stock connector so that its Jdbc sink factory is ours. It adds our classes
 * and the native library, and keeps the stock factory under another name. It does not change any
 * other entry.
 */
public final class JarMerge {
    private static final String STOCK = StockJdbcFactory.NAME.replace('.', '/');
    private static final String RENAMED = StockJdbcFactory.RENAMED.replace('.', '/');

    /** The parts of our jar that only its command line needs, and its metadata. */
    private static final String[] NOT_MERGED = {
        "META-INF/",
        "io/dsqlsink/seatunnel/doctor/",
        "io/dsqlsink/seatunnel/install/",
        "io/dsqlsink/shaded/"
    };

    private JarMerge() {}

    static void merge(Path stock, Path ours, Path result) throws IOException {
        // The zip file system writes a zipfstmp*.tmp next to its jar. After a kill this file stays.
        // In a folder of our own the next run finds and removes it.
        Path folder = Files.createDirectories(Staging.folder(result));
        Path merged = folder.resolve(result.getFileName());
        Files.copy(stock, merged, StandardCopyOption.REPLACE_EXISTING);
        try {
            change(merged, ours);
        } catch (IOException | RuntimeException e) {
            // The zip file system and the class reader have many kinds of exceptions for a damaged
            // jar.
            throw new IOException(stock + " cannot be merged with " + ours + ": " + e, e);
        }
        Staging.replace(merged, result);
        Files.delete(folder);
    }

    private static void change(Path jar, Path ours) throws IOException {
        // The JDK's zip file system copies unchanged entries without unpacking them.
        try (FileSystem to = FileSystems.newFileSystem(jar, (ClassLoader) null);
                ZipFile connector = Jars.open(ours)) {
            Path factory = to.getPath(STOCK + ".class");
            for (Path file : withNested(factory)) {
                String name = file.getFileName().toString();
                String simple = factory.getFileName().toString().replace(".class", "");
                Path renamed =
                        file.resolveSibling(
                                RENAMED.substring(RENAMED.lastIndexOf('/') + 1)
                                        + name.substring(simple.length()));
                Files.write(renamed, renamed(Files.readAllBytes(file)));
                Files.delete(file);
            }
            Enumeration<? extends ZipEntry> entries = connector.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                if (!entry.isDirectory() && isMerged(entry.getName())) {
                    Path file = to.getPath(entry.getName());
                    Files.createDirectories(to.getPath("/").resolve(file).getParent());
                    try (InputStream in = connector.getInputStream(entry)) {
                        Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                    }
                }
            }
        }
    }

    private static List<Path> withNested(Path factory) throws IOException {
        String nested = factory.getFileName().toString().replace(".class", "$");
        try (Stream<Path> files = Files.list(factory.toAbsolutePath().getParent())) {
            return files.filter(
                            file ->
                                    file.getFileName().equals(factory.getFileName())
                                            || file.getFileName().toString().startsWith(nested))
                    .collect(Collectors.toList());
        }
    }

    /** True if an entry of our jar goes into a connector. */
    public static boolean isMerged(String entry) {
        for (String prefix : NOT_MERGED) {
            if (entry.startsWith(prefix)) {
                return false;
            }
        }
        return true;
    }

    /** The class file with the stock factory, and classes nested in it, under the other name. */
    private static byte[] renamed(byte[] classFile) {
        ClassWriter writer = new ClassWriter(0);
        Remapper names =
                new Remapper() {
                    @Override
                    public String map(String name) {
                        return name.equals(STOCK) || name.startsWith(STOCK + "$")
                                ? RENAMED + name.substring(STOCK.length())
                                : name;
                    }
                };
        new ClassReader(classFile).accept(new ClassRemapper(writer, names), 0);
        return writer.toByteArray();
    }
}
