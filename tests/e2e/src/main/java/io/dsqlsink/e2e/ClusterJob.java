package io.dsqlsink.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The main job from a MySQL that is thrown away into a real cluster: the first load, changes, and a
 * comparison of every row by the connector's own command verify. The program of tests/cluster
 * starts it, gives its orders as a line of JSON on standard input, and takes the end of that input
 * for the word to stop; what was found is the line of JSON on standard output.
 */
public final class ClusterJob {
    private static final String MYSQL_HOST = "127.0.83.90";
    private static final String TABLE = Shop.ORDERS.name();
    private static final Duration CATCH_UP = Duration.ofMinutes(2);
    private static final Duration COMPARE = Duration.ofMinutes(10);
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** Rows for each pause between two counts. */
    private static final long ROWS_COUNTED = 20_000;

    /** The first row also waits for the table, and a cluster builds indexes in the background. */
    private static final long STANDSTILL_NANOS = Duration.ofMinutes(3).toNanos();

    private static final int TIMED_ROUNDS = 8;

    /** Rows that differ, in the report. */
    private static final int SHOWN = 10;

    /** The sink's words for the end of a job. */
    private static final String OWN_ERROR = "Aurora DSQL sink failed";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder = Places.ROOT.resolve("target/cluster");
    private final Path log = folder.resolve("job/seatunnel.log");
    private final SeaTunnelHome home = new SeaTunnelHome(home());
    private final ObjectNode found = JSON.createObjectNode();
    private final ClusterTarget target;
    private final long rows;

    private ClusterJob(JsonNode orders) {
        target = new ClusterTarget(orders);
        rows = orders.required("rows").asLong();
    }

