package io.dsqlsink.bridge;

import java.io.File;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The unpacked library, one for all class loaders of this JVM.
 *
 * <p>A JVM loads one path for one class loader only, and engines make a class loader per job or
 * even per task. The library is linked so that it stays mapped (scripts/build-native.sh): a copy
 * for each of them would stay as well. So each class loader gets its own path to the same file: a
 * hard link, which the system's loader recognizes by its inode. The class loaders then share the
 * library's handle tables, in which handles are unique.
 */
final class NativeCopy {
    static final String FILE_NAME = "libdsql_sink.so";

    /** State shared by the JVM's class loaders. The digest distinguishes releases. */
    static final String UNPACKED_PROPERTY = "dsql.sink.native.unpacked.";

    private NativeCopy() {}

    /**
     * Loads the library for the caller's class loader.
     *
     * @param tmp where it is unpacked to
     */
    static void load(byte[] library, Path tmp) throws IOException {
        String property = UNPACKED_PROPERTY + digest(library);
        // Any other lock would belong to a class loader.
        synchronized (Runtime.getRuntime()) {
            String known = System.getProperty(property);
            Path first = known == null ? null : Paths.get(known);
            boolean keep = first == null || !Files.exists(first);
            // Only this user can open the folder, so nobody can exchange the file before it is
            // mapped. The name is random and the folder new, so it is not one that somebody has
            // prepared.
            Path directory = Files.createTempDirectory(tmp, Leftovers.prefix());
            if (keep) {
                Leftovers.removeBeside(directory, FILE_NAME);
            }
            Path path = directory.resolve(FILE_NAME);
            boolean loaded = false;
            try {
                if (keep || !link(path, first)) {
                    Files.write(path, library);
                }
                System.load(path.toAbsolutePath().toString());
                loaded = true;
            } finally {
                if (!loaded || !keep) {
                    // A mapped file stays usable after its name is removed.
                    delete(directory.toFile());
                }
            }
            if (keep) {
                System.setProperty(property, path.toAbsolutePath().toString());
                directory.toFile().deleteOnExit();
                path.toFile().deleteOnExit();
            }
        }
    }

    /** False on file systems without hard links, and across two of them. */
    private static boolean link(Path path, Path first) {
        try {
            Files.createLink(path, first);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static void delete(File directory) {
        new File(directory, FILE_NAME).delete();
        directory.delete();
    }

    private static String digest(byte[] library) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(library);
            return new BigInteger(1, digest).toString(16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JVM has SHA-256", e);
        }
    }
}
