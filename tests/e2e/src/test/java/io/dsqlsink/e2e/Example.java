package io.dsqlsink.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** A file of examples/ as it is, but for its addresses and credentials. */
final class Example {
    private String config;

    private Example(String config) {
        this.config = config;
    }

    /** With the sink's address and keys of dsql-local. */
    static Example of(String file) {
        try {
            return new Example(Files.readString(Places.ROOT.resolve("examples").resolve(file)))
                    .replace(
                            DsqlLocal.ENDPOINT + ":5432/",
                            DsqlLocal.ENDPOINT + ":" + DsqlLocal.PORT + "/")
                    .replace(
                            "username = \"admin\"",
                            "username = \"admin\"\n    access_key_id = \""
                                    + DsqlLocal.ACCESS_KEY_ID
                                    + "\"\n    secret_access_key = \""
                                    + DsqlLocal.SECRET_ACCESS_KEY
                                    + "\"");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails if the file does not have the text: it would be another example then. */
    Example replace(String text, String by) {
        if (!config.contains(text)) {
            throw new IllegalStateException("the example has no " + text + ":\n" + config);
        }
        config = config.replace(text, by);
        return this;
    }

    String config() {
        return config;
    }
}
