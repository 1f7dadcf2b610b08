package io.dsqlsink.seatunnel.install;

import io.dsqlsink.seatunnel.doctor.Doctor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command that makes columns anew with wider types. */
@Command(
        name = "widen",
        description =
                "Gives the columns of a job's tables the wider types that the source has by now:"
                        + " adds each anew, fills it, gives it default, NOT NULL and indexes, and"
                        + " swaps the names. Stop the job before. A run that was interrupted goes on"
                        + " when it is run again.",
        footer = {
            "Example: widen --home /opt/seatunnel --config JOB.conf --table shop.orders --dry-run",
            "Exit code: 0 every column holds what the source has, 1 a column cannot be widened."
        },
        mixinStandardHelpOptions = true)
final class WidenColumns implements Callable<Integer> {
    @Mixin private Main.InHome home;
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
    public Integer call() throws IOException, InstallException {
        Main.logQuietly();
        Report report = new Report(System.out::println);
        new Doctor(home.open(), report)
                .widen(Main.ownJar(), config, variables.all(), table, column, dryRun.isOn());
        return report.problems() == 0 ? 0 : Main.PROBLEM;
    }
}
