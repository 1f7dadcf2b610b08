package io.dsqlsink.seatunnel.doctor;

import io.dsqlsink.seatunnel.install.Home;
import io.dsqlsink.seatunnel.install.HomeLoaders;
import io.dsqlsink.seatunnel.install.InstallException;
import io.dsqlsink.seatunnel.install.JarMerge;
import io.dsqlsink.seatunnel.install.Jars;
import io.dsqlsink.seatunnel.install.Modes;
import io.dsqlsink.seatunnel.install.Receipt;
import io.dsqlsink.seatunnel.install.Receipt.Change;
import io.dsqlsink.seatunnel.install.Report;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Checks a home and this machine without changing anything. */
public final class Doctor {
    private final Home home;
    private final Report report;

    public Doctor(Home home, Report report) {
        this.home = home;
        this.report = report;
    }

    public void check() throws IOException {
        report.good("SeaTunnel " + home.version() + " in " + home.root());
        Set<Path> unreadable = checkModes();
        checkReceipt(unreadable);
        checkCopies();
        checkHalf();
        new WhichSink(home, new HomeLoaders(home), report).check();
        new Machine(report).check();
    }

    /**
     * Checks one job with the home's own classes and those of the given jar.
     *
     * @param variables key=value
     * @param ddl file for the statements that create the job's tables; or null
     */
    public void check(Path ours, Path job, List<String> variables, Path ddl)
            throws IOException, InstallException {
        run(ours, job, variables, JobCheck.class, "run", ddl);
    }

    /** Runs {@link Cutover} for the job. */
    public void cutover(Path ours, Path job, List<String> variables)
            throws IOException, InstallException {
        run(ours, job, variables, Cutover.class, "run");
    }

    /**
     * Changes the columns of the job's targets to the types that their sources have now.
     *
     * @param table only this target; or null for all
     * @param column only this column of it; or null for all
     */
    public void widen(
            Path ours,
            Path job,
            List<String> variables,
            String table,
            String column,
            boolean dryRun)
            throws IOException, InstallException {
        run(ours, job, variables, Widen.class, "run", table, column, dryRun);
    }

    /**
     * Writes the job that compares, or repairs.
     *
     * @param verify the value of the sink's option
     * @param to file for the job; it holds the secrets of the job
     * @return how many rows the sources have by the names of the targets, as far as that is known
     */
    public Map<String, Long> derive(
            Path ours, Path job, List<String> variables, String verify, Path folder, Path to)
            throws IOException, InstallException {
        Object counted = run(ours, job, variables, VerifyJob.class, "write", verify, folder, to);
        Map<String, Long> rows = new LinkedHashMap<>();
        if (counted instanceof Map) {
            ((Map<?, ?>) counted).forEach((table, count) -> rows.put((String) table, (Long) count));
        }
        return rows;
    }

    /**
     * Writes the rows of dead letters again.
     *
     * @param refused file for the letters of rows that are refused again
     */
    public void replay(
            Path ours,
            Path job,
            List<String> variables,
            List<Path> letters,
            Path refused,
            boolean onlyMissing)
            throws IOException, InstallException {
        run(ours, job, variables, Replay.class, "run", letters, refused, onlyMissing);
    }

    /**
     * Loads a class with the classes of the home and calls its static method with the loader, the
     * job and its variables, the further arguments, and the receiver of the findings.
     */
    private Object run(
            Path ours,
            Path job,
            List<String> variables,
            Class<?> type,
            String method,
            Object... more)
            throws IOException, InstallException {
        if (!Files.isReadable(job)) {
            report.failed(
                    "--config "
                            + job
                            + (Files.exists(job)
                                    ? " cannot be read by user " + System.getProperty("user.name")
                                    : ": there is no such file"));
            return null;
        }
        for (String variable : variables) {
            if (variable.indexOf('=') < 1) {
                throw new InstallException("-i " + variable + " is not key=value");
            }
        }
        List<Path> jars = new ArrayList<>();
        jars.add(ours);
        // All connectors: which of them the job needs is known only when the job is read.
        for (Path jar : Home.jars(home.connectors())) {
            if (!Jars.has(jar, Jars.OUR_CLASS) || Jars.isMerged(jar)) {
                jars.add(jar);
            }
        }
        ClassLoader loader = new HomeLoaders(home).job(jars);
        BiConsumer<String, String> found =
                (kind, text) -> {
                    switch (kind) {
                        case JobCheck.GOOD:
                            report.good(text);
                            break;
                        case JobCheck.NOTE:
                            report.note(text);
                            break;
                        case JobCheck.WARN:
                            report.warn(text);
                            break;
                        case JobCheck.DETAIL:
                            report.detail(text);
                            break;
                        case JobCheck.FAILED:
                            report.failed(text);
                            break;
                        default:
                            report.problem(text);
                    }
                };
        List<Object> arguments = new ArrayList<>(Arrays.asList(loader, job, variables));
        arguments.addAll(Arrays.asList(more));
        arguments.add(found);
        try {
            return method(loader.loadClass(type.getName()), method)
                    .invoke(null, arguments.toArray());
        } catch (InvocationTargetException e) {
            report.failed(job + " cannot be checked: " + e.getCause());
        } catch (ReflectiveOperationException | LinkageError e) {
            report.failed(job + " cannot be checked with the classes of this home: " + e);
        }
        return null;
    }

