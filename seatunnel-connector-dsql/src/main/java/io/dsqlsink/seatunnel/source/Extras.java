package io.dsqlsink.seatunnel.source;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.seatunnel.api.table.catalog.TablePath;

/**
 * Objects of a source table other than columns, keys and indexes. SeaTunnel does not pass them to
 * the sink.
 */
public final class Extras {
    private static final String MYSQL_COLUMNS =
            "SELECT column_name AS name, column_default AS preset, extra,"
                    + " generation_expression AS computed FROM information_schema.columns"
                    + " WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position";

    private static final String MYSQL_OTHERS =
            "SELECT 'foreign key' AS kind, constraint_name AS name, CONCAT('to ',"
                    + " referenced_table_name) AS what FROM"
                    + " information_schema.referential_constraints"
                    + " WHERE constraint_schema = ? AND table_name = ?"
                    + " UNION ALL SELECT 'trigger', trigger_name, CONCAT(action_timing, ' ',"
                    + " event_manipulation) FROM information_schema.triggers"
                    + " WHERE event_object_schema = ? AND event_object_table = ? ORDER BY 1, 2";

    /** Releases before 8.0.16 do not have the table check_constraints. */
    private static final String MYSQL_CHECKS =
            "SELECT 'check' AS kind, c.constraint_name AS name, c.check_clause AS what"
                    + " FROM information_schema.check_constraints c"
                    + " JOIN information_schema.table_constraints t"
                    + " ON t.constraint_schema = c.constraint_schema"
                    + " AND t.constraint_name = c.constraint_name"
                    + " WHERE t.table_schema = ? AND t.table_name = ? ORDER BY 2";

    /** Without this privilege MySQL shows no triggers. */
    private static final String MYSQL_MAY_SEE_TRIGGERS =
            "SELECT 1 AS may FROM (SELECT grantee, privilege_type FROM"
                    + " information_schema.user_privileges UNION SELECT grantee, privilege_type"
                    + " FROM information_schema.schema_privileges UNION SELECT grantee,"
                    + " privilege_type FROM information_schema.table_privileges) p"
                    + " WHERE p.privilege_type = 'TRIGGER' AND p.grantee ="
                    + " CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')";

    private static final String MYSQL_VIEWS =
            "SELECT table_name AS name FROM information_schema.views WHERE table_schema = ?"
                    + " ORDER BY 1";

    private static final String OF_TABLE =
            " = (SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
                    + " ON n.oid = c.relnamespace WHERE n.nspname = ? AND c.relname = ?)";

    private static final String POSTGRES_COLUMNS =
            "SELECT a.attname AS name, pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS preset,"
                    + " CASE WHEN to_jsonb(a) ->> 'attidentity' <> '' THEN 'auto_increment'"
                    + " WHEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%'"
                    + " THEN 'auto_increment' ELSE '' END AS extra,"
                    + " CASE WHEN to_jsonb(a) ->> 'attgenerated' <> ''"
                    + " THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS computed"
                    + " FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d"
                    + " ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
                    + " WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid"
                    + OF_TABLE
                    + " ORDER BY a.attnum";

    private static final String POSTGRES_OTHERS =
            "SELECT CASE k.contype WHEN 'f' THEN 'foreign key' WHEN 'c' THEN 'check'"
                    + " ELSE 'exclusion' END AS kind, k.conname AS name,"
                    + " pg_catalog.pg_get_constraintdef(k.oid, true) AS what"
                    + " FROM pg_catalog.pg_constraint k WHERE k.contype IN ('f', 'c', 'x')"
                    + " AND k.conrelid"
                    + OF_TABLE
                    + " UNION ALL SELECT 'trigger', t.tgname,"
                    + " pg_catalog.pg_get_triggerdef(t.oid, true)"
                    + " FROM pg_catalog.pg_trigger t WHERE NOT t.tgisinternal AND t.tgrelid"
                    + OF_TABLE
                    + " ORDER BY 1, 2";

    private static final String POSTGRES_VIEWS =
            "SELECT table_name AS name FROM information_schema.views WHERE table_schema = ?"
                    + " ORDER BY 1";

    private final List<String> lost = new ArrayList<>();
    private String counter;

    private Extras() {}

    static Extras of(SourceCatalog catalog, TablePath table) throws SQLException {
        boolean mysql = catalog.kind() == SourceCatalog.Kind.MYSQL;
        String schema = mysql ? table.getDatabaseName() : table.getSchemaName();
        String name = table.getTableName();
        Extras extras = new Extras();
        for (Row column : catalog.query(mysql ? MYSQL_COLUMNS : POSTGRES_COLUMNS, schema, name)) {
            extras.column(column);
        }
        extras.others(
                catalog.query(mysql ? MYSQL_OTHERS : POSTGRES_OTHERS, schema, name, schema, name));
        if (mysql) {
            if (catalog.query(MYSQL_MAY_SEE_TRIGGERS).isEmpty()) {
                extras.lost.add(
                        "triggers (unknown: only an account with the privilege TRIGGER"
                                + " can see them)");
            }
            try {
                extras.others(catalog.query(MYSQL_CHECKS, schema, name));
            } catch (SQLException e) {
                // A server without this table has no checks.
            }
        }
        return extras;
    }

    private void column(Row column) {
        String name = column.get("name");
        String extra = column.get("extra") == null ? "" : column.get("extra").toLowerCase();
        String computed = column.get("computed");
        if (extra.contains("auto_increment")) {
            counter = counter == null ? name : counter;
        } else if (computed != null && !computed.isEmpty()) {
            lost.add("column " + name + " is computed (" + computed + ")");
        } else if (column.get("preset") != null) {
            lost.add("default of column " + name + " (" + column.get("preset") + ")");
        }
        if (extra.contains("on update")) {
            lost.add("column " + name + ": " + column.get("extra"));
        }
    }

    private void others(List<Row> rows) {
        for (Row row : rows) {
            lost.add(row.get("kind") + " " + row.get("name") + " (" + row.get("what") + ")");
        }
    }

    /** Views of the database, or schema, that the table is in. */
    static List<String> views(SourceCatalog catalog, TablePath table) throws SQLException {
        boolean mysql = catalog.kind() == SourceCatalog.Kind.MYSQL;
        String schema = mysql ? table.getDatabaseName() : table.getSchemaName();
        List<String> names = new ArrayList<>();
        for (Row row : catalog.query(mysql ? MYSQL_VIEWS : POSTGRES_VIEWS, schema)) {
            names.add(schema + "." + row.get("name"));
        }
        return names;
    }

    /** The column with AUTO_INCREMENT, identity or a sequence; or null. */
    public String counter() {
        return counter;
    }

    /** The objects that the target does not get, one phrase for each. */
    public List<String> lost() {
        return Collections.unmodifiableList(lost);
    }
}
