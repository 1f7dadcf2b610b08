package io.dsqlsink.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A node of Zeta that outlives its jobs; tests submit and watch them over its REST interface. */
final class ZetaServer implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Child child;
    private final Rest rest;

    private ZetaServer(Child child, int port) {
        this.child = child;
        rest = new Rest("http://127.0.0.1:" + port + "/hazelcast/rest/maps/");
    }

    /**
     * @param keepLoaders whether the node keeps the class loaders of finished jobs; newer releases
     *     always do
     */
    static ZetaServer start(
            Path home,
            Path log,
            Map<String, String> environment,
            List<String> jvmOptions,
            boolean keepLoaders) {
        int port = freePort();
        Map<String, String> all = new HashMap<>(environment);
        all.put("ZETA_PORT", String.valueOf(port));
        all.put("JAVA_OPTS", String.join(" ", jvmOptions));
        if (keepLoaders) {
            all.put("ZETA_CONFIG", keeping(home, log.resolveSibling("keeping.yaml")).toString());
        }
        List<String> command = List.of(home.resolve("bin/seatunnel-node.sh").toString());
        ZetaServer server = new ZetaServer(Child.start("the Zeta node", log, all, command), port);
        Poll.until(
                "the Zeta node to answer",
                START,
                PAUSE,
                () -> !server.get("running-jobs").isMissingNode());
        return server;
    }

    private static Path keeping(Path home, Path config) {
        try {
            String all = Files.readString(home.resolve("config/seatunnel.yaml"));
            String engine = "  engine:\n";
            Files.createDirectories(config.getParent());
            return Files.writeString(
                    config, all.replace(engine, engine + "    classloader-cache-mode: true\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param config of the job, as JSON
     * @return its id
     */
    String submit(String name, String config) {
        JsonNode answer =
                rest.send(
                        "submit-job?jobName=" + name,
                        b -> b.POST(HttpRequest.BodyPublishers.ofString(config)));
        return answer.required("jobId").asText();
    }

    /** Cancels a job without waiting for its end. */
    void stop(String id) {
        rest.send(
                "stop-job",
                b ->
                        b.POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"jobId\": "
                                                + id
                                                + ", \"isStopWithSavePoint\": false}")));
    }

    /** Waits for the job's end and returns the node's information about it. */
    JsonNode await(String id, Duration deadline) {
        JsonNode[] found = new JsonNode[1];
        child.await(
                "job " + id + " to end",
                deadline,
                () -> {
                    for (JsonNode job : get("finished-jobs/")) {
                        if (job.path("jobId").asText().equals(id)) {
                            found[0] = job;
                        }
                    }
                    return found[0] != null;
                });
        return found[0];
    }

    /** The node's information about a job that has not ended. */
    JsonNode running(String id) {
        return get("running-job/" + id);
    }

    long pid() {
        return child.pid();
    }

    String log() {
        return child.log();
    }

    /** Returns a missing JSON node while the Zeta node does not listen yet. */
    private JsonNode get(String path) {
        child.requireAlive();
        return rest.get(path);
    }

    @Override
    public void close() {
        child.close();
    }
}
