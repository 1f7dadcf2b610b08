package io.dsqlsink.bench;

import io.dsqlsink.bench.Remote.Connector;
import io.dsqlsink.bench.Remote.Measured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs the contenders of each part by turns, and appends a line of JSON per measurement to a file.
 * Arguments: the file, the letters of the parts, and optionally "quick". scripts/bench.sh builds
 * what is needed, and the report makes tables and plots of the file.
 */
public final class Bench {
    private record Setting(String name, int roundTripMs, int commitMs) {}

    private static final Setting NEAR = new Setting("no added latency", 0, 0);
    private static final Setting OCEAN = new Setting("across an ocean", 80, 50);
    private static final List<Setting> SETTINGS =
            List.of(
                    NEAR,
                    new Setting("in region", 1, 10),
                    new Setting("across a continent", 20, 10),
                    OCEAN);

    /** The compilers of the JVM have settled by then. */
    private static final double WARM_UP_SECONDS = 6;

    /** Unit of /proc/stat; Linux shows it to programs as 100 on every platform. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int[] CONNECTIONS = {1, 2, 4, 8, 16, 32, 64};

    /** Room for the rows of 64 lanes, a full batch in flight and one waiting for each. */
    private static final String MANY_LANES_BYTES = String.valueOf(512L << 20);

    private final Path results;
    private final Path folder;
    private final boolean quick;

    private Bench(Path results, boolean quick) {
        this.results = results;
        this.folder = results.getParent();
        this.quick = quick;
    }

    public static void main(String[] arguments) throws Exception {
        int code = 1;
        try {
            Bench bench = new Bench(Path.of(arguments[0]).toAbsolutePath(), arguments.length > 2);
            bench.run(arguments[1]);
            code = 0;
        } catch (IOException | SQLException e) {
            System.err.println("bench: " + e);
        }
        System.exit(code);
    }

    private void run(String parts) throws IOException, SQLException {
        try (Server dsql = Server.start(folder.resolve("dsql-local.log"))) {
            sql(dsql, "SET ROLE admin; " + Rows.DDL);
            if (parts.contains("a")) {
                writers(dsql, SETTINGS);
            } else if (parts.contains("b")) {
                writers(dsql, List.of(NEAR));
            }
            if (parts.contains("c")) {
                answers(dsql);
            }
            if (parts.contains("d")) {
                copy(dsql);
            }
            if (parts.contains("f")) {
                connections(dsql);
            }
            if (parts.contains("e")) {
                trickle(dsql);
            }
        }
    }

    /** Writer against writer, each as a job has it by default, in every setting. */
    private void writers(Server dsql, List<Setting> settings) throws IOException, SQLException {
        say("writer against writer");
        List<Remote> all = new ArrayList<>();
        all.add(ours("ours", dsql, Map.of()));
        all.add(stock("stock", dsql, 1, false, Map.of()));
        all.add(stock("stock, rewriting", dsql, 1, true, Map.of()));
        all.add(stock("stock, rewriting, 3000", dsql, 1, true, Map.of("batch_size", "3000")));
        for (Remote contender : all) {
            warmUp(dsql, contender, 2 * WARM_UP_SECONDS);
        }
        for (Setting setting : settings) {
            rounds("a", dsql, setting, all, quick ? 2 : 4, null);
        }
        close(all);
    }

    /** A server that only answers: what is left is the writer. */
    private void answers(Server dsql) throws IOException, SQLException {
        say("against a server that only answers");
        try (Server answering = answering(dsql);
                Remote ours = ours("ours", answering, Map.of())) {
            warmUp(dsql, ours, WARM_UP_SECONDS);
            rounds("c", answering, NEAR, List.of(ours), 4, null);
        }
    }