    /** Without arguments. */
    public static void main(String[] arguments) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        ClusterJob job = new ClusterJob(JSON.readTree(in.readLine()));
        Thread stop = new Thread(() -> exitAtTheEnd(in), "stop");
        stop.setDaemon(true);
        stop.start();
        try {
            job.run();
        } catch (IllegalStateException | SQLException | IOException e) {
            if (!Child.interrupted()) {
                // The report is for others.
                String why = String.valueOf(e.getMessage()).replace(Places.ROOT + "/", "");
                job.found.put("failure", why);
                job.lastError();
            }
        } finally {
            Child.stopAll();
        }
        System.out.println(job.found);
        System.exit(0);
    }

    private static Path home() {
        return Path.of(System.getProperty("zeta.home"));
    }

    /** Children are stopped by whatever ends this JVM. */
    private static void exitAtTheEnd(BufferedReader in) {
        try {
            while (in.read() >= 0) {
                continue;
            }
        } catch (IOException e) {
            Console.say("stopping, as the orders cannot be read: " + e.getMessage());
        }
        System.exit(1);
    }

    private void run() throws SQLException, IOException {
        Places.emptyFolder(folder);
        // Its password is a token, which is not valid for long.
        try (Connection reader = target.connect()) {
            Console.say("starting MySQL 8 with its binlog on");
            MySqlServer mysql = MySqlServer.start(MYSQL_HOST, folder.resolve("mysql"));
            Console.say(String.format("filling %s.%s: %,d rows", Shop.DATABASE, TABLE, rows));
            fill(mysql);
            Path config =
                    JobConfig.write(
                            folder.resolve("job.conf"), target.mainJob(mysql.host(), TABLE));
            Console.say("running the job " + config + ", its log is " + log);
            try (Job job = home.run(config, log, Map.of());
                    Connection source = mysql.connect(Shop.DATABASE)) {
                load(job, reader);
                Console.say("changing rows: " + OrderChanges.ALL.size() + " transactions");
                for (Changes.Change change : OrderChanges.ALL) {
                    change.apply(source);
                }
                time(job, source, reader);
                Console.say("comparing every row by the command verify");
                verify(job, config);
            }
        }
    }

    private void fill(MySqlServer mysql) throws SQLException {
        try (Connection server = mysql.connect("")) {
            Sql.run(server, "CREATE DATABASE " + Shop.DATABASE);
        }
        try (Connection source = mysql.connect(Shop.DATABASE)) {
            Sql.run(source, Shop.ORDERS.mysqlDdl());
            Shop.ORDERS.insert(source, 1, rows);
            Sql.run(source, OrderChanges.UNIQUE);
        }
    }

    private void load(Job job, Connection reader) throws SQLException {
        found.put("rows", rows);
        long started = System.nanoTime();
        long first = 0;
        long before = 0;
        long count = 0;
        long moved = started;
        while (count < rows) {
            job.requireAlive();
            long now = System.nanoTime();
            long counted = target.count(reader, TABLE);
            if (counted != count) {
                count = counted;
                moved = now;
            } else if (now - moved > STANDSTILL_NANOS) {
                throw new IllegalStateException(
                        "the load stands still at " + count + " of " + rows + " rows");
            }
            if (first == 0 && count > 0) {
                first = now;
                before = count;
                found.put("first", (first - started) / 1e9);
            }
            // A count reads every row, and reading costs money.
            Poll.pause(PAUSE.multipliedBy(1 + rows / ROWS_COUNTED));
        }
        if (count > before) {
            double seconds = (moved - first) / 1e9;
            found.put("seconds", seconds).put("rate", (count - before) / seconds);
        }
        Console.say(String.format("the first load is there: %,d rows", count));
    }

    /** One change at a time. The first one also waits for those that were made before. */
    private void time(Job job, Connection source, Connection reader) throws SQLException {
        Sql.run(source, OrderChanges.LAST);
        Poll.until(
                "the changes to arrive",
                CATCH_UP,
                PAUSE,
                () -> {
                    job.requireAlive();
                    return OrderChanges.lastIsIn(reader, target.name(TABLE));
                });
        Console.say("timing " + 3 * TIMED_ROUNDS + " changes, one at a time");
        Latency latency = new Latency(source, reader, TABLE, target.name(TABLE), "quantity");
        latency.measure(TIMED_ROUNDS);
        found.put("changes", latency.count()).put("median_ms", latency.median());
    }

    /** Its exit code is 1 if rows differ, and 2 if it could not compare. */
    private void verify(Job job, Path config) throws IOException {
        Path report = folder.resolve("verify");
        String jar = System.getProperty("connector.jar");
        List<String> command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-jar",
                        jar,
                        "verify",
                        "--home",
                        home().toString(),
                        "--config",
                        config.toString(),
                        "--report",
                        report.toString(),
                        // Nobody writes any more.
                        "--pause",
                        "2");
        try (Child child = Child.start("verify", folder.resolve("verify.log"), Map.of(), command)) {
            Poll.until(
                    () -> "verify to end; it said:\n" + child.tail(),
                    COMPARE,
                    PAUSE,
                    () -> {
                        job.requireAlive();
                        return !child.isAlive();
                    });
            if (child.exitCode() > 1) {
                throw new IllegalStateException("verify could not compare:\n" + child.tail());
            }
        }
        JsonNode tables = JSON.readTree(report.resolve("verify.json").toFile()).path("tables");
        long differences = 0;
        for (JsonNode table : tables) {
            differences += table.path("differences").size() + table.path("more").asLong();
            for (JsonNode row : table.path("differences")) {
                if (found.withArray("different").size() < SHOWN) {
                    String columns = String.join(", ", texts(row.path("columns")));
                    String key = row.path("kind").asText() + " " + row.path("key").asText();
                    found.withArray("different")
                            .add(columns.isEmpty() ? key : key + ": " + columns);
                }
            }
        }
        found.put("differences", differences);
        Console.say(
                differences == 0 ? "source and target are equal" : differences + " rows differ");
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    /** The sink's own last error in the job's log, else anybody's. */
    private void lastError() throws IOException {
        List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
        Stream.of(OWN_ERROR, " ERROR ")
                .flatMap(
                        mark ->
                                lines.stream()
                                        .filter(line -> line.contains(mark))
                                        .reduce((a, b) -> b)
                                        .stream())
                .findFirst()
                .ifPresent(line -> found.put("log", line));
    }
}
