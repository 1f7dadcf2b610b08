package io.dsqlsink.seatunnel.doctor.source;

/** Reports what a change stream does not pass on, as far as the job's config shows it. */
final class CdcFaults {
    private CdcFaults() {}

    static void ofConfig(SourceJob job, Faults faults) {
        boolean passedOn = job.isOn("schema-changes.enabled", "debezium.include.schema.changes");
        if (job.isPostgres() || !passedOn) {
            faults.warn(
                    "changes of columns while the job runs are not passed on: added columns are"
                            + " left out, dropped and renamed ones arrive as NULL, and numbers too"
                            + " large for the old type arrive wrong (5000000000 as 705032704)."
                            + " To fix this: "
                            + cureOfChanges(job));
        }
        faults.note(
                "TRUNCATE and RENAME TABLE at the source are not passed on by any release: use"
                        + " DELETE, or stop the job and change the target by hand");
    }

    private static String cureOfChanges(SourceJob job) {
        if (job.isPostgres()) {
            return "stop the job before columns change, change the target, and start the job"
                    + " again";
        }
        if (job.isBefore(2, 3, 8)) {
            return "set debezium { include.schema.changes = true }, with which SeaTunnel "
                    + job.release()
                    + " fails at such a change (NullPointerException in SchemaChangeResolver)"
                    + " rather than write wrong values; then change the target and start the"
                    + " job again. From 2.3.8 on the changes are"
                    + " followed";
        }
        return job.isBefore(2, 3, 9)
                ? "set debezium { include.schema.changes = true }"
                : "set schema-changes.enabled = true";
    }
}
