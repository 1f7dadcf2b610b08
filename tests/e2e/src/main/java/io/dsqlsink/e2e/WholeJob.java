package io.dsqlsink.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Measures whole jobs from MySQL on Zeta: a batch job of the Jdbc source, and the first load of
 * MySQL-CDC, each with this sink and with the stock sink, both into dsql-local with the cost model
 * of Aurora DSQL, and with a sink that throws rows away. This sink also writes to a dsql-local that
 * only answers: only then is the source the limit on a machine that it shares with PostgreSQL.
 * scripts/bench.sh builds what it needs and runs it.
 */
public final class WholeJob {
    private static final String DSQL_HOST = "127.0.83.87";
    private static final String ANSWERING_HOST = "127.0.83.89";
    private static final String MYSQL_HOST = "127.0.83.88";

    /** The first load ends only when the job is stopped, so it is stopped after it. */
    private static final boolean ENDS = true;

    private final Path folder = Places.ROOT.resolve("target/bench/jobs");
    private final Path results;
    private final boolean quick;
    private MySqlServer mysql;
    private Orders orders;
    private DsqlLocal dsql;

    /** The model without a database, which would take the processors from the source. */
    private DsqlLocal answering;

    private WholeJob(Path results, boolean quick) {
        this.results = results;
        this.quick = quick;
    }

    /** Arguments: the file that gets a line of JSON for each job, and optionally "quick". */
    public static void main(String[] arguments) {
        Program.exitAfter(
                "whole job", () -> new WholeJob(Path.of(arguments[0]), arguments.length > 1).run());
    }

    private void run() throws SQLException, IOException {
        mysql = MySqlServer.start(MYSQL_HOST, folder.resolve("mysql"));
        dsql = DsqlLocal.start(DSQL_HOST, folder.resolve("dsql"), "--no-schema-conflicts");
        dsql.create(Orders.DSQL_DDL);
        dsql.control("profile region");
        answering =
                DsqlLocal.start(
                        ANSWERING_HOST,
                        folder.resolve("answering"),
                        "--answer-only",
                        "--profile",
                        "region",
                        "--backend",
                        dsql.postgresAddress());
        orders = Orders.create(mysql);
        // So many that a job runs for ten seconds and more; the first load is much slower.
        measure("Jdbc batch", quick ? 100_000 : 2_000_000, ENDS);
        measure("CDC first load", quick ? 30_000 : 400_000, !ENDS);
    }

    private void measure(String setting, int rows, boolean ends) throws SQLException, IOException {
        orders.fill(rows);
        JobRun run = new JobRun(folder, dsql, setting, rows, ends);
        String source = ends ? orders.batch("query = \"SELECT * FROM orders\"", 1) : cdcSource();
        for (int round = 0; round < (quick ? 1 : 2); round++) {
            report(run, "thrown away", source + JobSinks.thrownAway());
            report(run.into(answering), "ours, answers only", source + JobSinks.ours());
        }
        report(run, "ours", source + JobSinks.ours());
        // It is many times slower: a part of the rows is enough to measure it.
        Duration window = Duration.ofSeconds(quick ? 10 : 15);
        for (boolean rewriting : new boolean[] {false, true}) {
            String sink = JobSinks.stock(dsql, rewriting);
            String name = rewriting ? "stock, rewriting" : "stock";
            report(run.within(window), name, source + sink);
        }
    }

    private void report(JobRun run, String contender, String config)
            throws SQLException, IOException {
        try (Connection target = dsql.connectBehind()) {
            Sql.run(target, "TRUNCATE " + Orders.TABLE, "CHECKPOINT");
        }
        JobRun.Measured measured = run.measure(contender, config);
        if (measured.rows() == 0) {
            // It can happen to a slow sink on a busy machine, and is no figure.
            System.out.println("  " + contender + ": no row came in time");
            return;
        }
        String line =
                String.format(
                        Locale.ROOT,
                        "{\"part\":\"c\",\"contender\":\"%s\",\"setting\":\"%s\",\"rows\":%d,"
                                + "\"seconds\":%.3f,\"cpu_seconds\":%.3f,\"sink_cpu_seconds\":%.3f,"
                                + "\"busy_seconds\":%.3f}%n",
                        contender,
                        run.setting(),
                        measured.rows(),
                        measured.seconds(),
                        measured.cpuSeconds(),
                        measured.sinkCpuSeconds(),
                        measured.busySeconds());
        System.out.print("  " + line);
        Files.writeString(results, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** That of the main job. */
    private String cdcSource() {
        String config = JobConfig.mysqlToDsql(mysql.host(), Orders.DATABASE, List.of(Orders.TABLE));
        return config.substring(0, config.indexOf("sink {"));
    }
}
