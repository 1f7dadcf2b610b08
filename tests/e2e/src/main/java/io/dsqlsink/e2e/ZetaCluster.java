package io.dsqlsink.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A Zeta cluster of two nodes of one home, each a JVM. The older one is the master. */
final class ZetaCluster {
    private static final Duration START = Duration.ofSeconds(120);

    /** A JVM of the cluster. */
    static final class Node {
        private final Child child;

        private Node(Child child) {
            this.child = child;
        }

        /** Whether a task here has, or had, the sink. */
        boolean writes() {
            return child.log().contains("Native Aurora DSQL sink");
        }

        String log() {
            return child.log();
        }
    }

    private final Path home;
    private final Path logs;
    private final Map<String, String> environment;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Node> all = new ArrayList<>();

    private ZetaCluster(Path home, Path logs, Map<String, String> environment) {
        this.home = home;
        this.logs = logs;
        this.environment = environment;
    }

    /**
     * @param environment of the nodes: jobs run in them, not in their clients
     */
    static ZetaCluster start(Path home, Path logs, Map<String, String> environment) {
        ZetaCluster cluster = new ZetaCluster(home, logs, environment);
        // One after the other, so that there is no doubt who is the master.
        cluster.addNode();
        cluster.addNode();
        return cluster;
    }

    /** Starts a node; returns once it holds its share of what the cluster must not forget. */
    void addNode() {
        long shared = shared();
        Child child =
                Child.start(
                        "a Zeta node",
                        logs.resolve("node-" + (all.size() + 1) + ".log"),
                        environment,
                        List.of(home.resolve("bin/seatunnel-cluster.sh").toString()));
        Node node = new Node(child);
        nodes.add(node);
        all.add(node);
        child.await(
                "a node to join",
                START,
                () ->
                        child.log().contains("Members {size:" + nodes.size())
                                && child.log().contains(" is STARTED")
                                && (nodes.size() == 1 || shared() > shared));
    }

    /** How often the master has dealt the cluster's memory to its nodes. */
    private long shared() {
        return nodes.isEmpty()
                ? 0
                : nodes.get(0)
                        .log()
                        .lines()
                        .filter(line -> line.contains("All migration tasks have been completed"))
                        .count();
    }

    /** The nodes that are alive, the master first. */
    List<Node> nodes() {
        return nodes;
    }

    /** Ends a node as kill -9 does. */
    void kill(Node node) {
        node.child.kill();
        nodes.remove(node);
    }

    /** What all nodes have said, those killed included. */
    String logs() {
        return all.stream().map(Node::log).collect(Collectors.joining("\n"));
    }
}
