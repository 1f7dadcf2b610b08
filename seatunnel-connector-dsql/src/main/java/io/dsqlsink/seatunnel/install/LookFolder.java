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
 * The folder of a comparison: the report of the last look that was finished, and how far the run
 * is. Each look works in a folder of its own, so what a killed command has left running changes
 * nothing.
 */
final class LookFolder {
    private static final String JSON = "verify.json";
    private static final String TEXT = "verify.txt";
    private static final String STATE = "verify.properties";

    /** There while a run is not finished. */
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

    /** One of the properties that the sink has written. */
    boolean is(String what) throws IOException {
        return Boolean.parseBoolean(read(STATE).getProperty(what));
    }

    /** What tells one job from another. */
    static String identity(Home home, Path job, List<String> variables) throws IOException {
        MessageDigest digest = Jars.sha256();
        digest.update(Files.readAllBytes(job));
        digest.update((home.root() + "\n" + variables).getBytes(StandardCharsets.UTF_8));
        return Jars.hex(digest);
    }

    /** Looks that an unfinished run of this job has behind it; 0 for none. */
    int looksDone(String job) throws IOException {
        Properties run = Files.exists(root.resolve(RUN)) ? read(RUN) : new Properties();
        return hasReport() && job.equals(run.getProperty("job"))
                ? Integer.parseInt(run.getProperty("looks", "0"))
                : 0;
    }

    /** A run has finished so many looks, and is to go on. */
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

    /** Nothing is to be resumed. */
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
        // What a killed command has left; its job holds secrets.
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

    /** The report of a look takes the place of the one before. */
    void keep(Path look) throws IOException {
        for (String file : new String[] {TEXT, STATE, JSON}) {
            move(look.resolve(file), root.resolve(file));
        }
    }

    /** Removes the folder of a look; what cannot be removed is so before the next one. */
    static void discard(Path look) {
        try {
            delete(look);
        } catch (IOException e) {
            // The engine may still write to it.
        }
    }

    private static void delete(Path folder) throws IOException {
        // The content of a folder comes before the folder.
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
