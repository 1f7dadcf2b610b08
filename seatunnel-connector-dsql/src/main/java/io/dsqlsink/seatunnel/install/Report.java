package io.dsqlsink.seatunnel.install;

import io.dsqlsink.bridge.JsonText;
import io.dsqlsink.seatunnel.LogText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The findings of a command. All commands get their output from here: one line per finding, or one
 * JSON document at the end, and the exit code.
 */
public final class Report {
    /** Nothing is wrong. */
    static final int FINE = 0;

    /** There are problems, or source and target differ. */
    static final int FINDINGS = 1;

    /** The command could not do what it was asked to do. */
    static final int NOT_DONE = 2;

    private static final String DETAIL = "           ";

    private final Consumer<String> out;
    private final StatusLine status;
    private final List<Finding> findings = new ArrayList<>();

    /** Complete JSON values by their names. */
    private final Map<String, String> attached = new LinkedHashMap<>();

    private int problems;
    private int failures;

    /** The severity of a finding. The JSON document has the constant's name in lower case. */
    private enum Level {
        OK("ok       "),
        NOTE("note     "),
        WARN("warn     "),
        PROBLEM("PROBLEM  "),
        FAILED("FAILED   ");

        final String shown;

        Level(String shown) {
            this.shown = shown;
        }

        String json() {
            return JsonText.string(name().toLowerCase(Locale.ROOT));
        }
    }

    private static final class Finding {
        final Level level;
        final String text;
        final List<String> details = new ArrayList<>();

        Finding(Level level, String text) {
            this.level = level;
            this.text = text;
        }
    }

    /** A report that writes lines only. */
    public Report(Consumer<String> out) {
        this(out, StatusLine.silent());
    }

    /**
     * @param out for findings
     * @param status for lines about the work itself
     */
    Report(Consumer<String> out, StatusLine status) {
        this.out = out;
        this.status = status;
    }

    public void good(String what) {
        add(Level.OK, what);
    }

    /** Neither good nor bad. */
    public void note(String what) {
        add(Level.NOTE, what);
    }

    /** The job runs, but may not write what the user wants. Says what to do. */
    public void warn(String what) {
        add(Level.WARN, what);
    }

    /** Says what is wrong and what to do. */
    public void problem(String what) {
        problems++;
        add(Level.PROBLEM, what);
    }

    /** Says why the command cannot do what it was asked to do, and what to do. */
    public void failed(String what) {
        failures++;
        add(Level.FAILED, what);
    }

    /** Adds a detail to the last finding. */
    public void detail(String what) {
        if (!findings.isEmpty()) {
            findings.get(findings.size() - 1).details.add(what);
        }
        status.clear();
        out.accept(DETAIL + LogText.printable(what));
    }

    /** Writes what the command does now. This is not a finding. */
    void log(String what) {
        status.tell(LogText.printable(what));
    }

    /** Writes the progress. This is not a finding. */
    void progress(String what) {
        status.progress(LogText.printable(what));
    }

    /** Clears the progress at the end. */
    void done() {
        status.clear();
    }

    /** Adds a JSON value to the document. */
    void attach(String name, String json) {
        attached.put(name, json);
    }

    private void add(Level level, String what) {
        findings.add(new Finding(level, what));
        status.clear();
        out.accept(level.shown + LogText.printable(what));
    }

    public int problems() {
        return problems;
    }

    /** Number of things that could not be done. */
    public int failures() {
        return failures;
    }

    int exitCode() {
        if (failures > 0) {
            return NOT_DONE;
        }
        return problems > 0 ? FINDINGS : FINE;
    }

    /** All findings as a JSON document. */
    String json(String command, String version) {
        StringBuilder json = new StringBuilder("{\"command\":").append(JsonText.string(command));
        json.append(",\"version\":").append(version == null ? "null" : JsonText.string(version));
        json.append(",\"exitCode\":").append(exitCode()).append(",\"findings\":[");
        String comma = "";
        for (Finding finding : findings) {
            json.append(comma).append("{\"level\":").append(finding.level.json());
            json.append(",\"text\":").append(JsonText.string(finding.text));
            json.append(",\"details\":[");
            String inner = "";
            for (String detail : finding.details) {
                json.append(inner).append(JsonText.string(detail));
                inner = ",";
            }
            json.append("]}");
            comma = ",";
        }
        json.append(']');
        attached.forEach(
                (name, value) ->
                        json.append(',')
                                .append(JsonText.string(name))
                                .append(':')
                                .append(value.trim()));
        return json.append('}').toString();
    }
}
