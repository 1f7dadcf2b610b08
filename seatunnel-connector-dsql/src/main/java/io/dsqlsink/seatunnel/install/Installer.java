package io.dsqlsink.seatunnel.install;

import io.dsqlsink.seatunnel.install.Receipt.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Installs the connector into a home, and removes it. It first prepares all new files next to the
 * files that they replace, then renames each of them. Before that it undoes an interrupted run.
 */
public final class Installer {
    /** The name of the jar has to begin with it, see {@link Mapping}. */
    private static final String CONNECTOR = "connector-dsql";

    private final Path ours;
    private final String version;
    private final Home home;
    private final boolean dryRun;
    private final Consumer<String> out;
    private final Consumer<String> log;

    /**
     * @param ours the jar with the connector
     * @param dryRun true to only report what would be done
     * @param out receives a line for each change
     * @param log receives a line when the installer waits
     */
    Installer(Path ours, Home home, boolean dryRun, Consumer<String> out, Consumer<String> log)
            throws IOException, InstallException {
        this.ours = ours;
        this.home = home;
        this.dryRun = dryRun;
        this.out = out;
        this.log = log;
        this.version = Files.isRegularFile(ours) ? Jars.ourVersion(ours) : null;
        if (version == null) {
            throw new InstallException(
                    ours + " is not the connector's jar: run java -jar with that");
        }
    }

    /** True if there was something to do. */
    public boolean install(Mode mode) throws IOException, InstallException {
        Receipt before = Receipt.read(home);
        boolean current = before != null && isCurrent(before, mode);
        return alone(current, () -> installOver(mode));
    }

    private interface Work {
        boolean run() throws IOException, InstallException;
    }

    /**
     * Does the work under the lock. If there is nothing to write it takes no lock: such a run needs
     * no permission to write.
     *
     * @param nothingToDo what is known without the lock
     */
    @SuppressWarnings("try") // Only the closing of the lock is needed.
    private boolean alone(boolean nothingToDo, Work work) throws IOException, InstallException {
        if (dryRun || nothingToDo && !HomeLock.isThere(home)) {
            return work.run();
        }
        try (HomeLock lock = HomeLock.take(home, log)) {
            return work.run();
        }
    }

    private boolean installOver(Mode mode) throws IOException, InstallException {
        Receipt before = Receipt.read(home);
        refuseStrangers(before);
        if (before != null && isCurrent(before, mode)) {
            out.accept(version + " is installed already, mode " + mode + ": nothing to do");
            return false;
        }
        if (mode == Mode.connectors) {
            requireConnectors();
        }
        if (before != null) {
            restore(before);
        }
        clean();
        List<Change> changes = prepare(mode);
        Receipt receipt = new Receipt(version, mode, Jars.digest(ours), false, changes);
        if (!dryRun) {
            receipt.write(home);
        }
        for (Change change : changes) {
            apply(change);
        }
        if (!dryRun) {
            receipt.with(true).write(home);
        }
        return true;
    }

    /** True if there was something to do. */
    boolean uninstall() throws IOException, InstallException {
        boolean nothing = Receipt.read(home) == null && Staging.leftovers(home).isEmpty();
        return alone(nothing, this::uninstallWhatIsThere);
    }

    private boolean uninstallWhatIsThere() throws IOException, InstallException {
        Receipt receipt = Receipt.read(home);
        if (receipt == null) {
            refuseStrangers(null);
            clean();
            out.accept("nothing is installed in " + home.root());
            return false;
        }
        restore(receipt);
        clean();
        return true;
    }

    private boolean isUnreadable(Path file) throws IOException {
        List<Path> stock = Home.jars(home.starter());
        return !stock.isEmpty() && Modes.problem(file, stock.get(0)) != null;
    }

    /** True if this jar is installed completely in this mode. */
    private boolean isCurrent(Receipt receipt, Mode mode) throws IOException {
        Set<Path> files = new HashSet<>();
        for (Change change : receipt.changes) {
            if (!change.after.equals(Jars.digest(change.file)) || isUnreadable(change.file)) {
                return false;
            }
            files.add(change.file);
        }
        return receipt.complete
                && receipt.mode == mode
                && receipt.jar.equals(Jars.digest(ours))
                && (mode == Mode.lib || files.containsAll(home.jdbcJars()));
    }

    /**
     * Refuses copies of the connector that no installer has put there: a job might get one of them.
     */
    private void refuseStrangers(Receipt receipt) throws IOException, InstallException {
        Set<Path> known =
                receipt == null
                        ? new HashSet<>()
                        : receipt.changes.stream().map(c -> c.file).collect(Collectors.toSet());
        for (Path folder : new Path[] {home.lib(), home.connectors()}) {
            for (Path jar : Home.jars(folder)) {
                if (known.contains(jar) || !Jars.has(jar, Jars.OUR_CLASS)) {
                    continue;
                }
                throw new InstallException(
                        jar
                                + (Jars.isMerged(jar)
                                        ? " was changed by an installer whose record "
                                                + home.receipt().getFileName()
                                                + " is gone: put the stock jar back, from "
                                                + jar.getFileName()
                                                + ".dsql-stock if that is there"
                                        : " was not put there by the installer: remove it first"));
            }
        }
    }

