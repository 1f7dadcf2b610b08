package io.dsqlsink.seatunnel.install;

import java.util.function.Consumer;

/** What doctor finds, a line each. */
public final class Report {
    private final Consumer<String> out;
    private int problems;

    public Report(Consumer<String> out) {
        this.out = out;
    }

    public void good(String what) {
        out.accept("ok       " + what);
    }

    /** Neither good nor bad. */
    public void note(String what) {
        out.accept("note     " + what);
    }

    /** The job runs, but what it writes may not be what was meant. Says what to do. */
    public void warn(String what) {
        out.accept("warn     " + what);
    }

    /** Says what is wrong and what to do. */
    public void problem(String what) {
        problems++;
        out.accept("PROBLEM  " + what);
    }

    /** Belongs to the line before. */
    public void detail(String what) {
        out.accept("           " + what);
    }

    public int problems() {
        return problems;
    }
}
