package io.dsqlsink.seatunnel.install;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Only one installer at a time may change a home. This is a lock of the operating system on a file
 * in the home, so it ends with its process, even if that is killed. The file names the process that
 * has the lock, and is removed with the lock.
 */
final class HomeLock implements AutoCloseable {
    private static final String FILE_NAME = ".dsql-sink.lock";

    /** An installation takes seconds. */
    private static final long WAIT_SECONDS = 60;

    private static final long PAUSE_MILLIS = 100;

    private static final String OPEN_FILES = "/proc/self/fd";

    private final Path file;
    private final FileChannel channel;

    private HomeLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** True if an installer is running, or was killed. */
    static boolean isThere(Home home) {
        return Files.exists(file(home), LinkOption.NOFOLLOW_LINKS);
    }

    private static Path file(Home home) {
        return home.root().resolve(FILE_NAME);
    }

    /**
     * @param out receives one line if another installer has the lock
     * @throws InstallException if another installer still has it after a minute
     */
    static HomeLock take(Home home, Consumer<String> out) throws IOException, InstallException {
        Path file = file(home);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        boolean told = false;
        while (true) {
            String holder;
            // Closing a file ends all locks that the process has on it, so it is opened only once.
            FileChannel channel = open(file);
            try {
                if (lock(channel) && isStill(file)) {
                    tellHolder(channel);
                    HomeLock lock = new HomeLock(file, channel);
                    channel = null;
                    return lock;
                }
                holder = holder(channel);
            } finally {
                if (channel != null) {
                    channel.close();
                }
            }
            if (System.nanoTime() > end) {
                throw new InstallException(
                        "another installer"
                                + holder
                                + " still works in "
                                + home.root()
                                + " after "
                                + WAIT_SECONDS
                                + " s: end it, then run this again");
            }
            if (!told) {
                out.accept("waiting for another installer" + holder + " in " + home.root());
                told = true;
            }
            pause();
        }
    }

    private static FileChannel open(Path file) throws IOException, InstallException {
        try {
            return FileChannel.open(
                    file,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
        } catch (AccessDeniedException e) {
            throw new InstallException(
                    "no right to write "
                            + file
                            + ": run as the user who owns the home; if a killed installer of"
                            + " another user left that file, remove it");
        } catch (IOException e) {
            if (Files.isSymbolicLink(file)) {
                throw new InstallException(
                        file + " is a symbolic link, which is not from an installer: remove it");
            }
            throw e;
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // Another thread of this process has it.
        }
    }

    /**
     * True if the locked file is still the file of that name. Its last holder may have removed it
     * after it was opened here, and another installer may have created it again.
     */
    private static boolean isStill(Path file) throws IOException {
        if (!Files.exists(Paths.get(OPEN_FILES))) {
            return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        }
        try (Stream<Path> open = Files.list(Paths.get(OPEN_FILES))) {
            return open.anyMatch(one -> isSame(one, file));
        }
    }

    private static boolean isSame(Path open, Path file) {
        try {
            return Files.isSameFile(open, file);
        } catch (IOException e) {
            return false; // One of the two was closed or removed.
        }
    }

    private static void tellHolder(FileChannel channel) throws IOException {
        channel.truncate(0);
        // PID@HOST on every JVM that can run here. Java 8 has no other way to get the PID.
        String self = ManagementFactory.getRuntimeMXBean().getName();
        channel.write(ByteBuffer.wrap(self.getBytes(StandardCharsets.UTF_8)), 0);
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(256);
        channel.read(text, 0);
        String name = new String(text.array(), 0, text.position(), StandardCharsets.UTF_8);
        return name.matches("\\d+@[\\w.-]+") ? " (process " + name + ")" : "";
    }

    private static void pause() throws InstallException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InstallException("interrupted while another installer works in the home");
        }
    }

    /**
     * The file is removed before the lock ends. An installer that has opened it then sees that it
     * is no longer the file of that name.
     */
    @Override
    public void close() throws IOException {
        try {
            Files.deleteIfExists(file);
        } finally {
            channel.close();
        }
    }
}
