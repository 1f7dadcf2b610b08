package io.dsqlsink.seatunnel.source;

import io.dsqlsink.seatunnel.source.SourceIndex.Part;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.seatunnel.api.table.catalog.TablePath;

/** Reads indexes of PostgreSQL. */
final class PostgresIndexes {
    /**
     * Returns a row for each column of an index. Columns that older releases lack are read by name
     * from JSON: indnkeyatts came with 11, indnullsnotdistinct with 15.
     */
    private static final String COLUMNS =
            "SELECT x.relname AS name, m.amname AS kind, i.indisunique AS uniq,"
                    + " i.indisvalid AS valid, i.indisexclusion AS exclusion,"
                    + " pg_catalog.pg_get_expr(i.indpred, i.indrelid, true) AS predicate,"
                    + " to_jsonb(i) ->> 'indnullsnotdistinct' AS nulls_equal,"
                    + " k.place > coalesce((to_jsonb(i) ->> 'indnkeyatts')::int, i.indnatts)"
                    + " AS included, a.attname AS column_name,"
                    + " pg_catalog.pg_get_indexdef(i.indexrelid, k.place, true) AS expression,"
                    + " i.indoption[k.place - 1] & 1 AS descending,"
                    + " (i.indoption[k.place - 1] >> 1) & 1 AS nulls_first,"
                    + " CASE WHEN NOT o.opcdefault THEN o.opcname END AS operators,"
                    + " CASE WHEN l.collname NOT IN ('default', 'C', 'POSIX', 'ucs_basic')"
                    + " THEN l.collname END AS collation"
                    + " FROM pg_catalog.pg_index i"
                    + " JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid"
                    + " JOIN pg_catalog.pg_am m ON m.oid = x.relam"
                    + " JOIN pg_catalog.pg_class c ON c.oid = i.indrelid"
                    + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                    + " CROSS JOIN LATERAL generate_series(1, i.indnatts) AS k(place)"
                    + " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid"
                    + " AND a.attnum = i.indkey[k.place - 1] AND a.attnum > 0"
                    + " LEFT JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[k.place - 1]"
                    + " LEFT JOIN pg_catalog.pg_collation l ON l.oid = i.indcollation[k.place - 1]"
                    + " WHERE n.nspname = ? AND c.relname = ? AND NOT i.indisprimary"
                    + " ORDER BY x.relname, k.place";

    private PostgresIndexes() {}

    static List<SourceIndex> of(SourceCatalog catalog, TablePath table) throws SQLException {
        Map<String, SourceIndex> indexes = new LinkedHashMap<>();
        for (Row row : catalog.query(COLUMNS, table.getSchemaName(), table.getTableName())) {
            SourceIndex index = indexes.computeIfAbsent(row.get("name"), name -> index(name, row));
            String column = row.get("column_name");
            if (row.is("included")) {
                index.include(column);
            } else {
                boolean descending = row.is("descending");
                String order = order(row);
                index.add(
                        column == null
                                ? Part.expression(row.get("expression"), descending, order)
                                : Part.column(column, 0, descending, order));
            }
        }
        return new ArrayList<>(indexes.values());
    }

    private static SourceIndex index(String name, Row row) {
        SourceIndex index = new SourceIndex(name, row.is("uniq"), row.get("kind"));
        index.where(row.get("predicate"));
        if (!row.is("valid")) {
            index.flaw("it is not valid at the source: its build never finished");
        } else if (row.is("exclusion")) {
            index.flaw("it belongs to an exclusion constraint, which Aurora DSQL does not have");
        }
        if (row.is("nulls_equal")) {
            index.nullsAreEqual();
        }
        return index;
    }

    /**
     * Null for the type's default order. For text this is the order of the bytes, the only one of
     * Aurora DSQL.
     */
    private static String order(Row row) {
        String operators = row.get("operators");
        if (operators != null && !operators.endsWith("_pattern_ops")) {
            return "operator class " + operators;
        } else if (row.get("collation") != null) {
            return "collation " + row.get("collation");
        }
        // The default of SQL is NULLS LAST for ASC, and NULLS FIRST for DESC.
        return row.is("nulls_first") == row.is("descending")
                ? null
                : "a non-default order of NULLs";
    }
}
