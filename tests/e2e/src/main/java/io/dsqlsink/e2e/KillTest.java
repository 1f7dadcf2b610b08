package io.dsqlsink.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run: the main job on a shop that changes all the time, a kill at a moment drawn from the
 * seed, and a comparison of every row once the job has caught up. The seed tells the {@link Phase}.
 */
final class KillTest {
    /** Longer than the kernel waits for an acknowledgement, so that connections are given up. */
    static final Duration CUT = Duration.ofSeconds(60);

    static final Duration MOST_AWAY = Duration.ofSeconds(20);

    /** A kill in the stream comes within two checkpoint intervals of the job's config. */
    private static final Duration STREAM = Duration.ofSeconds(12);

    /** Changes go on that long after the job has recovered. */
    private static final Duration AFTERMATH = Duration.ofSeconds(3);

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final Pattern JOB_ID =
            Pattern.compile("Init JobMaster for Job \\S+ \\((\\d+)\\)");
    private static final Pattern CHECKPOINT =
            Pattern.compile("start with savePoint on checkPointId\\((\\d+)\\)");

    /** Where the servers of a run are, and what all runs share. */
    record Stage(
            String dsqlHost,
            MySqlServer mysql,
            SeaTunnelHome home,
            SeaTunnelHome stockHome,
            Path folder,
            long rows) {
        /** The database that the source of each run is copied from. */
        private static final String PATTERN = "kill_tests";

        void fill() throws SQLException {
            try (Connection server = mysql.connect("")) {
                Sql.run(server, "CREATE DATABASE " + PATTERN);
            }
            try (Connection source = mysql.connect(PATTERN)) {
                for (Table table : Shop.TABLES) {
                    Sql.run(source, table.mysqlDdl());
                    table.insert(source, 1, rowsOfTable());
                }
            }
        }

        long rowsOfTable() {
            return rows / Shop.TABLES.size();
        }
    }

    private final Stage stage;
    private final KillTarget killed;
    private final long seed;
    private final SplittableRandom random;
    private final Phase phase;
    private final String name;
    private final long rowsOfTable;

    /** The tables of the shop that the job copies, and one that shows its progress. */
    private final List<Table> tables;

    private DsqlLocal dsql;
    private Target target;
    private Job job;
    private String config;
    private String moment = "";
    private String from = "";
    private double recovery;
    private Churn churn;
    private String logBeforeKill = "";

    KillTest(Stage stage, KillTarget killed, long seed) {
        this.stage = stage;
        this.killed = killed;
        this.seed = seed;
        random = new SplittableRandom(seed);
        phase = Phase.of(seed, killed);
        name = (killed.name() + "_" + seed).toLowerCase(Locale.ROOT);
        // A stream needs no large load before it.
        rowsOfTable = phase.inLoad() ? stage.rowsOfTable() : stage.rowsOfTable() / 10;
        tables = new ArrayList<>(killed == KillTarget.STOCK ? List.of(Shop.ORDERS) : Shop.TABLES);
        tables.add(Churn.TICKS);
    }

    KillOutcome run() throws SQLException, IOException {
        Path state = Files.createTempDirectory("dsql-kill-tests-");
        dsql =
                DsqlLocal.start(
                        stage.dsqlHost(), stage.folder().resolve(name), "--dir", state.toString());
        try (Connection source = prepare()) {
            return run(source);
        } finally {
            if (job != null) {
                job.kill();
            }
            dsql.close();
            Files.delete(Places.emptyFolder(state));
        }
    }

    private Connection prepare() throws SQLException {
        try (Connection server = stage.mysql().connect("")) {
            Sql.run(server, "CREATE DATABASE " + name);
        }
        Connection source = stage.mysql().connect(name);
        for (Table table : Shop.TABLES) {
            Sql.run(source, table.mysqlDdl());
        }
        Sql.run(source, Churn.TICKS.mysqlDdl());
        target = new Target(dsql, killed == KillTarget.STOCK, tables);
        // The job reads the log from its start on; what is there before need not be in it.
        Sql.run(source, "SET sql_log_bin = 0");
        for (Table table : Shop.TABLES) {
            String rows = Stage.PATTERN + "." + table.name() + " WHERE id <= " + rowsOfTable;
            Sql.run(source, "INSERT INTO " + table.name() + " SELECT * FROM " + rows);
        }
        Sql.run(source, "INSERT INTO ticks VALUES (0, 0)", "SET sql_log_bin = 1");
        try (Connection behind = dsql.connectBehind()) {
            // Data that is reported as committed survives a crash, as on Aurora DSQL.
            Sql.run(behind, "ALTER ROLE admin SET synchronous_commit = on");
        }
        return source;
    }

