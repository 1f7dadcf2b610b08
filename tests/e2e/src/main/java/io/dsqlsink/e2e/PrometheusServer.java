package io.dsqlsink.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A Prometheus that scrapes one target every second and evaluates rules. */
final class PrometheusServer implements AutoCloseable {
    private static final Path HOME = Places.CACHE.resolve("prometheus");
    private static final int PORT = 19090;
    private static final Duration START = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newHttpClient();
    private final String address;
    private final Child child;

    private PrometheusServer(String address, Child child) {
        this.address = address;
        this.child = child;
    }

    static PrometheusServer start(String host, Path folder, String target, Path rules)
            throws IOException {
        Path program = HOME.resolve("prometheus");
        Places.require(program, "run scripts/fetch.sh prometheus");
        Places.emptyFolder(folder);
        Ports.requireFree(host, PORT, "Prometheus");
        Path config = folder.resolve("prometheus.yml");
        Files.writeString(
                config,
                """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                scrape_configs:
                  - job_name: seatunnel
                    static_configs: [{targets: ["%s"]}]
                rule_files: ["%s"]
                """
                        .formatted(target, rules));
        String address = host + ":" + PORT;
        List<String> command =
                List.of(
                        program.toString(),
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=" + address);
        Path log = folder.resolve("prometheus.log");
        Child child = Child.start("Prometheus", log, Map.of(), command).disposable();
        PrometheusServer server = new PrometheusServer(address, child);
        child.await(
                "Prometheus to start",
                START,
                () -> child.log().contains("Server is ready to receive web requests"));
        return server;
    }

    /**
     * The current result of an expression: its samples, each with its labels and value.
     *
     * @throws IllegalStateException with the server's message if the expression is wrong
     */
    JsonNode query(String expression) throws IOException, InterruptedException {
        String query = URLEncoder.encode(expression, StandardCharsets.UTF_8);
        return get("/api/v1/query?query=" + query).path("result");
    }

    /** What an expression gives in each step of a time, both its ends in seconds since 1970. */
    JsonNode range(String expression, long from, long to, int step)
            throws IOException, InterruptedException {
        String query = URLEncoder.encode(expression, StandardCharsets.UTF_8);
        String time = "&start=" + from + "&end=" + to + "&step=" + step;
        return get("/api/v1/query_range?query=" + query + time).path("result");
    }

    /** The rules of all groups, each with its health. */
    JsonNode rules() throws IOException, InterruptedException {
        return get("/api/v1/rules").path("groups");
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://" + address + path)).build();
        String body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        JsonNode answer = new ObjectMapper().readTree(body);
        if (!"success".equals(answer.path("status").asText())) {
            throw new IllegalStateException(path + ": " + body);
        }
        return answer.path("data");
    }

    @Override
    public void close() {
        child.close();
    }
}
