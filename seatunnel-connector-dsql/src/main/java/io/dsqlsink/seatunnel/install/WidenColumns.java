package io.dsqlsink.seatunnel.install;

import io.dsqlsink.seatunnel.doctor.Doctor;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command that recreates columns with wider types. */
@Command(
        name = "widen",
        description =
                "Widens columns of a job's tables to the types that the source has now: adds a"
                        + " new column, fills it, sets default, NOT NULL and indexes, and swaps the"
                        + " names. Stop the job first. An interrupted run continues when it is run"
                        + " again.",
        footer = "widen --home /opt/seatunnel --config JOB.conf --table shop.orders --dry-run")
final class WidenColumns extends JarCommand {
    @Mixin private Main.DryRun dryRun;
    @Mixin private Main.Variables variables;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The job.")
    private Path config;

    @Option(
            names = "--table",
            paramLabel = "SCHEMA.TABLE",
            description = "Only this table of the target; by default all of the job.")
    private String table;

    @Option(
            names = "--column",
            paramLabel = "COLUMN",
            description =
                    "Only this column, whatever its types; by default all numbers and texts of a"
                            + " declared length that are wider at the source.")
    private String column;

    @Override
    void run(Home home, Report report) throws IOException, InstallException {
        new Doctor(home, report)
                .widen(Main.ownJar(), config, variables.all(), table, column, dryRun.isOn());
    }
}
