package io.dsqlsink.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A Kafka broker that is also the controller, with its command line tools. */
final class KafkaServer implements AutoCloseable {
    static final Path HOME = Places.CACHE.resolve("kafka-3.7.1");

    private static final int PORT = 19092;
    private static final int CONTROLLER = 19093;
    private static final Duration START = Duration.ofSeconds(60);

    /** Any id works, because there is only one broker. */
    private static final String CLUSTER = "AAAAAAAAAAAAAAAAAAAAAA";

    private final String host;
    private final Path folder;
    private final Child child;

    private KafkaServer(String host, Path folder, Child child) {
        this.host = host;
        this.folder = folder;
        this.child = child;
    }

    static KafkaServer start(String host, Path folder) throws IOException {
        Places.require(HOME, "run scripts/fetch.sh kafka");
        Places.emptyFolder(folder);
        Ports.requireFree(host, PORT, "Kafka");
        Path properties = folder.resolve("server.properties");
        Files.writeString(
                properties,
                """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@%1$s:%3$d
                listeners=PLAINTEXT://%1$s:%2$d,CONTROLLER://%1$s:%3$d
                controller.listener.names=CONTROLLER
                log.dirs=%4$s
                offsets.topic.replication.factor=1
                """
                        .formatted(host, PORT, CONTROLLER, folder.resolve("data")));
        String file = properties.toString();
        tool(folder, "format", "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", file);
        Path log = folder.resolve("broker.log");
        Child child = Child.start("Kafka", log, Map.of(), java("kafka.Kafka", file)).disposable();
        child.await("Kafka to start", START, () -> child.log().contains("Kafka Server started"));
        return new KafkaServer(host, folder, child);
    }

    String address() {
        return host + ":" + PORT;
    }

    /** Sends messages without a key; the topic is created with one partition. */
    void send(String topic, String... messages) throws IOException {
        Path file = folder.resolve("messages");
        Files.writeString(file, String.join("\n", messages) + "\n");
        List<String> command = new ArrayList<>(List.of("bash", "-c", "exec \"$@\" <" + file, "-"));
        command.addAll(
                java(
                        "kafka.tools.ConsoleProducer",
                        "--bootstrap-server",
                        address(),
                        "--topic",
                        topic));
        await(Child.start("Kafka's producer", folder.resolve("send.log"), Map.of(), command));
    }

    private static void tool(Path folder, String name, String mainClass, String... arguments) {
        Path log = folder.resolve(name + ".log");
        await(Child.start(mainClass, log, Map.of(), java(mainClass, arguments)));
    }

    private static void await(Child child) {
        try (child) {
            Poll.until(
                    () -> "a tool of Kafka to end:\n" + child.tail(),
                    START,
                    Duration.ofMillis(50),
                    () -> !child.isAlive());
            if (child.exitCode() != 0) {
                throw new IllegalStateException("a tool of Kafka failed:\n" + child.tail());
            }
        }
    }

    private static List<String> java(String mainClass, String... arguments) {
        List<String> command = new ArrayList<>(List.of("java", "-Xmx256m", "-cp"));
        command.addAll(List.of(HOME.resolve("lib") + "/*", mainClass));
        command.addAll(List.of(arguments));
        return command;
    }

    @Override
    public void close() {
        child.close();
    }
}
