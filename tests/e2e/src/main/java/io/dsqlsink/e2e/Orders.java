package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The table of the benchmark's jobs in MySQL, and the blocks by which batch jobs read it. */
final class Orders {
    static final String DATABASE = "shop";
    static final String TABLE = "orders";

    /** Rows of about 290 bytes, as the other parts of the benchmark have them. */
    private static final String DDL =
            "CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, status smallint, quantity int,"
                    + " price numeric(12,2), weight %s, paid smallint, note varchar(200), day date,"
                    + " at %s)";

    private static final String MYSQL_DDL = DDL.formatted("double", "datetime(6)");
    static final String DSQL_DDL = DDL.formatted("double precision", "timestamp");

    /** MySQL copies the table into itself until it is large enough; a first step has so many. */
    private static final int FIRST_ROWS = 1_000;

    private final MySqlServer mysql;

    private Orders(MySqlServer mysql) {
        this.mysql = mysql;
    }

    /** Creates the database. */
    static Orders create(MySqlServer mysql) throws SQLException {
        try (Connection server = mysql.connect("")) {
            Sql.run(server, "CREATE DATABASE " + DATABASE);
        }
        return new Orders(mysql);
    }

    /**
     * A batch job without its sink.
     *
     * @param which what the source reads, as a line of its block
     */
    String batch(String which, int tasks) {
        return """
               env {
                 parallelism = %d
                 job.mode = "BATCH"
               }
               source {
                 Jdbc {
                   url = "jdbc:mysql://%s:%d/%s"
                   driver = "com.mysql.cj.jdbc.Driver"
                   user = "%s"
                   password = "%s"
                   %s
                 }
               }
               """
                .formatted(
                        tasks,
                        mysql.host(),
                        MySqlServer.PORT,
                        DATABASE,
                        MySqlServer.USER,
                        MySqlServer.PASSWORD,
                        which);
    }

    /** The source's table with so many rows. */
    void fill(int rows) throws SQLException {
        try (Connection source = mysql.connect(DATABASE)) {
            // The first load reads the table; its binlog would only take room and time.
            Sql.run(source, "SET sql_log_bin = 0", "DROP TABLE IF EXISTS " + TABLE, MYSQL_DDL);
            insert(source);
            for (int have = FIRST_ROWS; have < rows; have *= 2) {
                Sql.run(
                        source,
                        "INSERT INTO orders SELECT id + "
                                + have
                                + ", customer, status, quantity, price, weight, paid, note, day, at"
                                + " FROM orders WHERE id <= "
                                + (rows - have));
            }
            // MySQL-CDC divides the table by its estimated number of rows.
            Sql.value(source, "ANALYZE TABLE " + TABLE);
        }
    }

    private static void insert(Connection source) throws SQLException {
        try (PreparedStatement insert =
                source.prepareStatement(
                        "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, '2026-01-05', ?)")) {
            for (int id = 1; id <= FIRST_ROWS; id++) {
                Object[] values = {
                    id,
                    id * 7_919L,
                    id % 100,
                    id * 31,
                    id * 97 / 100.0,
                    id / 7.0,
                    id % 2,
                    "leave it at the door, ring twice, and mind the dog; "
                            .repeat(4)
                            .substring(0, 185),
                    "2026-01-05 10:11:12.123456"
                };
                for (int at = 0; at < values.length; at++) {
                    insert.setObject(at + 1, values[at]);
                }
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
