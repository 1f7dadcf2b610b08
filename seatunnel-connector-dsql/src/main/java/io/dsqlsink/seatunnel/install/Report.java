package io.dsqlsink.seatunnel.install;

import java.util.function.Consumer;

/** What doctor finds, a line each. */
final class Report {
    private final Consumer<String> out;
    private int problems;

    Report(Consumer<String> out) {
        this.out = out;
    }

    void good(String what) {
        out.accept("ok       " + what);
    }

    /** Neither good nor bad. */
    void note(String what) {
        out.accept("note     " + what);
    }

    /** The job runs, but what it writes may not be what was meant. Says what to do. */
    void warn(String what) {
        out.accept("warn     " + what);
    }

    /** Says what is wrong and what to do. */
    void problem(String what) {
        problems++;
        out.accept("PROBLEM  " + what);
    }

    /** Belongs to the line before. */
    void detail(String what) {
        out.accept("           " + what);
    }

    int problems() {
        return problems;
    }
}
