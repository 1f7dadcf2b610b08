package io.dsqlsink.seatunnel.doctor;

import io.dsqlsink.seatunnel.catalog.TableDefinition;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.doctor.JobTables.JobTable;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.source.Extras;
import io.dsqlsink.seatunnel.source.SourceCatalog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Reports how a job's tables are created, and which objects of the source they do not get. */
final class JobPlan {
    private final ClassLoader loader;
    private final BiConsumer<String, String> report;

    /** A set, because the tables of one schema share its CREATE SCHEMA. */
    private final Set<String> ddl = new LinkedHashSet<>();

    private final Set<String> views = new HashSet<>();

    JobPlan(ClassLoader loader, BiConsumer<String, String> report) {
        this.loader = loader;
        this.report = report;
    }

    /** Reports on a table that does not exist. */
    void missing(JobTable job, boolean created) {
        DsqlTable table = job.config().table();
        TableDefinition definition = job.definition();
        try {
            definition.check();
            if (created) {
                ddl.addAll(definition.ddl(job.config().saveModes().createIndex()));
            }
        } catch (DsqlConnectorException e) {
            report.accept(JobCheck.PROBLEM, e.getMessage());
        }
        definition.mapping().forEach(line -> report.accept(JobCheck.DETAIL, line));
        if (created && job.config().saveModes().createIndex()) {
            indexes(job, table);
        }
        lost(job, table);
    }

    /** Reports on a table that exists; nothing for a query. */
    void existing(JobTable job, Map<String, String> columns) {
        DsqlTable table = job.config().table();
        if (table.query() == null) {
            for (String line : job.definition().narrowed(columns)) {
                report.accept(JobCheck.NOTE, table + ": " + line);
            }
            lost(job, table);
        }
    }

    private void indexes(JobTable job, DsqlTable table) {
        List<String> lines = new ArrayList<>(job.definition().leftOut());
        lines.addAll(job.definition().notes());
        lines.forEach(line -> report.accept(JobCheck.NOTE, table + ": " + line));
    }

    private void lost(JobTable job, DsqlTable table) {
        Extras extras = job.source().extras();
        if (extras == null) {
            if (job.source().unknown() != null) {
                report.accept(
                        JobCheck.NOTE,
                        table
                                + ": the source's objects other than columns are unknown because "
                                + job.source().unknown());
            }
            return;
        }
        for (String lost : extras.lost()) {
            report.accept(JobCheck.NOTE, table + ": the target does not get " + lost);
        }
        if (extras.counter() != null && !job.config().saveModes().identity()) {
            report.accept(
                    JobCheck.NOTE,
                    table
                            + ": the target does not generate values of column "
                            + extras.counter()
                            + "; with identity = true it does, and the command cutover sets the"
                            + " counter");
        }
        views(job, table);
    }

    private void views(JobTable job, DsqlTable table) {
        try (SourceCatalog catalog = job.open(loader)) {
            for (String view : catalog.views(job.table().getTablePath())) {
                if (views.add(view)) {
                    report.accept(JobCheck.NOTE, "view " + view + " is not migrated");
                }
            }
        } catch (SQLException e) {
            report.accept(
                    JobCheck.NOTE,
                    table + ": the source's views cannot be determined: " + e.getMessage());
        }
    }

    /** Writes the statements to a file, or shows them. */
    void write(Path file) {
        if (file == null) {
            if (!ddl.isEmpty()) {
                report.accept(JobCheck.NOTE, "the job creates (--ddl FILE saves it):");
                for (String statement : ddl) {
                    for (String line : (statement + ";").split("\n")) {
                        report.accept(JobCheck.DETAIL, line);
                    }
                }
            }
            return;
        }
        List<String> lines = new ArrayList<>();
        ddl.forEach(statement -> lines.add(statement + ";"));
        try {
            Files.write(file, lines);
            report.accept(JobCheck.GOOD, file + " has the job's " + lines.size() + " statements");
            lint(file);
        } catch (IOException e) {
            report.accept(JobCheck.FAILED, file + " cannot be written: " + e);
        }
    }

    /** Checks the statements with AWS's dsql-lint, if it is installed. */
    private void lint(Path file) throws IOException {
        Process lint;
        try {
            lint =
                    new ProcessBuilder("dsql-lint", file.toString())
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            report.accept(JobCheck.NOTE, "dsql-lint is not on the PATH and was not run");
            return;
        }
        lint.getOutputStream().close();
        List<String> said = new ArrayList<>();
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(lint.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                said.add(line);
            }
        }
        try {
            boolean fine = lint.waitFor() == 0;
            report.accept(
                    fine ? JobCheck.GOOD : JobCheck.PROBLEM,
                    "dsql-lint " + (fine ? "accepts " : "does not accept ") + file);
            if (!fine) {
                said.forEach(line -> report.accept(JobCheck.DETAIL, line));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
