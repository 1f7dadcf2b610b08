package io.dsqlsink.seatunnel.install;

import io.dsqlsink.seatunnel.doctor.Doctor;
import io.dsqlsink.seatunnel.doctor.VerifyJob;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the looks of a comparison. Each look is a job on the home's engine, on this machine. */
final class Looks {
    /** The result of a table, as rust-core's verify/report.rs writes it. */
    private static final Pattern VERDICT =
            Pattern.compile(
                    "table .*: (equal|DIFFERENT): \\d+ rows in the source, \\d+ in the target");

    private final Path ours;
    private final Home home;
    private final Path job;
    private final List<String> variables;
    private final LookFolder folder;
    private final Report report;

    private final LookProgress progress = new LookProgress();
    private int jobs;

    Looks(
            Path ours,
            Home home,
            Path job,
            List<String> variables,
            LookFolder folder,
            Report report) {
        this.ours = ours;
        this.home = home;
        this.job = job;
        this.variables = variables;
        this.folder = folder;
        this.report = report;
    }

    /** Compares from the beginning. False if that failed; the report then has the reason. */
    boolean compare(int most, long pauseSeconds)
            throws IOException, InstallException, InterruptedException {
        folder.finished();
        return look(0, most, pauseSeconds, false);
    }

    /** After a repair, compares the rows of the report. */
    boolean compareAgain(int most, long pauseSeconds)
            throws IOException, InstallException, InterruptedException {
        return look(0, most, pauseSeconds, true);
    }

    /** Continues a run that was killed between two looks; otherwise starts from the beginning. */
    boolean resume(int most, long pauseSeconds)
            throws IOException, InstallException, InterruptedException {
        int done = Files.isReadable(job) ? folder.looksDone(identity()) : 0;
        if (done == 0) {
            report.note(
                    "nothing to resume: "
                            + folder.root()
                            + " has no look of an unfinished run of this job; comparing from the"
                            + " start");
            return compare(most, pauseSeconds);
        }
        report.note("resumed after look " + done + " of a run that was interrupted");
        jobs = done;
        boolean goesOn = folder.is("unknown") || folder.is("lookAgain") && done < most;
        return !goesOn || look(done, most, pauseSeconds, true);
    }

    /**
     * Runs looks. Rows that differ are compared again after a pause, because they may have changed
     * after one side was read and before the other was.
     *
     * @param done number of looks so far
     * @param most how often the same rows are compared at most
     * @param again true to compare only the rows of the report
     */
    private boolean look(int done, int most, long pauseSeconds, boolean again)
            throws IOException, InstallException, InterruptedException {
        int look = done;
        boolean unknown = again && (done == 0 || folder.is("unknown"));
        do {
            boolean first = !again && look == 0;
            if (look > 0) {
                TimeUnit.SECONDS.sleep(pauseSeconds);
            }
            // A look that compares rows by key for the first time is not counted.
            look += first || !unknown ? 1 : 0;
            if (!run(first ? VerifyJob.FIRST : "again")) {
                return false;
            }
            folder.unfinished(identity(), look);
            unknown = folder.is("unknown");
        } while (unknown || folder.is("lookAgain") && look < most);
        folder.finished();
        return true;
    }

    /** Writes the rows that the report names. */
    boolean repair(boolean delete) throws IOException, InstallException, InterruptedException {
        return run(delete ? "repair_delete" : "repair");
    }

    boolean areEqual() throws IOException {
        return folder.is("equal");
    }

    /**
     * Reports the result of each table.
     *
     * @param differs receives the line of a table that differs
     */
    void tell(Consumer<String> differs) throws IOException {
        for (String line : folder.text()) {
            Matcher verdict = VERDICT.matcher(line);
            if (!verdict.matches()) {
                report.detail(line.trim());
            } else if (verdict.group(1).equals("equal")) {
                report.good(line);
            } else {
                differs.accept(line);
            }
        }
    }

    /** Reports the result and the folder of the report. */
    void tellResult() throws IOException {
        tell(report::problem);
        report.attach("comparison", folder.json());
        report.log("report: " + folder.root());
    }

    private String identity() throws IOException {
        return LookFolder.identity(home, job, variables);
    }

    private boolean run(String verify) throws IOException, InstallException, InterruptedException {
        Path look = folder.begin(!verify.equals(VerifyJob.FIRST));
        // The job contains secrets, so it must be removed even if a signal ends this command.
        Thread ending = new Thread(() -> LookFolder.discard(look), "discard-look");
        Runtime.getRuntime().addShutdownHook(ending);
        try {
            Path derived = look.resolve("job.json");
            Path log = folder.root().resolve("job-" + ++jobs + ".log");
            int before = report.failures();
            progress.know(
                    new Doctor(home, report).derive(ours, job, variables, verify, look, derived));
            if (report.failures() > before) {
                return false;
            }
            report.log("running the job with verify = " + verify + "; its log: " + log);
            if (engine(derived, log) != 0) {
                report.failed("the job failed; its log says why: " + log);
                return false;
            }
            folder.keep(look);
            return true;
        } finally {
            ending.run();
            try {
                Runtime.getRuntime().removeShutdownHook(ending);
            } catch (IllegalStateException e) {
                // A signal is ending this command.
            }
        }
    }

    private int engine(Path derived, Path log) throws IOException, InterruptedException {
        // Some of SeaTunnel's sources write their password to the log.
        Modes.createForOwner(log);
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
                PrintWriter kept = new PrintWriter(Files.newBufferedWriter(log), true)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                kept.println(line);
                String far = progress.of(line);
                if (far != null) {
                    report.progress(far);
                }
            }
        }
        return engine.waitFor();
    }
}
