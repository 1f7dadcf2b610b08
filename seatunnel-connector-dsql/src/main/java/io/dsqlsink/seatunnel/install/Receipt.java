package io.dsqlsink.seatunnel.install;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What an installation changed. It is kept in the home, so that the installation can be undone. It
 * is written before the first change, with the state {@code changing}: this shows the next run that
 * an installation was interrupted.
 *
 * <p>The file is text: {@code version}, {@code mode}, {@code state} and {@code jar} (the digest of
 * the connector's jar), each with its value, then {@code file BEFORE AFTER PATH} for each file.
 */
public final class Receipt {
    private static final String HEADER = "# Written by the installer of the Aurora DSQL sink.";
    private static final String CHANGING = "changing";
    private static final String INSTALLED = "installed";
    private static final String ABSENT = "-";
    private static final int FIELDS = 4;

    /** One file, with its digests before (null: there was no file) and after. */
    public static final class Change {
        public final Path file;
        final String before;
        public final String after;

        Change(Path file, String before, String after) {
            this.file = file;
            this.before = before;
            this.after = after;
        }

        /** The stock file. Its name does not end with .jar, so the engines do not load it. */
        Path backup() {
            return file.resolveSibling(file.getFileName() + ".dsql-stock");
        }

        /** The new file before its rename. */
        Path staged() {
            return Staging.of(file);
        }
    }

    public final String version;
    public final Mode mode;
    final String jar;
    public final boolean complete;
    public final List<Change> changes;

    Receipt(String version, Mode mode, String jar, boolean complete, List<Change> changes) {
        this.version = version;
        this.mode = mode;
        this.jar = jar;
        this.complete = complete;
        this.changes = changes;
    }

    Receipt with(boolean nowComplete) {
        return new Receipt(version, mode, jar, nowComplete, changes);
    }

    /** Null if nothing is installed. */
    public static Receipt read(Home home) throws IOException, InstallException {
        String version = null;
        Mode mode = null;
        String state = null;
        String jar = null;
        List<Change> changes = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(home.receipt(), StandardCharsets.UTF_8)) {
                if (line.startsWith("#")) {
                    continue;
                }
                String[] fields = line.split(" ", FIELDS);
                switch (fields[0]) {
                    case "version":
                        version = fields[1];
                        break;
                    case "mode":
                        mode = Mode.valueOf(fields[1]);
                        break;
                    case "state":
                        state = fields[1];
                        break;
                    case "jar":
                        jar = fields[1];
                        break;
                    case "file":
                        changes.add(
                                new Change(
                                        within(home, fields[3]),
                                        fields[1].equals(ABSENT) ? null : fields[1],
                                        fields[2]));
                        break;
                    default:
                        throw new IllegalArgumentException(line);
                }
            }
        } catch (NoSuchFileException e) {
            return null;
        } catch (CharacterCodingException
                | IllegalArgumentException
                | ArrayIndexOutOfBoundsException e) {
            state = null;
        }
        if (version == null || mode == null || jar == null || state == null) {
            throw new InstallException(
                    home.receipt()
                            + " cannot be read: it was edited, or written by a newer installer; use"
                            + " the installer of that release");
        }
        return new Receipt(version, mode, jar, state.equals(INSTALLED), changes);
    }

    private static Path within(Home home, String name) {
        Path file = home.root().resolve(name).normalize();
        if (!file.startsWith(home.root())) {
            throw new IllegalArgumentException(name);
        }
        return file;
    }

    void write(Home home) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(HEADER);
        lines.add("version " + version);
        lines.add("mode " + mode);
        lines.add("state " + (complete ? INSTALLED : CHANGING));
        lines.add("jar " + jar);
        for (Change change : changes) {
            lines.add(
                    "file "
                            + (change.before == null ? ABSENT : change.before)
                            + " "
                            + change.after
                            + " "
                            + home.name(change.file));
        }
        Path staged = Staging.of(home.receipt());
        Files.write(staged, lines, StandardCharsets.UTF_8);
        Staging.sync(staged);
        Staging.replace(staged, home.receipt());
    }
}
