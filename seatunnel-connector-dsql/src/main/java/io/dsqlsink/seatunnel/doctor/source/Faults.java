package io.dsqlsink.seatunnel.doctor.source;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** Tells what was found, a line each: source, table, columns, what happens, and the cure. */
final class Faults {
    /** Kinds, as doctor's report has them. */
    static final String NOTE = "note";

    /** Values may arrive otherwise than they are. */
    static final String WARN = "warn";

    /** Rows of this job do not arrive. */
    static final String PROBLEM = "problem";

    private final SourceJob job;
    private final BiConsumer<String, String> report;

    Faults(SourceJob job, BiConsumer<String, String> report) {
        this.job = job;
        this.report = report;
    }

    void note(String what) {
        report.accept(NOTE, "source " + job.plugin() + ": " + what);
    }

    void warn(String what) {
        report.accept(WARN, "source " + job.plugin() + ": " + what);
    }

    /** Nothing for no columns; they are of one table. */
    void warn(List<SourceColumn> columns, String what, String cure) {
        tell(WARN, columns, what, cure);
    }

    void problem(List<SourceColumn> columns, String what, String cure) {
        tell(PROBLEM, columns, what, cure);
    }

    private void tell(String kind, List<SourceColumn> columns, String what, String cure) {
        if (!columns.isEmpty()) {
            String names =
                    columns.stream()
                            .map(column -> column.name() + " (" + column.type() + ")")
                            .collect(Collectors.joining(", "));
            report.accept(
                    kind,
                    "source "
                            + job.plugin()
                            + ", "
                            + columns.get(0).table()
                            + ": "
                            + names
                            + ": "
                            + what
                            + ". To mend: "
                            + cure);
        }
    }
}
