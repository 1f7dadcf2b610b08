package io.dsqlsink.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * What dsql-local's journal says about {@link Churn#TICKS}: whether an older state of a row was
 * ever written over a newer one, and how often the same state was written again.
 */
final class Journal {
    private static final String TABLE = "public.ticks";
    private static final String RESTARTS = "public.restarts";

    private final Map<String, Long> newest = new HashMap<>();
    private long changes;
    private long back;
    private long again;

    private Journal() {}

    static void start(DsqlLocal dsql) throws SQLException {
        try (Connection behind = dsql.connectBehind()) {
            Sql.run(behind, "CREATE TABLE restarts (id bigint PRIMARY KEY)");
        }
        dsql.control("journal start");
    }

    /** Records that a job starts again: it may write the rows since its checkpoint again. */
    static void noteRestart(DsqlLocal dsql) throws SQLException {
        try (Connection behind = dsql.connectBehind()) {
            Sql.run(behind, "INSERT INTO restarts SELECT count(*) FROM restarts");
        }
    }

    /** Takes everything out of the journal. */
    static Journal read(DsqlLocal dsql) {
        Journal journal = new Journal();
        JsonNode read;
        do {
            read = dsql.control("journal read").required("changes");
            read.forEach(journal::add);
        } while (!read.isEmpty());
        return journal;
    }

    private void add(JsonNode change) {
        String table = change.required("table").asText();
        if (table.equals(RESTARTS)) {
            newest.clear();
        } else if (table.equals(TABLE) && change.has("row")) {
            JsonNode row = change.required("row");
            long n = row.required("n").asLong();
            Long before = newest.put(row.required("id").asText(), n);
            changes++;
            if (before != null && n < before) {
                back++;
            } else if (before != null && n == before) {
                again++;
            }
        }
    }

    long changes() {
        return changes;
    }

    /** Older states that were written over newer ones. */
    long back() {
        return back;
    }

    /** States that were written once more. */
    long again() {
        return again;
    }
}