    private static Method method(Class<?> type, String name) throws NoSuchMethodException {
        for (Method method : type.getMethods()) {
            if (method.getName().equals(name)) {
                return method;
            }
        }
        throw new NoSuchMethodException(type.getName() + "." + name);
    }

    /**
     * Reports jars that contain the sink and that the engine's user cannot read; returns all
     * unreadable jars.
     */
    private Set<Path> checkModes() throws IOException {
        Set<Path> unreadable = new HashSet<>();
        List<Path> stock = Home.jars(home.starter());
        for (Path jar : everywhere()) {
            boolean readable = Files.isReadable(jar);
            String name = jar.getFileName().toString();
            boolean ours = readable ? Jars.has(jar, Jars.OUR_CLASS) : name.contains("dsql");
            String problem = ours && !stock.isEmpty() ? Modes.problem(jar, stock.get(0)) : null;
            if (problem != null) {
                report.problem(home.name(jar) + " " + problem);
            } else if (!readable) {
                report.note(
                        home.name(jar)
                                + " cannot be read by user "
                                + System.getProperty("user.name")
                                + ", so doctor skips it");
            }
            if (!readable) {
                unreadable.add(jar);
            }
        }
        return unreadable;
    }

    private void checkReceipt(Set<Path> unreadable) throws IOException {
        Receipt receipt;
        try {
            receipt = Receipt.read(home);
        } catch (InstallException e) {
            report.problem(e.getMessage());
            return;
        }
        if (receipt == null) {
            report.note("nothing was installed here by the installer");
            return;
        }
        int before = report.problems();
        if (!receipt.complete) {
            report.problem(
                    "an install or uninstall was interrupted: run install or uninstall again");
        }
        for (Change change : receipt.changes) {
            if (unreadable.contains(change.file)) {
                continue;
            }
            String now = Jars.digest(change.file);
            if (now == null) {
                report.problem(home.name(change.file) + " is missing: run install again");
            } else if (!now.equals(change.after)) {
                report.problem(
                        home.name(change.file)
                                + " differs from what was installed: run install"
                                + " again");
            }
        }
        if (report.problems() == before && unreadable.isEmpty()) {
            report.good(
                    "installed "
                            + receipt.version
                            + ", mode "
                            + receipt.mode
                            + ": "
                            + receipt.changes.size()
                            + " file(s), as they were installed");
        }
    }

    /**
     * An engine may create a sink with the classes of one copy and deserialize it with those of
     * another.
     */
    private void checkCopies() throws IOException {
        Map<String, List<String>> builds = new LinkedHashMap<>();
        List<String> whole = new ArrayList<>();
        for (Path jar : everywhere()) {
            if (Jars.has(jar, Jars.OUR_CLASS)) {
                builds.computeIfAbsent(build(jar), key -> new ArrayList<>())
                        .add(home.name(jar) + " (" + Jars.ourVersion(jar) + ")");
                if (!Jars.isMerged(jar)) {
                    whole.add(home.name(jar));
                }
            }
        }
        if (builds.size() > 1) {
            report.problem(
                    "different builds of the connector: "
                            + builds.values().stream()
                                    .map(jars -> String.join(", ", jars))
                                    .collect(Collectors.joining(" against "))
                            + "; run install again, or remove all but one");
        }
        if (whole.size() > 1) {
            report.problem("several copies of the connector: " + whole + "; keep only one");
        }
    }

    private List<Path> everywhere() throws IOException {
        List<Path> jars = new ArrayList<>(Home.jars(home.lib()));
        jars.addAll(Home.jars(home.connectors()));
        Path plugins = home.root().resolve("plugins");
        if (Files.isDirectory(plugins)) {
            try (Stream<Path> files = Files.walk(plugins)) {
                files.filter(file -> file.getFileName().toString().endsWith(".jar"))
                        .sorted()
                        .forEach(jars::add);
            }
        }
        return jars;
    }

    /** Identifies a build by the checksums of all files that a job may load. */
    private static String build(Path jar) throws IOException {
        Map<String, Long> sums = new TreeMap<>();
        try (ZipFile zip = Jars.open(jar)) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                if (!entry.isDirectory()
                        && (entry.getName().startsWith("io/dsqlsink/")
                                || entry.getName().startsWith("native/"))
                        && JarMerge.isMerged(entry.getName())) {
                    sums.put(entry.getName(), entry.getCrc());
                }
            }
        }
        return sums.toString();
    }

    /** A half installation is worse than none: which sink a job gets depends on its source. */
    private void checkHalf() throws IOException {
        List<String> merged = new ArrayList<>();
        List<String> stock = new ArrayList<>();
        for (Path jar : home.jdbcJars()) {
            (Jars.isMerged(jar) ? merged : stock).add(home.name(jar));
        }
        if (!merged.isEmpty() && !stock.isEmpty()) {
            report.problem(
                    String.join(", ", stock)
                            + " still has the stock factory, and "
                            + String.join(", ", merged)
                            + " has ours: run install --mode connectors again");
        }
    }
}
