package io.dsqlsink.bench;

import static io.dsqlsink.bench.Measurements.WARM_UP_SECONDS;

import io.dsqlsink.bench.Measurements.Setting;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Parts e to h: compares writers, with PostgreSQL as the server and without the model, near and far
 * away.
 */
final class Writers {
    private static final Setting NEAR = new Setting("no added latency", 0, 0);
    private static final Setting OCEAN = new Setting("across an ocean", 80, 50);
    private static final List<Setting> SETTINGS =
            List.of(
                    NEAR,
                    new Setting("in region", 1, 10),
                    new Setting("across a continent", 20, 10),
                    OCEAN);

    private static final Rows.Kind ROWS = Rows.Kind.SHORT;

    private static final int[] CONNECTIONS = {1, 2, 4, 8, 16, 32, 64};

    /**
     * From some of these numbers on PostgreSQL fills the machine, so more numbers would show
     * nothing new about the contenders that need it.
     */
    private static final List<Integer> WITH_POSTGRES = List.of(1, 4, 16, 64);

    /** The report shows the median of so many rounds, because the machine's speed varies. */
    private static final int ROUNDS = 3;

    private final Server dsql;
    private final Contenders contenders;
    private final Measurements measurements;

    Writers(Server dsql, Contenders contenders, Measurements measurements) {
        this.dsql = dsql;
        this.contenders = contenders;
        this.measurements = measurements;
    }

    /** Compares writers with the default options of a job, in every setting. */
    void distances() throws IOException, SQLException {
        Measurements.say("e: writer against writer, near and far");
        List<Remote> all = new ArrayList<>();
        all.add(contenders.ours("ours", dsql, Map.of()));
        // The default is unnest: this shows whether it is cheaper.
        all.add(contenders.ours("ours, values", dsql, Map.of("statement_form", "values")));
        all.add(contenders.stock("stock", dsql, ROWS, 1, false, Map.of()));
        all.add(contenders.stock("stock, rewriting", dsql, ROWS, 1, true, Map.of()));
        Map<String, String> full = Map.of("batch_size", "3000");
        all.add(contenders.stock("stock, rewriting, 3000", dsql, ROWS, 1, true, full));
        for (Remote contender : all) {
            Measurements.warmUp(dsql, ROWS, contender, 2 * WARM_UP_SECONDS);
        }
        for (Setting setting : SETTINGS) {
            rounds("e", dsql, setting, all, measurements.seconds(3, 2), 0);
        }
        close(all);
    }

    /** A server that only answers, without delay: this measures the writer alone. */
    void answers() throws IOException, SQLException {
        Measurements.say("f: against a server that only answers");
        try (Server answering = answering();
                Remote ours = contenders.ours("ours", answering, Map.of())) {
            Measurements.warmUp(dsql, ROWS, ours, WARM_UP_SECONDS);
            rounds("f", answering, NEAR, List.of(ours), 4, 0);
        }
    }

    /**
     * Compares with COPY into the same PostgreSQL, through the same relay, and without relay and
     * TLS.
     */
    void copy() throws IOException, SQLException {
        Measurements.say("g: against COPY BINARY");
        try (Server relay =
                Server.start(
                        contenders.folder().resolve("relay.log"),
                        "--relay-only",
                        "--backend",
                        dsql.postgres)) {
            List<Remote> all = new ArrayList<>();
            all.add(contenders.ours("ours", relay, Map.of("max_connections", "4")));
            all.add(contenders.copy("copy", 4, Contenders.jdbc(relay, false)));
            Map<String, String> straight =
                    Map.of("url", dsql.behindUrl(), "user", "postgres", "password", "");
            all.add(contenders.copy("copy, straight", 4, straight));
            for (Remote contender : all) {
                Measurements.warmUp(dsql, ROWS, contender, WARM_UP_SECONDS);
            }
            rounds("g", relay, NEAR, all, measurements.seconds(4, 2), 4);
            close(all);
        }
    }

    /**
     * An increasing number of connections across an ocean, with PostgreSQL and with answers only.
     */
    void connections() throws IOException, SQLException {
        Measurements.say("h: connections across an ocean");
        try (Server answering = answering()) {
            for (int count : CONNECTIONS) {
                Map<String, String> upTo = Map.of("max_connections", String.valueOf(count));
                many(answering, contenders.ours("ours, answers only", answering, upTo), count);
                if (WITH_POSTGRES.contains(count)) {
                    many(dsql, contenders.ours("ours", dsql, upTo), count);
                    String stock = "stock, rewriting";
                    many(dsql, contenders.stock(stock, dsql, ROWS, count, true, Map.of()), count);
                }
            }
        }
    }

    private void many(Server server, Remote contender, int connections)
            throws IOException, SQLException {
        try (contender) {
            server.latency(OCEAN.roundTripMs(), OCEAN.commitMs());
            // The latency also applies to the warm-up, so that enough connections are open after
            // it.
            Measurements.warmUp(server, ROWS, contender, WARM_UP_SECONDS / 2);
            double seconds = measurements.seconds(4, 2);
            measurements.write("h", server, OCEAN, ROWS, contender, seconds, connections);
            server.latency(0, 0);
        }
    }

    /** Lets the contenders write in turn. */
    private void rounds(
            String part,
            Server server,
            Setting setting,
            List<Remote> all,
            double seconds,
            int connections)
            throws IOException, SQLException {
        server.latency(setting.roundTripMs(), setting.commitMs());
        for (int round = 0; round < (measurements.quick ? 1 : ROUNDS); round++) {
            for (Remote contender : all) {
                measurements.write(part, server, setting, ROWS, contender, seconds, connections);
            }
        }
        server.latency(0, 0);
    }

    private Server answering() throws IOException {
        return Server.start(
                contenders.folder().resolve("answering.log"),
                "--answer-only",
                "--backend",
                dsql.postgres);
    }

    private static void close(List<Remote> all) throws IOException {
        for (Remote contender : all) {
            contender.close();
        }
    }
}
