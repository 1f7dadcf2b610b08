package io.dsqlsink.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A running {@link Contender}, seen from the harness. */
final class Remote implements AutoCloseable {
    private static final Path ROOT = Path.of(System.getProperty("root.dir"));

    /**
     * More than any contender needs, so that garbage collection does not dominate the measurement.
     */
    private static final String HEAP = "1g";

    private static final Path FOLDER = ROOT.resolve("tests/bench/target");

    /** The connector on the class path of a process. */
    enum Connector {
        OURS(Path.of(System.getProperty("connector.jar"))),
        STOCK(FOLDER.resolve("stock/connector-jdbc.jar"));

        private final Path jar;

        Connector(Path jar) {
            this.jar = jar;
        }
    }

    /**
     * The result of a contender's run. Processor time is that of its whole process.
     *
     * @param rowBytes bytes of column values in a row
     */
    record Measured(long rows, double seconds, double cpuSeconds, double rowBytes) {}

    final String name;
    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter orders;
    private final Path log;

    private Remote(String name, Process process, Path log) throws IOException {
        this.name = name;
        this.process = process;
        this.log = log;
        answers = process.inputReader();
        orders = process.outputWriter();
        answer();
    }

    /**
     * @param kind sink or copy
     * @param writers number of writers in the process, each with a thread
     */
    static Remote start(
            String name,
            Connector connector,
            String kind,
            Rows.Kind rows,
            int writers,
            Map<String, String> options,
            Path folder)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add("java");
        // The default collector on a machine with more than two cores. All contenders have the
        // same.
        command.add("-XX:+UseG1GC");
        command.add("-Xmx" + HEAP);
        command.add("-Duser.timezone=UTC");
        command.add("-Djdk.net.hosts.file=" + hosts(folder));
        command.add("-cp");
        command.add(
                FOLDER.resolve("classes") + ":" + connector.jar + ":" + FOLDER.resolve("lib/*"));
        command.add(Contender.class.getName());
        command.add(kind);
        command.add(rows.name());
        command.add(String.valueOf(writers));
        options.forEach((key, value) -> command.add(key + "=" + value));
        Path log = folder.resolve(name.replaceAll("\\W+", "-") + ".log");
        Process process =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return new Remote(name, process, log);
    }

    /** pgjdbc has no option for the address, and the endpoint's name has none on this machine. */
    private static Path hosts(Path folder) throws IOException {
        return Files.writeString(
                folder.resolve("hosts"), "127.0.0.1 " + Server.ENDPOINT + " localhost\n");
    }

    Measured write(double seconds) throws IOException {
        String[] words = ask("write " + seconds);
        return new Measured(
                Long.parseLong(words[0]),
                Long.parseLong(words[1]) / 1e9,
                Long.parseLong(words[2]) / 1e9,
                Double.parseDouble(words[3]));
    }

    String[] ask(String order) throws IOException {
        orders.write(order + "\n");
        orders.flush();
        return answer();
    }

    private String[] answer() throws IOException {
        String line;
        while ((line = answers.readLine()) != null) {
            if (line.startsWith(Contender.ANSWER)) {
                return line.substring(Contender.ANSWER.length()).split(" ");
            }
            Files.writeString(
                    log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
        throw new IOException(name + " ended, see " + log);
    }

    /** The contender closes its writers and exits. */
    @Override
    public void close() throws IOException {
        orders.close();
        process.onExit().join();
    }
}
