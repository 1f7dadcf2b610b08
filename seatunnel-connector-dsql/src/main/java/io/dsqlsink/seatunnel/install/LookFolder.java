package io.dsqlsink.seatunnel.install;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The folder of a comparison: the report of the last finished look, and the progress of the run.
 * Each look has its own folder below this one. So a job that still runs after its command was
 * killed changes nothing here.
 */
final class LookFolder {
    private static final String JSON = "verify.json";
    private static final String TEXT = "verify.txt";
    private static final String STATE = "verify.properties";

    /** Exists while a run is not finished. */
    private static final String RUN = "verify-run.properties";

    private static final String LOOK = "look-";

    private final Path root;

    LookFolder(Path folder) {
        root = folder.toAbsolutePath();
    }

    Path root() {
        return root;
    }

    boolean hasReport() {
        return Files.exists(root.resolve(JSON));
    }

    String json() throws IOException {
        return new String(Files.readAllBytes(root.resolve(JSON)), StandardCharsets.UTF_8);
    }

    List<String> text() throws IOException {
        return Files.readAllLines(root.resolve(TEXT));
    }

    /** A property that the sink has written. */
    boolean is(String what) throws IOException {
        return Boolean.parseBoolean(read(STATE).getProperty(what));
    }

    /** Identifies a job. */
    static String identity(Home home, Path job, List<String> variables) throws IOException {
        MessageDigest digest = Jars.sha256();
        digest.update(Files.readAllBytes(job));
        digest.update((home.root() + "\n" + variables).getBytes(StandardCharsets.UTF_8));
        return Jars.hex(digest);
    }

    /** Number of finished looks of an unfinished run of this job; 0 if there is none. */
    int looksDone(String job) throws IOException {
        Properties run = Files.exists(root.resolve(RUN)) ? read(RUN) : new Properties();
        return hasReport() && job.equals(run.getProperty("job"))
                ? Integer.parseInt(run.getProperty("looks", "0"))
                : 0;
    }

    /** Records that a run has finished this many looks and continues. */
    void unfinished(String job, int looks) throws IOException {
        Properties run = new Properties();
        run.setProperty("job", job);
        run.setProperty("looks", String.valueOf(looks));
        Path made = root.resolve(RUN + ".new");
        try (OutputStream out = Files.newOutputStream(made)) {
            run.store(out, null);
        }
        move(made, root.resolve(RUN));
    }

    /** Records that there is nothing to resume. */
    void finished() throws IOException {
        Files.deleteIfExists(root.resolve(RUN));
    }

    /**
     * A new folder for a look.
     *
     * @param again whether it needs the report so far
     */
    Path begin(boolean again) throws IOException {
        Files.createDirectories(root);
        // A killed command may have left one, and its job contains secrets.
        try (Stream<Path> left = Files.list(root)) {
            List<Path> looks =
                    left.filter(file -> file.getFileName().toString().startsWith(LOOK))
                            .collect(Collectors.toList());
            for (Path look : looks) {
                delete(look);
            }
        }
        Path look = Files.createTempDirectory(root, LOOK);
        if (again) {
            Files.copy(root.resolve(JSON), look.resolve(JSON));
        }
        return look;
    }

    /** Replaces the report by the one of a look. */
    void keep(Path look) throws IOException {
        for (String file : new String[] {TEXT, STATE, JSON}) {
            move(look.resolve(file), root.resolve(file));
        }
    }

    /** Removes the folder of a look. If that fails, the next look removes it. */
    static void discard(Path look) {
        try {
            delete(look);
        } catch (IOException e) {
            // The engine may still write to it.
        }
    }

    private static void delete(Path folder) throws IOException {
        // Delete the content of a folder before the folder.
        Deque<Path> files = new ArrayDeque<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            walk.forEach(files::push);
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }

    private Properties read(String file) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(root.resolve(file))) {
            properties.load(in);
        }
        return properties;
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
