package io.dsqlsink.seatunnel.source;

import io.dsqlsink.seatunnel.source.SourceIndex.Part;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.seatunnel.api.table.catalog.TablePath;

/** Reads indexes of MySQL and of databases derived from it. */
final class MySqlIndexes {
    private MySqlIndexes() {}

    static List<SourceIndex> of(SourceCatalog catalog, TablePath table) throws SQLException {
        Map<String, SourceIndex> indexes = new LinkedHashMap<>();
        // Older releases lack some columns of the result: Visible came with 8.0, Expression with
        // 8.0.13.
        for (Row row :
                catalog.query(
                        "SHOW INDEX FROM "
                                + quoted(table.getDatabaseName())
                                + "."
                                + quoted(table.getTableName()))) {
            String name = row.get("key_name");
            if (!name.equals("PRIMARY")) {
                SourceIndex index = indexes.computeIfAbsent(name, key -> index(name, row));
                boolean descending = "D".equals(row.get("collation"));
                String column = row.get("column_name");
                index.add(
                        column == null
                                ? Part.expression(row.get("expression"), descending, null)
                                : Part.column(column, row.number("sub_part"), descending, null));
            }
        }
        return new ArrayList<>(indexes.values());
    }

    private static SourceIndex index(String name, Row row) {
        boolean unique = row.get("non_unique").equals("0");
        String kind = row.get("index_type").toLowerCase(Locale.ROOT);
        SourceIndex index = new SourceIndex(name, unique, kind);
        // MariaDB's word for invisible is ignored.
        if ("NO".equals(row.get("visible")) || "YES".equals(row.get("ignored"))) {
            index.invisible();
        }
        return index;
    }

    private static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }
}
