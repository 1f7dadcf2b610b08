package io.dsqlsink.seatunnel.install;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** The line of connectors/plugin-mapping.properties that makes {@code Dsql} known. */
final class Mapping {
    /** The engines take the jar in connectors/ whose name begins with the value. */
    static final String LINE = "seatunnel.sink.Dsql = connector-dsql";

    private static final String KEY = "seatunnel.sink.dsql";
    private static final String VALUE = "connector-dsql";

    private Mapping() {}

    /** The file with the line at its end; null when it has it already. */
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

    /** The file without the line, where others were changed in the meantime. */
    static byte[] without(Path file) throws IOException {
        // Every byte is a character of this encoding, whatever the file's own is.
        String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        return content.replaceFirst("(?m)^" + LINE.replace(".", "\\.") + "\\R?", "")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** As the engines read it: without regard to case. */
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
