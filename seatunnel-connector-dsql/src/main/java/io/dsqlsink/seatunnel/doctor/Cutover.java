package io.dsqlsink.seatunnel.doctor;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.bridge.NativeSession;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.doctor.JobTables.JobTable;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.source.SourceCatalog;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The work when applications move to the target: sets identity counters above the highest value,
 * counts the rows of both sides, and lists what the job has not migrated. It can be run again. Runs
 * inside a class loader of the home, as {@link JobCheck} does.
 */
public final class Cutover {
    private final ClassLoader loader;
    private final BiConsumer<String, String> report;
    private final Set<String> views = new HashSet<>();

    private Cutover(ClassLoader loader, BiConsumer<String, String> report) {
        this.loader = loader;
        this.report = report;
    }

    /** Called by reflection. */
    public static void run(
            ClassLoader loader,
            Path file,
            List<String> variables,
            BiConsumer<String, String> report) {
        ThreadLoader.set(loader);
        try {
            JobFile job = JobFile.read(loader, file, variables);
            List<Map<String, Object>> sinks = JobTables.ours(job);
            for (Map<String, Object> sink : sinks) {
                new Cutover(loader, report).of(new JobTables(loader, report).of(job, sink));
            }
            if (sinks.isEmpty()) {
                report.accept(JobCheck.FAILED, "the job has no native sink for Aurora DSQL");
            }
        } catch (Exception e) {
            report.accept(JobCheck.FAILED, file + ": " + JobCheck.cause(e));
        }
    }

    private void of(List<JobTable> tables) {
        if (tables.isEmpty()) {
            return;
        }
        Map<String, String> options = new HashMap<>(tables.get(0).config().nativeOptions());
        options.put("log_level", "error");
        try (NativeSession session = NativeSession.open(options)) {
            for (JobTable table : tables) {
                try {
                    counters(session, table.config().table());
                    count(session, table);
                } catch (DsqlNativeException e) {
                    report.accept(
                            JobCheck.PROBLEM,
                            table.config().table()
                                    + ": "
                                    + DsqlConnectorException.of(e).getMessage());
                }
                notMigrated(table);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void counters(NativeSession session, DsqlTable table) throws InterruptedException {
        String name = quoted(table.schema()) + "." + quoted(table.name());
        for (List<String> row :
                JobCheck.query(
                        session,
                        "SELECT a.attname FROM pg_catalog.pg_attribute a"
                                + " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
                                + JobCheck.where(table)
                                + " AND a.attidentity <> '' AND NOT a.attisdropped"
                                + " ORDER BY a.attnum")) {
            String column = row.get(0);
            String highest =
                    JobCheck.query(session, "SELECT max(" + quoted(column) + ") FROM " + name)
                            .get(0)
                            .get(0);
            if (highest == null) {
                report.accept(
                        JobCheck.GOOD,
                        table
                                + ": column "
                                + column
                                + " has no values, so its counter is not changed");
                continue;
            }
            long next = Math.addExact(Long.parseLong(highest), 1);
            session.execute(
                    "ALTER TABLE "
                            + name
                            + " ALTER COLUMN "
                            + quoted(column)
                            + " RESTART WITH "
                            + next,
                    true,
                    lines -> {});
            report.accept(JobCheck.GOOD, table + ": column " + column + " continues from " + next);
        }
    }

    private void count(NativeSession session, JobTable job) throws InterruptedException {
        DsqlTable table = job.config().table();
        String name = quoted(table.schema()) + "." + quoted(table.name());
        long there =
                Long.parseLong(
                        JobCheck.query(session, "SELECT count(*) FROM " + name).get(0).get(0));
        try (SourceCatalog catalog = job.open(loader)) {
            if (catalog == null) {
                report.accept(
                        JobCheck.NOTE,
                        table + ": " + there + " rows; the source's rows are not counted");
                return;
            }
            long here = catalog.count(job.table().getTablePath());
            report.accept(
                    here == there ? JobCheck.GOOD : JobCheck.PROBLEM,
                    table
                            + ": "
                            + there
                            + " rows"
                            + (here == there
                                    ? ", as at the source"
                                    : ", but "
                                            + here
                                            + " at the source: stop its writers, let the job"
                                            + " catch up, then run this again"));
        } catch (SQLException e) {
            report.accept(
                    JobCheck.PROBLEM,
                    table + ": the source's rows cannot be counted: " + e.getMessage());
        }
    }

    private void notMigrated(JobTable job) {
        DsqlTable table = job.config().table();
        for (String index : job.definition().leftOut()) {
            report.accept(JobCheck.NOTE, table + ": " + index);
        }
        if (job.source().extras() == null) {
            return;
        }
        for (String lost : job.source().extras().lost()) {
            report.accept(JobCheck.NOTE, table + ": not migrated: " + lost);
        }
        try (SourceCatalog catalog = job.open(loader)) {
            for (String view : catalog.views(job.table().getTablePath())) {
                if (views.add(view)) {
                    report.accept(JobCheck.NOTE, "not migrated: view " + view);
                }
            }
        } catch (SQLException e) {
            report.accept(
                    JobCheck.NOTE, "the source's views cannot be determined: " + e.getMessage());
        }
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
