package io.dsqlsink.e2e;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** Rows of tables that a running job creates and fills. */
final class TargetRows {
    private TargetRows() {}

    /**
     * Waits until a query has these rows, as long as the job runs.
     *
     * @param query of one column, with an order
     */
    static void await(Job job, Connection target, String query, List<String> rows) {
        Poll.until(
                () ->
                        "the "
                                + rows.size()
                                + " rows of the source; the end of the job's log:\n"
                                + job.tail(),
                Servers.JOB,
                Duration.ofMillis(300),
                () -> {
                    job.requireAlive();
                    try {
                        return Sql.values(target, query).equals(rows);
                    } catch (SQLException e) {
                        return false; // The table is not there yet.
                    }
                });
    }
}
