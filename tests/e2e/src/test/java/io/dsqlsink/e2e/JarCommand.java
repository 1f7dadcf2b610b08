package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A command of the connector's jar for the home of this run, started as a user would. */
final class JarCommand {
    private final String command;
    private final Path folder;
    private final Duration timeout;

    /**
     * @param folder for configs and the output of the command
     * @param timeout how long it may take
     */
    JarCommand(String command, Path folder, Duration timeout) {
        this.command = command;
        this.folder = folder;
        this.timeout = timeout;
    }

    /** Runs it for a job and returns its output, which must not contain a secret. */
    String run(String name, String config, int exitCode, String... more) {
        try (Child child = start(name, config, more)) {
            Poll.until(
                    () -> command + " to end; its output:\n" + child.tail(),
                    timeout,
                    Duration.ofMillis(50),
                    () -> !child.isAlive());
            assertThat(child.exitCode()).as(child::log).isEqualTo(exitCode);
            Secrets.assertAbsent(child.log());
            return child.log();
        }
    }

    /** Runs it for a job until a condition holds, and then kills it. */
    void killWhen(String name, String config, Callable<Boolean> so, String... more) {
        try (Child child = start(name, config, more)) {
            child.await(command + " to be killed", timeout, so);
            child.kill();
        }
    }

    private Child start(String name, String config, String... more) {
        Path file = JobConfig.write(folder.resolve(name + ".conf"), config);
        Path jar =
                Places.require(
                        Path.of(System.getProperty("connector.jar")), "run scripts/build.sh");
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of(Servers.java(), "-jar", jar.toString(), command));
        arguments.addAll(List.of("--home", System.getProperty("seatunnel.home")));
        arguments.addAll(List.of("--config", file.toString()));
        arguments.addAll(List.of(more));
        Path log = folder.resolve(name + "-" + command + ".log");
        return Child.start(command, log, Servers.dsql().environment(), arguments);
    }
}
