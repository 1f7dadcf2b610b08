package io.dsqlsink.seatunnel.doctor;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.seatunnel.catalog.Widening;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.doctor.JobTables.JobTable;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Changes the columns of a job's tables to the types that the sources have now. Runs inside a class
 * loader of the home, as {@link JobCheck} does.
 */
public final class Widen {
    private final ClassLoader loader;
    private final BiConsumer<String, String> report;
    private final String only;
    private final String column;
    private final boolean dryRun;
    private boolean found;

    private Widen(
            ClassLoader loader,
            String only,
            String column,
            boolean dryRun,
            BiConsumer<String, String> report) {
        this.loader = loader;
        this.only = only;
        this.column = column;
        this.dryRun = dryRun;
        this.report = report;
    }

    /**
     * Called by reflection.
     *
     * @param only only this table, as schema.table of the target; or null for all
     * @param column only this column of it; or null for all
     * @param dryRun only report what would be done
     */
    public static void run(
            ClassLoader loader,
            Path file,
            List<String> variables,
            String only,
            String column,
            boolean dryRun,
            BiConsumer<String, String> report) {
        ThreadLoader.set(loader);
        try {
            JobFile job = JobFile.read(loader, file, variables);
            Widen widen = new Widen(loader, only, column, dryRun, report);
            for (Map<String, Object> sink : JobTables.ours(job)) {
                widen.all(new JobTables(loader, report).of(job, sink));
            }
            if (!widen.found) {
                report.accept(
                        JobCheck.FAILED,
                        only == null
                                ? "the job has no native sink for Aurora DSQL"
                                : "--table " + only + ": the job does not write this table");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            report.accept(JobCheck.FAILED, file + ": " + JobCheck.cause(e));
        }
    }

    private void all(List<JobTable> tables) throws InterruptedException {
        for (JobTable table : tables) {
            DsqlTable target = table.config().table();
            String name = target.target();
            if (only == null || only.equals(name)) {
                found = true;
                one(name, table);
            }
        }
    }

    private void one(String name, JobTable table) throws InterruptedException {
        Map<String, String> options = new HashMap<>(table.config().nativeOptions());
        try {
            int widened =
                    Widening.run(
                            options,
                            table.definition(),
                            column,
                            dryRun,
                            line -> report.accept(JobCheck.GOOD, line));
            if (widened == 0) {
                report.accept(JobCheck.GOOD, name + ": no column needs to be widened");
            }
        } catch (DsqlConnectorException e) {
            report.accept(JobCheck.PROBLEM, e.getMessage());
        } catch (DsqlNativeException e) {
            report.accept(
                    JobCheck.PROBLEM, name + ": " + DsqlConnectorException.of(e).getMessage());
        }
    }
}
