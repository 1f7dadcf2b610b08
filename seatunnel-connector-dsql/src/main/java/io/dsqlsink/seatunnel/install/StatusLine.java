package io.dsqlsink.seatunnel.install;

import java.io.Console;
import java.io.PrintStream;

/**
 * What a command tells of its own work, on standard error: lines, and its progress, which on a
 * terminal is one line that changes.
 */
final class StatusLine {
    private static final String CLEAR = "\r\u001b[K";

    /** Null where nobody reads it. */
    private final PrintStream err;

    private final boolean terminal;
    private boolean shown;

    StatusLine(PrintStream err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    static StatusLine of(PrintStream err) {
        return new StatusLine(err, isTerminal());
    }

    static StatusLine silent() {
        return new StatusLine(null, false);
    }

    /** From Java 22 on there is a console without a terminal too. */
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** A line that stays. */
    void tell(String line) {
        clear();
        if (err != null) {
            err.println(line);
        }
    }

    /** How far the work is; on a terminal in place of what was told before. */
    void progress(String text) {
        if (!terminal) {
            tell(text);
            return;
        }
        err.print(CLEAR + text);
        err.flush();
        shown = true;
    }

    /** Before another line is written, also to standard output. */
    void clear() {
        if (shown) {
            err.print(CLEAR);
            err.flush();
            shown = false;
        }
    }
}