    /** The same PostgreSQL with COPY; through the same relay, and past it without TLS. */
    private void copy(Server dsql) throws IOException, SQLException {
        say("against COPY BINARY");
        try (Server relay =
                Server.start(
                        folder.resolve("relay.log"), "--relay-only", "--backend", dsql.postgres)) {
            List<Remote> all = new ArrayList<>();
            all.add(ours("ours", relay, Map.of("max_connections", "4")));
            all.add(
                    Remote.start(
                            "copy", Connector.STOCK, "copy", 4, options(relay, false), folder));
            Map<String, String> straight =
                    Map.of("url", url(dsql), "user", "postgres", "password", "");
            all.add(Remote.start("copy, straight", Connector.STOCK, "copy", 4, straight, folder));
            for (Remote contender : all) {
                warmUp(dsql, contender, WARM_UP_SECONDS);
            }
            rounds("d", relay, NEAR, all, 4, 4);
            close(all);
        }
    }

    /** More and more connections across the ocean, into PostgreSQL and against bare answers. */
    private void connections(Server dsql) throws IOException, SQLException {
        say("connections across an ocean");
        try (Server answering = answering(dsql)) {
            for (int count : CONNECTIONS) {
                Map<String, String> lanes =
                        Map.of(
                                "max_connections",
                                String.valueOf(count),
                                "max_buffer_bytes",
                                MANY_LANES_BYTES);
                many(dsql, ours("ours", dsql, lanes), count);
                many(answering, ours("ours, answers only", answering, lanes), count);
                many(dsql, stock("stock, rewriting", dsql, count, true, Map.of()), count);
            }
        }
    }

    private void many(Server server, Remote contender, int connections)
            throws IOException, SQLException {
        try (contender) {
            warmUp(server, contender, WARM_UP_SECONDS / 2);
            rounds("f", server, OCEAN, List.of(contender), quick ? 2 : 4, connections);
        }
    }

    /** The sink's share of a change's latency: a writer that gets 100 rows a second. */
    private void trickle(Server dsql) throws IOException, SQLException {
        say("a hundred rows a second");
        for (Setting setting : List.of(NEAR, SETTINGS.get(1))) {
            try (Remote ours = ours("ours", dsql, Map.of())) {
                empty(dsql);
                ours.ask("trickle 5 100 " + url(dsql) + "?user=postgres");
                dsql.latency(setting.roundTripMs, setting.commitMs);
                String[] words =
                        ours.ask(
                                "trickle "
                                        + (quick ? 10 : 30)
                                        + " 100 "
                                        + url(dsql)
                                        + "?user=postgres");
                dsql.latency(0, 0);
                record(
                        "{\"part\":\"e\",\"contender\":\"sink alone\",\"setting\":\"%s\",\"round_trip_ms\":%d,"
                                + "\"commit_ms\":%d,\"changes\":%s,\"p50_ms\":%.1f,\"p99_ms\":%.1f}",
                        setting.name,
                        setting.roundTripMs,
                        setting.commitMs,
                        words[0],
                        Long.parseLong(words[1]) / 1e3,
                        Long.parseLong(words[2]) / 1e3);
            }
        }
    }

    private static void warmUp(Server server, Remote contender, double seconds)
            throws IOException, SQLException {
        empty(server);
        contender.write(seconds);
    }

    private static void empty(Server server) throws SQLException {
        sql(server, "TRUNCATE " + Rows.NAME + "; CHECKPOINT");
    }

