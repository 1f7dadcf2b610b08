package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.bridge.Limits;
import io.dsqlsink.bridge.NativeSession;
import io.dsqlsink.seatunnel.SinkLog;
import io.dsqlsink.seatunnel.catalog.TableDefinition.ColumnDefinition;
import io.dsqlsink.seatunnel.config.DsqlSinkOptions;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.config.Names;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Operations on whole tables. Several jobs may prepare one table at once: each step checks whether
 * it is done already, and checks again when the database reports that it is.
 */
final class DsqlCatalog implements AutoCloseable {
    private static final SinkLog LOG = SinkLog.of(DsqlCatalog.class);

    /**
     * Up to this many rows, deleting is faster than recreating the table: those of ten
     * transactions.
     */
    private static final int FEW_ROWS = 10 * Limits.TRANSACTION_ROWS;

    /** SQLSTATEs for "exists already": a table, an object, and, in a race, a unique catalog row. */
    private static final Set<String> EXISTS =
            Collections.unmodifiableSet(
                    new HashSet<>(Arrays.asList("42P07", "42710", "42P06", "23505")));

    private final Map<String, String> options;
    private NativeSession session;

    /**
     * @param options what the native library is opened with
     */
    DsqlCatalog(Map<String, String> options) {
        this.options = new HashMap<>(options);
        this.options.put("log_level", LOG.level());
    }

    void warn(String line) {
        if (line != null) {
            LOG.warn("{}", line);
        }
    }

    boolean exists(DsqlTable table) throws InterruptedException {
        return !query("SELECT 1 FROM " + from(table) + " AND c.relkind IN ('r', 'p')").isEmpty();
    }

    /** Compares names as text: a literal of type name would be cut to 63 bytes. */
    private static String from(DsqlTable table) {
        return "pg_catalog.pg_class c"
                + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname::text = "
                + Ddl.literal(table.schema())
                + " AND c.relname::text = "
                + Ddl.literal(table.name());
    }

    /** A query for the number that the catalog has for the table. */
    static String oid(DsqlTable table) {
        return "(SELECT c.oid FROM " + from(table) + ")";
    }