    private void requireConnectors() throws IOException, InstallException {
        if (!Files.isRegularFile(home.mapping())) {
            throw new InstallException(
                    home.mapping() + " is not there: this home is not complete, or use --mode lib");
        }
        boolean jdbc = false;
        for (Path jar : home.jdbcJars()) {
            jdbc |= jar.getFileName().toString().startsWith("connector-jdbc");
            if (Files.isSymbolicLink(jar)) {
                throw new InstallException(
                        jar + " is a symbolic link: install into the home that it points into");
            }
        }
        if (!jdbc) {
            throw new InstallException(
                    home.connectors()
                            + " has no connector-jdbc: install it (bin/install-plugin.sh), or use"
                            + " --mode lib");
        }
    }

    private List<Change> prepare(Mode mode) throws IOException, InstallException {
        boolean whole = false;
        try {
            List<Change> changes =
                    mode == Mode.connectors
                            ? prepareConnectors()
                            : Collections.singletonList(add(ourJar(home.lib(), "seatunnel-")));
            whole = true;
            return changes;
        } finally {
            if (!whole) {
                clean();
            }
        }
    }

    private Path ourJar(Path folder, String prefix) {
        return folder.resolve(prefix + CONNECTOR + "-" + version + ".jar");
    }

    private List<Change> prepareConnectors() throws IOException, InstallException {
        List<Change> changes = new ArrayList<>();
        for (Path jar : home.jdbcJars()) {
            if (!dryRun) {
                JarMerge.merge(jar, ours, Staging.of(jar));
            }
            changes.add(change(jar));
        }
        changes.add(add(ourJar(home.connectors(), "")));
        byte[] mapping = Mapping.with(home.mapping());
        if (mapping != null) {
            if (!dryRun) {
                Files.write(Staging.of(home.mapping()), mapping);
            }
            changes.add(change(home.mapping()));
        }
        return changes;
    }

    private Change add(Path jar) throws IOException {
        if (!dryRun) {
            Files.copy(ours, Staging.of(jar), StandardCopyOption.REPLACE_EXISTING);
            Modes.readable(Staging.of(jar), home.starter());
            Staging.sync(Staging.of(jar));
        }
        return new Change(jar, Jars.digest(jar), Jars.digest(Staging.of(jar)));
    }

    /** The change of a file whose new content is prepared. */
    private Change change(Path file) throws IOException {
        if (!dryRun) {
            if (Files.exists(file)) {
                Modes.likeStock(file, Staging.of(file));
            }
            Staging.sync(Staging.of(file));
        }
        return new Change(file, Jars.digest(file), Jars.digest(Staging.of(file)));
    }

    private void apply(Change change) throws IOException {
        String name = home.name(change.file);
        if (change.before == null) {
            out.accept("add " + name);
        } else if (change.file.equals(home.mapping())) {
            out.accept("add '" + Mapping.LINE + "' to " + name);
        } else {
            out.accept("merge into " + name + ", and keep it as " + home.name(change.backup()));
        }
        if (!dryRun) {
            if (change.before != null) {
                keep(change);
            }
            Staging.replace(change.staged(), change.file);
        }
    }

    /** Gives the stock file a second name, so that its times and its owner can be restored too. */
    private static void keep(Change change) throws IOException {
        Files.deleteIfExists(change.backup());
        try {
            Files.createLink(change.backup(), change.file);
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(change.file, change.backup(), StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    /** Restores every file that nobody has changed since the installation. */
    private void restore(Receipt receipt) throws IOException, InstallException {
        List<String> lost = new ArrayList<>();
        if (!dryRun) {
            receipt.with(false).write(home);
        }
        for (Change change : receipt.changes) {
            String problem = change.before == null ? remove(change) : putBack(change);
            if (problem != null) {
                lost.add(problem);
            }
        }
        if (!lost.isEmpty()) {
            throw new InstallException(String.join("\n", lost));
        }
        if (!dryRun) {
            Files.delete(home.receipt());
        }
    }

    private String remove(Change change) throws IOException {
        String now = Jars.digest(change.file);
        if (now != null && !now.equals(change.after)) {
            return change.file + " is not the file that was installed: remove it by hand";
        }
        if (now != null) {
            out.accept("remove " + home.name(change.file));
            if (!dryRun) {
                Files.delete(change.file);
            }
        }
        return null;
    }

    private String putBack(Change change) throws IOException {
        String now = Jars.digest(change.file);
        boolean kept = change.before.equals(Jars.digest(change.backup()));
        if (change.after.equals(now)) {
            if (!kept) {
                return change.file
                        + " cannot be put back, because "
                        + change.backup().getFileName()
                        + " is gone or damaged: copy the stock file there under that name";
            }
            out.accept("put back " + home.name(change.file));
            if (!dryRun) {
                Staging.replace(change.backup(), change.file);
            }
            return null;
        }
        if (now != null && !now.equals(change.before)) {
            if (change.file.equals(home.mapping())) {
                out.accept("remove '" + Mapping.LINE + "' from " + home.name(change.file));
                if (!dryRun) {
                    Files.write(Staging.of(change.file), Mapping.without(change.file));
                    Modes.likeStock(change.file, Staging.of(change.file));
                    Staging.replace(Staging.of(change.file), change.file);
                }
            } else if (Jars.isMerged(change.file)) {
                return change.file
                        + " was changed after the installation: replace it by the stock jar"
                        + (kept ? ", which is " + change.backup().getFileName() : "");
            } else {
                out.accept("leave " + home.name(change.file) + ", which was replaced since");
            }
        } else if (now == null) {
            out.accept("leave out " + home.name(change.file) + ", which was removed since");
        }
        if (!dryRun) {
            Files.deleteIfExists(change.backup());
        }
        return null;
    }

    private void clean() throws IOException {
        if (dryRun) {
            return;
        }
        for (Path leftover : Staging.leftovers(home)) {
            Staging.remove(leftover);
        }
    }
}
