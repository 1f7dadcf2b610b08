package io.dsqlsink.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A running dsql-local. It ends when this process ends, because its standard input is then closed.
 */
final class Server implements AutoCloseable {
    static final String ENDPOINT = "abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws";

    private static final Path BINARY = Path.of(System.getProperty("dsql.local"));
    private static final Pattern READY =
            Pattern.compile(
                    "ready listen=\\S+:(\\d+) control=\\S+:(\\d+) postgres=(\\S+) ca=(\\S+) dir=(\\S+)");

    final int port;

    /** Address of the PostgreSQL behind it. */
    final String postgres;

    final Path certificate;
    final Path folder;
    private final int control;
    private final Process process;

    private Server(Process process, Matcher ready) {
        this.process = process;
        port = Integer.parseInt(ready.group(1));
        control = Integer.parseInt(ready.group(2));
        postgres = ready.group(3);
        certificate = Path.of(ready.group(4));
        folder = Path.of(ready.group(5));
    }

    static Server start(Path log, String... flags) throws IOException {
        List<String> command = new ArrayList<>(List.of(BINARY.toString(), "--no-schema-conflicts"));
        command.addAll(List.of(flags));
        Files.createDirectories(log.getParent());
        Process process =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        String line = process.inputReader().readLine();
        Matcher ready = READY.matcher(line == null ? "" : line);
        if (!ready.matches()) {
            process.destroy();
            throw new IOException("dsql-local did not start, see " + log);
        }
        return new Server(process, ready);
    }

    /** Delays every round trip, and every commit in addition. */
    void latency(int roundTripMs, int commitMs) throws IOException {
        order("latency round-trip " + roundTripMs);
        order("latency commit " + commitMs);
    }

    /** Delays answers by a model of Aurora DSQL; {@code none} for no delay. */
    void profile(String name) throws IOException {
        order("profile " + name);
    }

    /** A number of its statistics: a counter since its start, or a current value. */
    long stat(String name) throws IOException {
        Matcher found = Pattern.compile("\"" + name + "\": ?(\\d+)").matcher(order("stats"));
        if (!found.find()) {
            throw new IOException("dsql-local has no statistic " + name);
        }
        return Long.parseLong(found.group(1));
    }

    private String order(String line) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", control)) {
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new BufferedReader(
                                    new InputStreamReader(
                                            socket.getInputStream(), StandardCharsets.UTF_8))
                            .readLine();
            if (answer == null || answer.startsWith("{\"error\"")) {
                throw new IOException("dsql-local refused '" + line + "': " + answer);
            }
            return answer;
        }
    }

    /** The url of the PostgreSQL behind it, which bypasses all rules. */
    String behindUrl() {
        return "jdbc:postgresql://" + postgres + "/postgres?user=postgres";
    }

    void sql(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(behindUrl());
                Statement statement = connection.createStatement()) {
            for (String one : statements) {
                statement.execute(one);
            }
        }
    }

    void create(Rows.Kind rows) throws SQLException {
        sql("SET ROLE admin", rows.ddl());
    }

    void empty(Rows.Kind rows) throws SQLException {
        sql("TRUNCATE " + rows.table, "CHECKPOINT");
    }

    /** A password for the stock sink. */
    String token() throws IOException {
        Process minting = new ProcessBuilder(BINARY.toString(), "token").start();
        return new String(minting.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .trim();
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