    /** Lets each contender write for some seconds in turn, into an empty table. */
    private void rounds(
            String part,
            Server server,
            Setting setting,
            List<Remote> contenders,
            double seconds,
            Integer connections)
            throws IOException, SQLException {
        server.latency(setting.roundTripMs, setting.commitMs);
        for (int round = 0; round < (part.equals("f") ? 1 : quick ? 1 : 3); round++) {
            for (Remote contender : contenders) {
                empty(server);
                double busy = busySeconds();
                Measured m = contender.write(seconds);
                busy = busySeconds() - busy;
                say(
                        String.format(
                                Locale.ROOT,
                                "  %-20s %-24s %3s connections  %,10.0f rows/s  %6.2f CPU s/M  %.2f CPUs"
                                        + " busy",
                                setting.name,
                                contender.name,
                                connections == null ? "" : connections,
                                m.rows() / m.seconds(),
                                m.cpuSeconds() * 1e6 / m.rows(),
                                busy / m.seconds()));
                record(
                        "{\"part\":\"%s\",\"contender\":\"%s\",\"setting\":\"%s\",\"round_trip_ms\":%d,"
                                + "\"commit_ms\":%d,\"connections\":%d,\"rows\":%d,\"seconds\":%.4f,"
                                + "\"cpu_seconds\":%.4f,\"busy_seconds\":%.2f}",
                        part,
                        contender.name,
                        setting.name,
                        setting.roundTripMs,
                        setting.commitMs,
                        connections == null ? 0 : connections,
                        m.rows(),
                        m.seconds(),
                        m.cpuSeconds(),
                        busy);
            }
        }
        server.latency(0, 0);
    }

    /**
     * Processor time of the whole machine since it started: of user, nice, system, irq, softirq and
     * steal.
     */
    private static double busySeconds() throws IOException {
        String[] words = Files.readAllLines(Path.of("/proc/stat")).get(0).split(" +");
        double ticks = 0;
        for (int field : new int[] {1, 2, 3, 6, 7, 8}) {
            ticks += Double.parseDouble(words[field]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    private Remote ours(String name, Server server, Map<String, String> more) throws IOException {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("dialect", "dsql");
        options.put(
                "url",
                "jdbc:postgresql://"
                        + Server.ENDPOINT
                        + ":"
                        + server.port
                        + "/postgres?hostaddr=127.0.0.1&sslrootcert="
                        + server.certificate);
        options.put("driver", "org.postgresql.Driver");
        options.put("username", "admin");
        options.put("access_key_id", "AKIAIOSFODNN7EXAMPLE");
        options.put("secret_access_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        options.put("database", "postgres");
        options.put("generate_sink_sql", "true");
        options.putAll(more);
        return Remote.start(name, Connector.OURS, "sink", 1, options, folder);
    }

    private Remote stock(
            String name, Server server, int writers, boolean rewriting, Map<String, String> more)
            throws IOException {
        Map<String, String> options = options(server, rewriting);
        options.putAll(more);
        return Remote.start(name, Connector.STOCK, "sink", writers, options, folder);
    }

    /** How pgjdbc gets in: the token is the password, and each connection is opened once. */
    private static Map<String, String> options(Server server, boolean rewriting)
            throws IOException {
        Map<String, String> options = new LinkedHashMap<>();
        options.put(
                "url",
                "jdbc:postgresql://"
                        + Server.ENDPOINT
                        + ":"
                        + server.port
                        + "/postgres?sslmode=verify-full&sslrootcert="
                        + server.certificate
                        + "&reWriteBatchedInserts="
                        + rewriting);
        options.put("driver", "org.postgresql.Driver");
        options.put("user", "admin");
        options.put("password", server.token());
        options.put("database", "postgres");
        options.put("table", "public." + Rows.NAME);
        options.put("generate_sink_sql", "true");
        return options;
    }

    private Server answering(Server dsql) throws IOException {
        return Server.start(
                folder.resolve("answering.log"), "--answer-only", "--backend", dsql.postgres);
    }

    private static String url(Server server) {
        return "jdbc:postgresql://" + server.postgres + "/postgres";
    }

    private static void sql(Server server, String statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(server), "postgres", "");
                Statement statement = connection.createStatement()) {
            for (String one : statements.split("; ")) {
                statement.execute(one);
            }
        }
    }

    private static void close(List<Remote> all) throws IOException {
        for (Remote contender : all) {
            contender.close();
        }
    }

    private void record(String format, Object... values) throws IOException {
        Files.writeString(
                results,
                String.format(Locale.ROOT, format, values) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static void say(String line) {
        String time = LocalTime.now().format(DateTimeFormatter.ofPattern("HH:mm:ss"));
        System.out.println("[" + time + "] " + line);
    }
}
