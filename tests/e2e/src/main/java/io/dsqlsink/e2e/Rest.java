package io.dsqlsink.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** An engine's REST interface, which speaks JSON. */
final class Rest {
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /** What Flink says until its parts have found each other. */
    private static final int UNAVAILABLE = 503;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final String base;

    /**
     * @param base what the paths go on from
     */
    Rest(String base) {
        this.base = base;
    }

    JsonNode get(String path) {
        return send(path, HttpRequest.Builder::GET);
    }

    /** A missing node while the engine does not serve yet. */
    JsonNode send(String path, UnaryOperator<HttpRequest.Builder> method) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
        try {
            HttpResponse<String> answer =
                    http.send(
                            method.apply(request.timeout(ANSWER)).build(),
                            HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == UNAVAILABLE) {
                return JSON.missingNode();
            } else if (answer.statusCode() / 100 != 2) {
                throw new IllegalStateException(
                        path + ": " + answer.statusCode() + " " + answer.body());
            }
            return JSON.readTree(answer.body());
        } catch (ConnectException e) {
            return JSON.missingNode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
