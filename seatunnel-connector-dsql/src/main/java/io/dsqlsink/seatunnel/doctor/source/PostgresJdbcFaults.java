package io.dsqlsink.seatunnel.doctor.source;

import static io.dsqlsink.seatunnel.doctor.source.SourceColumn.having;
import static io.dsqlsink.seatunnel.doctor.source.SourceColumn.matching;
import static io.dsqlsink.seatunnel.doctor.source.SourceColumn.ofType;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/** What the Jdbc source does to values of PostgreSQL. */
final class PostgresJdbcFaults {
    private static final String AS_TEXT =
            "read it as text: query = \"SELECT ..., column::text AS column ...\"";

    private PostgresJdbcFaults() {}

    static void check(
            SourceJob job, SourceDatabase database, List<SourceColumn> columns, Faults faults) {
        List<SourceColumn> times = ofType(columns, "time");
        faults.warn(
                matching(times, column -> column.hasFraction(database)),
                "parts of a second are dropped",
                AS_TEXT);
        faults.warn(
                having(times, database, "@ = '24:00:00'"),
                "has 24:00:00, which arrives as 00:00",
                AS_TEXT);
        List<SourceColumn> moments = ofType(columns, "timestamptz|timetz");
        if (!job.isBefore(2, 3, 8) && !ZoneId.systemDefault().normalized().equals(ZoneOffset.UTC)) {
            faults.warn(
                    moments,
                    "arrives without its zone, as the time of day in the JVM's zone "
                            + ZoneId.systemDefault(),
                    "run every node with -Duser.timezone=UTC");
        }
        List<SourceColumn> dates = ofType(columns, "date|timestamp|timestamptz");
        faults.warn(
                having(dates, database, "NOT isfinite(@)"),
                "has infinity, which SeaTunnel cannot represent as a date and the sink refuses",
                "set such values to NULL or to a date at the source");
        faults.warn(
                having(dates, database, "isfinite(@) AND @ < '0001-01-01'"),
                "has years before Christ, which arrive as years after (44 BC as 44)",
                "correct them at the source");
        faults.warn(
                having(dates, database, "@ >= '1582-10-05' AND @ < '1582-10-15'"),
                "has dates within 1582-10-05 and 1582-10-14, which arrive ten days later",
                "correct them at the source");
        faults.warn(
                having(ofType(columns, "numeric"), database, "@ = 'NaN'"),
                "has NaN, at which the job fails",
                "set it to NULL at the source");
    }
}
