package io.dsqlsink.seatunnel.install;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The commands that compare a job's target with its source, and mend what differs. */
final class Verify {
    private Verify() {}

    /** What both have. */
    static final class Job {
        @Mixin private Main.InHome home;
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
                        "Looks at rows that differ before they are called different; by default 3."
                                + " 1 for a source that nobody writes to.")
        private int looks;

        @Option(
                names = "--pause",
                paramLabel = "SECONDS",
                defaultValue = "10",
                description = "Pause before rows are looked at again; by default 10.")
        private long pause;

        private Looks open() throws IOException, InstallException {
            Main.logQuietly();
            return new Looks(
                    Main.ownJar(),
                    home.open(),
                    config,
                    variables.all(),
                    report,
                    System.out::println);
        }
    }

    @Command(
            name = "verify",
            description =
                    "Compares the target of a job with its source: reads both once, writes nothing,"
                            + " and tells each row that is missing, extra or different.",
            footer = {
                "Example: verify --home /opt/seatunnel --config JOB.conf",
                "Exit code: 0 equal, 1 differences, 2 not compared."
            },
            mixinStandardHelpOptions = true)
    static final class Compare implements Callable<Integer> {
        @Mixin private Job job;

        @Override
        public Integer call() throws IOException, InstallException, InterruptedException {
            return job.open().compare(job.looks, job.pause, true);
        }
    }

    @Command(
            name = "repair",
            description =
                    "Writes the rows again that verify found missing or different, and verifies them.",
            footer = {
                "Example: repair --home /opt/seatunnel --config JOB.conf --delete",
                "Exit code: 0 equal, 1 differences are left, 2 not repaired."
            },
            mixinStandardHelpOptions = true)
    static final class Repair implements Callable<Integer> {
        @Mixin private Job job;

        @Option(names = "--delete", description = "Also delete the rows that are extra.")
        private boolean delete;

        @Override
        public Integer call() throws IOException, InstallException, InterruptedException {
            Looks looks = job.open();
            if (!looks.hasReport()) {
                int found = looks.compare(job.looks, job.pause, true);
                if (found != 1) {
                    return found;
                }
            }
            return looks.repair(delete) ? looks.compare(job.looks, job.pause, false) : 2;
        }
    }
}
