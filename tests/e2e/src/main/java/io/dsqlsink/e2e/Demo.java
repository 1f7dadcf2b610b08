package io.dsqlsink.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The main job from end to end: a shop in MySQL, the job's config as users have it, dsql-local as
 * the target, changes while the job runs, and a comparison of every row. scripts/demo.sh builds
 * what it needs and runs it.
 */
public final class Demo {
    // Loopback addresses of their own, because the ports in the config are the usual ones and may
    // be in use.
    private static final String DSQL_HOST = "127.0.83.81";
    private static final String MYSQL_HOST = "127.0.83.82";

    private static final Duration CATCH_UP = Duration.ofMinutes(2);
    private static final int TIMED_ROUNDS = 8;

    /** How often a line shows the progress of the load, and how long it may make no progress. */
    private static final long TELL_NANOS = Duration.ofSeconds(2).toNanos();

    private static final long STANDSTILL_NANOS = Duration.ofSeconds(90).toNanos();

    private final Path folder = Places.ROOT.resolve("target/demo");
    private final long rows;
    private final boolean keep;

    private Demo(long rows, boolean keep) {
        this.rows = rows;
        this.keep = keep;
    }

    /** Arguments: the number of rows, then optionally "keep". */
    public static void main(String[] arguments) {
        boolean keep = arguments.length > 1 && arguments[1].equals("keep");
        boolean equal = false;
        try {
            equal = new Demo(Long.parseLong(arguments[0]), keep).run();
        } catch (IllegalStateException | SQLException | IOException e) {
            if (!Child.interrupted()) {
                System.err.println("demo: " + e.getMessage());
            }
        }
        System.exit(equal ? 0 : 1);
    }

    private boolean run() throws SQLException, IOException {
        if (keep) {
            Child.ownSessions();
        }
        Places.emptyFolder(folder.resolve("logs"));
        Console.say("starting MySQL 8 with its binlog on");
        MySqlServer mysql = MySqlServer.start(MYSQL_HOST, folder.resolve("mysql"));
        Console.say("starting dsql-local with a PostgreSQL 16 behind it");
        DsqlLocal dsql = DsqlLocal.start(DSQL_HOST, folder.resolve("dsql"));
        fill(mysql, dsql);

        Path config =
                JobConfig.write(
                        folder.resolve("mysql-to-dsql.conf"),
                        JobConfig.mysqlToDsql(mysql.host(), Shop.DATABASE, names()));
        SeaTunnelHome home = new SeaTunnelHome(Path.of(System.getProperty("zeta.home")));
        Path log = folder.resolve("logs/seatunnel.log");
        Console.say("running bin/seatunnel.sh --config " + config + " -m local, its log is " + log);
        try (Job job = home.run(config, log, dsql.environment());
                Connection source = mysql.connect(Shop.DATABASE);
                Connection target = dsql.connectBehind()) {
            Load load = load(job, source, target);
            Console.say(
                    "changing rows: "
                            + Changes.AFTER_LOAD.size()
                            + " transactions of every kind, and "
                            + Changes.UPDATES_OF_ONE_ROW
                            + " updates of one row");
            for (Changes.Change change : Changes.AFTER_LOAD) {
                change.apply(source);
            }
            Changes.updateOneRowManyTimes(source);
            Console.say("timing " + 3 * TIMED_ROUNDS + " changes, one at a time");
            String customers = Shop.CUSTOMERS.name();
            Latency latency = new Latency(source, target, customers, customers, "level");
            latency.measure(TIMED_ROUNDS);
            Console.say("comparing every row");
            List<TableDiff> diffs = compareUntilEqual(job, source, target);
            print(diffs, load, latency);
            boolean equal = diffs.stream().allMatch(d -> d.differences() == 0);
            if (keep) {
                Child.leaveRunning(folder.resolve("pids"));
                explain(mysql, dsql, config, log);
            } else {
                Console.say("stopping everything");
            }
            return equal;
        } finally {
            Child.stopAll();
        }
    }

    private void fill(MySqlServer mysql, DsqlLocal dsql) throws SQLException {
        Console.say(String.format("filling the shop: %,d rows", rows));
        try (Connection server = mysql.connect("")) {
            Sql.run(server, "CREATE DATABASE " + Shop.DATABASE);
        }
        try (Connection source = mysql.connect(Shop.DATABASE)) {
            for (Table table : Shop.TABLES) {
                Sql.run(source, table.mysqlDdl());
                dsql.create(table.dsqlDdl());
                table.insert(source, 1, share(table));
            }
        }
    }

    /** Most rows are orders, as in a real shop. */
    private long share(Table table) {
        long twelfth = rows / 12;
        return table == Shop.ORDERS ? rows - 2 * twelfth : twelfth;
    }

    private record Load(long rows, double seconds, double untilFirst) {}

