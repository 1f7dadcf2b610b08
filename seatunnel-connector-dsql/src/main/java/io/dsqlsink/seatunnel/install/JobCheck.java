package io.dsqlsink.seatunnel.install;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.bridge.NativeSink;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.DsqlSinkOptions;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.source.SeaTunnelSource;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.factory.TableSourceFactory;
import org.apache.seatunnel.api.table.factory.TableSourceFactoryContext;

/**
 * Does for one job what its start would do, short of writing: reads the source's tables, checks the
 * sink's options, connects, and holds the columns of both sides against each other. Runs inside a
 * class loader of the home and speaks to doctor in types of the JDK only.
 */
public final class JobCheck {
    /** Kinds of findings; see {@link Report}. */
    static final String GOOD = "good";

    static final String NOTE = "note";
    static final String PROBLEM = "problem";
    static final String DETAIL = "detail";

    private final ClassLoader loader;
    private final BiConsumer<String, String> report;

    private JobCheck(ClassLoader loader, BiConsumer<String, String> report) {
        this.loader = loader;
        this.report = report;
    }

    /** Called by reflection. */
    public static void run(
            ClassLoader loader,
            Path file,
            List<String> variables,
            BiConsumer<String, String> report) {
        Thread.currentThread().setContextClassLoader(loader);
        JobFile job;
        try {
            job = JobFile.read(loader, file, variables);
        } catch (Exception e) {
            report.accept(PROBLEM, file + " cannot be read: " + cause(e));
            return;
        }
        new JobCheck(loader, report).check(job);
    }

    private void check(JobFile job) {
        boolean found = false;
        for (Map<String, Object> sink : job.sinks()) {
            if (isOurs(sink)) {
                found = true;
                check(job, sink);
            }
        }
        if (!found) {
            report.accept(
                    PROBLEM,
                    "the job has no sink Dsql, nor a sink Jdbc with dialect = \"dsql\": its other"
                            + " sinks are the stock ones");
        }
    }

    private static boolean isOurs(Map<String, Object> sink) {
        String plugin = JobFile.plugin(sink);
        Object dialect = sink.get(DsqlSinkOptions.DIALECT.key());
        return plugin.equalsIgnoreCase("Dsql")
                || plugin.equalsIgnoreCase("Jdbc")
                        && dialect != null
                        && DsqlSinkOptions.DSQL_DIALECT.equalsIgnoreCase(dialect.toString().trim());
    }

    private void check(JobFile job, Map<String, Object> sink) {
        List<CatalogTable> tables = new ArrayList<>();
        for (Map<String, Object> source : feeding(job, sink)) {
            try {
                tables.addAll(tables(source));
            } catch (Throwable e) {
                report.accept(
                        PROBLEM,
                        "source "
                                + JobFile.plugin(source)
                                + " does not tell its tables, as at the start of the job: "
                                + cause(e));
            }
        }
        if (job.hasTransforms()) {
            report.accept(
                    NOTE, "the job has transforms; what follows holds the source's own columns");
        }
        DsqlSinkConfig first = null;
        List<DsqlTable> targets = new ArrayList<>();
        for (CatalogTable table : tables) {
            try {
                DsqlSinkConfig config = DsqlSinkConfig.of(ReadonlyConfig.fromMap(sink), table);
                first = first == null ? config : first;
                targets.add(config.table());
            } catch (DsqlConnectorException e) {
                report.accept(PROBLEM, e.getMessage());
                return;
            }
        }
        if (first != null) {
            first.warnings().forEach(warning -> report.accept(NOTE, warning));
            look(first, targets);
        }
    }

    /** The sources that the sink names, or all. */
    private static List<Map<String, Object>> feeding(JobFile job, Map<String, Object> sink) {
        Object input = sink.getOrDefault("plugin_input", sink.get("source_table_name"));
        List<Map<String, Object>> named = new ArrayList<>();
        for (Map<String, Object> source : job.sources()) {
            Object output = source.getOrDefault("plugin_output", source.get("result_table_name"));
            if (input != null
                    && output != null
                    && (input.equals(output)
                            || input instanceof List && ((List<?>) input).contains(output))) {
                named.add(source);
            }
        }
        return named.isEmpty() ? job.sources() : named;
    }

    @SuppressWarnings({"rawtypes", "unchecked"})
    private List<CatalogTable> tables(Map<String, Object> source) throws Throwable {
        TableSourceFactory factory =
                (TableSourceFactory)
                        HomeLoaders.discover(loader, "TableSourceFactory", JobFile.plugin(source));
        SeaTunnelSource made =
                factory.createSource(
                                new TableSourceFactoryContext(
                                        ReadonlyConfig.fromMap(source), loader))
                        .createSource();
        return made.getProducedCatalogTables();
    }

    private void look(DsqlSinkConfig config, List<DsqlTable> targets) {
        Map<String, String> options = new HashMap<>(config.nativeOptions());
        options.put("log_level", "error");
        // One connection is enough to look.
        options.put(DsqlSinkOptions.MAX_CONNECTIONS.key(), "1");
        try (NativeSink sink = NativeSink.open(options)) {
            for (DsqlTable table : targets) {
                look(sink, table, config.host());
            }
        } catch (DsqlNativeException e) {
            report.accept(PROBLEM, DsqlConnectorException.of(e).getMessage());
        } catch (IllegalStateException e) {
            report.accept(PROBLEM, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(NativeSink sink, DsqlTable table, String host) throws InterruptedException {
        try {
            sink.declareTable(table.declaration());
            report.accept(
                    GOOD,
                    table
                            + " on "
                            + host
                            + ": "
                            + table.columns().size()
                            + " columns that fit, "
                            + (table.keys().isEmpty()
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
                            + (table.keys().contains(column) ? ", key" : ""));
        }
    }

    /** What is at the bottom of it, in one line. */
    private static String cause(Throwable e) {
        Throwable last = e;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return last.getMessage() == null ? last.toString() : last.getMessage().split("\n")[0];
    }
}
