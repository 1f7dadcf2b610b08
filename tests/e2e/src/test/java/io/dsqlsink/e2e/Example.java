package io.dsqlsink.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A file of examples/ with only its addresses and credentials replaced. */
final class Example {
    private static final String SINK_SECRET = "secret_access_key = \"change-me\"";

    private final String name;
    private String config;

    private Example(String name, String config) {
        this.name = name;
        this.config = config;
    }

    /** With the secret key of dsql-local, if it has one. */
    static Example of(String name) {
        Path file = Places.ROOT.resolve("examples").resolve(name + ".conf");
        try {
            String config = Files.readString(file);
            Example example = new Example(name, config);
            return config.contains(SINK_SECRET)
                    ? example.replace(
                            SINK_SECRET,
                            SINK_SECRET.replace("change-me", DsqlLocal.SECRET_ACCESS_KEY))
                    : example;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With a source of its own, too. */
    Example reading(String url, String otherUrl, String user, String password) {
        String reader = config.contains("\"cdc\"") ? "\"cdc\"" : "\"reader\"";
        return replace(url, otherUrl)
                .replace(reader, "\"" + user + "\"")
                .replace("password = \"change-me\"", "password = \"" + password + "\"");
    }

    /** Fails if the file does not have the text: it would be another example then. */
    Example replace(String text, String by) {
        if (!config.contains(text)) {
            throw new IllegalStateException("examples/" + name + ".conf has no " + text);
        }
        config = config.replace(text, by);
        return this;
    }

    /** Starts it. Keys that are not in its sink come from the default chain, by the environment. */
    Job run(SeaTunnelHome home, Path folder) {
        Map<String, String> environment = new HashMap<>(Servers.dsql().environment());
        environment.put("AWS_ACCESS_KEY_ID", DsqlLocal.ACCESS_KEY_ID);
        environment.put("AWS_SECRET_ACCESS_KEY", DsqlLocal.SECRET_ACCESS_KEY);
        Path file = JobConfig.write(folder.resolve(name + ".conf"), config);
        return home.run(file, folder.resolve(name + ".log"), environment);
    }
}
