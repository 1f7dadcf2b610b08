package io.dsqlsink.seatunnel.install;

import io.dsqlsink.seatunnel.doctor.Doctor;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of the connector's jar. */
@Command(
        name = "java -jar seatunnel-connector-dsql.jar",
        description =
                "Installs the native Aurora DSQL sink, checks jobs, compares source and target.",
        footerHeading = "%nExamples:%n",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            Main.Install.class,
            Main.Uninstall.class,
            Main.Check.class,
            WidenColumns.class,
            Main.CutOver.class,
            Verify.Compare.class,
            Verify.Repair.class,
            Replay.class
        })
public final class Main {
    /** Wide enough for an example on one line. */
    private static final int HELP_WIDTH = 110;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        return commandLine().execute(arguments);
    }

    /** The help of the jar itself shows an example of each command, and the common exit codes. */
    static CommandLine commandLine() {
        CommandLine all = new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
        CommandLine.Model.UsageMessageSpec own = all.getCommandSpec().usageMessage();
        List<String> examples = new ArrayList<>();
        for (CommandLine command : all.getSubcommands().values()) {
            CommandLine.Model.UsageMessageSpec help = command.getCommandSpec().usageMessage();
            help.width(HELP_WIDTH).footer("  " + help.footer()[0]);
            examples.add(help.footer()[0]);
            own.exitCodeListHeading(help.exitCodeListHeading()).exitCodeList(help.exitCodeList());
        }
        own.width(HELP_WIDTH).footer(examples.toArray(new String[0]));
        return all;
    }

    /** The jar that runs. */
    static Path ownJar() {
        try {
            return new File(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                    .toPath();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("A code source is a file", e);
        }
    }

    /** The release of this jar. */
    static String version() throws IOException {
        return Jars.ourVersion(ownJar());
    }

    static final class DryRun {
        @Option(names = "--dry-run", description = "Only show what would be done.")
        private boolean on;

        boolean isOn() {
            return on;
        }

        Installer installer(Home home, Report report) throws IOException, InstallException {
            return new Installer(ownJar(), home, on, on ? report::note : report::good, report::log);
        }
    }

    @Command(
            name = "install",
            description = "Installs the sink into a home; replaces another release or mode.",
            footer = "install --home /opt/seatunnel --dry-run")
    static final class Install extends JarCommand {
        @Mixin private DryRun dryRun;

        @Option(
                names = "--mode",
                paramLabel = "MODE",
                defaultValue = "lib",
                description = {
                    "lib: one jar in lib/; no stock file is changed (default).",
                    "connectors: merged into the connectors that contain a Jdbc sink; uninstall"
                            + " restores the stock jars."
                })
        private Mode mode;

        @Override
        void run(Home home, Report report) throws IOException, InstallException {
            boolean done = dryRun.installer(home, report).install(mode);
            if (done && !dryRun.isOn()) {
                report.good(
                        "installed into SeaTunnel "
                                + home.version()
                                + ": do the same on every node, then restart the nodes");
            }
        }
    }

    @Command(
            name = "uninstall",
            description = "Removes the sink and restores every file that install changed.",
            footer = "uninstall --home /opt/seatunnel")
    static final class Uninstall extends JarCommand {
        @Mixin private DryRun dryRun;

        @Override
        void run(Home home, Report report) throws IOException, InstallException {
            if (dryRun.installer(home, report).uninstall() && !dryRun.isOn()) {
                report.good("uninstalled: restart the nodes");
            }
        }
    }

    @Command(
            name = "doctor",
            description = "Shows which sink a job would get, and why, and what is wrong.",
            footer = "doctor --home /opt/seatunnel --config JOB.conf")
    static final class Check extends JarCommand {
        @Option(
                names = "--config",
                paramLabel = "FILE",
                description =
                        "Also check this job: do what its start would do, but write nothing. Asks the"
                                + " source for its tables, connects, and compares the columns.")
        private Path config;

        @Option(
                names = "--ddl",
                paramLabel = "FILE",
                description = "Also save the statements that would create the job's tables.")
        private Path ddl;

        @Mixin private Variables variables;

        @Override
        void run(Home home, Report report) throws IOException, InstallException {
            Doctor doctor = new Doctor(home, report);
            doctor.check();
            if (config != null) {
                doctor.check(ownJar(), config, variables.all(), ddl);
            }
        }
    }

    @Command(
            name = "cutover",
            description =
                    "Run it when applications move to the target: sets identity counters above the"
                            + " highest value, counts the rows of both sides, and lists what the job"
                            + " does not migrate. It can be run again.",
            footer = "cutover --home /opt/seatunnel --config JOB.conf")
    static final class CutOver extends JarCommand {
        @Mixin private Variables variables;

        @Option(names = "--config", required = true, paramLabel = "FILE", description = "The job.")
        private Path config;

        @Override
        void run(Home home, Report report) throws IOException, InstallException {
            new Doctor(home, report).cutover(ownJar(), config, variables.all());
        }
    }

    /** The variables of a job. */
    static final class Variables {
        @Option(
                names = {"-i", "--variable"},
                paramLabel = "KEY=VALUE",
                description = "A variable of the job, as for the engine's client.")
        private List<String> all = new ArrayList<>();

        List<String> all() {
            return all;
        }
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            return new String[] {version()};
        }
    }
}
