package io.dsqlsink.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The dashboard of docs/monitoring, as far as Prometheus sees it. */
final class Dashboard {
    static final Path FOLDER = Places.ROOT.resolve("docs/monitoring");

    private Dashboard() {}

    /** The panels as Grafana takes them. */
    static JsonNode panels() throws IOException {
        return new ObjectMapper()
                .readTree(FOLDER.resolve("dashboard.json").toFile())
                .path("panels");
    }

    /** The expressions of all panels, to be asked. */
    static List<String> expressions() throws IOException {
        return panels().findValuesAsText("expr").stream().map(Dashboard::filledIn).toList();
    }

    /** An expression with Grafana's variables filled in: every job, every table. */
    static String filledIn(String expression) {
        return expression
                .replace("$job_id", ".*")
                .replace("$table", ".*")
                .replace("$__rate_interval", "10s");
    }
}
