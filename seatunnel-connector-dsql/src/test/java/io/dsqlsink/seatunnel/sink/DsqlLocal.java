package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The stand-in for Aurora DSQL (tests/dsql-local), on free ports. */
public final class DsqlLocal implements AutoCloseable {
    private static final String ENDPOINT = "abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws";
    private static final Duration START = Duration.ofSeconds(60);
    private static final Pattern READY =
            Pattern.compile("(?m)^ready listen=(\\S+) control=(\\S+) postgres=(\\S+) ca=(\\S+)");

    private final Process process;
    private final Matcher ready;

    private DsqlLocal(Process process, Matcher ready) {
        this.process = process;
        this.ready = ready;
    }

    public static DsqlLocal start(Path log) throws IOException {
        String given = System.getenv("DSQL_LOCAL");
        Path binary =
                given == null
                        ? Path.of(System.getProperty("root.dir"), "target/debug/dsql-local")
                        : Path.of(given);
        assertThat(binary).as("from cargo build -p dsql-local").exists();
        Process process =
                new ProcessBuilder(binary.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        Matcher[] ready = new Matcher[1];
        poll(
                START,
                "dsql-local is ready",
                () -> {
                    assertThat(process.isAlive()).as("dsql-local runs, see %s", log).isTrue();
                    ready[0] = READY.matcher(read(log));
                    return ready[0].find();
                });
        return new DsqlLocal(process, ready[0]);
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Option url of a sink. */
    public String url() {
        String[] listen = ready.group(1).split(":");
        return "jdbc:postgresql://"
                + ENDPOINT
                + ":"
                + listen[1]
                + "/postgres?hostaddr="
                + listen[0]
                + "&sslrootcert="
                + ready.group(4);
    }

    /** Address of the PostgreSQL behind it, without the rules of Aurora DSQL. */
    String postgres() {
        return "jdbc:postgresql://" + ready.group(3) + "/postgres";
    }

    /** Runs SQL directly on the PostgreSQL behind it; returns rows as text, if any. */
    public List<String> sql(String sql) {
        try (Connection connection =
                        DriverManager.getConnection(
                                "jdbc:postgresql://" + ready.group(3) + "/postgres?user=admin");
                Statement statement = connection.createStatement()) {
            List<String> rows = new ArrayList<>();
            if (statement.execute(sql)) {
                ResultSet result = statement.getResultSet();
                while (result.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                        row.add(result.getString(i));
                    }
                    rows.add(String.join(" ", row));
                }
            }
            return rows;
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    /** Sends a command to the control port; see tests/dsql-local/README.md. */
    public String control(String command) throws IOException {
        String[] address = ready.group(2).split(":");
        try (Socket socket = new Socket(address[0], Integer.parseInt(address[1]))) {
            socket.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new BufferedReader(
                                    new InputStreamReader(
                                            socket.getInputStream(), StandardCharsets.UTF_8))
                            .readLine();
            assertThat(answer).as(command).isNotNull().doesNotContain("error\"");
            return answer;
        }
    }

    /** Waits until the condition holds; fails after the deadline. */
    public static void poll(Duration deadline, String what, BooleanSupplier condition) {
        long end = System.nanoTime() + deadline.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
