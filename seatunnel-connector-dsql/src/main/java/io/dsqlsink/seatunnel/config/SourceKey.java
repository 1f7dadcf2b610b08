package io.dsqlsink.seatunnel.config;

import io.dsqlsink.seatunnel.compat.Placeholders;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.Column;
import org.apache.seatunnel.api.table.catalog.PrimaryKey;
import org.apache.seatunnel.api.table.catalog.TableSchema;

/**
 * The columns that identify a table's rows: those that the job names, else the source's primary
 * key, else its first unique key without NULL. A key over a column that takes NULL tells no rows
 * apart.
 *
 * <p>A CDC source takes the first unique key of a table without a primary key for one, and gives
 * <code>''</code>, 0 or 1970-01-01 for NULL in its columns (Debezium 1.6, in every release of
 * SeaTunnel so far). Such columns are doubtful in a streaming job.
 */
final class SourceKey implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final String OPTION = DsqlSinkOptions.PRIMARY_KEYS.key();

    private final ArrayList<String> columns;
    private final ArrayList<String> doubtful = new ArrayList<>();
    private String warning;
    private String streamProblem;

    private SourceKey(List<String> columns) {
        this.columns = new ArrayList<>(columns);
    }

    /** The columns' names at the source; none where rows are appended. */
    List<String> columns() {
        return Collections.unmodifiableList(columns);
    }

    /** The columns, as the source names them, in which a CDC source hides NULL. */
    List<String> doubtful() {
        return Collections.unmodifiableList(doubtful);
    }

    /** Why rows are appended though the source has keys; null where it does not matter. */
    String warning() {
        return warning;
    }

    /** Why no streaming job can go on; null where one can. */
    String streamProblem() {
        return streamProblem;
    }

    /**
     * @param rows the columns that rows have
     * @param asked whether the job says by other options that rows are appended
     */
    static SourceKey of(
            OptionReader reader,
            Placeholders names,
            CatalogTable source,
            List<String> rows,
            boolean asked) {
        List<String> option = reader.names(DsqlSinkOptions.PRIMARY_KEYS);
        TableSchema schema = source.getTableSchema();
        List<List<String>> uniques = Placeholders.uniqueKeys(schema);
        PrimaryKey primary = schema.getPrimaryKey();
        // Where the source's catalog was read, a transform cannot hide a key by leaving it out.
        List<String> lacked =
                primary != null && !rows.containsAll(primary.getColumnNames())
                        ? primary.getColumnNames()
                        : uniques.stream()
                                .filter(unique -> !rows.containsAll(unique))
                                .findFirst()
                                .orElse(null);
        uniques.removeIf(unique -> !rows.containsAll(unique));
        boolean whole = primary != null && rows.containsAll(primary.getColumnNames());
        List<String> sound =
                uniques.stream()
                        .filter(unique -> Collections.disjoint(unique, nullable(schema)))
                        .findFirst()
                        .orElse(Collections.emptyList());
        SourceKey key;
        if (option != null) {
            key = new SourceKey(checked(reader, replaceAll(option, names), rows));
        } else if (whole) {
            key = new SourceKey(primary.getColumnNames());
        } else {
            key = new SourceKey(sound);
            if (key.columns.isEmpty() && !asked) {
                key.explain(reader, source, lacked, uniques);
            }
        }
        if (whole) {
            key.doubt(schema, rows, Collections.singletonList(primary.getColumnNames()));
        } else if (sound.isEmpty()) {
            key.doubt(schema, rows, uniques);
        }
        return key;
    }

    /** What is wrong with a table for which neither job nor source has a key. */
    private void explain(
            OptionReader reader,
            CatalogTable source,
            List<String> lacked,
            List<List<String>> uniques) {
        String path = source.getTablePath().getFullName();
        if (lacked != null) {
            reader.problem(
                    OPTION,
                    "is not set, and the rows of "
                            + path
                            + " lack columns of its key "
                            + lacked
                            + ": let the transform keep them under their names, name the key of the"
                            + " rows by this option, or set it to [] to append rows");
        } else if (!uniques.isEmpty()) {
            String what =
                    "Table "
                            + path
                            + " has no primary key, and its unique key "
                            + uniques.get(0)
                            + " is nullable, and NULL does not identify a row: ";
            warning =
                    what
                            + "rows are appended. Make its columns NOT NULL at the source, or name"
                            + " a key by option '"
                            + OPTION
                            + "'";
            streamProblem =
                    what
                            + "a CDC source sends '' or 0 instead of NULL in it, so changes of"
                            + " such rows would change other rows. Make its columns NOT"
                            + " NULL or give the table a"
                            + " primary key at the source, or name a key by option '"
                            + OPTION
                            + "'";
        } else if (source.getOptions() != null && source.getOptions().containsKey("url")) {
            // Of a table in a database: others are streams, which seldom have a key.
            warning =
                    "Table "
                            + path
                            + " has no key in the rows, so they are appended, and the first update"
                            + " or delete fails the job. If a transform drops or renames columns of"
                            + " the key, let it keep them, or name the key of the rows by option '"
                            + OPTION
                            + "'";
        }
    }

    /** Nullable columns of these keys, according to the database. */
    private void doubt(TableSchema schema, List<String> rows, List<List<String>> keys) {
        for (List<String> key : keys) {
            for (Column column : schema.getColumns()) {
                String name = column.getName();
                if (key.contains(name)
                        && column.isNullable()
                        && column.getSourceType() != null
                        && rows.contains(name)
                        && !doubtful.contains(name)) {
                    doubtful.add(name);
                }
            }
        }
    }

    private static List<String> nullable(TableSchema schema) {
        List<String> names = new ArrayList<>();
        for (Column column : schema.getColumns()) {
            if (column.isNullable()) {
                names.add(column.getName());
            }
        }
        return names;
    }

    private static List<String> checked(OptionReader reader, List<String> keys, List<String> rows) {
        for (String key : keys) {
            if (!rows.contains(key)) {
                reader.problem(OPTION, "names '" + key + "', but the rows have " + rows);
            }
        }
        if (new HashSet<>(keys).size() < keys.size()) {
            reader.problem(OPTION, "names a column twice");
        }
        return keys;
    }

    /** One placeholder may stand for several names. */
    private static List<String> replaceAll(List<String> keys, Placeholders names) {
        List<String> replaced = new ArrayList<>();
        for (String key : keys) {
            String value = names.replace(key);
            if (value.equals(key)) {
                replaced.add(key);
            } else {
                replaced.addAll(Arrays.asList(value.split(",")));
            }
        }
        return replaced;
    }
}