    private KillOutcome run(Connection source) throws SQLException, IOException {
        List<String> names = tables.stream().map(Table::name).toList();
        config = target.config(JobConfig.mysqlToDsql(stage.mysql().host(), name, names));
        job = start("", phase.before(config));
        Map<String, TableDiff> diffs = Map.of();
        boolean journaled = !phase.inLoad() && killed != KillTarget.STOCK;
        Journal journal = null;
        long transactions = 0;
        boolean lost = false;
        String failure = null;
        try {
            long all = (tables.size() - 1) * rowsOfTable;
            double share = random.nextDouble();
            awaitRows(phase.inLoad() ? 1 : all);
            if (!phase.inLoad()) {
                mark(source, -1);
                awaitCheckpoint();
            }
            if (journaled) {
                Journal.start(dsql);
            }
            try (Connection changing = stage.mysql().connect(name);
                    Churn running = Churn.start(changing, seed, rowsOfTable)) {
                churn = running;
                if (phase == Phase.FIRST_SPLIT) {
                    awaitCheckpoint();
                    moment = String.format(Locale.ROOT, "%,d rows", target.rowsCommitted());
                } else if (phase.inLoad()) {
                    awaitRows((long) (share * all));
                    moment = String.format(Locale.ROOT, "%.0f %% of the load", share * 100);
                } else {
                    Poll.pause(Duration.ofMillis((long) (share * STREAM.toMillis())));
                    moment = String.format(Locale.ROOT, "%.1f s", share * STREAM.toSeconds());
                }
                kill();
                Poll.pause(AFTERMATH);
                transactions = churn.transactions();
            }
            finish(source);
            diffs = compareUntilEqual(source);
            lost =
                    !logBeforeKill.isEmpty()
                            && LostDeletes.explain(diffs, churn, logBeforeKill, job.log());
            requireOneWriter();
            journal = journaled ? Journal.read(dsql) : null;
        } catch (IllegalStateException e) {
            failure = e.getMessage();
        }
        return new KillOutcome(
                seed,
                killed,
                phase.word(),
                moment,
                from,
                recovery,
                transactions,
                diffs.values().stream().mapToLong(TableDiff::rows).sum(),
                diffs.values().stream().mapToLong(TableDiff::differences).sum(),
                lost,
                journal,
                failure);
    }

    private Job start(String suffix, String text, String... arguments) {
        Path file = JobConfig.write(stage.folder().resolve(name + suffix + ".conf"), text);
        Path log = stage.folder().resolve(name + suffix + ".log");
        SeaTunnelHome home = killed == KillTarget.STOCK ? stage.stockHome() : stage.home();
        return home.run(file, log, dsql.environment(), arguments);
    }

    private void awaitRows(long count) {
        Poll.until(
                () -> count + " rows in the target",
                PATIENCE,
                PAUSE,
                () -> {
                    job.requireAlive();
                    return target.rowsCommitted() >= count;
                });
    }

    /**
     * A checkpoint that was begun from now on. One of the load makes the source read rows once more
     * and then tell their past, which looks to the journal as if the sink had mixed them up.
     */
    private void awaitCheckpoint() {
        long wanted = checkpoints() + 2;
        Poll.until("a checkpoint", PATIENCE, Duration.ofMillis(100), () -> checkpoints() >= wanted);
    }

    private long checkpoints() {
        return job.log().lines().filter(line -> line.endsWith("notify finished!")).count();
    }

    /**
     * The last change of the source so far, of a row that {@link Churn} leaves alone; waits until
     * it is in the target.
     */
    private void mark(Connection source, long n) throws SQLException {
        Sql.run(source, "UPDATE ticks SET n = " + n + " WHERE id = 0");
        try (Connection written = target.connect()) {
            Poll.until(
                    "the latest change in the target",
                    PATIENCE,
                    PAUSE,
                    () -> {
                        job.requireAlive();
                        return String.valueOf(n)
                                .equals(Sql.value(written, "SELECT n FROM ticks WHERE id = 0"));
                    });
        }
    }

