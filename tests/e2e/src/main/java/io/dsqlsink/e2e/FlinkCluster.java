package io.dsqlsink.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A standalone Flink of a home: a job manager and a task manager, each a JVM. */
final class FlinkCluster {
    /** As in tests/e2e/homes/flink/flink/conf/flink-conf.yaml. */
    private static final String HOST = "127.0.0.1";

    private static final int PORT = 18081;
    private static final Duration START = Duration.ofSeconds(120);

    private final Rest rest = new Rest("http://" + HOST + ":" + PORT);
    private final Child manager;
    private final Child worker;

    private FlinkCluster(Child manager, Child worker) {
        this.manager = manager;
        this.worker = worker;
    }

    /**
     * @param flink the engine's folder of the home
     * @param environment of both JVMs: jobs run in them, not in their clients
     */
    static FlinkCluster start(Path flink, Path logs, Map<String, String> environment) {
        Ports.requireFree(HOST, PORT, "Flink");
        Child manager = start(flink, "jobmanager", logs, environment);
        FlinkCluster cluster =
                new FlinkCluster(manager, start(flink, "taskmanager", logs, environment));
        Poll.until(
                "a task manager to join",
                START,
                Duration.ofMillis(200),
                () -> cluster.get("/overview").path("taskmanagers").asInt() == 1);
        return cluster;
    }

    private static Child start(
            Path flink, String part, Path logs, Map<String, String> environment) {
        return Child.start(
                part,
                logs.resolve(part + ".log"),
                new HashMap<>(environment),
                List.of(flink.resolve("bin").resolve(part + ".sh").toString()));
    }

    /** What the JVM that runs the tasks has said. */
    String workerLog() {
        return worker.log();
    }

    long workerPid() {
        return worker.pid();
    }

    /** The state of every job of this name, such as RUNNING, FAILED, FINISHED or CANCELED. */
    List<String> states(String jobName) {
        List<String> states = new ArrayList<>();
        for (JsonNode job : get("/jobs/overview").path("jobs")) {
            if (job.path("name").asText().equals(jobName)) {
                states.add(job.path("state").asText());
            }
        }
        return states;
    }

    /** The accumulators of the job of this name that the users' functions have counted. */
    Map<String, Long> counters(String jobName) {
        Map<String, Long> counters = new HashMap<>();
        for (JsonNode counter :
                get("/jobs/" + id(jobName) + "/accumulators").path("user-task-accumulators")) {
            counters.put(counter.path("name").asText(), counter.path("value").asLong());
        }
        return counters;
    }

    /** Cancels a job that has not ended, and waits until the cluster says that it has. */
    void cancel(String jobName) {
        if (ended(jobName)) {
            return;
        }
        requestCancel(jobName);
        Poll.until(
                () -> jobName + " to be cancelled; it is " + states(jobName),
                START,
                Duration.ofMillis(100),
                () -> ended(jobName));
    }

    /** Cancels a job without waiting for its end. */
    void requestCancel(String jobName) {
        rest.send(
                "/jobs/" + id(jobName) + "?mode=cancel",
                request -> request.method("PATCH", HttpRequest.BodyPublishers.noBody()));
    }

    private boolean ended(String jobName) {
        return List.of("CANCELED", "FAILED", "FINISHED").containsAll(states(jobName));
    }

    private String id(String jobName) {
        for (JsonNode job : get("/jobs/overview").path("jobs")) {
            if (job.path("name").asText().equals(jobName)) {
                return job.path("jid").asText();
            }
        }
        throw new IllegalStateException("the cluster knows no job " + jobName);
    }

    /** An empty answer while the cluster does not listen yet. */
    private JsonNode get(String path) {
        manager.requireAlive();
        if (worker != null) {
            worker.requireAlive();
        }
        return rest.get(path);
    }
}
