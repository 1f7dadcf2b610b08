package io.dsqlsink.seatunnel.install;

import io.dsqlsink.seatunnel.doctor.Doctor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command that writes the rows of dead letters again. */
@Command(
        name = "replay",
        description =
                "Writes the rows of dead letters again, after the cause is fixed. It overwrites"
                        + " rows that have changed since, unless --only-missing is given. See"
                        + " docs/replay.md.",
        footer =
                "replay --home /opt/seatunnel --config JOB.conf --dead-letters"
                        + " dsql-dead-letters.jsonl")
final class Replay extends JarCommand {
    @Mixin private Main.Variables variables;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The job that wrote the letters: its sink is used.")
    private Path config;

    @Option(
            names = "--dead-letters",
            required = true,
            arity = "1..*",
            paramLabel = "FILE",
            description = "Files of dead letters, the oldest first.")
    private List<Path> letters = new ArrayList<>();

    @Option(
            names = "--refused",
            paramLabel = "FILE",
            description =
                    "New file for rows that are refused again; by default the name of the last"
                            + " of --dead-letters with .refused appended.")
    private Path refused;

    @Option(
            names = "--only-missing",
            description = "Only write rows whose key is not in the table; delete none.")
    private boolean onlyMissing;

    @Override
    void run(Home home, Report report) throws IOException, InstallException {
        Path last = letters.get(letters.size() - 1);
        Path into =
                refused == null ? last.resolveSibling(last.getFileName() + ".refused") : refused;
        for (Path file : letters) {
            if (!Files.isReadable(file) || Files.isDirectory(file)) {
                throw new InstallException("--dead-letters " + file + " is not a readable file");
            }
        }
        if (Files.exists(into)) {
            throw new InstallException(
                    into
                            + " exists already: replay its letters first, or name another file by"
                            + " --refused");
        }
        new Doctor(home, report)
                .replay(Main.ownJar(), config, variables.all(), letters, into, onlyMissing);
    }
}
