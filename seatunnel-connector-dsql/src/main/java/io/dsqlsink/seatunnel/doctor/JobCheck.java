package io.dsqlsink.seatunnel.doctor;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.bridge.NativeSession;
import io.dsqlsink.bridge.NativeSink;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.DsqlSinkOptions;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.doctor.JobTables.JobTable;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.install.Report;
import io.dsqlsink.seatunnel.stock.HandOver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;

/**
 * Does for one job what its start would do, except writing: reads the source's tables, checks the
 * sink's options, connects, and compares the columns of both sides. Runs inside a class loader of
 * the home and exchanges only JDK types with doctor.
 */
public final class JobCheck {
    /** Kinds of findings; see {@link Report}. */
    static final String GOOD = "good";

    static final String NOTE = "note";

    /** See docs/sources.md. */
    static final String WARN = "warn";

    static final String PROBLEM = "problem";

    /** The command cannot do what it was asked to do. */
    static final String FAILED = "failed";

    static final String DETAIL = "detail";

    private static final String[] PRIVILEGES = {"INSERT", "SELECT", "UPDATE", "DELETE"};

    private final ClassLoader loader;
    private final BiConsumer<String, String> report;
    private final JobPlan plan;

    private JobCheck(ClassLoader loader, BiConsumer<String, String> report) {
        this.loader = loader;
        this.report = report;
        this.plan = new JobPlan(loader, report);
    }

    /**
     * Called by reflection.
     *
     * @param ddl file for the statements that create the job's tables; or null
     */
    public static void run(
            ClassLoader loader,
            Path file,
            List<String> variables,
            Path ddl,
            BiConsumer<String, String> report) {
        ThreadLoader.set(loader);
        JobFile job;
        try {
            job = JobFile.read(loader, file, variables);
        } catch (Exception e) {
            report.accept(FAILED, file + " cannot be read: " + cause(e));
            return;
        }
        JobCheck check = new JobCheck(loader, report);
        check.check(job);
        check.plan.write(ddl);
    }

    private void check(JobFile job) {
        List<Map<String, Object>> ours = JobTables.ours(job);
        ours.forEach(sink -> check(job, sink));
        if (ours.isEmpty()) {
            List<String> others = new ArrayList<>();
            for (Map<String, Object> sink : job.sinks()) {
                Object dialect = sink.get(DsqlSinkOptions.DIALECT.key());
                others.add(
                        JobFile.plugin(sink)
                                + (dialect == null ? "" : " with dialect = \"" + dialect + "\"")
                                + (HandOver.isToStock(ReadonlyConfig.fromMap(sink))
                                        ? " and " + HandOver.DSQL_NATIVE.key() + " = false"
                                        : ""));
            }
            report.accept(
                    PROBLEM,
                    "the job has no sink Dsql and no sink Jdbc with dialect = \"dsql\"; it uses"
                            + " SeaTunnel's own sinks: "
                            + String.join(", ", others));
        }
    }

    private void check(JobFile job, Map<String, Object> sink) {
        List<JobTable> tables;
        DsqlSinkConfig alone;
        try {
            JobTables read = new JobTables(loader, report);
            tables = read.of(job, sink);
            read.checkSources(tables);
            alone = read.withoutSource(job, sink, tables);
        } catch (DsqlConnectorException e) {
            report.accept(PROBLEM, e.getMessage());
            return;
        }
        if (job.hasTransforms()) {
            report.accept(
                    NOTE,
                    "the job has transforms; the following checks use the source's own"
                            + " columns");
        }
        if (!tables.isEmpty()) {
            tables.get(0).config().warnings().forEach(warning -> report.accept(NOTE, warning));
            look(tables.get(0).config(), tables);
        } else if (alone != null) {
            report.accept(
                    NOTE,
                    "the following checks need no source: the sink's options, and the"
                            + " connection to the target");
            alone.warnings().forEach(warning -> report.accept(NOTE, warning));
            look(alone, tables);
        }
    }

