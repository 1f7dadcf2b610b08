package io.dsqlsink.bench;

import io.dsqlsink.bench.Remote.Connector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Starts contenders with the options that a job would give them. */
final class Contenders {
    private final Path folder;

    /**
     * @param folder for their logs
     */
    Contenders(Path folder) {
        this.folder = folder;
    }

    Path folder() {
        return folder;
    }

    Remote ours(String name, Server server, Rows.Kind rows, Map<String, String> more)
            throws IOException {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("dialect", "dsql");
        options.put(
                "url",
                "jdbc:postgresql://"
                        + Server.ENDPOINT
                        + ":"
                        + server.port
                        + "/postgres?hostaddr=127.0.0.1&sslrootcert="
                        + server.certificate);
        options.put("driver", "org.postgresql.Driver");
        options.put("username", "admin");
        options.put("access_key_id", "AKIAIOSFODNN7EXAMPLE");
        options.put("secret_access_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        options.put("database", "postgres");
        options.put("generate_sink_sql", "true");
        options.putAll(more);
        return Remote.start(name, Connector.OURS, "sink", rows, 1, options, folder);
    }

    Remote ours(String name, Server server, Map<String, String> more) throws IOException {
        return ours(name, server, Rows.Kind.SHORT, more);
    }

    Remote stock(
            String name,
            Server server,
            Rows.Kind rows,
            int writers,
            boolean rewriting,
            Map<String, String> more)
            throws IOException {
        Map<String, String> options = jdbc(server, rewriting);
        options.put("database", "postgres");
        options.put("table", "public." + rows.table);
        options.put("generate_sink_sql", "true");
        options.putAll(more);
        return Remote.start(name, Connector.STOCK, "sink", rows, writers, options, folder);
    }

    Remote copy(String name, int writers, Map<String, String> options) throws IOException {
        return Remote.start(
                name, Connector.STOCK, "copy", Rows.Kind.SHORT, writers, options, folder);
    }

    /** Options for pgjdbc. The password is a token, because each connection is opened only once. */
    static Map<String, String> jdbc(Server server, boolean rewriting) throws IOException {
        Map<String, String> options = new LinkedHashMap<>();
        options.put(
                "url",
                "jdbc:postgresql://"
                        + Server.ENDPOINT
                        + ":"
                        + server.port
                        + "/postgres?sslmode=verify-full&sslrootcert="
                        + server.certificate
                        + "&reWriteBatchedInserts="
                        + rewriting);
        options.put("driver", "org.postgresql.Driver");
        options.put("user", "admin");
        options.put("password", server.token());
        return options;
    }
}
