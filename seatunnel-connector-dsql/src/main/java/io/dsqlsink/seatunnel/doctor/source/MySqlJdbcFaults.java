package io.dsqlsink.seatunnel.doctor.source;

import static io.dsqlsink.seatunnel.doctor.source.SourceColumn.having;
import static io.dsqlsink.seatunnel.doctor.source.SourceColumn.matching;
import static io.dsqlsink.seatunnel.doctor.source.SourceColumn.ofType;

import java.util.List;

/** What the Jdbc source does to values of MySQL. */
final class MySqlJdbcFaults {
    private MySqlJdbcFaults() {}

    static void check(
            SourceJob job, SourceDatabase database, List<SourceColumn> columns, Faults faults) {
        faults.warn(
                matching(ofType(columns, "time"), column -> column.hasFraction(database)),
                "parts of a second are dropped",
                "read it as text: query = \"SELECT ..., CAST(column AS CHAR) AS column ...\"");
        faults.warn(
                having(ofType(columns, "time"), database, MySqlValues.NO_TIME_OF_DAY),
                "has times below 0 or from 24 hours on, at which the job fails",
                "read it as text: query = \"SELECT ..., CAST(column AS CHAR) AS column ...\"");
        MySqlValues.floats(columns, faults, "when it writes them as text");
        if (!job.urlHas("tinyInt1isBit", "false")) {
            faults.warn(
                    having(
                            matching(columns, column -> isBoolean(job, column)),
                            database,
                            "@ NOT IN (0, 1)"),
                    "has numbers other than 0 and 1, which arrive as true",
                    "declare the column tinyint(2) at the source");
        }
        List<SourceColumn> zero =
                having(ofType(columns, "date|datetime|timestamp"), database, MySqlValues.ZERO_DATE);
        faults.warn(
                zero,
                "has dates such as 0000-00-00, at which the job fails"
                        + (job.urlHas("zeroDateTimeBehavior", "(CONVERT_TO_NULL|convertToNull)")
                                ? ", or which arrive as NULL because of zeroDateTimeBehavior in"
                                        + " the url"
                                : ""),
                MySqlValues.CURE_OF_ZERO_DATES);
        if (job.urlHas("zeroDateTimeBehavior", "ROUND")) {
            faults.warn(zero, "they arrive as 0001-01-01", "remove zeroDateTimeBehavior");
        }
        MySqlValues.skippedHours(database, ofType(columns, "datetime"), faults);
    }

    /** In a query the driver reports a tinyint(1) as BIT; only its values show that it is not. */
    private static boolean isBoolean(SourceJob job, SourceColumn column) {
        return column.isOfQuery()
                ? column.type().matches("(tinyint|bit)(\\(1\\))?")
                : !job.isBefore(2, 3, 8) && column.type().startsWith("tinyint(1)");
    }
}
