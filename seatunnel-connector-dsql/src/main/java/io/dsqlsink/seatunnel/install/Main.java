package io.dsqlsink.seatunnel.install;

import io.dsqlsink.seatunnel.doctor.Doctor;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of the connector's jar. */
@Command(
        name = "java -jar seatunnel-connector-dsql.jar",
        description = "Puts the native Aurora DSQL sink into a SeaTunnel home, and takes it out.",
        footer = "Exit code: 0 good, 1 a problem was found, 2 the command line is wrong.",
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
    static final int PROBLEM = 1;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        return commandLine().execute(arguments);
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(Main::explain);
    }

    private static int explain(Exception e, CommandLine command, Object parsed) throws Exception {
        if (!(e instanceof InstallException) && !(e instanceof IOException)) {
            throw e;
        }
        // The message of a file system's exception is often the name of the file alone.
        String message = e instanceof InstallException ? e.getMessage() : e.toString();
        command.getErr().println(message);
        return PROBLEM;
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

    /** The option that every command has. */
    static final class InHome {
        @Option(
                names = "--home",
                required = true,
                paramLabel = "DIR",
                defaultValue = "${env:SEATUNNEL_HOME}",
                description = "The SeaTunnel home; by default $$SEATUNNEL_HOME.")
        private Path folder;

        Home open() throws IOException, InstallException {
            return Home.of(folder);
        }
    }

    static final class DryRun {
        @Option(names = "--dry-run", description = "Only tell what would be done.")
        private boolean on;

        boolean isOn() {
            return on;
        }
    }

    @Command(
            name = "install",
            description = "Puts the sink into a home, or another release or mode in its place.",
            mixinStandardHelpOptions = true)
    static final class Install implements Callable<Integer> {
        @Mixin private InHome home;
        @Mixin private DryRun dryRun;

        @Option(
                names = "--mode",
                paramLabel = "MODE",
                defaultValue = "lib",
                description = {
                    "lib: one jar in lib/; no stock file is touched (default).",
                    "connectors: merged into the connectors that bring a Jdbc sink; uninstall puts"
                            + " the stock jars back."
                })
        private Mode mode;

        @Override
        public Integer call() throws IOException, InstallException {
            Home into = home.open();
            boolean done =
                    new Installer(ownJar(), into, dryRun.on, System.out::println).install(mode);
            if (done && !dryRun.on) {
                System.out.println(
                        "installed into SeaTunnel "
                                + into.version()
                                + ": do the same on every node, then restart the nodes");
            }
            return 0;
        }
    }

    @Command(
            name = "uninstall",
            description = "Puts everything back as it was before.",
            mixinStandardHelpOptions = true)
    static final class Uninstall implements Callable<Integer> {
        @Mixin private InHome home;
        @Mixin private DryRun dryRun;

        @Override
        public Integer call() throws IOException, InstallException {
            Home from = home.open();
            if (new Installer(ownJar(), from, dryRun.on, System.out::println).uninstall()
                    && !dryRun.on) {
                System.out.println("uninstalled: restart the nodes");
            }
            return 0;
        }
    }

    @Command(
            name = "doctor",
            description = "Tells which sink a job would get, and why, and what is in its way.",
            mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {
        @Mixin private InHome home;

        @Option(
                names = "--config",
                paramLabel = "FILE",
                description =
                        "Also do for this job what its start would do, short of writing: ask the"
                                + " source for its tables, connect, and compare the columns.")
        private Path config;

        @Option(
                names = "--ddl",
                paramLabel = "FILE",
                description = "Also save the statements that would create the job's tables.")
        private Path ddl;

        @Mixin private Variables variables;

        @Override
        public Integer call() throws IOException, InstallException {
            logQuietly();
            Report report = new Report(System.out::println);
            Doctor doctor = new Doctor(home.open(), report);
            doctor.check();
            if (config != null) {
                doctor.check(ownJar(), config, variables.all, ddl);
            }
            return report.problems() == 0 ? 0 : PROBLEM;
        }
    }

    @Command(
            name = "cutover",
            description =
                    "For the move of applications to the target: sets identity counters behind the"
                            + " highest value, counts rows on both sides, and lists what the job"
                            + " does not migrate. May be run again.",
            mixinStandardHelpOptions = true)
    static final class CutOver implements Callable<Integer> {
        @Mixin private InHome home;
        @Mixin private Variables variables;

        @Option(names = "--config", required = true, paramLabel = "FILE", description = "The job.")
        private Path config;

        @Override
        public Integer call() throws IOException, InstallException {
            logQuietly();
            Report report = new Report(System.out::println);
            new Doctor(home.open(), report).cutover(ownJar(), config, variables.all);
            return report.problems() == 0 ? 0 : PROBLEM;
        }
    }

    static void logQuietly() {
        System.setProperty(
                "log4j2.configurationFile", Main.class.getResource("log4j2.properties").toString());
        QuietLogging.install();
    }

    /** The variables of a job. */
    static final class Variables {
        @Option(
                names = {"-i", "--variable"},
                paramLabel = "KEY=VALUE",
                description = "A variable of the job, as the engine's client takes it.")
        private List<String> all = new ArrayList<>();

        List<String> all() {
            return all;
        }
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            return new String[] {Jars.ourVersion(ownJar())};
        }
    }
}
