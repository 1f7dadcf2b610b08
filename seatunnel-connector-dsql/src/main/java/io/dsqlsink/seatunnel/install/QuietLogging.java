package io.dsqlsink.seatunnel.install;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * Output without what the logging libraries of a home say of themselves: their classes are loaded
 * in other loaders than an engine's, which they remark upon, each to a stream of its own choice.
 */
final class QuietLogging extends OutputStream {
    private static final String[] REMARKS = {
        "SLF4J", "WARNING: sun.reflect.Reflection.getCallerClass is not supported"
    };

    private final OutputStream to;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    QuietLogging(OutputStream to) {
        this.to = to;
    }

    static void install() {
        System.setOut(new PrintStream(new QuietLogging(System.out), true));
        System.setErr(new PrintStream(new QuietLogging(System.err), true));
    }

    @Override
    public synchronized void write(int next) throws IOException {
        line.write(next);
        if (next == '\n') {
            pass();
        }
    }

    /** A line that has not ended yet may be a question. */
    @Override
    public synchronized void flush() throws IOException {
        if (!isRemark()) {
            pass();
        }
        to.flush();
    }

    private void pass() throws IOException {
        if (!isRemark()) {
            line.writeTo(to);
        }
        line.reset();
    }

    private boolean isRemark() {
        String text = line.toString();
        for (String remark : REMARKS) {
            if (text.startsWith(remark)) {
                return true;
            }
        }
        return false;
    }
}
