package io.dsqlsink.seatunnel.install;

import java.io.Console;
import java.io.PrintStream;

/**
 * Writes lines about a command's work, and its progress, to standard error. On a terminal the
 * progress is one line that changes.
 */
final class StatusLine {
    private static final String CLEAR = "\r\u001b[K";

    /** Null if nothing is written. */
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

    /** Since Java 22 there may be a console without a terminal. */
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

    /** Writes a line that stays. */
    void tell(String line) {
        clear();
        if (err != null) {
            err.println(line);
        }
    }

    /** Writes the progress. On a terminal it replaces the last progress. */
    void progress(String text) {
        if (!terminal) {
            tell(text);
            return;
        }
        err.print(CLEAR + text);
        err.flush();
        shown = true;
    }

    /** Clears the progress. Needed before any other line, on standard output too. */
    void clear() {
        if (shown) {
            err.print(CLEAR);
            err.flush();
            shown = false;
        }
    }
}