    /**
     * Waits until the job has caught up; starts it again if SeaTunnel's checkpoint was not usable.
     */
    private void finish(Connection source) throws SQLException {
        try {
            mark(source, Long.MAX_VALUE);
        } catch (IllegalStateException e) {
            if (!killed.endsJob() || !phase.inLoad() || !stuckAfterLoad()) {
                throw e;
            }
            job.kill();
            from += ", which was useless; from the start";
            startAgain("-again");
            mark(source, Long.MAX_VALUE - 1);
        }
    }

    /** As without a checkpoint: what an earlier try has written goes first. */
    private void startAgain(String suffix) {
        String sink = "sink {\n  Jdbc {\n";
        job = start(suffix, config.replace(sink, sink + "    data_save_mode = DROP_DATA\n"));
    }

    /**
     * Whether the source waits for ever for a split of the load to be reported as read, which is a
     * defect of SeaTunnel: KILL-TESTS.md has it.
     */
    private boolean stuckAfterLoad() {
        long rows = target.rowsCommitted();
        // It completes only when the sink has committed all it was given.
        awaitCheckpoint();
        return target.rowsCommitted() == rows
                && !job.log().contains("add splits: incremental-split-0");
    }

    /** Kills the chosen process, starts it again, and waits for the first rows after that. */
    private void kill() throws SQLException {
        long before;
        long back = 0;
        switch (killed) {
            case ENGINE, STOCK -> {
                Matcher id = JOB_ID.matcher(job.log());
                if (!id.find()) {
                    throw new IllegalStateException("no job id in the log");
                }
                job.kill();
                // What it had sent may still be committed.
                Poll.until(
                        "the end of its connections",
                        PATIENCE,
                        PAUSE,
                        () -> target.connections() == 0);
                if (!phase.inLoad() && killed == KillTarget.ENGINE) {
                    Journal.noteRestart(dsql);
                }
                before = target.rowsCommitted();
                if (checkpoints() == 0) {
                    from = "no checkpoint yet: from the start";
                    startAgain("-restored");
                } else {
                    logBeforeKill = job.log();
                    job = start("-restored", config, "--restore", id.group(1));
                }
            }
            case POSTGRES -> {
                dsql.killPostgres();
                // It comes back by itself, in its own time.
                back = System.nanoTime();
                before = target.rowsCommitted();
                Poll.until("PostgreSQL to be back", PATIENCE, PAUSE, this::answers);
            }
            case DSQL_LOCAL -> {
                dsql.kill();
                Poll.pause(Duration.ofMillis(random.nextInt((int) MOST_AWAY.toMillis())));
                dsql.startAgain();
                before = 0;
            }
            default -> {
                dsql.control("network cut");
                Poll.pause(CUT);
                before = target.rowsCommitted();
                dsql.control("network heal");
            }
        }
        back = back == 0 ? System.nanoTime() : back;
        awaitRows(before + 1);
        recovery = (System.nanoTime() - back) / 1e9;
        Matcher checkpoint = CHECKPOINT.matcher(job.log());
        if (checkpoint.find()) {
            from = "checkpoint " + checkpoint.group(1);
        }
    }

    private boolean answers() {
        try (Connection behind = dsql.connectBehind()) {
            return behind.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    private Map<String, TableDiff> compareUntilEqual(Connection source) throws SQLException {
        Map<String, TableDiff> diffs = new LinkedHashMap<>();
        try (Connection written = target.connect()) {
            Poll.until(
                    "source and target to be equal",
                    Duration.ofSeconds(30),
                    Duration.ofMillis(500),
                    () -> {
                        job.requireAlive();
                        for (Table table : tables) {
                            diffs.put(
                                    table.name(),
                                    TableDiff.compare(
                                            source, written, table.name(), table.columnNames()));
                        }
                        return diffs.values().stream().allMatch(diff -> diff.differences() == 0);
                    });
        } catch (IllegalStateException e) {
            job.requireAlive();
            diffs.values().forEach(diff -> diff.shown().forEach(System.out::println));
        }
        return diffs;
    }

    /**
     * The engine restarts a failed job by itself. The sink must not be the cause of the failure.
     */
    private void requireOneWriter() {
        long writers =
                job.log().lines().filter(line -> line.contains("Native Aurora DSQL sink")).count();
        if (writers != (killed == KillTarget.STOCK ? 0 : 1)) {
            throw new IllegalStateException("the engine has opened the sink " + writers + " times");
        }
    }
}
