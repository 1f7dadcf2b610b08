package io.dsqlsink.seatunnel.install;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * New files while they are prepared. They are next to the files that they will replace, so on the
 * same file system. Engines do not load files with these names, and other programs do not use them.
 */
final class Staging {
    private static final String SUFFIX = ".dsql-new";

    private Staging() {}

    static Path of(Path file) {
        return file.resolveSibling(file.getFileName() + SUFFIX);
    }

    /** A folder next to a file, for work that leaves more than that file after a kill. */
    static Path folder(Path file) {
        return file.resolveSibling("work" + SUFFIX);
    }

    /** Writes the content to the disk before the rename, so that a crash leaves no empty jar. */
    static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    static void replace(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The files of a run that ended before it wrote its receipt. */
    static List<Path> leftovers(Home home) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path folder : new Path[] {home.root(), home.lib(), home.connectors()}) {
            for (Path file : list(folder)) {
                if (file.getFileName().toString().endsWith(SUFFIX)) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    /** Removes a file, link or folder. Does not follow links. */
    static void remove(Path leftover) throws IOException {
        if (Files.isDirectory(leftover, LinkOption.NOFOLLOW_LINKS)) {
            for (Path file : list(leftover)) {
                Files.delete(file);
            }
        }
        Files.delete(leftover);
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.collect(Collectors.toList());
        }
    }
}
