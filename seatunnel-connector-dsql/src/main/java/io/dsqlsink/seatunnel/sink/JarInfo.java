package io.dsqlsink.seatunnel.sink;

import java.io.IOException;
import java.io.InputStream;
import java.security.CodeSource;
import java.util.Properties;

/** Which build of the connector runs, and from where: the first question to any log. */
final class JarInfo {
    private JarInfo() {}

    /** Not from the manifest, which is another one when our classes are merged into a jar. */
    static String version() {
        Properties properties = new Properties();
        try (InputStream in = JarInfo.class.getResourceAsStream("/dsql-sink.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            // Only the log line suffers.
        }
        return properties.getProperty("version", "of unknown version");
    }

    /** On a Flink task manager this is a blob file with a random name. */
    static String location() {
        CodeSource source = JarInfo.class.getProtectionDomain().getCodeSource();
        return source == null || source.getLocation() == null
                ? "an unknown place"
                : source.getLocation().getPath();
    }
}