    private Load load(Job job, Connection source, Connection target) throws SQLException {
        long started = System.nanoTime();
        Poll.until(
                "the first row in the target",
                CATCH_UP,
                Duration.ofMillis(20),
                () -> {
                    job.requireAlive();
                    return count(target) > 0;
                });
        long first = System.nanoTime();
        long before = count(target);
        long count = before;
        long moved = first;
        long told = first;
        boolean changed = false;
        while (!changed || count < rows - Changes.DELETED_DURING_LOAD) {
            job.requireAlive();
            long now = System.nanoTime();
            long counted = count(target);
            if (counted != count) {
                count = counted;
                moved = now;
            } else if (now - moved > STANDSTILL_NANOS) {
                throw new IllegalStateException(
                        String.format("the load stands still at %,d of %,d rows", count, rows));
            }
            if (!changed && count > rows / 10) {
                changed = true;
                Console.say(
                        String.format(
                                "  %,d rows are there; changing rows while the load runs", count));
                for (Changes.Change change : Changes.DURING_LOAD) {
                    change.apply(source);
                }
            } else if (now - told > TELL_NANOS) {
                told = now;
                Console.say(String.format("  %,d rows", count));
            }
            Poll.pause(Duration.ofMillis(100));
        }
        double seconds = (System.nanoTime() - first) / 1e9;
        Console.say(String.format("the full load is there: %,d rows", count));
        return new Load(count - before, seconds, (first - started) / 1e9);
    }

    private static long count(Connection target) throws SQLException {
        return Sql.number(
                target,
                names().stream()
                        .map(n -> "(SELECT count(*) FROM " + n + ")")
                        .collect(Collectors.joining(" + ", "SELECT ", "")));
    }

    private List<TableDiff> compareUntilEqual(Job job, Connection source, Connection target) {
        List<TableDiff> diffs = new ArrayList<>();
        try {
            Poll.until(
                    "source and target to be equal",
                    CATCH_UP,
                    Duration.ofSeconds(1),
                    () -> {
                        job.requireAlive();
                        diffs.clear();
                        for (Table table : Shop.TABLES) {
                            diffs.add(
                                    TableDiff.compare(
                                            source, target, table.name(), table.columnNames()));
                        }
                        long differences = diffs.stream().mapToLong(TableDiff::differences).sum();
                        if (differences > 0) {
                            Console.say(
                                    String.format(
                                            "  %,d differences; comparing again", differences));
                        }
                        return differences == 0;
                    });
        } catch (IllegalStateException e) {
            Console.say(e.getMessage());
        }
        return diffs;
    }

    private static void print(List<TableDiff> diffs, Load load, Latency latency) {
        System.out.printf("%n  %-12s %12s %12s%n", "table", "rows", "differences");
        for (int i = 0; i < diffs.size(); i++) {
            System.out.printf(
                    "  %-12s %,12d %,12d%n",
                    names().get(i), diffs.get(i).rows(), diffs.get(i).differences());
        }
        System.out.printf(
                "%n  full load       %,.0f rows/s (%,d rows in %.1f s, the first after %.1f s)%n",
                load.rows() / load.seconds(), load.rows(), load.seconds(), load.untilFirst());
        System.out.printf(
                "  change latency  median %d ms, longest %d ms (%d changes, commit to visible)%n%n",
                latency.median(), latency.longest(), latency.count());
        diffs.forEach(diff -> diff.shown().forEach(line -> System.out.println("  " + line)));
    }

    private static List<String> names() {
        return Shop.TABLES.stream().map(Table::name).toList();
    }

    private void explain(MySqlServer mysql, DsqlLocal dsql, Path config, Path log) {
        System.out.printf(
                """
                Everything is left running.
                  source   mysql -h %s -P %d -u %s -p'%s' %s
                  target   export PGHOSTADDR=%s PGSSLROOTCERT=%s
                           PGPASSWORD=$(%s token --endpoint %s) psql \\
                             "host=%s port=%d user=admin dbname=postgres sslmode=verify-full"
                  check    java -jar %s/lib/seatunnel-connector-dsql-*.jar doctor --home %s --config %s
                           (with the two variables above, which stand for DNS and the public certificates)
                  DSQL     %s:%d as %s, control port %s
                  job      tail -f %s
                  stop     scripts/demo.sh --stop
                """,
                mysql.host(),
                MySqlServer.PORT,
                MySqlServer.USER,
                MySqlServer.PASSWORD.replace("'", "'\\''"),
                Shop.DATABASE,
                dsql.environment().get("PGHOSTADDR"),
                dsql.environment().get("PGSSLROOTCERT"),
                DsqlLocal.binary(),
                DsqlLocal.ENDPOINT,
                DsqlLocal.ENDPOINT,
                DsqlLocal.PORT,
                System.getProperty("zeta.home"),
                System.getProperty("zeta.home"),
                config,
                DSQL_HOST,
                DsqlLocal.PORT,
                DsqlLocal.ENDPOINT,
                dsql.controlAddress(),
                log);
    }
}
