package io.dsqlsink.seatunnel.install;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The common part of all commands: options, streams, the exit code. */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        footerHeading = "%nExample:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Nothing is wrong; source and target are equal.",
            "1:There are problems or differences; each has a line.",
            "2:The command line is wrong, or the command could not do its work."
        })
abstract class JarCommand implements Callable<Integer> {
    private static final String LOGGING = "log4j2.configurationFile";

    @Spec private CommandSpec spec;

    @Option(
            names = "--home",
            required = true,
            paramLabel = "DIR",
            defaultValue = "${env:SEATUNNEL_HOME}",
            description = "The SeaTunnel home; by default $$SEATUNNEL_HOME.")
    private Path home;

    @Option(
            names = "--json",
            description =
                    "Write one JSON document to standard output, and everything else to standard"
                            + " error.")
    private boolean json;

    /** Does the work. Reports findings and failures. */
    abstract void run(Home home, Report report)
            throws IOException, InstallException, InterruptedException;

    @Override
    public final Integer call() throws IOException {
        PrintStream out = System.out;
        PrintStream err = System.err;
        String logging = System.getProperty(LOGGING);
        // Libraries of a home may write to standard output; that must not end up in the document.
        System.setOut(json ? err : out);
        System.setProperty(LOGGING, Main.class.getResource("log4j2.properties").toString());
        QuietLogging.install();
        PrintStream quiet = System.out;
        Report report = new Report(json ? line -> {} : quiet::println, StatusLine.of(System.err));
        try {
            run(Home.of(home), report);
        } catch (InstallException e) {
            report.failed(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            report.failed("interrupted: run it again");
        } catch (IOException e) {
            // The message of a file system's exception is often only the file name.
            report.failed(e.toString());
        } catch (RuntimeException | LinkageError e) {
            e.printStackTrace(err);
            report.failed("an error of the command itself: " + e);
        } finally {
            report.done();
            System.setOut(out);
            System.setErr(err);
            if (logging == null) {
                System.clearProperty(LOGGING);
            } else {
                System.setProperty(LOGGING, logging);
            }
        }
        if (json) {
            String document = report.json(spec.name(), Main.version()) + "\n";
            out.write(document.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
        return report.exitCode();
    }
}
