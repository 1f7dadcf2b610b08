package io.dsqlsink.e2e;

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
    /** Long for a job that takes seconds: two cores may be busy with other builds. */
    static final Duration JOB = Duration.ofMinutes(4);

    /** Not the demo's addresses, so that a kept demo is not in the way. */
    private static final String DSQL_HOST = "127.0.83.83";

    private static final String MYSQL_HOST = "127.0.83.84";
    private static final Path HOME = Path.of(System.getProperty("zeta.home"));
    private static final Path FOLDER =
            Places.ROOT.resolve("target/e2e").resolve(HOME.getFileName());

    private static MySqlServer mysql;
    private static DsqlLocal dsql;

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

    /** A new, empty MySQL database and a connection to it. */
    static Connection database(String name) throws SQLException {
        try (Connection server = mysql().connect("")) {
            Sql.run(server, "CREATE DATABASE " + name);
        }
        return mysql().connect(name);
    }

    /**
     * Starts a job; its log is target/e2e/HOME/NAME.log, with everything that our own loggers have
     * to say.
     */
    static Job run(String name, String config, Map<String, String> environment) {
        Path file = JobConfig.write(FOLDER.resolve(name + ".conf"), config);
        Map<String, String> all = new HashMap<>(environment);
        all.put("JAVA_OPTS", "-Ddsqlsink.log.level=DEBUG");
        return new SeaTunnelHome(HOME)
                .run(file, FOLDER.resolve(name + ".log"), all, "--name", name);
    }

    static Job run(String name, String config) {
        return run(name, config, dsql().environment());
    }

    /**
     * The columns whose values arrive as they are. From 2.3.8 on the CDC source takes every
     * tinyint(1) for a boolean.
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
