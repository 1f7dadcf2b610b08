package io.dsqlsink.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
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

    private final String host;
    private final Path binary;
    private final Child child;
    private final String control;
    private final String postgres;
    private final String ca;

    private DsqlLocal(String host, Path binary, Child child, Matcher ready) {
        this.host = host;
        this.binary = binary;
        this.child = child;
        this.control = ready.group(2);
        this.postgres = ready.group(3);
        this.ca = ready.group(4);
    }

    /**
     * Starts one on port 5432 of the given loopback address. Its log is written into the folder.
     */
    static DsqlLocal start(String host, Path folder, String... options) {
        String given = System.getenv("DSQL_LOCAL");
        Path binary =
                Places.require(
                        given != null
                                ? Path.of(given)
                                : Places.ROOT.resolve("target/debug/dsql-local"),
                        "run cargo build -p dsql-local");
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
        Child child =
                Child.start("dsql-local", folder.resolve("dsql-local.log"), Map.of(), command);
        Matcher[] ready = new Matcher[1];
        Poll.until(
                "dsql-local's line that begins with 'ready'",
                START,
                Duration.ofMillis(50),
                () -> {
                    child.requireAlive();
                    ready[0] = READY.matcher(child.log());
                    return ready[0].find();
                });
        return new DsqlLocal(host, binary, child, ready[0]);
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
                                    binary.toString(),
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
        String[] address = control.split(":");
        try (Socket socket = new Socket(address[0], Integer.parseInt(address[1]))) {
            socket.getOutputStream()
                    .write(
                            ("clock " + shift.toSeconds() + "\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new BufferedReader(
                                    new InputStreamReader(
                                            socket.getInputStream(), StandardCharsets.UTF_8))
                            .readLine();
            if (answer == null || answer.contains("error")) {
                throw new IllegalStateException(
                        "dsql-local did not take the command 'clock': " + answer);
            }
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
