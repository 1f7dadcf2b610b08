package io.dsqlsink.seatunnel.doctor.source;

import static io.dsqlsink.seatunnel.doctor.source.SourceColumn.having;
import static io.dsqlsink.seatunnel.doctor.source.SourceColumn.matching;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Rows that the Jdbc source does not read because of how it splits a table. */
final class SplitFaults {
    /** The default: rows per split of a table without partition_column. */
    private static final int SPLIT_SIZE = 8096;

    private SplitFaults() {}

    static void check(
            SourceJob job, SourceDatabase database, List<SourceColumn> columns, Faults faults) {
        if (columns.isEmpty()) {
            return;
        }
        Map<String, Object> entry = columns.get(0).entry();
        String partition = text(job, entry, "partition_column");
        if (partition != null) {
            partitioned(
                    job,
                    database,
                    matching(columns, column -> column.name().equalsIgnoreCase(partition)),
                    faults);
        } else if (entry.get("query") == null) {
            // SeaTunnel splits a table by its key, or else by a unique column, which may contain
            // NULL.
            boolean keyed = columns.stream().anyMatch(SourceColumn::isPrimary);
            List<SourceColumn> unique = matching(columns, SourceColumn::isUnique);
            if (!keyed && !unique.isEmpty()) {
                faults.problem(
                        lost(Collections.singletonList(unique.get(0)), database),
                        "SeaTunnel splits the table by this column once it has more than"
                                + " split.size ("
                                + SPLIT_SIZE
                                + ") rows, and does not read those that have NULL in it",
                        "set query = \"SELECT * FROM ...\" instead of table_path, or give the"
                                + " table a"
                                + " primary key");
            }
        }
    }

    private static void partitioned(
            SourceJob job, SourceDatabase database, List<SourceColumn> column, Faults faults) {
        faults.problem(
                lost(column, database),
                "rows that have NULL in partition_column are not read",
                "remove partition_column, or choose a column without NULL");
        if (column.isEmpty()) {
            return;
        }
        Map<String, Object> entry = column.get(0).entry();
        String lower = text(job, entry, "partition_lower_bound");
        String upper = text(job, entry, "partition_upper_bound");
        if (isNumber(lower) && isNumber(upper)) {
            faults.problem(
                    having(column, database, "(@ < " + lower + " OR @ > " + upper + ")"),
                    "rows outside partition_lower_bound = "
                            + lower
                            + " and partition_upper_bound = "
                            + upper
                            + " are not read",
                    "remove both bounds");
        }
        if (column.get(0).isOfQuery() && job.isBefore(2, 3, 8)) {
            faults.problem(
                    SourceColumn.ofType(column, "date"),
                    "a query is not split by a date: no row is read, and the job ends as if all"
                            + " were well",
                    "choose a column of whole numbers, or remove partition_column");
        }
        if (column.get(0).isOfQuery()) {
            faults.problem(
                    having(
                            SourceColumn.ofType(column, "float4?|double|float8|real"),
                            database,
                            "@ <> FLOOR(@)"),
                    "a query is split at whole numbers: rows whose value lies between the end of"
                            + " one range and the start of the next are not read",
                    "choose a column of whole numbers, or remove partition_column");
        }
    }

    private static List<SourceColumn> lost(List<SourceColumn> columns, SourceDatabase database) {
        return having(matching(columns, SourceColumn::isNullable), database, "@ IS NULL");
    }

    private static String text(SourceJob job, Map<String, Object> entry, String key) {
        Object own = entry.get(key);
        return own == null ? job.option(key) : own.toString();
    }

    private static boolean isNumber(String text) {
        return text != null && text.matches("-?\\d+(\\.\\d+)?");
    }
}
