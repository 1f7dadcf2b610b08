package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The servers that all tests of a run share; each test has its own tables in them. The JVM's end
 * stops them.
 */
final class Servers {
    /** Long for a job of seconds, because the processors may be busy with other builds. */
    static final Duration JOB = Duration.ofMinutes(4);

    /** Not the demo's addresses, so that a kept demo does not conflict. */
    private static final String DSQL_HOST = "127.0.83.83";

    private static final String MYSQL_HOST = "127.0.83.84";
    private static final String KILLED_DSQL_HOST = "127.0.83.85";
    private static final Path HOME = Path.of(System.getProperty("seatunnel.home"));

    /** Where jobs run: in the JVM that starts them, or an engine's name of a cluster. */
    private static final String MASTER = System.getProperty("master");

    private static final String ONE_JVM = "one-jvm";

    /** Flink's and Zeta's names for a cluster that runs already. */
    private static final String FLINK_CLUSTER = "remote";

    private static final String ZETA_CLUSTER = "cluster";

    /** The JVM of jobs; empty for that of the tests. */
    private static final String JAVA_HOME = System.getProperty("job.java.home", "");

    private static final Path FOLDER =
            Places.ROOT
                    .resolve("target/e2e")
                    .resolve(
                            HOME.getFileName()
                                    + "-"
                                    + MASTER.replaceAll("[^a-z-].*", "")
                                    + JAVA_HOME.replaceFirst(".*/", "-"));

    private static final String CREATED_SCHEMAS =
            "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'"
                    + " AND nspname NOT IN ('public', 'information_schema', 'sys', 'dsql_local')";

    private static MySqlServer mysql;
    private static DsqlLocal dsql;
    private static FlinkCluster flink;
    private static ZetaCluster zeta;

    private Servers() {}

    static synchronized MySqlServer mysql() {
        if (mysql == null) {
            mysql = MySqlServer.start(MYSQL_HOST, FOLDER.resolve("mysql"));
        }
        return mysql;
    }

    static synchronized DsqlLocal dsql() {
        if (dsql == null) {
            dsql = DsqlLocal.start(DSQL_HOST, FOLDER.resolve("dsql"));
        }
        return dsql;
    }

    /** Drops every schema of the target that a test or its job has created. */
    static synchronized void dropSchemas() throws SQLException {
        if (dsql == null) {
            return;
        }
        try (Connection target = dsql.connectBehind()) {
            for (String schema : Sql.values(target, CREATED_SCHEMAS)) {
                Sql.run(target, "DROP SCHEMA \"" + schema + "\" CASCADE");
            }
        }
    }

    /** Separate servers for runs that may kill them. */
    static KillTest.Stage stage(long rows) {
        return new KillTest.Stage(KILLED_DSQL_HOST, mysql(), home(), home(), FOLDER, rows);
    }

    static SeaTunnelHome home() {
        return new SeaTunnelHome(HOME);
    }

    static boolean onZetaCluster() {
        return MASTER.equals(ZETA_CLUSTER);
    }

    /** A node of Zeta in the home; its log is NAME.log. */
    static ZetaServer zeta(String name) {
        List<String> options = new ArrayList<>(List.of("-Xms384m", "-Xmx384m"));
        options.addAll(List.of(Footprint.JVM_OPTIONS.split(" ")));
        options.add("-Ddsqlsink.log.level=DEBUG");
        Path log = FOLDER.resolve(name + ".log");
        return ZetaServer.start(
                HOME, log, dsql().environment(), options, Boolean.getBoolean("keep.loaders"));
    }

    static boolean onFlinkCluster() {
        return MASTER.equals(FLINK_CLUSTER);
    }

    static synchronized FlinkCluster flink() {
        if (flink == null) {
            Map<String, String> environment = new HashMap<>(dsql().environment());
            environment.put("JAVA_OPTS", Footprint.JVM_OPTIONS);
            flink = FlinkCluster.start(home().engineFolder(), FOLDER, environment);
        }
        return flink;
    }

    static synchronized ZetaCluster zeta() {
        if (zeta == null) {
            zeta = ZetaCluster.start(HOME, FOLDER, dsql().environment());
        }
        return zeta;
    }

    /**
     * Starts a job; its log is target/e2e/HOME-MASTER/NAME.log, with all levels of our own loggers.
     */
    static Job run(String name, String config, Map<String, String> environment) {
        return runOn(MASTER, name, config, environment);
    }

    /** Runs a job on another master than the others of this run. */
    static Job runOn(String master, String name, String config) {
        return runOn(master, name, config, dsql().environment());
    }

    /** Runs a job in the JVM that starts it, with more arguments for SeaTunnel's client. */
    static Job runInOneJvm(String name, String config, String... arguments) {
        return runOn(ONE_JVM, name, config, dsql().environment(), arguments);
    }

