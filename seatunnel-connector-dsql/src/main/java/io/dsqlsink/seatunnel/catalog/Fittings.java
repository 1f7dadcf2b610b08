package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.seatunnel.catalog.TableDefinition.ColumnDefinition;
import io.dsqlsink.seatunnel.config.DsqlTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Whether a table is exactly what its definition creates: then it may be dropped and recreated to
 * empty it. Other objects that depend on a table are dropped with it or prevent the drop.
 */
final class Fittings {
    private Fittings() {}

    /** Owner, privileges, views, keys of other tables, checks, defaults, identities, comments. */
    static String bare(DsqlTable table) {
        return "SELECT 1 FROM pg_catalog.pg_class c"
                + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname = "
                + Ddl.literal(table.schema())
                + " AND c.relname = "
                + Ddl.literal(table.name())
                + " AND c.relkind = 'r' AND c.relacl IS NULL AND c.reloptions IS NULL"
                + " AND pg_catalog.pg_get_userbyid(c.relowner) = current_user"
                + " AND NOT c.relhasrules AND NOT c.relrowsecurity"
                + " AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.deptype = 'n'"
                + " AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.oid)"
                + " AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k"
                + " WHERE k.conrelid = c.oid AND k.contype <> 'p' OR k.confrelid = c.oid)"
                + " AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_description d"
                + " WHERE d.classoid = 'pg_catalog.pg_class'::regclass AND d.objoid = c.oid)"
                + " AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_statistic_ext s"
                + " WHERE s.stxrelid = c.oid)"
                + " AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a"
                + " WHERE a.attrelid = c.oid AND a.attnum > 0 AND (a.atthasdef"
                + " OR a.attidentity <> '' OR a.attgenerated <> '' OR a.attacl IS NOT NULL"
                + " OR a.attoptions IS NOT NULL))";
    }

    /** For each index: its name, whether it is unique, primary and plain, and its columns. */
    static String indexes(DsqlTable table) {
        return "SELECT x.relname, i.indisunique::text, i.indisprimary::text,"
                + " (i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL)::text,"
                + " pg_catalog.array_to_string(ARRAY(SELECT pg_catalog.pg_get_indexdef("
                + "i.indexrelid, n, false) FROM pg_catalog.generate_series(1,"
                + " i.indnkeyatts::int) n), ', ') FROM pg_catalog.pg_index i"
                + " JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid"
                + " JOIN pg_catalog.pg_class c ON c.oid = i.indrelid"
                + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = "
                + Ddl.literal(table.schema())
                + " AND c.relname = "
                + Ddl.literal(table.name());
    }

    /**
     * @param columns as returned by {@link DsqlCatalog#columns}
     * @param indexes as returned by {@link #indexes}
     * @param withIndexes whether the job creates the definition's indexes
     */
    static boolean fit(
            TableDefinition definition,
            Map<String, List<String>> columns,
            List<List<String>> indexes,
            boolean withIndexes) {
        List<String> names = new ArrayList<>();
        for (ColumnDefinition column : definition.columns()) {
            List<String> actual = columns.get(column.name());
            if (column.type() == null
                    || actual == null
                    || !actual.get(0).equals(ColumnTypes.catalogName(column.type()))
                    || actual.get(1).isEmpty() != column.nullable()) {
                return false;
            }
            names.add(column.name());
        }
        if (!names.equals(new ArrayList<>(columns.keySet()))) {
            return false;
        }
        List<List<String>> wanted = new ArrayList<>();
        if (!definition.primaryKey().isEmpty()) {
            wanted.add(index(null, true, true, definition.primaryKey()));
        }
        for (IndexDefinition index : definition.indexes()) {
            if (withIndexes) {
                if (index.predicate() != null || !index.included().isEmpty()) {
                    return false;
                }
                wanted.add(index(index.name(), index.unique(), false, index.parts()));
            }
        }
        for (List<String> index : indexes) {
            List<String> found = new ArrayList<>(index);
            found.set(4, index.get(4).replace("\"", ""));
            if (index.get(2).startsWith("t")) {
                found.set(0, "");
            }
            if (!wanted.remove(found)) {
                return false;
            }
        }
        return wanted.isEmpty();
    }

    private static List<String> index(
            String name, boolean unique, boolean primary, List<String> columns) {
        return Arrays.asList(
                name == null ? "" : name,
                String.valueOf(unique),
                String.valueOf(primary),
                "true",
                String.join(", ", columns).replace("\"", ""));
    }
}
