package io.dsqlsink.seatunnel.install.source;

import static io.dsqlsink.seatunnel.install.source.SourceColumn.ofType;

import java.sql.SQLException;
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
                    ofType(columns, "text|varchar|bpchar|bytea|jsonb?|xml|numeric|_.*"),
                    "an UPDATE that leaves a long value as it is sends a placeholder in its place"
                            + " (__debezium_unavailable_value)",
                    "ALTER TABLE "
                            + columns.get(0).table()
                            + " REPLICA IDENTITY FULL at the source");
        }
    }
}
