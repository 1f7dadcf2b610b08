package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.seatunnel.SinkLog;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.config.Names;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.util.List;
import java.util.stream.Collectors;

/** Finds out whether a missing table is in another schema, or its schema is only misspelt. */
final class Whereabouts {
    private static final SinkLog LOG = SinkLog.of(Whereabouts.class);

    /** A privilege is missing. */
    private static final String DENIED = "42501";

    private static final String PUBLIC = "public";

    private Whereabouts() {}

    /** Tables of that name, in any case, in all schemas of users. */
    static List<String> of(DsqlCatalog catalog, DsqlTable table) throws InterruptedException {
        return first(
                catalog.query(
                        "SELECT pg_catalog.quote_ident(n.nspname) || '.' ||"
                                + " pg_catalog.quote_ident(c.relname) FROM pg_catalog.pg_class c"
                                + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                + " WHERE c.relkind IN ('r', 'p') AND"
                                + " pg_catalog.lower(c.relname::text) = pg_catalog.lower("
                                + Ddl.literal(table.name())
                                + ") AND n.nspname::text NOT IN ('pg_catalog',"
                                + " 'information_schema', 'sys') ORDER BY 1 LIMIT 5"));
    }

    /** Text after "does not exist". */
    static String told(List<String> tables) {
        return tables.isEmpty() ? "" : " (but there is " + String.join(", ", tables) + ")";
    }

    /** Warns that a table that is about to be created exists in another schema. */
    static void warn(DsqlCatalog catalog, DsqlTable table) throws InterruptedException {
        List<String> tables = of(catalog, table);
        if (!tables.isEmpty()) {
            LOG.warn(
                    "Table {} does not exist and is created, but {} exists: if you mean that"
                            + " one, correct the options 'schema' and 'table' (names are"
                            + " case-sensitive)",
                    table,
                    String.join(", ", tables));
        }
    }

    /**
     * Whether the target's schema exists.
     *
     * @param named whether the job names it; a name similar to an existing one counts as misspelt
     */
    static boolean hasSchema(DsqlCatalog catalog, DsqlTable table, boolean named)
            throws InterruptedException {
        List<String> schemas =
                first(
                        catalog.query(
                                "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname::text"
                                        + " NOT LIKE 'pg\\_%' ORDER BY 1"));
        if (schemas.contains(table.schema())) {
            return true;
        }
        List<String> near =
                schemas.stream()
                        .filter(schema -> named && Names.areNear(schema, table.schema()))
                        .collect(Collectors.toList());
        if (!near.isEmpty()) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.SCHEMA,
                    "Schema '"
                            + table.schema()
                            + "' of option 'schema' does not exist; did you mean '"
                            + String.join("' or '", near)
                            + "'? If you want a new schema, create it first: "
                            + Ddl.createSchema(table));
        }
        LOG.warn("Schema '{}' does not exist and is created", table.schema());
        return false;
    }

    /** The exception when the database refuses to create the schema or the table. */
    static RuntimeException refused(DsqlNativeException e, DsqlTable table, String role) {
        if (!DENIED.equals(e.sqlState())) {
            return e;
        }
        String cure =
                table.schema().equals(PUBLIC)
                        ? "only admin may create tables in public, and cannot grant privileges"
                                + " on it: set option 'schema' to a schema in which the role"
                                + " may create tables, or create the table as admin"
                        : "as admin: GRANT USAGE, CREATE ON SCHEMA "
                                + Ddl.quoted(table.schema())
                                + " TO "
                                + Ddl.quoted(role)
                                + " (after CREATE SCHEMA, if it does not exist), or create the"
                                + " table as admin";
        return new DsqlConnectorException(
                DsqlErrorCode.PERMISSION,
                "Role '"
                        + role
                        + "' may not create table "
                        + table
                        + "; "
                        + cure
                        + ": "
                        + e.getMessage());
    }

    private static List<String> first(List<List<String>> rows) {
        return rows.stream().map(row -> row.get(0)).collect(Collectors.toList());
    }
}
