package io.dsqlsink.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A node of Zeta that outlives its jobs, which come and are watched over its REST interface. */
final class ZetaServer implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final String MAIN =
            "org.apache.seatunnel.core.starter.seatunnel.SeaTunnelServer";

    private final Child child;
    private final Rest rest;

    private ZetaServer(Child child, int port) {
        this.child = child;
        rest = new Rest("http://127.0.0.1:" + port + "/hazelcast/rest/maps/");
    }

    static ZetaServer start(
            Path home, Path log, Map<String, String> environment, List<String> jvmOptions) {
        int port = freePort();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(
                List.of(
                        "-DSEATUNNEL_HOME=" + home,
                        "-Dzeta.port=" + port,
                        "-Dseatunnel.config=" + home.resolve("config/seatunnel.yaml"),
                        "-Dhazelcast.config=" + home.resolve("config/hazelcast.yaml"),
                        "-Dhazelcast.logging.type=log4j2",
                        "-Dlog4j2.configurationFile="
                                + home.resolve("config/log4j2_client.properties"),
                        "-cp",
                        home.resolve("lib") + "/*:" + home.resolve("starter") + "/*",
                        MAIN));
        Map<String, String> all = new HashMap<>(environment);
        all.put("SEATUNNEL_HOME", home.toString());
        ZetaServer server = new ZetaServer(Child.start("the Zeta node", log, all, command), port);
        Poll.until(
                "the Zeta node to answer",
                START,
                PAUSE,
                () -> !server.get("running-jobs").isMissingNode());
        return server;
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

    /** Waits for the job's end and returns what the node then has to say of it. */
    JsonNode await(String id, Duration deadline) {
        JsonNode[] found = new JsonNode[1];
        Poll.until(
                () -> "job " + id + " to end; the end of the log:\n" + child.tail(),
                deadline,
                PAUSE,
                () -> {
                    child.requireAlive();
                    for (JsonNode job : get("finished-jobs/")) {
                        if (job.path("jobId").asText().equals(id)) {
                            found[0] = job;
                        }
                    }
                    return found[0] != null;
                });
        return found[0];
    }

    /** What the node has to say of a job that has not ended. */
    JsonNode running(String id) {
        return get("running-job/" + id);
    }

    long pid() {
        return child.pid();
    }

    String log() {
        return child.log();
    }

    /** A missing node while the node does not listen yet. */
    private JsonNode get(String path) {
        child.requireAlive();
        return rest.get(path);
    }

    @Override
    public void close() {
        child.close();
    }
}
