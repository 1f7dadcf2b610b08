package io.dsqlsink.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The stand-in for Aurora DSQL, with a PostgreSQL 16 of its own behind it. Jobs reach it by a real
 * endpoint's name: {@link #environment} makes the sink connect to its address and trust its
 * certificate, so a job's config stays as it would be for Aurora.
 */
final class DsqlLocal implements AutoCloseable {
    static final String ENDPOINT = "abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws";
    static final String REGION = "us-east-1";

    /** The example keys of AWS's documentation. */
    static final String ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE";

    static final String SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    /** The address in the job's config carries this port. */
    static final int PORT = 5432;

    private static final Duration START = Duration.ofSeconds(60);
    private static final Pattern READY =
            Pattern.compile(
                    "(?m)^ready listen=(\\S+) control=(\\S+) postgres=(\\S+) ca=(\\S+) dir=(\\S+)$");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String host;
    private final Path folder;
    private final List<String> command;
    private Child child;
    private String control;
    private String postgres;
    private String ca;
    private String dir;

    private DsqlLocal(String host, Path folder, List<String> command) {
        this.host = host;
        this.folder = folder;
        this.command = command;
    }

    /**
     * Starts one on port 5432 of the given loopback address. Its log is written into the folder.
     */
    static DsqlLocal start(String host, Path folder, String... options) {
        Path binary = binary();
        Ports.requireFree(host, PORT, "dsql-local");
        Places.emptyFolder(folder);
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        binary.toString(),
                        "--listen",
                        host + ":" + PORT,
                        "--endpoint",
                        ENDPOINT,
                        "--region",
                        REGION,
                        "--access-key-id",
                        ACCESS_KEY_ID,
                        "--secret-access-key",
                        SECRET_ACCESS_KEY));
        command.addAll(List.of(options));
        DsqlLocal started = new DsqlLocal(host, folder, command);
        started.startAgain();
        return started;
    }

    /** Starts it as before; what it holds outlives it if its options name a folder for that. */
    void startAgain() {
        child = Child.start("dsql-local", folder.resolve("dsql-local.log"), Map.of(), command);
        child.await(
                "dsql-local's line that begins with 'ready'",
                START,
                () -> {
                    Matcher ready = READY.matcher(child.log());
                    if (!ready.find()) {
                        return false;
                    }
                    control = ready.group(2);
                    postgres = ready.group(3);
                    ca = ready.group(4);
                    dir = ready.group(5);
                    return true;
                });
    }

    /** Ends it as kill -9 does. */
    void kill() {
        child.kill();
    }

    /**
     * Ends every process of the PostgreSQL behind as kill -9 does, but for the one that starts them
     * again.
     */
    void killPostgres() {
        try {
            Path file = Path.of(dir, "pgdata", "postmaster.pid");
            long pid = Long.parseLong(Files.readAllLines(file).get(0).trim());
            ProcessHandle.of(pid).orElseThrow().children().forEach(ProcessHandle::destroyForcibly);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The program itself, which also mints tokens. */
    static Path binary() {
        String given = System.getenv("DSQL_LOCAL");
        return Places.require(
                given != null ? Path.of(given) : Places.ROOT.resolve("target/debug/dsql-local"),
                "run cargo build -p dsql-local");
    }

    /** What a SeaTunnel process needs in its environment to take this for the endpoint. */
    Map<String, String> environment() {
        return Map.of("PGHOSTADDR", host, "PGSSLROOTCERT", ca);
    }

    /**
     * A connection through dsql-local, as admin with a fresh token: every rule of DSQL holds on it.
     */
    Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.put("user", "admin");
        properties.put("socketTimeout", String.valueOf(Sql.PATIENCE.toSeconds()));
        properties.put("password", mint());
        properties.put("sslmode", "verify-full");
        properties.put("sslrootcert", ca);
        properties.put("socketFactory", FixedAddress.class.getName());
        properties.put("socketFactoryArg", host);
        return DriverManager.getConnection(
                "jdbc:postgresql://" + ENDPOINT + ":" + PORT + "/postgres", properties);
    }

    private String mint() {
        try {
            Process minting =
                    new ProcessBuilder(
                                    command.get(0),
                                    "token",
                                    "--endpoint",
                                    ENDPOINT,
                                    "--region",
                                    REGION,
                                    "--access-key-id",
                                    ACCESS_KEY_ID,
                                    "--secret-access-key",
                                    SECRET_ACCESS_KEY)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            return new String(minting.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .trim();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Creates tables as a user of Aurora DSQL does; DSQL takes one DDL statement a transaction. */
    void create(String... ddl) throws SQLException {
        try (Connection connection = connect()) {
            Sql.run(connection, ddl);
        }
    }

    /** Moves the clock by which tokens are judged. */
    void shiftClock(Duration shift) {
        control("clock " + shift.toSeconds());
    }

    /** A counter since the start, as dsql-local ctl stats names it. */
    long stat(String name) {
        return control("stats").required(name).asLong();
    }

    /** Sends a command of dsql-local ctl; returns the answer. */
    JsonNode control(String line) {
        String[] address = control.split(":");
        try (Socket socket = new Socket(address[0], Integer.parseInt(address[1]))) {
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            JsonNode answer = JSON.readTree(socket.getInputStream());
            if (answer == null || answer.has("error")) {
                throw new IllegalStateException(
                        "dsql-local did not take the command '" + line + "': " + answer);
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A connection to the PostgreSQL behind, past every rule of DSQL: for reading results and
     * preparing tables.
     */
    Connection connectBehind() throws SQLException {
        return DriverManager.getConnection(
                behindUrl() + "?user=postgres&socketTimeout=" + Sql.PATIENCE.toSeconds());
    }

    String behindUrl() {
        return "jdbc:postgresql://" + postgres + "/postgres";
    }

    String postgresAddress() {
        return postgres;
    }

    String controlAddress() {
        return control;
    }

    @Override
    public void close() {
        child.close();
    }
}
