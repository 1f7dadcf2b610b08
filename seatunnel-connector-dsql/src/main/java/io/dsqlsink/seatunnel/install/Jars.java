package io.dsqlsink.seatunnel.install;

import io.dsqlsink.seatunnel.stock.StockJdbcFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Properties;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Reads jars. */
public final class Jars {
    /** The stock class, or ours, which has the same name. */
    static final String STOCK_CLASS = file(StockJdbcFactory.NAME);

    /** The stock class in a merged jar. */
    static final String RENAMED_CLASS = file(StockJdbcFactory.RENAMED);

    /** Every jar with the connector has this class. */
    public static final String OUR_CLASS = "io/dsqlsink/seatunnel/sink/DsqlSinkFactory.class";

    /** Has the release of the connector in the jar. */
    static final String OUR_PROPERTIES = "dsql-sink.properties";

    private static final int BLOCK = 65_536;

    private Jars() {}

    private static String file(String className) {
        return className.replace('.', '/') + ".class";
    }

    /** False for a jar that cannot be read: class loaders ignore it too. */
    public static boolean has(Path jar, String entry) throws IOException {
        if (!Files.isReadable(jar)) {
            return false;
        }
        try (ZipFile zip = open(jar)) {
            return zip.getEntry(entry) != null;
        }
    }

    public static boolean isMerged(Path jar) throws IOException {
        return has(jar, RENAMED_CLASS);
    }

    /** The release of a Maven artifact in the jar, shaded or not; null if it is not there. */
    static String mavenVersion(Path jar, String artifact) throws IOException {
        return property(
                jar,
                "META-INF/maven/org.apache.seatunnel/" + artifact + "/pom.properties",
                "version");
    }

    /** The release of the connector in the jar, or null. */
    public static String ourVersion(Path jar) throws IOException {
        return property(jar, OUR_PROPERTIES, "version");
    }

    private static String property(Path jar, String entry, String key) throws IOException {
        try (ZipFile zip = open(jar)) {
            ZipEntry file = zip.getEntry(entry);
            if (file == null) {
                return null;
            }
            Properties properties = new Properties();
            try (InputStream in = zip.getInputStream(file)) {
                properties.load(in);
            }
            return properties.getProperty(key);
        }
    }

    public static ZipFile open(Path jar) throws IOException {
        try {
            return new ZipFile(jar.toFile());
        } catch (IOException e) {
            throw new IOException(jar + " cannot be read as a jar: " + e.getMessage(), e);
        }
    }

    /** SHA-256 in hexadecimal; null if there is no such file. */
    public static String digest(Path file) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        MessageDigest digest = sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] block = new byte[BLOCK];
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                digest.update(block, 0, n);
            }
        }
        return hex(digest);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JVM has SHA-256", e);
        }
    }

    static String hex(MessageDigest digest) {
        StringBuilder hex = new StringBuilder();
        for (byte b : digest.digest()) {
            hex.append(String.format("%02x", b));
        }
        return hex.toString();
    }
}
