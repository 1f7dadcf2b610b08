package io.dsqlsink.seatunnel.doctor.source;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** Reports each fault in one line: source, table, columns, what happens, and the cure. */
final class Faults {
    /** Kinds of findings in doctor's report. */
    static final String NOTE = "note";

    /** Values may arrive changed. */
    static final String WARN = "warn";

    /** Some rows of this job do not arrive. */
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

    /** Reports columns of one table; nothing if there are none. */
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
                            + ". To fix this: "
                            + cure);
        }
    }
}
