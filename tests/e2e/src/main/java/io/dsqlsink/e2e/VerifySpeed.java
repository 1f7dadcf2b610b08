package io.dsqlsink.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;

/**
 * Measures a comparison of source and target against the load before it: the same batch job from
 * MySQL on Zeta, once with the sink that writes, once with verify = true. Both with one task and
 * with several, into dsql-local with the cost model of Aurora DSQL. scripts/bench.sh builds what it
 * needs and runs it.
 */
public final class VerifySpeed {
    private static final String DSQL_HOST = "127.0.83.92";
    private static final String MYSQL_HOST = "127.0.83.93";
    private static final int[] TASKS = {1, 4};

    private final Path folder = Places.ROOT.resolve("target/bench/verify");
    private final Path results;
    private final boolean quick;

    private VerifySpeed(Path results, boolean quick) {
        this.results = results;
        this.quick = quick;
    }

    /** Arguments: the file that gets a line of JSON for each job, and optionally "quick". */
    public static void main(String[] arguments) {
        Program.exitAfter(
                "verify", () -> new VerifySpeed(Path.of(arguments[0]), arguments.length > 1).run());
    }

    private void run() throws SQLException, IOException {
        MySqlServer mysql = MySqlServer.start(MYSQL_HOST, folder.resolve("mysql"));
        DsqlLocal dsql =
                DsqlLocal.start(DSQL_HOST, folder.resolve("dsql"), "--no-schema-conflicts");
        dsql.create(Orders.DSQL_DDL);
        dsql.control("profile region");
        Orders orders = Orders.create(mysql);
        int rows = quick ? 100_000 : 1_000_000;
        orders.fill(rows);
        for (int round = 0; round < (quick ? 1 : 3); round++) {
            for (int tasks : TASKS) {
                String setting = tasks == 1 ? "one task" : tasks + " tasks";
                String source =
                        orders.batch(
                                "table_path = \"" + Orders.DATABASE + "." + Orders.TABLE + "\"",
                                tasks);
                JobRun run = new JobRun(folder, dsql, setting, rows, true);
                try (Connection target = dsql.connectBehind()) {
                    Sql.run(target, "TRUNCATE " + Orders.TABLE, "CHECKPOINT");
                }
                report("load", run, source + JobSinks.ours());
                Path told = folder.resolve("report");
                report("verify", run, source + verifying(told, tasks));
                String verdict = Files.readString(told.resolve("verify.txt"));
                if (!verdict.contains(": equal: " + rows + " rows in the source, " + rows + " ")) {
                    throw new IllegalStateException("not equal after the load: " + verdict);
                }
            }
        }
    }

    private static String verifying(Path report, int tasks) {
        return JobSinks.ours(
                "verify = true", "verify_report = \"" + report + "\"", "verify_tasks = " + tasks);
    }

    private void report(String contender, JobRun run, String config) throws IOException {
        JobRun.Measured measured = run.measure(contender, config);
        String line =
                String.format(
                        Locale.ROOT,
                        "{\"part\":\"i\",\"contender\":\"%s\",\"setting\":\"%s\",\"rows\":%d,"
                                + "\"seconds\":%.3f,\"cpu_seconds\":%.3f,\"busy_seconds\":%.3f}%n",
                        contender,
                        run.setting(),
                        measured.rows(),
                        measured.seconds(),
                        measured.cpuSeconds(),
                        measured.busySeconds());
        System.out.print("  " + line);
        Files.writeString(results, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
