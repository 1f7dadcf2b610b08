package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.seatunnel.catalog.TableDefinition.ColumnDefinition;
import io.dsqlsink.seatunnel.catalog.TableDefinition.IndexDefinition;
import io.dsqlsink.seatunnel.config.DsqlTable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Statements that prepare tables, in the forms that Aurora DSQL takes: the key at CREATE TABLE, as
 * it cannot be added later; indexes by CREATE INDEX ASYNC; each statement for itself, as a
 * transaction takes one.
 */
final class Ddl {
    private Ddl() {}

    static String createSchema(DsqlTable table) {
        return "CREATE SCHEMA IF NOT EXISTS " + quoted(table.schema());
    }

    static String createTable(TableDefinition definition) {
        List<String> lines = new ArrayList<>();
        for (ColumnDefinition column : definition.columns()) {
            lines.add(
                    quoted(column.name())
                            + " "
                            + column.type()
                            + (column.nullable() ? "" : " NOT NULL"));
        }
        if (!definition.primaryKey().isEmpty()) {
            lines.add("PRIMARY KEY (" + quoted(definition.primaryKey()) + ")");
        }
        return "CREATE TABLE IF NOT EXISTS "
                + quoted(definition.table())
                + " (\n    "
                + String.join(",\n    ", lines)
                + "\n)";
    }

    /** Answers the id of the job that builds the index. */
    static String createIndex(DsqlTable table, IndexDefinition index) {
        return "CREATE "
                + (index.unique() ? "UNIQUE " : "")
                + "INDEX ASYNC IF NOT EXISTS "
                + quoted(index.name())
                + " ON "
                + quoted(table)
                + " ("
                + quoted(index.columns())
                + ")";
    }

    /** A plain type only: Aurora DSQL adds no column with a default or a constraint. */
    static String addColumn(DsqlTable table, String column, String type) {
        return "ALTER TABLE " + quoted(table) + " ADD COLUMN " + quoted(column) + " " + type;
    }

    static String dropColumn(DsqlTable table, String column) {
        return "ALTER TABLE " + quoted(table) + " DROP COLUMN " + quoted(column);
    }

    static String renameColumn(DsqlTable table, String from, String to) {
        return "ALTER TABLE "
                + quoted(table)
                + " RENAME COLUMN "
                + quoted(from)
                + " TO "
                + quoted(to);
    }

    static String dropNotNull(DsqlTable table, String column) {
        return "ALTER TABLE "
                + quoted(table)
                + " ALTER COLUMN "
                + quoted(column)
                + " DROP NOT NULL";
    }

    static String dropTable(DsqlTable table) {
        return "DROP TABLE IF EXISTS " + quoted(table);
    }

    /**
     * Deletes some rows, or all when there is no key to tell some by. There is no TRUNCATE.
     *
     * @param key the table's own key, not the job's
     */
    static String deleteSome(DsqlTable table, List<String> key, int rows) {
        String delete = "DELETE FROM " + quoted(table);
        if (key.isEmpty()) {
            return delete;
        }
        String columns = quoted(key);
        return delete
                + " WHERE "
                + (key.size() == 1 ? columns : "(" + columns + ")")
                + " IN (SELECT "
                + columns
                + " FROM "
                + quoted(table)
                + " LIMIT "
                + rows
                + ")";
    }

    static String quoted(DsqlTable table) {
        return quoted(table.schema()) + "." + quoted(table.name());
    }

    private static String quoted(List<String> names) {
        return names.stream().map(Ddl::quoted).collect(Collectors.joining(", "));
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String literal(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }
}
