package io.dsqlsink.seatunnel.doctor;

import io.dsqlsink.seatunnel.install.Home;
import io.dsqlsink.seatunnel.install.HomeLoaders;
import io.dsqlsink.seatunnel.install.Jars;
import io.dsqlsink.seatunnel.install.Report;
import io.dsqlsink.seatunnel.stock.HandOver;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Asks SeaTunnel itself, from the jars of the home, which sink a job would get. */
final class WhichSink {
    /** From this release on the class path of a sink does not include the source's jars. */
    private static final int[] SEPARATE_LOADERS = {2, 3, 9};

    private final Home home;
    private final HomeLoaders loaders;
    private final Report report;

    WhichSink(Home home, HomeLoaders loaders, Report report) {
        this.home = home;
        this.loaders = loaders;
        this.report = report;
    }

    void check() throws IOException {
        List<Path> jdbc = new ArrayList<>();
        List<Path> sources = new ArrayList<>();
        List<Path> own = new ArrayList<>();
        for (Path jar : Home.jars(home.connectors())) {
            if (jar.getFileName().toString().startsWith("connector-dsql")) {
                own.add(jar);
            }
        }
        for (Path jar : home.jdbcJars()) {
            (jar.getFileName().toString().startsWith("connector-jdbc") ? jdbc : sources).add(jar);
        }
        if (jdbc.size() > 1) {
            report.problem(
                    "several connector-jdbc jars: "
                            + jdbc
                            + "; SeaTunnel uses one of them or fails, so keep only one");
        }
        jdbcSink("Jdbc { dialect = \"dsql\" }", jdbc);
        for (Path jar : jdbc) {
            if (Jars.has(jar, HandOver.DIALECT_CLASS)) {
                report.note(
                        home.name(jar)
                                + " has its own dialect dsql; to use it instead of the native"
                                + " sink, a job must set "
                                + HandOver.OPTION
                                + " = false");
            }
        }
        if (!home.isAtLeast(SEPARATE_LOADERS)) {
            for (Path source : sources) {
                List<Path> job = new ArrayList<>();
                job.add(source);
                job.addAll(jdbc);
                jdbcSink(
                        "Jdbc { dialect = \"dsql\" } after a source in " + source.getFileName(),
                        job);
            }
        }
        ask("Dsql { }", "Dsql", own, "run install");
    }

    private void jdbcSink(String job, List<Path> jars) throws IOException {
        ask(job, "Jdbc", jars, "run install, in the same mode for all");
    }

    private void ask(String job, String plugin, List<Path> jars, String remedy) throws IOException {
        ClassLoader loader = loaders.job(jars);
        Class<?> factory;
        try {
            factory = HomeLoaders.discover(loader, "TableSinkFactory", plugin).getClass();
        } catch (ReflectiveOperationException | LinkageError e) {
            report.problem(job + ": SeaTunnel's classes cannot be loaded: " + e);
            return;
        } catch (Throwable e) {
            // SeaTunnel's message if there is no such factory, or more than one.
            String said = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
            report.problem(job + ": " + said + "; " + remedy);
            return;
        }
        Path jar = source(factory);
        String place = jar == null ? "an unknown place" : home.name(jar);
        if (!isOurs(factory)) {
            report.problem(
                    job
                            + ": the stock sink, from "
                            + place
                            + ", which is first on the job's class path; "
                            + remedy);
            return;
        }
        String version = jar == null || !Files.isRegularFile(jar) ? null : Jars.ourVersion(jar);
        report.good(
                job
                        + ": the native sink "
                        + version
                        + ", from "
                        + place
                        + (jar != null && jar.startsWith(home.lib())
                                ? ", which is loaded before every connector"
                                : ", which is first on the job's class path"));
    }

    /** The stock factory has no field of our types. */
    private static boolean isOurs(Class<?> factory) {
        if (factory.getName().startsWith("io.dsqlsink.")) {
            return true;
        }
        for (Field field : factory.getDeclaredFields()) {
            if (field.getType().getName().startsWith("io.dsqlsink.")) {
                return true;
            }
        }
        return false;
    }

    private static Path source(Class<?> type) {
        try {
            return new File(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                    .toPath();
        } catch (URISyntaxException | RuntimeException e) {
            return null;
        }
    }
}
