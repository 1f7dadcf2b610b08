package io.dsqlsink.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** An assembled SeaTunnel home (scripts/home.sh) and the jobs that run in it. */
final class SeaTunnelHome {
    /** What an ordinary installation starts jobs with, and its words for where they run. */
    enum Engine {
        ZETA("seatunnel.sh", "-m", "local"),
        FLINK("start-seatunnel-flink-15-connector-v2.sh", "--target", "local"),
        SPARK("start-seatunnel-spark-3-connector-v2.sh", "--master", "local[2]");

        private final String script;
        private final String option;
        private final String inOneJvm;

        Engine(String script, String option, String inOneJvm) {
            this.script = script;
            this.option = option;
            this.inOneJvm = inOneJvm;
        }
    }

    private final Path home;
    private final Engine engine;

    /** The script in the home shows its engine. */
    SeaTunnelHome(Path home) {
        this.home = home;
        for (Engine candidate : Engine.values()) {
            if (Files.exists(home.resolve("bin").resolve(candidate.script))) {
                this.engine = candidate;
                return;
            }
        }
        throw new IllegalStateException(home + " is no home: run scripts/home.sh");
    }

    Engine engine() {
        return engine;
    }

    /** What comes before everything else on the class path. */
    Path lib() {
        return home.resolve("lib");
    }

    /** SeaTunnel's own classes. */
    Path starter() {
        return home.resolve("starter");
    }

    /** The engine's own folder in the home, where it has one. */
    Path engineFolder() {
        return home.resolve(engine.name().toLowerCase());
    }

    /** What the executors of all Spark jobs in this home have said. */
    String executorLogs() {
        StringBuilder logs = new StringBuilder();
        try (Stream<Path> files = Files.walk(engineFolder().resolve("work"))) {
            for (Path file :
                    files.filter(f -> f.getFileName().toString().startsWith("std")).toList()) {
                logs.append(Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return logs.toString();
    }

    /** When a job of Zeta in this home last made a checkpoint, in milliseconds; 0 for never. */
    long lastCheckpoint() throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve("checkpoint"))) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().lastModified())
                    .max()
                    .orElse(0);
        } catch (NoSuchFileException | UncheckedIOException e) {
            return 0; // One that is too old is deleted meanwhile.
        }
    }

    /** Asks something of the engine by its script, without a job. */
    Job ask(Path log, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin").resolve(engine.script).toString());
        command.addAll(List.of(arguments));
        return new Job(Child.start("the SeaTunnel client", log, Map.of(), command));
    }

    /** Starts {@code bin/seatunnel.sh --config FILE -m local} as a person would. */
    Job run(Path config, Path log, Map<String, String> environment, String... arguments) {
        return runOn(engine.inOneJvm, config, log, environment, arguments);
    }

    /**
     * Starts a job.
     *
     * @param master where it runs, in the engine's words
     */
    Job runOn(
            String master,
            Path config,
            Path log,
            Map<String, String> environment,
            String... arguments) {
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        home.resolve("bin").resolve(engine.script).toString(),
                        "--config",
                        config.toString(),
                        engine.option,
                        master));
        command.addAll(List.of(arguments));
        return new Job(Child.start("the SeaTunnel job", log, environment, command));
    }
}
