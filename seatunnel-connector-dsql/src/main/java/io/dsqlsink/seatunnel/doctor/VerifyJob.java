package io.dsqlsink.seatunnel.doctor;

import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.config.VerifyOptions;
import io.dsqlsink.seatunnel.doctor.JobTables.JobTable;
import io.dsqlsink.seatunnel.install.Modes;
import io.dsqlsink.seatunnel.source.SourceCatalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Makes the job that compares a job's target with its sources. It reads the sources once, to their
 * end, with as many tasks as the job, and writes nothing. Runs in a class loader of the home, as
 * {@link JobCheck} does.
 */
public final class VerifyJob {
    /** The value of option verify for the first look. */
    public static final String FIRST = "true";

    private static final String MYSQL = "com.mysql.cj.jdbc.Driver";
    private static final String POSTGRES = "org.postgresql.Driver";

    private VerifyJob() {}

    /**
     * Called by reflection.
     *
     * @return for a first look, the source's number of rows for each target table; tables whose
     *     rows cannot be counted are left out
     */
    public static Map<String, Long> write(
            ClassLoader loader,
            Path file,
            List<String> variables,
            String verify,
            Path folder,
            Path to,
            BiConsumer<String, String> report) {
        ThreadLoader.set(loader);
        try {
            JobFile job = JobFile.read(loader, file, variables);
            Map<String, Object> derived = new LinkedHashMap<>();
            job.root().forEach((key, value) -> derived.put(String.valueOf(key), value));
            VerifyTasks tasks = VerifyTasks.of(job);
            derived.put("env", environment(job.root().get("env"), tasks.ofASource()));
            List<Map<String, Object>> sources = job.sources();
            sources.replaceAll(VerifyJob::readOnce);
            derived.put("source", sources);
            List<Map<String, Object>> sinks = job.sinks();
            if (sinks.size() != 1 || !JobTables.isOurs(sinks.get(0))) {
                report.accept(
                        JobCheck.FAILED,
                        file
                                + " must have exactly one sink, the native Aurora DSQL sink: for"
                                + " the comparison, split it into jobs with one sink each");
                return Collections.emptyMap();
            }
            Map<String, Long> rows =
                    verify.equals(FIRST) ? count(loader, job, sinks.get(0)) : new HashMap<>();
            sinks.replaceAll(sink -> compares(sink, verify, folder, tasks.ofTheSink()));
            derived.put("sink", sinks);
            store(to, JobFile.json(loader, derived));
            return rows;
        } catch (Exception e) {
            report.accept(JobCheck.FAILED, file + ": " + JobCheck.cause(e));
        }
        return Collections.emptyMap();
    }

    /** The numbers are only for the progress, so sources that cannot be counted are left out. */
    private static Map<String, Long> count(
            ClassLoader loader, JobFile job, Map<String, Object> sink) {
        Map<String, Long> rows = new HashMap<>();
        if (job.hasTransforms() || job.sources().stream().anyMatch(VerifyJob::readsPart)) {
            return rows;
        }
        Set<String> unknown = new HashSet<>();
        for (JobTable table : new JobTables(loader, (kind, text) -> {}).of(job, sink)) {
            DsqlTable target = table.config().table();
            String name = target.schema() + "." + target.name();
            try (SourceCatalog catalog = table.open(loader)) {
                if (catalog == null) {
                    unknown.add(name);
                } else {
                    rows.merge(name, catalog.count(table.table().getTablePath()), Long::sum);
                }
            } catch (SQLException e) {
                unknown.add(name);
            }
        }
        rows.keySet().removeAll(unknown);
        return rows;
    }

    /** True if a source may bring fewer rows than its tables have. */
    private static boolean readsPart(Map<String, Object> block) {
        Object tables = block.get("table_list");
        boolean part = block.containsKey("query") || block.containsKey("where_condition");
        for (Object table : tables instanceof List ? (List<?>) tables : new ArrayList<>()) {
            part |= readsPart(copy(table));
        }
        return part;
    }

    private static Map<String, Object> environment(Object of, int tasks) {
        Map<String, Object> environment = copy(of);
        // The job has no state for a checkpoint, and a restart would begin from the start.
        set(environment, "job", "mode", "BATCH");
        set(environment, "job", "retry.times", 0);
        environment.remove("checkpoint");
        environment.remove("checkpoint.interval");
        environment.remove("checkpoint.timeout");
        environment.put("parallelism", tasks);
        return environment;
    }

    /** A change stream never ends, so the source Jdbc reads its tables. */
    private static Map<String, Object> readOnce(Map<String, Object> of) {
        Map<String, Object> source = copy(of);
        source.remove("parallelism");
        String plugin = JobFile.plugin(source);
        if (!plugin.toUpperCase(Locale.ROOT).endsWith("-CDC")) {
            return source;
        }
        String url = String.valueOf(source.getOrDefault("base-url", source.get("url")));
        String driver = url.startsWith("jdbc:mysql:") ? MYSQL : POSTGRES;
        if (driver.equals(POSTGRES) && !url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException(
                    "the source "
                            + plugin
                            + " never ends, and only the tables of MySQL-CDC and Postgres-CDC can"
                            + " be read once instead: write a batch job for the comparison");
        }
        List<Object> tables = new ArrayList<>();
        for (Object table : (List<?>) source.get("table-names")) {
            tables.add(Collections.singletonMap("table_path", table));
        }
        Map<String, Object> jdbc = new HashMap<>();
        jdbc.put("plugin_name", "Jdbc");
        jdbc.put("url", url);
        jdbc.put("driver", driver);
        jdbc.put("user", source.get("username"));
        jdbc.put("password", source.get("password"));
        jdbc.put("table_list", tables);
        for (String link : new String[] {"result_table_name", "plugin_output"}) {
            if (source.containsKey(link)) {
                jdbc.put(link, source.get(link));
            }
        }
        return jdbc;
    }

    private static Map<String, Object> compares(
            Map<String, Object> of, String verify, Path folder, int tasks) {
        Map<String, Object> sink = copy(of);
        sink.remove("parallelism");
        sink.put(VerifyOptions.VERIFY_TASKS.key(), tasks);
        sink.put(VerifyOptions.VERIFY.key(), verify);
        sink.put(VerifyOptions.VERIFY_REPORT.key(), folder.toAbsolutePath().toString());
        return sink;
    }

    /** Sets an option with a point in its name. The reader makes nested blocks of such a name. */
    private static void set(Map<String, Object> block, String outer, String name, Object value) {
        block.remove(outer + "." + name);
        Map<String, Object> inner = copy(block.get(outer));
        int point = name.indexOf('.');
        if (point < 0) {
            inner.put(name, value);
        } else {
            set(inner, name.substring(0, point), name.substring(point + 1), value);
        }
        block.put(outer, inner);
    }

    private static Map<String, Object> copy(Object block) {
        Map<String, Object> copy = new HashMap<>();
        if (block instanceof Map) {
            ((Map<?, ?>) block).forEach((key, value) -> copy.put(String.valueOf(key), value));
        }
        return copy;
    }

    private static void store(Path to, String json) throws IOException {
        Modes.createForOwner(to);
        Files.write(to, json.getBytes(StandardCharsets.UTF_8));
    }
}
