package io.dsqlsink.seatunnel.install;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The commands that compare a job's target with its source, and repair the rows that differ. */
final class Verify {
    private Verify() {}

    /** The options of both commands. */
    static final class Job {
        @Mixin private Main.Variables variables;

        @Option(names = "--config", required = true, paramLabel = "FILE", description = "The job.")
        private Path config;

        @Option(
                names = "--report",
                paramLabel = "DIR",
                defaultValue = "verify-report",
                description =
                        "Folder for the report, verify.txt and verify.json; by default"
                                + " verify-report.")
        private Path report;

        @Option(
                names = "--looks",
                paramLabel = "N",
                defaultValue = "3",
                description =
                        "How often rows are compared before they are reported as different; by"
                                + " default 3. Use 1 if nobody writes to the source.")
        private int looks;

        @Option(
                names = "--pause",
                paramLabel = "SECONDS",
                defaultValue = "10",
                description = "Pause before rows are compared again; by default 10.")
        private long pause;

        private LookFolder folder() {
            return new LookFolder(report);
        }

        private Looks open(Home home, Report found) {
            return new Looks(Main.ownJar(), home, config, variables.all(), folder(), found);
        }
    }

    @Command(
            name = "verify",
            description =
                    "Compares the target of a job with its source: reads both once, writes nothing,"
                            + " and reports each row that is missing, extra or different.",
            footer = "verify --home /opt/seatunnel --config JOB.conf")
    static final class Compare extends JarCommand {
        @Mixin private Job job;

        @Option(
                names = "--resume",
                description =
                        "Continue a killed run of the same job, with the folder of --report. If"
                                + " there is none, compare from the start.")
        private boolean resume;

        @Override
        void run(Home home, Report report)
                throws IOException, InstallException, InterruptedException {
            Looks looks = job.open(home, report);
            if (resume ? looks.resume(job.looks, job.pause) : looks.compare(job.looks, job.pause)) {
                looks.tellResult();
            }
        }
    }

    @Command(
            name = "repair",
            description =
                    "Writes the rows that verify found missing or different, and verifies them.",
            footer = "repair --home /opt/seatunnel --config JOB.conf --delete")
    static final class Repair extends JarCommand {
        @Mixin private Job job;

        @Option(names = "--delete", description = "Also delete the rows that are extra.")
        private boolean delete;

        @Override
        void run(Home home, Report report)
                throws IOException, InstallException, InterruptedException {
            Looks looks = job.open(home, report);
            if (!job.folder().hasReport()) {
                if (!looks.compare(job.looks, job.pause)) {
                    return;
                }
                if (looks.areEqual()) {
                    looks.tellResult();
                    return;
                }
                looks.tell(report::note);
            }
            if (looks.repair(delete) && looks.compareAgain(job.looks, job.pause)) {
                looks.tellResult();
            }
        }
    }
}