    private void look(DsqlSinkConfig config, List<JobTable> tables) {
        Map<String, String> options = new HashMap<>(config.nativeOptions());
        options.put("log_level", "error");
        // One connection is enough for a check.
        options.put(DsqlSinkOptions.MAX_CONNECTIONS.key(), "1");
        try (NativeSession session = NativeSession.open(options);
                NativeSink sink = NativeSink.open(options)) {
            query(session, "SELECT 1");
            report.accept(
                    GOOD,
                    config.host()
                            + ": connected and authenticated as "
                            + options.get(DsqlSinkOptions.USERNAME.key()));
            for (JobTable table : tables) {
                look(session, sink, table);
            }
        } catch (DsqlNativeException e) {
            report.accept(PROBLEM, DsqlConnectorException.of(e).getMessage());
        } catch (IllegalStateException e) {
            report.accept(PROBLEM, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(NativeSession session, NativeSink sink, JobTable job)
            throws InterruptedException {
        DsqlTable table = job.config().table();
        boolean created = job.config().saveModes().creates();
        // Only the database can find the tables that a query uses.
        boolean hasQuery = table.query() != null;
        Map<String, String> columns = hasQuery ? Collections.emptyMap() : columns(session, table);
        if (columns.isEmpty() && !hasQuery) {
            report.accept(
                    created ? NOTE : PROBLEM,
                    table
                            + ": the table does not exist"
                            + (created
                                    ? "; the job creates it"
                                    : ": create it, or set schema_save_mode ="
                                            + " CREATE_SCHEMA_WHEN_NOT_EXIST"));
            plan.missing(job, created);
            return;
        }
        if (!hasQuery) {
            privileges(session, table);
            key(session, table);
        }
        try {
            sink.declareTable(table.declaration());
            report.accept(
                    GOOD,
                    table
                            + ": "
                            + table.columns().size()
                            + " columns, "
                            + (hasQuery
                                    ? "each row by option 'query', which the database accepts"
                                    : table.keys().isEmpty()
                                            ? "no key: rows are appended"
                                            : "key " + table.keys()));
        } catch (DsqlNativeException e) {
            report.accept(PROBLEM, DsqlConnectorException.of(e).getMessage());
        }
        for (int i = 0; i < table.columns().size(); i++) {
            String column = table.columns().get(i);
            report.accept(
                    DETAIL,
                    column
                            + ": "
                            + table.types().get(i)
                            + (columns.isEmpty()
                                    ? ""
                                    : " -> " + columns.getOrDefault(column, "missing"))
                            + (table.keys().contains(column) ? ", key" : ""));
        }
        plan.existing(job, columns);
    }

    private static Map<String, String> columns(NativeSession session, DsqlTable table)
            throws InterruptedException {
        return columns(session, table.schema(), table.name());
    }

    /** Each column with its type; empty if there is no such table. */
    static Map<String, String> columns(NativeSession session, String schema, String name)
            throws InterruptedException {
        Map<String, String> columns = new LinkedHashMap<>();
        for (List<String> row :
                query(
                        session,
                        "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)"
                                + " FROM pg_catalog.pg_attribute a"
                                + " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
                                + where(schema, name)
                                + " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum")) {
            columns.put(row.get(0), row.get(1));
        }
        return columns;
    }

    private void privileges(NativeSession session, DsqlTable table) throws InterruptedException {
        // Appended rows need only the first privilege.
        int needed = table.keys().isEmpty() ? 1 : PRIVILEGES.length;
        StringBuilder asked =
                new StringBuilder("SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE')::text");
        for (int i = 0; i < needed; i++) {
            asked.append(", pg_catalog.has_table_privilege(c.oid, '")
                    .append(PRIVILEGES[i])
                    .append("')::text");
        }
        List<String> held;
        try {
            held = query(session, asked + " FROM pg_catalog.pg_class c" + where(table)).get(0);
        } catch (DsqlNativeException e) {
            report.accept(NOTE, table + ": the privileges cannot be read: " + e.getMessage());
            return;
        }
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < needed; i++) {
            if (!held.get(i + 1).startsWith("t")) {
                missing.add(PRIVILEGES[i]);
            }
        }
        if (!held.get(0).startsWith("t")) {
            report.accept(PROBLEM, table + ": grant the role USAGE on schema " + table.schema());
        }
        if (!missing.isEmpty()) {
            report.accept(
                    PROBLEM,
                    table + ": grant the role " + String.join(", ", missing) + " on the table");
        }
    }

    /**
     * Reports a table without a primary key. A key that does not match is found with the columns.
     */
    private void key(NativeSession session, DsqlTable table) throws InterruptedException {
        String indexes =
                "SELECT 1 FROM pg_catalog.pg_index i"
                        + " JOIN pg_catalog.pg_class c ON c.oid = i.indrelid";
        if (!table.keys().isEmpty() && query(session, indexes + where(table)).isEmpty()) {
            report.accept(
                    PROBLEM,
                    table
                            + ": the table has no primary key, but rows are upserted by "
                            + table.keys()
                            + ": recreate it with this key, or set"
                            + " support_upsert_by_insert_only = true to append rows");
        }
    }

    static String where(DsqlTable table) {
        return where(table.schema(), table.name());
    }

    private static String where(String schema, String name) {
        return " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname::text = "
                + literal(schema)
                + " AND c.relname::text = "
                + literal(name)
                + " AND c.relkind IN ('r', 'p')";
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    static List<List<String>> query(NativeSession session, String sql) throws InterruptedException {
        return session.execute(sql, true, lines -> {}).rows();
    }

    /** The root cause, in one line. */
    static String cause(Throwable e) {
        Throwable last = e;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return last.getMessage() == null ? last.toString() : last.getMessage().split("\n")[0];
    }
}
