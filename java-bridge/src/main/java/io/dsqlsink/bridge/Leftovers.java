package io.dsqlsink.bridge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Folders of unpacked libraries that killed JVMs could not delete.
 *
 * <p>The name of a folder identifies its process by number and start time. The number alone is not
 * enough: it is reused, and it is 1 for every JVM that is the first process of a container.
 */
final class Leftovers {
    private static final String PREFIX = "dsql-sink-";

    /** As {@link #prefix} and {@link Files#createTempDirectory} make it: process, start, random. */
    private static final String NAME = PREFIX + "(\\d+)-(\\d+)-\\d+";

    /** Of the fields of /proc/PID/stat after the name, which may hold spaces itself. */
    private static final int START = 19;

    private static final String PROC = "/proc";

    private Leftovers() {}

    /** How the names of this process's folders begin. */
    static String prefix() throws IOException {
        if (!Files.exists(Paths.get(PROC, "self", "stat"))) {
            return PREFIX + "0-0-";
        }
        // Java 8 has no other way to ask for the number.
        String self = Paths.get(PROC, "self").toRealPath().getFileName().toString();
        return PREFIX + self + "-" + start(self) + "-";
    }

    /**
     * Removes folders of dead processes next to a folder of this process. Only folders of the same
     * owner are touched, and no link is followed, even if one is created meanwhile.
     *
     * <p>Processes of another container are not visible and count as dead. If one shares the
     * folder, it loses the file that it kept; it then unpacks another with its next class loader.
     */
    static void removeBeside(Path own, String fileName) {
        try {
            UserPrincipal owner = Files.getOwner(own, LinkOption.NOFOLLOW_LINKS);
            remove(own.toAbsolutePath().getParent(), owner, fileName);
        } catch (IOException | UnsupportedOperationException e) {
            return; // A leftover only uses disk space. That is no reason to stop a job.
        }
    }

    static void remove(Path folder, UserPrincipal owner, String fileName) throws IOException {
        if (!Files.exists(Paths.get(PROC, "self", "stat"))) {
            return;
        }
        Pattern pattern = Pattern.compile(NAME);
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            if (!(all instanceof SecureDirectoryStream)) {
                return;
            }
            SecureDirectoryStream<Path> open = (SecureDirectoryStream<Path>) all;
            for (Path path : open) {
                Path name = path.getFileName();
                Matcher words = pattern.matcher(name.toString());
                if (words.matches() && !isAlive(words.group(1), words.group(2))) {
                    removeOne(open, name, owner, fileName);
                }
            }
        }
    }

    /** By names relative to open folders, so that no link can be put in between. */
    private static void removeOne(
            SecureDirectoryStream<Path> folder, Path name, UserPrincipal owner, String fileName) {
        try {
            try (SecureDirectoryStream<Path> one =
                    folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                PosixFileAttributes found =
                        one.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
                if (!found.owner().equals(owner)) {
                    return;
                }
                for (Path file : one) {
                    if (file.getFileName().toString().equals(fileName)) {
                        one.deleteFile(file.getFileName());
                    }
                }
            }
            folder.deleteDirectory(name);
        } catch (IOException e) {
            return; // A link, another user's, not empty, or another process was faster: leave it.
        }
    }

    private static boolean isAlive(String process, String start) throws IOException {
        return Files.exists(Paths.get(PROC, process)) && start.equals(start(process));
    }

    /** When a process was started, in the system's ticks; null when it has ended. */
    private static String start(String process) throws IOException {
        try {
            String line =
                    new String(
                            Files.readAllBytes(Paths.get(PROC, process, "stat")),
                            StandardCharsets.ISO_8859_1);
            return line.substring(line.lastIndexOf(')') + 2).split(" ")[START];
        } catch (NoSuchFileException e) {
            return null;
        }
    }
}
