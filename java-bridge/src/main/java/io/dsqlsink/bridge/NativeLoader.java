package io.dsqlsink.bridge;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

/** Loads libdsql_sink for this class loader, when the first sink is opened. */
final class NativeLoader {
    /** The library file to load instead of the one in the jar. */
    static final String PATH_PROPERTY = "dsql.sink.native.path";

    /** Where the library in the jar is unpacked; default java.io.tmpdir. */
    static final String TMPDIR_PROPERTY = "dsql.sink.native.tmpdir";

    private NativeLoader() {}

    /**
     * @throws IllegalStateException when there is no library for this machine, or it cannot be
     *     loaded; it names the property that helps
     */
    static synchronized void load() {
        if (isLoaded()) {
            return;
        }
        String path = System.getProperty(PATH_PROPERTY);
        if (path != null) {
            loadFile(Paths.get(path));
        } else {
            loadResource();
        }
        checkAbi(NativeSink.abiVersion());
    }

    /** The JVM itself knows whether the natives of this class loader are linked. */
    private static boolean isLoaded() {
        try {
            checkAbi(NativeSink.abiVersion());
            return true;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }

    static void checkAbi(int version) {
        if (version != NativeSink.ABI_VERSION) {
            throw new IllegalStateException(
                    "The native library has border version "
                            + version
                            + ", but these classes need "
                            + NativeSink.ABI_VERSION
                            + ": use the library of the same release, or remove -D"
                            + PATH_PROPERTY);
        }
    }

    private static void loadFile(Path library) {
        try {
            System.load(library.toAbsolutePath().toString());
        } catch (UnsatisfiedLinkError e) {
            // The words of all JDKs from 8 on.
            if (!String.valueOf(e.getMessage()).contains("already loaded in another classloader")) {
                throw new IllegalStateException(
                        "Cannot load the native library "
                                + library
                                + " ("
                                + e.getMessage()
                                + "): correct or remove -D"
                                + PATH_PROPERTY,
                        e);
            }
            try {
                loadCopy(Files.readAllBytes(library), library.toString());
            } catch (IOException unreadable) {
                throw new IllegalStateException("Cannot read " + library, unreadable);
            }
        }
    }

    private static void loadResource() {
        String platform = NativePlatform.current();
        if (NativePlatform.isMusl()) {
            throw new IllegalStateException(
                    "This JVM runs on musl (Alpine Linux), but the native library in the jar needs"
                            + " glibc: use an image with glibc, or set -D"
                            + PATH_PROPERTY
                            + " to a library built for musl");
        }
        String resource = NativePlatform.resource(platform);
        try (InputStream content = NativeLoader.class.getResourceAsStream(resource)) {
            if (content == null) {
                throw new IllegalStateException(
                        "The jar has no native library for "
                                + platform
                                + ", only for "
                                + NativePlatform.inThisJar()
                                + ": use a jar of a release, which has both linux-x86_64 and"
                                + " linux-aarch64, or set -D"
                                + PATH_PROPERTY
                                + " to a library built for this machine");
            }
            loadCopy(readAll(content), resource);
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read the resource " + resource, e);
        }
    }

    private static byte[] readAll(InputStream content) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] part = new byte[1 << 16];
        for (int length = content.read(part); length >= 0; length = content.read(part)) {
            all.write(part, 0, length);
        }
        return all.toByteArray();
    }

    private static void loadCopy(byte[] library, String origin) {
        String tmp = System.getProperty(TMPDIR_PROPERTY, System.getProperty("java.io.tmpdir"));
        try {
            NativeCopy.load(library, Paths.get(tmp));
        } catch (IOException | UnsatisfiedLinkError e) {
            throw new IllegalStateException(
                    "Cannot load the native library "
                            + origin
                            + " from a copy in "
                            + tmp
                            + " ("
                            + e
                            + "): set -D"
                            + TMPDIR_PROPERTY
                            + " to a directory with room whose file system allows execution, or"
                            + " -D"
                            + PATH_PROPERTY
                            + " to an unpacked library",
                    e);
        }
    }
}