    /**
     * Creates the table, and its schema where that is missing.
     *
     * @param named whether the job names the schema, so that it may be misspelt
     */
    void create(TableDefinition definition, boolean named) throws InterruptedException {
        definition.check();
        DsqlTable table = definition.table();
        Whereabouts.warn(this, table);
        try {
            if (!Whereabouts.hasSchema(this, table, named)) {
                create(Ddl.createSchema(table));
            }
            create(Ddl.createTable(definition));
        } catch (DsqlNativeException e) {
            throw Whereabouts.refused(e, table, options.get(DsqlSinkOptions.USERNAME.key()));
        }
        if (!exists(table) && renameIndex(table)) {
            create(Ddl.createTable(definition));
        }
        if (!exists(table)) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.SCHEMA,
                    "Table "
                            + table
                            + " was not created, although no statement failed: check whether a"
                            + " view or an index has its name");
        }
        if (definition.primaryKey().isEmpty()) {
            LOG.warn(
                    "Table {} has no key, and Aurora DSQL cannot add one later: set option"
                            + " 'primary_keys' if rows must be updated or deleted",
                    table);
        }
    }

    /**
     * Gives an index another name that this sink has given the name of the table: table a_b, and
     * index b of table a.
     */
    private boolean renameIndex(DsqlTable table) throws InterruptedException {
        List<String> owner =
                names(
                        "SELECT t.relname FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class t"
                                + " ON t.oid = x.indrelid WHERE NOT x.indisprimary AND x.indexrelid"
                                + " = (SELECT c.oid FROM "
                                + from(table)
                                + ")");
        if (owner.isEmpty() || !table.name().startsWith(owner.get(0) + "_")) {
            return false;
        }
        String index = table.name().substring(owner.get(0).length() + 1);
        String other = Names.ofIndex(table.schema(), owner.get(0), index);
        try {
            alter(Ddl.renameIndex(table.schema(), table.name(), other));
            return true;
        } catch (DsqlNativeException e) {
            LOG.warn("Index {} cannot be renamed: {}", table.name(), e.getMessage());
            return false;
        }
    }

    private void create(String ddl) throws InterruptedException {
        try {
            execute(ddl, true);
            LOG.info("Created: {}", ddl.replaceAll("\\s+", " "));
        } catch (DsqlNativeException e) {
            if (!EXISTS.contains(e.sqlState())) {
                throw e;
            }
            LOG.info("Already created by another task: {}", ddl.replaceAll("\\s+", " "));
        }
    }

    /**
     * Whether the table looks as if its creation was interrupted before its indexes: it has the
     * columns that it would be created with, no row, and lacks an index. A table that was given
     * another form, or has rows, is left to who did that.
     */
    boolean isLeftUnfinished(TableDefinition definition) throws InterruptedException {
        DsqlTable table = definition.table();
        List<String> indexes = indexes(table);
        if (definition.indexes().stream().allMatch(index -> has(indexes, index))) {
            return false;
        }
        Map<String, List<String>> columns = columns(table);
        List<String> names = new ArrayList<>();
        for (ColumnDefinition column : definition.columns()) {
            List<String> actual = columns.get(column.name());
            if (actual == null
                    || !ColumnTypes.holds(actual.get(0), column.type())
                    || actual.get(1).isEmpty() != column.nullable()) {
                return false;
            }
            names.add(column.name());
        }
        return names.equals(new ArrayList<>(columns.keySet())) && !hasRows(table);
    }

    /** Names of the table's indexes, those that are not built yet among them. */
    List<String> indexes(DsqlTable table) throws InterruptedException {
        return names(indexesOf(table));
    }

    List<String> builtIndexes(DsqlTable table) throws InterruptedException {
        return names(indexesOf(table) + " AND x.indisvalid");
    }

    private static String indexesOf(DsqlTable table) {
        return "SELECT i.relname FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i"
                + " ON i.oid = x.indexrelid WHERE x.indrelid = "
                + oid(table);
    }

    private static boolean has(List<String> names, IndexDefinition index) {
        return names.contains(index.name()) || names.contains(index.otherName());
    }

    void createIndexes(TableDefinition definition) throws InterruptedException {
        new IndexBuilder(this).create(definition);
    }

    /** Those of these names that the schema has, and whether each is an index of the table. */
    Map<String, Boolean> owners(DsqlTable table, List<String> names) throws InterruptedException {
        Map<String, Boolean> owners = new HashMap<>();
        for (List<String> row :
                query(
                        "SELECT c.relname, CASE WHEN t.relname::text = "
                                + Ddl.literal(table.name())
                                + " THEN 'own' ELSE '' END FROM pg_catalog.pg_class c"
                                + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                + " LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = c.oid"
                                + " LEFT JOIN pg_catalog.pg_class t ON t.oid = x.indrelid"
                                + " WHERE n.nspname::text = "
                                + Ddl.literal(table.schema())
                                + " AND c.relname::text IN ("
                                + names.stream().map(Ddl::literal).collect(Collectors.joining(", "))
                                + ")")) {
            owners.put(row.get(0), !row.get(1).isEmpty());
        }
        return owners;
    }

    void drop(DsqlTable table) throws InterruptedException {
        execute(Ddl.dropTable(table), true);
        LOG.info("Dropped table {}", table);
    }

    boolean hasRows(DsqlTable table) throws InterruptedException {
        return !query("SELECT 1 FROM " + Ddl.quoted(table) + " LIMIT 1").isEmpty();
    }

    /**
     * Whether it is faster to drop and recreate the table than to delete its rows, and only the
     * rows are lost by that.
     */
    boolean isBetterRecreated(TableDefinition definition, boolean withIndexes)
            throws InterruptedException {
        DsqlTable table = definition.table();
        String some = "SELECT 1 FROM " + Ddl.quoted(table) + " LIMIT 1 OFFSET " + FEW_ROWS;
        try {
            return !query(some).isEmpty()
                    && !query(Fittings.bare(table)).isEmpty()
                    && Fittings.fit(
                            definition,
                            columns(table),
                            query(Fittings.indexes(table)),
                            withIndexes);
        } catch (DsqlNativeException e) {
            if (e.kind() != DsqlNativeException.ERROR_REJECTED
                    && e.kind() != DsqlNativeException.ERROR_SCHEMA
                    && e.kind() != DsqlNativeException.ERROR_PERMISSION) {
                throw e;
            }
            LOG.debug("What depends on table {} cannot be read", table, e);
            return false;
        }
    }

    /** Adds a check that a column is not NULL: the closest that an added column can get. */
    void requireNotNull(DsqlTable table, String column) throws InterruptedException {
        String name = Names.shortened(table.name() + "_" + column + "_not_null");
        String constraint =
                "SELECT k.convalidated FROM pg_catalog.pg_constraint k WHERE k.conname = "
                        + Ddl.literal(name)
                        + " AND k.conrelid = "
                        + oid(table);
        List<List<String>> found = query(constraint);
        if (found.isEmpty()) {
            alter(Ddl.addNotNull(table, name, column));
        } else if (found.get(0).get(0).equals("t")) {
            return;
        }
        Map<String, String> jobs = new HashMap<>();
        Jobs.add(jobs, "Constraint " + name, execute(Ddl.validate(table, name), true));
        Jobs.await(this, jobs);
    }

    /** Type and, in a second place, NOT NULL or nothing, of each column by its name. */
    Map<String, List<String>> columns(DsqlTable table) throws InterruptedException {
        Map<String, List<String>> columns = new LinkedHashMap<>();
        for (List<String> column :
                query(
                        "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),"
                                + " CASE WHEN a.attnotnull THEN 'NOT NULL' ELSE '' END"
                                + " FROM pg_catalog.pg_attribute a WHERE a.attnum > 0 AND NOT"
                                + " a.attisdropped AND a.attrelid = "
                                + oid(table)
                                + " ORDER BY a.attnum")) {
            columns.put(column.get(0), column.subList(1, 3));
        }
        return columns;
    }

    /** Carries out a change of a table that another task may make at the same time. */
    void alter(String ddl) throws InterruptedException {
        try {
            execute(ddl, true);
            LOG.info("Executed: {}", ddl);
        } catch (DsqlNativeException e) {
            // A column exists already, or is gone already; a constraint exists already.
            if (!Arrays.asList("42701", "42703", "42710").contains(e.sqlState())) {
                throw e;
            }
            LOG.info("Already executed by another task: {}", ddl);
        }
    }

    /** Operations on all rows of a table. */
    AllRows rows(DsqlTable table) {
        return new AllRows(this, options, table);
    }

    /** Carries out a statement of the user, once. */
    void custom(String sql) throws InterruptedException {
        execute(sql, false);
        LOG.info("Executed custom_sql");
    }

    /** The values of the query's first column. */
    private List<String> names(String sql) throws InterruptedException {
        return query(sql).stream().map(row -> row.get(0)).collect(Collectors.toList());
    }

    List<List<String>> query(String sql) throws InterruptedException {
        return execute(sql, true).rows();
    }

    NativeSession.Answer execute(String sql, boolean repeatable) throws InterruptedException {
        if (session == null) {
            session = NativeSession.open(options);
        }
        return session.execute(sql, repeatable, LOG.whileWaiting(sql));
    }

    @Override
    public void close() {
        if (session != null) {
            session.close();
        }
    }
}