    /** A job's counters from the Zeta cluster, read in the same way as an operator reads them. */
    static String metrics(String jobId) {
        Path log = FOLDER.resolve("metrics-" + jobId + ".log");
        try (Job client = home().ask(log, "--master", ZETA_CLUSTER, "--metrics", jobId)) {
            assertThat(client.await(JOB)).as(client::tail).isZero();
            return client.log();
        }
    }

    /** Starts a job on the Zeta cluster; its client ends after the start. */
    static Job submit(String name, String config) {
        return runOn(ZETA_CLUSTER, name, config, dsql().environment(), "--async");
    }

    private static Job runOn(
            String master,
            String name,
            String config,
            Map<String, String> environment,
            String... more) {
        List<String> arguments = new ArrayList<>(List.of("--name", name));
        arguments.addAll(List.of(more));
        String[] given = arguments.toArray(String[]::new);
        Path file = JobConfig.write(FOLDER.resolve(name + ".conf"), config);
        Path log = FOLDER.resolve(name + ".log");
        Map<String, String> all = new HashMap<>(environment);
        all.put("JAVA_OPTS", jobOptions());
        if (!JAVA_HOME.isEmpty()) {
            all.put("JAVA_HOME", JAVA_HOME);
        }
        if (master.equals(ONE_JVM)) {
            return home().run(file, log, all, given);
        }
        if (onFlinkCluster()) {
            flink();
        } else if (master.equals(ZETA_CLUSTER)) {
            zeta();
        }
        Job job = home().runOn(master, file, log, all, given);
        // On a Flink cluster a job outlives its client.
        return onFlinkCluster() ? job.beforeClose(() -> flink().cancel(name)) : job;
    }

    /**
     * Options of a job's JVM. Jobs of tests are short: a quick start is worth more than the fastest
     * code. -showversion proves which JVM it was. Log lines come every second, so that no test
     * waits half a minute.
     */
    private static String jobOptions() {
        String options =
                "-Ddsqlsink.log.level=DEBUG -Ddsql.sink.log.seconds=1 -showversion"
                        + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC";
        Path classes = HOME.resolve("classes.jsa");
        // Only the Java that made an archive can read it.
        return JAVA_HOME.isEmpty() && Files.exists(classes)
                ? options + " -XX:SharedArchiveFile=" + classes
                : options;
    }

    static Job run(String name, String config) {
        return run(name, config, dsql().environment());
    }

    /** Whether the CDC sources of this release have the option url, as users' newer configs. */
    static boolean takesUrl() {
        String[] parts = System.getProperty("zeta.version").split("[.-]");
        return Integer.parseInt(parts[0]) > 2 || Integer.parseInt(parts[2]) >= 13;
    }

    /** The command that starts the JVM of jobs. */
    static String java() {
        return JAVA_HOME.isEmpty() ? "java" : JAVA_HOME + "/bin/java";
    }

    /** The job's JVM, which shows its version at the start, is the one that was asked for. */
    private static void assertJava(String log) {
        if (JAVA_HOME.isEmpty()) {
            return;
        }
        Path shown = FOLDER.resolve("java-version.log");
        try (Child asked = Child.start("java", shown, Map.of(), List.of(java(), "-version"))) {
            Poll.until(
                    () -> java() + " -version to end",
                    JOB,
                    Duration.ofMillis(50),
                    () -> !asked.isAlive());
            assertThat(log).contains(asked.log().lines().limit(2).toList());
        }
    }

    /**
     * Checks that each task of a job logs once that it has the native sink, and that no log has a
     * secret.
     */
    static void assertNativeSink(Job job, int tasks) {
        Secrets.assertAbsent(job.log());
        if (MASTER.equals(ONE_JVM)) {
            assertJava(job.log());
            assertThat(nativeSinkLines(job.log())).hasSize(tasks);
            return;
        }
        // The logs of the tasks' JVMs have this line for other jobs too.
        String log =
                switch (MASTER) {
                    case FLINK_CLUSTER -> flink().workerLog();
                    case ZETA_CLUSTER -> zeta().logs();
                    default -> home().executorLogs();
                };
        assertThat(nativeSinkLines(log)).hasSizeGreaterThanOrEqualTo(tasks);
        Secrets.assertAbsent(log);
    }

    static List<String> nativeSinkLines(String log) {
        return log.lines()
                .filter(l -> l.contains(" INFO ") && l.contains("Native Aurora DSQL sink"))
                .toList();
    }

    /**
     * The columns whose values arrive unchanged. From 2.3.8 on the CDC source treats every
     * tinyint(1) as a boolean.
     */
    static List<String> readable(Table table) {
        List<String> names = new ArrayList<>(table.columnNames());
        if (!System.getProperty("zeta.version").equals("2.3.4")) {
            for (Column column : table.columns()) {
                if (column.mysqlType().equals("tinyint(1)")
                        && !column.dsqlType().equals("boolean")) {
                    names.remove(column.name());
                }
            }
        }
        return names;
    }
}
