package io.dsqlsink.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Runs the main job for some minutes beside a real Prometheus, and keeps its answers to the
 * dashboard's own queries: a first load, then changes that come faster and slower, an outage,
 * conflicts, and rows that the target does not take. scripts/dashboard.sh draws the answers.
 */
public final class DashboardRun {
    private static final String DSQL_HOST = "127.0.83.91";
    private static final String MYSQL_HOST = "127.0.83.92";
    private static final String PROMETHEUS_HOST = "127.0.83.93";
    private static final int METRICS_PORT = 19406;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Prometheus looks each second. */
    private static final Duration LAST_SCRAPE = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(100);

    /** Seconds before the first row, that the picture does not begin with it. */
    private static final long LEAD = 5;

    /** Seconds between two points. */
    private static final int STEP = 2;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder = Places.ROOT.resolve("target/dashboard");
    private final Path answers;
    private final long seconds;
    private DsqlLocal dsql;

    private DashboardRun(long seconds, Path answers) {
        this.seconds = seconds;
        this.answers = answers;
    }

    /** Arguments: how many seconds of changes, and the file that gets the answers. */
    public static void main(String[] arguments) {
        Program.exitAfter(
                "dashboard",
                () -> new DashboardRun(Long.parseLong(arguments[0]), Path.of(arguments[1])).run());
    }

    private void run() throws SQLException, IOException, InterruptedException {
        Places.emptyFolder(folder);
        MySqlServer mysql = MySqlServer.start(MYSQL_HOST, folder.resolve("mysql"));
        dsql = DsqlLocal.start(DSQL_HOST, folder.resolve("dsql"));
        dsql.create(ShopLoad.TARGET);
        dsql.control("profile region");
        ShopLoad.fill(mysql);
        Path config = JobConfig.write(folder.resolve("job.conf"), config(mysql));
        Path log = folder.resolve("seatunnel.log");
        SeaTunnelHome home = new SeaTunnelHome(Path.of(System.getProperty("zeta.home")));
        String scraped = PROMETHEUS_HOST + ":" + METRICS_PORT;
        Path rules = Dashboard.FOLDER.resolve("alerts.yml");
        Path data = folder.resolve("prometheus");
        try (PrometheusServer prometheus =
                        PrometheusServer.start(PROMETHEUS_HOST, data, scraped, rules);
                Job job = home.run(config, log, dsql.environment());
                Connection source = mysql.connect(Shop.DATABASE);
                Connection target = dsql.connectBehind()) {
            await(job, "the first row", () -> ShopLoad.count(target) > 0);
            long from = Instant.now().getEpochSecond() - LEAD;
            Console.say("changing rows for " + seconds + " s");
            ShopLoad load = new ShopLoad(source);
            change(load, job);
            long rows = ShopLoad.count(source) - load.tooLong();
            await(job, "all rows", () -> ShopLoad.count(target) == rows);
            Poll.pause(LAST_SCRAPE);
            keep(prometheus, from, Instant.now().getEpochSecond());
        }
    }

    /**
     * The main job, with an endpoint for Prometheus, and rows skipped that the target does not
     * take.
     */
    private String config(MySqlServer mysql) {
        String config = JobConfig.mysqlToDsql(mysql.host(), Shop.DATABASE, ShopLoad.TABLES);
        String more =
                """
                    metrics_port = %d
                    metrics_host = "%s"
                    row_error_policy = "skip"
                    dead_letter_path = "%s"
                """
                        .formatted(METRICS_PORT, PROMETHEUS_HOST, folder.resolve("dead-letters"));
        return config.replaceFirst("(?m)^    database = ", more + "$0");
    }

    private void change(ShopLoad load, Job job) throws SQLException {
        List<Event> events =
                List.of(
                        new Event(
                                0.40,
                                "the cluster drops every connection and takes no new ones",
                                "connects refuse",
                                "drop-all"),
                        new Event(0.42, "the cluster is back", "connects accept"),
                        new Event(
                                0.65,
                                "one commit of ten meets a conflict",
                                "faults add OC000 --count 1000000 --probability 0.1"),
                        new Event(0.75, "no more conflicts", "faults clear"));
        int next = 0;
        long began = System.nanoTime();
        double part;
        while ((part = (System.nanoTime() - began) / 1e9 / seconds) < 1) {
            job.requireAlive();
            if (next < events.size() && part >= events.get(next).part()) {
                Event event = events.get(next++);
                Console.say(event.what());
                event.commands().forEach(dsql::control);
            }
            load.step(part);
            Poll.pause(PAUSE);
        }
    }

    private static void await(Job job, String what, Callable<Boolean> condition) {
        Poll.until(
                what,
                PATIENCE,
                PAUSE,
                () -> {
                    job.requireAlive();
                    return condition.call();
                });
    }

    /** What is done to the stand-in when this part of the time is over. */
    private record Event(double part, String what, List<String> commands) {
        Event(double part, String what, String... commands) {
            this(part, what, List.of(commands));
        }
    }

    private void keep(PrometheusServer prometheus, long from, long to)
            throws IOException, InterruptedException {
        ObjectNode kept = JSON.createObjectNode().put("from", from).put("to", to).put("step", STEP);
        ArrayNode series = kept.putArray("series");
        for (JsonNode panel : Dashboard.panels()) {
            for (JsonNode target : panel.path("targets")) {
                String expression = Dashboard.filledIn(target.path("expr").asText());
                JsonNode answer = prometheus.range(expression, from, to, STEP);
                if (answer.isEmpty()) {
                    throw new IllegalStateException("no answer to " + expression);
                }
                series.addObject()
                        .put("panel", panel.path("id").asInt())
                        .put("legend", target.path("legendFormat").asText())
                        .set("answer", answer);
            }
        }
        JobConfig.write(answers, JSON.writeValueAsString(kept));
    }
}
