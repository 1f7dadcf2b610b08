package io.dsqlsink.seatunnel.install;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Reads files of a home as the installer does, with arbitrary bytes. It must accept them, or refuse
 * them with a message. Jazzer calls it (scripts/fuzz.sh), and {@link HomeFuzzTest} calls it with
 * earlier findings.
 */
public final class HomeFuzz {
    private HomeFuzz() {}

    /** The first byte selects the file; the others are its content. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        byte[] content = Arrays.copyOfRange(bytes, 1, bytes.length);
        try {
            Path root = Files.createTempDirectory("dsql-fuzz");
            try {
                read(bytes[0], content, root);
            } catch (IOException | InstallException e) {
                return; // Refused: the message names the file.
            } finally {
                delete(root);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void read(byte kind, byte[] content, Path root)
            throws IOException, InstallException {
        Path connectors = Files.createDirectory(root.resolve("connectors"));
        Home home = Home.of(root, "2.3.4");
        if (kind == 'r') {
            Files.write(home.receipt(), content);
            Receipt.read(home);
        } else if (kind == 'm') {
            Files.write(home.mapping(), content);
            Mapping.with(home.mapping());
            Mapping.without(home.mapping());
        } else {
            Path stock = Files.write(connectors.resolve("connector-jdbc.jar"), content);
            Jars.mavenVersion(stock, "seatunnel-api");
            Jars.ourVersion(stock);
            home.jdbcJars();
            JarMerge.merge(stock, ours(root.resolve("ours.jar")), Staging.of(stock));
        }
    }

    private static Path ours(Path jar) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry(Jars.STOCK_CLASS));
            out.putNextEntry(new ZipEntry(Jars.OUR_CLASS));
        }
        return jar;
    }

    private static void delete(Path folder) throws IOException {
        try (java.util.stream.Stream<Path> files = Files.walk(folder)) {
            Path[] all = files.toArray(Path[]::new);
            for (int i = all.length - 1; i >= 0; i--) {
                Files.delete(all[i]);
            }
        }
    }
}
