package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.config.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Everything that a table has attached to a column: default, NOT NULL, indexes and the rest. */
final class ColumnUse {
    private final String column;
    private final List<String> obstacles = new ArrayList<>();
    private final List<IndexDefinition> indexes = new ArrayList<>();
    private String defaultValue;
    private boolean notNull;

    private ColumnUse(String column) {
        this.column = column;
    }

    static ColumnUse of(DsqlCatalog catalog, DsqlTable table, String column)
            throws InterruptedException {
        ColumnUse use = new ColumnUse(column);
        String place = DsqlCatalog.oid(table) + " AND a.attname::text = " + Ddl.literal(column);
        for (List<String> row :
                catalog.query(
                        "SELECT a.attnotnull, a.attidentity <> '' OR a.attgenerated <> '',"
                                + " pg_catalog.pg_get_expr(d.adbin, d.adrelid)"
                                + " FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d"
                                + " ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
                                + " WHERE a.attrelid = "
                                + place)) {
            use.notNull = row.get(0).equals("t");
            use.defaultValue = row.get(2);
            if (row.get(1).equals("t")) {
                use.obstacles.add("the database computes it");
            }
        }
        use.readConstraints(catalog, place);
        use.readViews(catalog, place);
        use.readIndexes(catalog, place);
        return use;
    }

    private void readConstraints(DsqlCatalog catalog, String place) throws InterruptedException {
        for (List<String> row :
                catalog.query(
                        "SELECT k.conname, k.contype, pg_catalog.pg_get_constraintdef(k.oid) LIKE"
                                + " 'CHECK ((' || pg_catalog.quote_ident(a.attname) || ' IS NOT NULL))%'"
                                + " FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_attribute a ON"
                                + " k.conrelid = a.attrelid AND a.attnum = ANY (k.conkey) OR"
                                + " k.confrelid = a.attrelid AND a.attnum = ANY (k.confkey)"
                                + " WHERE k.contype <> 'n' AND a.attrelid = "
                                + place)) {
            if (row.get(1).equals("p")) {
                obstacles.add("it belongs to the primary key, which Aurora DSQL cannot change");
            } else if (row.get(2).equals("t")) {
                notNull = true;
            } else {
                obstacles.add("constraint " + row.get(0) + " uses it");
            }
        }
    }

    private void readViews(DsqlCatalog catalog, String place) throws InterruptedException {
        for (List<String> row :
                catalog.query(
                        "SELECT DISTINCT v.relname FROM pg_catalog.pg_depend u"
                                + " JOIN pg_catalog.pg_rewrite w ON w.oid = u.objid"
                                + " JOIN pg_catalog.pg_class v ON v.oid = w.ev_class"
                                + " JOIN pg_catalog.pg_attribute a ON a.attrelid = u.refobjid"
                                + " AND a.attnum = u.refobjsubid"
                                + " WHERE a.attrelid = "
                                + place)) {
            obstacles.add("view " + row.get(0) + " reads it");
        }
    }

    private void readIndexes(DsqlCatalog catalog, String place) throws InterruptedException {
        for (List<String> row :
                catalog.query(
                        "SELECT i.relname, x.indisunique, NOT x.indnullsnotdistinct,"
                                + " x.indexprs IS NOT NULL OR x.indpred IS NOT NULL OR"
                                + " x.indoption::text ~ '[^0 ]', x.indnkeyatts,"
                                + " (SELECT pg_catalog.string_agg(c.attname, E'\\n' ORDER BY"
                                + " pg_catalog.array_position(x.indkey::int2[], c.attnum))"
                                + " FROM pg_catalog.pg_attribute c"
                                + " WHERE c.attrelid = x.indrelid AND c.attnum = ANY (x.indkey))"
                                + " FROM pg_catalog.pg_index x"
                                + " JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid"
                                + " JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid"
                                + " WHERE NOT x.indisprimary AND (a.attnum = ANY (x.indkey)"
                                + " OR x.indexprs IS NOT NULL OR x.indpred IS NOT NULL)"
                                + " AND a.attrelid = "
                                + place)) {
            String name = row.get(0);
            if (row.get(3).equals("t")) {
                obstacles.add("index " + name + " has an expression, a condition or an order");
                continue;
            }
            List<String> columns = Arrays.asList(row.get(5).split("\n"));
            int keys = Integer.parseInt(row.get(4));
            indexes.add(
                    new IndexDefinition(
                            name,
                            name,
                            row.get(1).equals("t"),
                            columns.subList(0, keys),
                            columns.subList(keys, columns.size()),
                            row.get(2).equals("t"),
                            null));
        }
    }

    /** Why another column cannot replace it. */
    List<String> obstacles() {
        return Collections.unmodifiableList(obstacles);
    }

    /** As SQL; null if it has none. */
    String defaultValue() {
        return defaultValue;
    }

    boolean isNotNull() {
        return notNull;
    }

    /** Its indexes for the column that replaces it, with a suffix to their names. */
    List<IndexDefinition> indexes(String other, String suffix) {
        List<IndexDefinition> moved = new ArrayList<>();
        for (IndexDefinition index : indexes) {
            String name = Names.shortened(index.name() + suffix);
            moved.add(
                    new IndexDefinition(
                            name,
                            name,
                            index.unique(),
                            quoted(index.parts(), other),
                            quoted(index.included(), other),
                            index.nullsDistinct(),
                            null));
        }
        return moved;
    }

    private List<String> quoted(List<String> names, String other) {
        List<String> quoted = new ArrayList<>();
        names.forEach(name -> quoted.add(Ddl.quoted(name.equals(column) ? other : name)));
        return quoted;
    }
}
