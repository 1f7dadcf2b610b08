package io.dsqlsink.bench;

import static io.dsqlsink.bench.Measurements.WARM_UP_SECONDS;

import io.dsqlsink.bench.Measurements.Setting;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Parts a and b: the writer against a server with the assumed times of Aurora DSQL. They measure
 * its speed and its cost, with the default options of a job.
 */
final class UnderModel {
    /** The name of the model in dsql-local. */
    private static final String REGION = "region";

    /** Changes a second. */
    private static final int[] RATES = {1, 100, 1_000, 10_000};

    /**
     * Number of rows that are changed. A key should seldom change twice within a batch, and
     * PostgreSQL should keep all rows in memory.
     */
    private static final int KEYS = 200_000;

    /** Options of a job; 0 leaves the default. */
    private record Tuned(int connections, long mib) {
        String name() {
            return "ours"
                    + (connections == 0 ? "" : ", " + connections + " connections")
                    + (mib == 0 ? "" : ", " + mib + " MiB");
        }

        Map<String, String> map() {
            Map<String, String> options = new HashMap<>();
            if (connections != 0) {
                options.put("max_connections", String.valueOf(connections));
            }
            if (mib != 0) {
                options.put("max_buffer_bytes", String.valueOf(mib << 20));
            }
            return options;
        }
    }

    private static final Tuned DEFAULTS = new Tuned(0, 0);

    private final Server dsql;
    private final Contenders contenders;
    private final Measurements measurements;

    UnderModel(Server dsql, Contenders contenders, Measurements measurements) {
        this.dsql = dsql;
        this.contenders = contenders;
        this.measurements = measurements;
    }

    /**
     * Settings that a user with time to tune would try; for long rows only those that may matter
     * there.
     */
    private static List<Tuned> tuned(Rows.Kind rows) {
        return rows == Rows.Kind.LONG
                ? List.of(
                        new Tuned(64, 0),
                        new Tuned(128, 0),
                        new Tuned(0, 512),
                        new Tuned(0, 1024),
                        new Tuned(128, 1024))
                : List.of(
                        new Tuned(32, 0),
                        new Tuned(64, 0),
                        new Tuned(128, 0),
                        new Tuned(0, 512),
                        new Tuned(0, 1024),
                        new Tuned(128, 1024));
    }

    /** Loads as fast as possible. */
    void load() throws IOException, SQLException {
        Measurements.say("a: load under the cost model");
        try (Server answering =
                Server.start(
                        contenders.folder().resolve("answering-model.log"),
                        "--answer-only",
                        "--profile",
                        REGION,
                        "--backend",
                        dsql.postgres)) {
            for (Rows.Kind rows : Rows.Kind.values()) {
                List<Tuned> tuned = tuned(rows);
                // Three times, between the other settings, because the machine's speed varies.
                ours(answering, rows, DEFAULTS);
                for (int at = 0; at < tuned.size(); at++) {
                    if (at == tuned.size() / 2 && !measurements.quick) {
                        ours(answering, rows, DEFAULTS);
                    }
                    ours(answering, rows, tuned.get(at));
                }
                if (!measurements.quick) {
                    ours(answering, rows, DEFAULTS);
                }
            }
        }
        dsql.profile(REGION);
        for (Rows.Kind rows : Rows.Kind.values()) {
            stock(rows, "stock", false);
            stock(rows, "stock, rewriting", true);
        }
        dsql.profile("none");
    }

    private void ours(Server server, Rows.Kind rows, Tuned options)
            throws IOException, SQLException {
        // A transaction takes a second, and the time until the last one is durable counts. So the
        // run must be much longer than that.
        measure(server, rows, contenders.ours(options.name(), server, rows, options.map()), 12);
    }

    private void stock(Rows.Kind rows, String name, boolean rewriting)
            throws IOException, SQLException {
        measure(dsql, rows, contenders.stock(name, dsql, rows, 1, rewriting, Map.of()), 8);
    }

    private void measure(Server server, Rows.Kind rows, Remote contender, double seconds)
            throws IOException, SQLException {
        try (contender) {
            double warmUp = measurements.seconds(WARM_UP_SECONDS, WARM_UP_SECONDS / 2);
            Measurements.warmUp(server, rows, contender, warmUp);
            Setting setting =
                    new Setting(
                            rows == Rows.Kind.SHORT ? "rows of 290 bytes" : "rows of 1.2 kB", 0, 0);
            double time = measurements.seconds(seconds, 4);
            measurements.write("a", server, setting, rows, contender, time, 0);
        }
    }

    /** Updates random rows at a steady rate, in PostgreSQL behind dsql-local. */
    void streams() throws IOException, SQLException {
        Measurements.say("b: streams under the cost model");
        dsql.profile(REGION);
        for (int rate : RATES) {
            fill();
            try (Remote ours = contenders.ours("ours", dsql, Map.of())) {
                ask(ours, 5, rate);
                stream(ours, rate);
            }
        }
        dsql.profile("none");
        dsql.empty(Rows.Kind.SHORT);
    }

    private void stream(Remote ours, int rate) throws IOException {
        long commits = dsql.stat("commits");
        long rows = dsql.stat("rows_committed");
        AtomicLong connections = new AtomicLong();
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
        watch.scheduleWithFixedDelay(() -> count(connections), 0, 250, TimeUnit.MILLISECONDS);
        String[] words = ask(ours, (int) measurements.seconds(20, 8), rate);
        watch.shutdownNow();
        commits = dsql.stat("commits") - commits;
        rows = dsql.stat("rows_committed") - rows;
        double seconds = Long.parseLong(words[4]) / 1e9;
        double p50 = Long.parseLong(words[2]) / 1e3;
        double p99 = Long.parseLong(words[3]) / 1e3;
        Measurements.say(
                "  %,6d changes/s  %7.1f transactions/s of %7.1f rows  median %4.0f ms, 99 %% %4.0f ms"
                        + "  %d connections",
                rate, commits / seconds, (double) rows / commits, p50, p99, connections.get());
        measurements.record(
                "{\"part\":\"b\",\"contender\":\"ours\",\"setting\":\"%,d changes/s\",\"rate\":%d,"
                        + "\"connections\":%d,\"rows\":%d,\"row_bytes\":%s,\"transactions\":%d,"
                        + "\"seconds\":%.4f,\"changes\":%s,\"p50_ms\":%.1f,\"p99_ms\":%.1f}",
                rate,
                rate,
                connections.get(),
                rows,
                words[5],
                commits,
                seconds,
                words[1],
                p50,
                p99);
    }

    /** Keeps the largest number of open connections. */
    private void count(AtomicLong connections) {
        try {
            connections.accumulateAndGet(dsql.stat("connections_open"), Math::max);
        } catch (IOException e) {
            Measurements.say("  connections were not counted: %s", e);
        }
    }

    private String[] ask(Remote ours, int seconds, int rate) throws IOException {
        return ours.ask("stream " + seconds + " " + rate + " " + KEYS + " " + dsql.behindUrl());
    }

    /** Creates the rows that are changed. */
    private void fill() throws SQLException {
        dsql.empty(Rows.Kind.SHORT);
        dsql.sql(
                "INSERT INTO "
                        + Rows.Kind.SHORT.table
                        + " SELECT id, 0, 0, 0, 0, 0, false, repeat('x', 190), '2026-01-01', '2026-01-01'"
                        + " FROM generate_series(1, "
                        + KEYS
                        + ") id",
                "VACUUM ANALYZE " + Rows.Kind.SHORT.table);
    }
}
