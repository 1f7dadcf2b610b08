package io.dsqlsink.seatunnel.install;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** The line of connectors/plugin-mapping.properties that adds the plugin {@code Dsql}. */
final class Mapping {
    /** The engines load the jar of connectors/ whose name begins with the value. */
    static final String LINE = "seatunnel.sink.Dsql = connector-dsql";

    private static final String KEY = "seatunnel.sink.dsql";
    private static final String VALUE = "connector-dsql";

    private Mapping() {}

    /** The content of the file with the line added; null if it has the line already. */
    static byte[] with(Path file) throws IOException, InstallException {
        String mapped = mapped(file);
        if (VALUE.equals(mapped)) {
            return null;
        }
        if (mapped != null) {
            throw new InstallException(
                    file + " maps seatunnel.sink.Dsql to " + mapped + ": remove that line");
        }
        byte[] content = Files.readAllBytes(file);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(content);
        if (content.length > 0 && content[content.length - 1] != '\n') {
            out.write('\n');
        }
        out.write((LINE + "\n").getBytes(StandardCharsets.ISO_8859_1));
        return out.toByteArray();
    }

    /**
     * The content of the file without the line. Other lines may have changed since the
     * installation.
     */
    static byte[] without(Path file) throws IOException {
        // In ISO 8859-1 every byte is a character, so this keeps a file of any encoding.
        String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        return content.replaceFirst("(?m)^" + LINE.replace(".", "\\.") + "\\R?", "")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The value of the key. Upper and lower case are the same, as for the engines. */
    private static String mapped(Path file) throws IOException, InstallException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        } catch (IllegalArgumentException e) {
            throw new InstallException(
                    file + " cannot be read (" + e.getMessage() + "): correct it first");
        }
        for (String key : properties.stringPropertyNames()) {
            if (key.equalsIgnoreCase(KEY)) {
                return properties.getProperty(key).trim();
            }
        }
        return null;
    }
}
