package io.dsqlsink.seatunnel.doctor.source;

import static io.dsqlsink.seatunnel.doctor.source.SourceColumn.having;
import static io.dsqlsink.seatunnel.doctor.source.SourceColumn.ofType;

import java.sql.SQLException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/** What Postgres-CDC does to rows and values. */
final class PostgresCdcFaults {
    private PostgresCdcFaults() {}

    static void check(SourceDatabase database, List<SourceColumn> columns, Faults faults)
            throws SQLException {
        String[] name = columns.get(0).table().split("\\.", 2);
        String identity =
                database.rows(
                                "SELECT c.relreplident FROM pg_catalog.pg_class c"
                                        + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                        + " WHERE n.nspname = ? AND c.relname = ?",
                                name[0],
                                name[1])
                        .get(0)
                        .get(0);
        if (!identity.equals("f")) {
            faults.warn(
                    columns.get(0).table()
                            + ": without REPLICA IDENTITY FULL the first UPDATE fails the job, or"
                            + " carries __debezium_unavailable_value for long values that it"
                            + " does not change. To fix this: ALTER TABLE "
                            + columns.get(0).table()
                            + " REPLICA IDENTITY FULL at the source");
        }
        if (!ZoneId.systemDefault().normalized().equals(ZoneOffset.UTC)) {
            faults.warn(
                    ofType(columns, "timestamptz"),
                    "arrives without its zone, as the time of day in the JVM's zone "
                            + ZoneId.systemDefault(),
                    "run every node with -Duser.timezone=UTC");
        }
        faults.warn(
                having(
                        ofType(columns, "timestamp|timestamptz"),
                        database,
                        "isfinite(@) AND @ < '1582-10-15'"),
                "has times before 1582-10-15, which arrive days off",
                "correct them at the source");
    }
}
