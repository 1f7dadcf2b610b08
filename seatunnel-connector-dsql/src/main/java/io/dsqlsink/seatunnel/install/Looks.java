package io.dsqlsink.seatunnel.install;

import io.dsqlsink.seatunnel.doctor.Doctor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The looks of a comparison, each a job on the engine of the home, in this machine. */
final class Looks {
    private static final int EQUAL = 0;
    private static final int DIFFERENT = 1;
    private static final int NOT_COMPARED = 2;

    private final Path ours;
    private final Home home;
    private final Path job;
    private final List<String> variables;
    private final Path folder;
    private final Consumer<String> out;
    private int jobs;

    Looks(
            Path ours,
            Home home,
            Path job,
            List<String> variables,
            Path folder,
            Consumer<String> out) {
        this.ours = ours;
        this.home = home;
        this.job = job;
        this.variables = variables;
        this.folder = folder.toAbsolutePath();
        this.out = out;
    }

    boolean hasReport() {
        return Files.exists(folder.resolve("verify.json"));
    }

    /**
     * Compares. Rows that differ are looked at again after a pause, as they may have changed
     * between the two sides.
     *
     * @param most looks that the same rows are given
     * @return the exit code
     */
    int compare(int most, long pauseSeconds, boolean anew)
            throws IOException, InstallException, InterruptedException {
        int look = 0;
        boolean unknown = !anew;
        do {
            boolean first = anew && look == 0;
            if (look > 0) {
                TimeUnit.SECONDS.sleep(pauseSeconds);
            }
            // What was not told by key yet is not looked at again, but for the first time.
            look += first || !unknown ? 1 : 0;
            if (!run(first ? "true" : "again")) {
                return NOT_COMPARED;
            }
            unknown = is("unknown");
        } while (unknown || is("lookAgain") && look < most);
        Files.readAllLines(folder.resolve("verify.txt")).forEach(out);
        out.accept("report: " + folder);
        return is("equal") ? EQUAL : DIFFERENT;
    }

    /** Writes the rows that the report names. */
    boolean repair(boolean delete) throws IOException, InstallException, InterruptedException {
        return run(delete ? "repair_delete" : "repair");
    }

    private boolean is(String what) throws IOException {
        Properties state = new Properties();
        try (InputStream in = Files.newInputStream(folder.resolve("verify.properties"))) {
            state.load(in);
        }
        return Boolean.parseBoolean(state.getProperty(what));
    }

    private boolean run(String verify) throws IOException, InstallException, InterruptedException {
        Files.createDirectories(folder);
        Path derived = folder.resolve("job.json");
        Path log = folder.resolve("job-" + ++jobs + ".log");
        Report report = new Report(out);
        new Doctor(home, report).derive(ours, job, variables, verify, folder, derived);
        if (report.problems() > 0) {
            return false;
        }
        out.accept("running the job with verify = " + verify + "; its log: " + log);
        try {
            if (engine(derived, log) == 0) {
                return true;
            }
        } finally {
            // It holds the secrets of the job.
            Files.deleteIfExists(derived);
        }
        out.accept("PROBLEM  the job failed; its log says why: " + log);
        return false;
    }

    private int engine(Path derived, Path log) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(home.root().resolve("bin/seatunnel.sh").toString());
        command.add("-m");
        command.add("local");
        command.add("--config");
        command.add(derived.toString());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SEATUNNEL_HOME", home.root().toString());
        Process engine = builder.start();
        engine.getOutputStream().close();
        try (BufferedReader lines =
                        new BufferedReader(
                                new InputStreamReader(
                                        engine.getInputStream(), StandardCharsets.UTF_8));
                PrintWriter kept = new PrintWriter(Files.newBufferedWriter(log))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                kept.println(line);
                int at = line.indexOf("verify: table");
                if (at >= 0 && line.contains("rows/s")) {
                    out.accept(line.substring(at));
                }
            }
        }
        return engine.waitFor();
    }
}
