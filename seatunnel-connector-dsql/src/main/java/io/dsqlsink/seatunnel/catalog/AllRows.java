package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.seatunnel.SinkLog;
import io.dsqlsink.seatunnel.config.DsqlSinkOptions;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.util.List;
import java.util.Map;

/**
 * Changes all rows of a table, as many at a time as a transaction allows. For a table without a key
 * it uses one statement, which fails if the table has more rows than that.
 */
final class AllRows {
    private static final SinkLog LOG = SinkLog.of(AllRows.class);

    private final DsqlCatalog catalog;
    private final Map<String, String> options;
    private final DsqlTable table;

    /**
     * @param options what the native library is opened with
     */
    AllRows(DsqlCatalog catalog, Map<String, String> options, DsqlTable table) {
        this.catalog = catalog;
        this.options = options;
        this.table = table;
    }

    /** Deletes them. */
    void delete() throws InterruptedException {
        List<List<String>> key = key();
        long deleted =
                key.isEmpty()
                        ? withoutKey(
                                "DELETE FROM " + Ddl.quoted(table),
                                "DROP_DATA cannot empty it: set schema_save_mode ="
                                        + " RECREATE_SCHEMA")
                        : run(KeyPages.deletion(options, table, key, sessions()));
        LOG.info("Table {}: all {} rows deleted", table, deleted);
    }

    /**
     * Sets a column of the rows in which it is NULL.
     *
     * @param value as SQL
     */
    void fill(String column, String value) throws InterruptedException {
        String filter = Ddl.quoted(column) + " IS NULL";
        long filled = set(column, value, filter);
        if (filled > 0) {
            LOG.info(
                    "Table {}: column {} is {} in all {} rows before",
                    table,
                    column,
                    value,
                    filled);
        }
    }

    /** Copies one column to another; returns the number of rows in which they differed. */
    long copy(String from, String to) throws InterruptedException {
        return set(to, Ddl.quoted(from), Ddl.differ(from, to));
    }

    /**
     * @param filter the rows to change; after the statement no row matches it
     */
    private long set(String column, String value, String filter) throws InterruptedException {
        List<List<String>> key = key();
        String head = Ddl.fill(table, column, value);
        return key.isEmpty()
                ? withoutKey(
                        head + " WHERE " + filter,
                        "column '" + column + "' cannot be set: recreate the table with a key")
                : run(KeyPages.fill(options, table, key, sessions(), head, filter));
    }

    private long run(KeyPages pages) throws InterruptedException {
        return pages.run(catalog::query);
    }

    private long withoutKey(String sql, String otherwise) throws InterruptedException {
        try {
            return catalog.execute(sql, true).affected();
        } catch (DsqlNativeException e) {
            if (e.kind() != DsqlNativeException.ERROR_LIMIT) {
                throw e;
            }
            throw new DsqlConnectorException(
                    DsqlErrorCode.LIMIT,
                    "Table "
                            + table
                            + " has more rows than a transaction allows and no key to select"
                            + " some of them, so "
                            + otherwise);
        }
    }

    /** Name and type of each column of the table's own key. */
    private List<List<String>> key() throws InterruptedException {
        return catalog.query(
                "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)"
                        + " FROM pg_catalog.pg_constraint k"
                        + " JOIN pg_catalog.pg_attribute a ON a.attrelid ="
                        + " k.conrelid AND a.attnum = ANY (k.conkey)"
                        + " WHERE k.contype = 'p' AND k.conrelid = "
                        + DsqlCatalog.oid(table)
                        + " ORDER BY pg_catalog.array_position(k.conkey, a.attnum)");
    }

    private int sessions() {
        return Integer.parseInt(options.get(DsqlSinkOptions.MAX_CONNECTIONS.key()));
    }
}
