package io.dsqlsink.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a main class of the tests in a separate JVM, which must end by itself. */
final class ChildJvm {
    /** -Xcheck:jni and a debug build of the library are slow; a hang is a hang. */
    private static final long DEADLINE_SECONDS = 60;

    private final Path output;
    private final List<String> options = new ArrayList<>();

    ChildJvm(Path directory) {
        output = directory.resolve("child.out");
    }

    ChildJvm with(String option) {
        options.add(option);
        return this;
    }

    /** Returns everything that it printed; its exit code has to be 0. */
    String run(Class<?> main, Object... arguments) throws IOException, InterruptedException {
        Process process = start(main, arguments);
        try {
            boolean ended = process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS);
            String printed = Files.readString(output);
            assertThat(ended).as("the JVM ends by itself; it printed:%n%s", printed).isTrue();
            assertThat(process.exitValue()).as(printed).isZero();
            return printed;
        } finally {
            process.destroyForcibly();
        }
    }

    /** What it prints goes into the file child.out. */
    Process start(Class<?> main, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }
}
