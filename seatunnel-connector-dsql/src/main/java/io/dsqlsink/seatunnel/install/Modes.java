package io.dsqlsink.seatunnel.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Sets and checks who may read a file that a command writes. The engines may run as another user
 * than the installer. They ignore a jar that they cannot read, without a message.
 */
public final class Modes {
    private static final Set<PosixFilePermission> ALL_READ =
            PosixFilePermissions.fromString("rw-r--r--");

    private static final Set<PosixFilePermission> READ =
            EnumSet.of(
                    PosixFilePermission.OWNER_READ,
                    PosixFilePermission.GROUP_READ,
                    PosixFilePermission.OTHERS_READ);

    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rw-------");

    private Modes() {}

    /**
     * Creates an empty file for secrets, which only its owner can read. Replaces an existing file.
     */
    public static void createForOwner(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    }

    /**
     * Lets everybody read the file, whatever the umask is, and gives it the owner and group of
     * {@code like}.
     */
    static void readable(Path file, Path like) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view != null) {
            view.setPermissions(ALL_READ);
            own(view, Files.readAttributes(like, PosixFileAttributes.class));
        }
    }

    static void likeStock(Path stock, Path file) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view != null) {
            PosixFileAttributes wanted = Files.readAttributes(stock, PosixFileAttributes.class);
            view.setPermissions(wanted.permissions());
            own(view, wanted);
        }
    }

    private static void own(PosixFileAttributeView view, PosixFileAttributes wanted) {
        try {
            view.setGroup(wanted.group());
            view.setOwner(wanted.owner());
        } catch (IOException e) {
            // Only root may do this. If everybody can read the file, the owner does not matter.
        }
    }

    /**
     * Why the engine's user may not be able to read a file; null if it can.
     *
     * @param stock one of SeaTunnel's own jars, which that user can read
     */
    public static String problem(Path file, Path stock) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null) {
            return null;
        }
        PosixFileAttributes found = view.readAttributes();
        PosixFileAttributes wanted = Files.readAttributes(stock, PosixFileAttributes.class);
        Set<PosixFilePermission> missing = EnumSet.copyOf(READ);
        missing.retainAll(wanted.permissions());
        missing.removeAll(found.permissions());
        boolean foreign =
                !found.owner().equals(wanted.owner())
                        && !found.permissions().contains(PosixFilePermission.OTHERS_READ);
        if (Files.isReadable(file) && missing.isEmpty() && !foreign) {
            return null;
        }
        return "has mode "
                + PosixFilePermissions.toString(found.permissions())
                + " and belongs to "
                + found.owner().getName()
                + ", but SeaTunnel's own jars have mode "
                + PosixFilePermissions.toString(wanted.permissions())
                + " and belong to "
                + wanted.owner().getName()
                + ": the engine's user may not be able to read it, and jobs then get the stock"
                + " sink. chmod a+r it, or run install again";
    }
}
