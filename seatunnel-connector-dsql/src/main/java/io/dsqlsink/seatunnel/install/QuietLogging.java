package io.dsqlsink.seatunnel.install;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * Removes messages of logging libraries about themselves from the output. They write them because
 * our class loaders are not those of an engine, some to standard output and some to standard error.
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

    /** Also writes a line that has not ended yet: it may be a question. */
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
