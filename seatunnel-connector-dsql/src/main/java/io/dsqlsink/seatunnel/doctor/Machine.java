package io.dsqlsink.seatunnel.doctor;

import io.dsqlsink.bridge.NativePlatform;
import io.dsqlsink.bridge.NativeSink;
import io.dsqlsink.seatunnel.install.Report;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks whether the native library can run on this machine, with the JVM that runs doctor. */
final class Machine {
    private static final Pattern GLIBC = Pattern.compile("GLIBC_(\\d+)\\.(\\d+)");
    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)");
    private static final int BLOCK = 65_536;

    private final Report report;

    Machine(Report report) {
        this.report = report;
    }

    void check() throws IOException {
        report.note(
                "Java "
                        + System.getProperty("java.version")
                        + " of "
                        + System.getProperty("java.home")
                        + " on "
                        + System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.arch")
                        + "; an engine that runs another JVM may give another result");
        checkGlibc();
        String folder =
                System.getProperty("dsql.sink.native.tmpdir", System.getProperty("java.io.tmpdir"));
        try {
            NativeSink.load();
            report.good(
                    "the native library loads"
                            + (System.getProperty("dsql.sink.native.path") == null
                                    ? ", unpacked to " + folder
                                    : ""));
        } catch (IllegalStateException e) {
            report.problem(e.getMessage());
        }
    }

    private void checkGlibc() throws IOException {
        int[] needed = needed();
        int[] here = here();
        if (needed == null || here == null) {
            report.note("the version of glibc cannot be determined");
            return;
        }
        String text =
                "glibc "
                        + here[0]
                        + "."
                        + here[1]
                        + ", and the native library needs "
                        + needed[0]
                        + "."
                        + needed[1];
        if (here[0] > needed[0] || here[0] == needed[0] && here[1] >= needed[1]) {
            report.good(text);
        } else {
            report.problem(
                    text
                            + ": use a newer system, or a jar that was built by scripts/build.sh"
                            + " without --this-glibc");
        }
    }

    /** The version of glibc that the library needs, taken from the symbol versions in its bytes. */
    private static int[] needed() throws IOException {
        int[] newest = null;
        String library = NativePlatform.resource(NativePlatform.current());
        try (InputStream in = Machine.class.getResourceAsStream(library)) {
            if (in == null) {
                return null;
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] block = new byte[BLOCK];
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                out.write(block, 0, n);
            }
            Matcher found = GLIBC.matcher(out.toString("ISO-8859-1"));
            while (found.find()) {
                int[] version = numbers(found);
                if (newest == null
                        || version[0] > newest[0]
                        || version[0] == newest[0] && version[1] > newest[1]) {
                    newest = version;
                }
            }
        }
        return newest;
    }

    private static int[] here() throws IOException {
        try {
            Process getconf =
                    new ProcessBuilder("getconf", "GNU_LIBC_VERSION")
                            .redirectErrorStream(true)
                            .start();
            try (BufferedReader answer =
                    new BufferedReader(
                            new InputStreamReader(
                                    getconf.getInputStream(), StandardCharsets.US_ASCII))) {
                String line = answer.readLine();
                Matcher found = NUMBERS.matcher(line == null ? "" : line);
                return found.find() ? numbers(found) : null;
            }
        } catch (IOException e) {
            return null; // Not every image has getconf.
        }
    }

    private static int[] numbers(Matcher found) {
        return new int[] {Integer.parseInt(found.group(1)), Integer.parseInt(found.group(2))};
    }
}
