package io.dsqlsink.e2e;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** A MySQL 8 server with a row binlog, as MySQL-CDC needs it, on its own loopback address. */
final class MySqlServer implements AutoCloseable {
    static final String USER = "shop_reader";
    static final String PASSWORD = "reader's secret 1";

    /** The address in the job's config carries this port. */
    static final int PORT = 3306;

    private static final String VERSION = "mysql-8.0.15";
    private static final Duration START = Duration.ofSeconds(90);

    private final String host;
    private final Child child;

    private MySqlServer(String host, Child child) {
        this.host = host;
        this.child = child;
    }

    /** Starts an empty server whose data lies in the given folder. */
    static MySqlServer start(String host, Path folder) {
        Path home = Places.require(Places.CACHE.resolve(VERSION), "run scripts/fetch.sh mysql");
        Places.emptyFolder(folder);
        Ports.requireFree(host, PORT, "MySQL");
        List<String> common = new ArrayList<>();
        common.add(home.resolve("bin/mysqld").toString());
        common.add("--no-defaults");
        common.add("--basedir=" + home);
        common.add("--lc-messages-dir=" + home.resolve("share"));
        common.add("--datadir=" + folder.resolve("data"));
        if ("root".equals(System.getProperty("user.name"))) {
            common.add("--user=root");
        }
        Map<String, String> environment =
                Map.of("LD_LIBRARY_PATH", Places.CACHE.resolve("libaio").toString());

        List<String> initialize = new ArrayList<>(common);
        initialize.add("--initialize-insecure");
        try (Child init =
                Child.start(
                        "mysqld --initialize",
                        folder.resolve("init.log"),
                        environment,
                        initialize)) {
            Poll.until("mysqld --initialize", START, Duration.ofMillis(100), () -> !init.isAlive());
            if (init.exitCode() != 0) {
                throw new IllegalStateException("mysqld --initialize failed:\n" + init.tail());
            }
        }

        List<String> serve = new ArrayList<>(common);
        serve.addAll(
                List.of(
                        "--bind-address=" + host,
                        "--port=" + PORT,
                        "--socket=" + socket(folder),
                        "--mysqlx=OFF",
                        "--default-time-zone=+00:00",
                        "--character-set-server=utf8mb4",
                        "--default-authentication-plugin=mysql_native_password",
                        "--server-id=223344",
                        "--log-bin=binlog",
                        "--binlog-format=ROW",
                        "--binlog-row-image=FULL",
                        "--gtid-mode=ON",
                        "--enforce-gtid-consistency=ON",
                        // The data is thrown away: speed matters more than surviving a power cut.
                        "--innodb-flush-log-at-trx-commit=2",
                        "--sync-binlog=0"));
        Child child =
                Child.start("mysqld", folder.resolve("mysqld.log"), environment, serve)
                        .disposable();
        MySqlServer server = new MySqlServer(host, child);
        Poll.until("MySQL to accept connections", START, Duration.ofMillis(100), server::answers);
        server.createReader();
        return server;
    }

    /** A socket's path may have 107 bytes at most, and a checkout's path can be longer. */
    private static Path socket(Path folder) {
        Path inside = folder.resolve("mysql.sock");
        return inside.toString().length() <= 100
                ? inside
                : Path.of(
                        System.getProperty("java.io.tmpdir"),
                        "mysql-" + ProcessHandle.current().pid() + ".sock");
    }

    private boolean answers() {
        child.requireAlive();
        try (Connection connection = connect("")) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    /** The account of the job, with the rights that MySQL-CDC asks for and no more. */
    private void createReader() {
        try (Connection connection = connect("")) {
            Sql.run(
                    connection,
                    "CREATE USER '"
                            + USER
                            + "'@'%' IDENTIFIED BY '"
                            + PASSWORD.replace("'", "''")
                            + "'",
                    "GRANT SELECT, RELOAD, SHOW DATABASES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO '"
                            + USER
                            + "'@'%'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    String host() {
        return host;
    }

    /** A connection of the administrator; an empty name chooses no database. */
    Connection connect(String database) throws SQLException {
        Properties properties = new Properties();
        properties.put("user", "root");
        properties.put("socketTimeout", String.valueOf(Sql.PATIENCE.toMillis()));
        properties.put("connectionTimeZone", "UTC");
        properties.put("rewriteBatchedStatements", "true");
        // tinyint(1) is a number here; whether it means a boolean is the target column's decision.
        properties.put("tinyInt1isBit", "false");
        return DriverManager.getConnection(
                "jdbc:mysql://" + host + ":" + PORT + "/" + database, properties);
    }

    @Override
    public void close() {
        child.close();
    }
}
