package io.dsqlsink.seatunnel.source;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.TablePath;

/**
 * The catalog of a source's database, read by the JDBC driver that the source itself uses.
 * SeaTunnel reads it by DatabaseMetaData.getIndexInfo, which does not show whether an index is
 * FULLTEXT, SPATIAL, on a prefix of a column, on an expression, or partial.
 */
public final class SourceCatalog implements AutoCloseable {
    /** A source that does not answer must not block the start of a job. */
    private static final int TIMEOUT_SECONDS = 30;

    private final Kind kind;
    private final Connection connection;

    private SourceCatalog(Kind kind, Connection connection) {
        this.kind = kind;
        this.connection = connection;
    }

    /** Databases whose catalogs this class can read. */
    public enum Kind {
        MYSQL("jdbc:mysql:"),
        POSTGRESQL("jdbc:postgresql:");

        private final String scheme;

        Kind(String scheme) {
            this.scheme = scheme;
        }

        /**
         * The kind of a source table's database, from the address in the table's options; null for
         * others.
         */
        public static Kind of(CatalogTable table) {
            return of(url(table));
        }

        public static Kind of(String url) {
            for (Kind kind : values()) {
                if (url != null && url.startsWith(kind.scheme)) {
                    return kind;
                }
            }
            return null;
        }
    }

    /** The address of the table's database; null if the source does not have it. */
    public static String url(CatalogTable table) {
        Map<String, String> options = table.getOptions();
        return options == null ? null : options.get("url");
    }

    /**
     * Connects by a driver that the class loader has. DriverManager would return only drivers that
     * the loader of this class sees.
     *
     * @param user null if the url contains it
     */
    public static SourceCatalog open(String url, String user, String password, ClassLoader loader)
            throws SQLException {
        return new SourceCatalog(Kind.of(url), connect(url, user, password, loader));
    }

    /** Uses the first driver that accepts the url. */
    public static Connection connect(String url, String user, String password, ClassLoader loader)
            throws SQLException {
        Properties properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
            properties.setProperty("password", password == null ? "" : password);
        }
        // MySQL's driver counts milliseconds, PostgreSQL's seconds.
        String timeout = TIMEOUT_SECONDS + (Kind.of(url) == Kind.MYSQL ? "000" : "");
        properties.setProperty("connectTimeout", timeout);
        properties.setProperty("socketTimeout", timeout);
        for (Driver driver : JdbcDrivers.load(loader)) {
            if (driver.acceptsURL(url)) {
                Connection connection = driver.connect(url, properties);
                if (connection != null) {
                    return connection;
                }
            }
        }
        throw new SQLException("no JDBC driver accepts its address");
    }

    public Kind kind() {
        return kind;
    }

    /** The indexes of a table, except that of its primary key. */
    public List<SourceIndex> indexes(TablePath table) throws SQLException {
        return kind == Kind.MYSQL ? MySqlIndexes.of(this, table) : PostgresIndexes.of(this, table);
    }

    /** The table's other objects. */
    public Extras extras(TablePath table) throws SQLException {
        return Extras.of(this, table);
    }

    /** Views of the database, or schema, that the table is in. */
    public List<String> views(TablePath table) throws SQLException {
        return Extras.views(this, table);
    }

    /** The number of rows of a table. */
    public long count(TablePath table) throws SQLException {
        String quote = kind == Kind.MYSQL ? "`" : "\"";
        String schema = kind == Kind.MYSQL ? table.getDatabaseName() : table.getSchemaName();
        String name = quoted(schema, quote) + "." + quoted(table.getTableName(), quote);
        return Long.parseLong(query("SELECT count(*) AS n FROM " + name).get(0).get("n"));
    }

    private static String quoted(String name, String quote) {
        return quote + name.replace(quote, quote + quote) + quote;
    }

    /** Returns each row as text values by column label. */
    public List<Row> query(String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet result = statement.executeQuery()) {
                List<Row> rows = new ArrayList<>();
                while (result.next()) {
                    rows.add(Row.of(result));
                }
                return rows;
            }
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            // Everything has been read: an error on closing does not matter.
        }
    }
}
