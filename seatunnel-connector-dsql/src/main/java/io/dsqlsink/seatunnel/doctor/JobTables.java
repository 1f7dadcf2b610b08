package io.dsqlsink.seatunnel.doctor;

import io.dsqlsink.seatunnel.catalog.TableDefinition;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.DsqlSinkOptions;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.config.SharedTarget;
import io.dsqlsink.seatunnel.doctor.source.SourceCheck;
import io.dsqlsink.seatunnel.install.HomeLoaders;
import io.dsqlsink.seatunnel.source.SourceCatalog;
import io.dsqlsink.seatunnel.source.SourceTable;
import io.dsqlsink.seatunnel.stock.HandOver;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.configuration.util.OptionRule;
import org.apache.seatunnel.api.source.SeaTunnelSource;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.PhysicalColumn;
import org.apache.seatunnel.api.table.catalog.PrimaryKey;
import org.apache.seatunnel.api.table.catalog.TableIdentifier;
import org.apache.seatunnel.api.table.catalog.TableSchema;
import org.apache.seatunnel.api.table.factory.TableSourceFactory;
import org.apache.seatunnel.api.table.factory.TableSourceFactoryContext;
import org.apache.seatunnel.api.table.type.BasicType;

/** The tables of a job that our sink writes, read from its sources as at the job's start. */
final class JobTables {
    /**
     * The option for the address of a CDC source in newer releases; in older ones it is {@link
     * #BASE_URL}.
     */
    private static final String URL = "url";

    private static final String BASE_URL = "base-url";

    private final ClassLoader loader;
    private final BiConsumer<String, String> report;

    /** Whether a source failed to return its tables. */
    private boolean failed;

    JobTables(ClassLoader loader, BiConsumer<String, String> report) {
        this.loader = loader;
        this.report = report;
    }

    /** A table of the job, with its source and its target. */
    static final class JobTable {
        private final DsqlSinkConfig config;
        private final TableDefinition definition;
        private final CatalogTable table;
        private final SourceTable source;
        private final Map<String, Object> block;

        private JobTable(
                DsqlSinkConfig config,
                CatalogTable table,
                SourceTable source,
                Map<String, Object> block) {
            this.config = config;
            this.definition =
                    TableDefinition.of(config.table(), source, config.saveModes().identity());
            this.table = table;
            this.source = source;
            this.block = block;
        }

        DsqlSinkConfig config() {
            return config;
        }

        TableDefinition definition() {
            return definition;
        }

        /** The source's table as SeaTunnel passes it to the sink. */
        CatalogTable table() {
            return table;
        }

        SourceTable source() {
            return source;
        }

        /** Opens the source's catalog; null for a database whose catalog this sink cannot read. */
        SourceCatalog open(ClassLoader loader) throws SQLException {
            return SourceCatalog.Kind.of(table) == null
                    ? null
                    : SourceCatalog.open(
                            SourceCatalog.url(table), user(block), password(block), loader);
        }
    }

    static boolean isOurs(Map<String, Object> sink) {
        String plugin = JobFile.plugin(sink);
        Object dialect = sink.get(DsqlSinkOptions.DIALECT.key());
        return plugin.equalsIgnoreCase("Dsql")
                || plugin.equalsIgnoreCase("Jdbc")
                        && dialect != null
                        && DsqlSinkOptions.DSQL_DIALECT.equalsIgnoreCase(dialect.toString().trim())
                        && !HandOver.isToStock(ReadonlyConfig.fromMap(sink));
    }

    /** The sinks of a job that are ours. */
    static List<Map<String, Object>> ours(JobFile job) {
        return job.sinks().stream().filter(JobTables::isOurs).collect(Collectors.toList());
    }

    /**
     * The tables of a sink. Errors of a source are reported.
     *
     * @throws io.dsqlsink.seatunnel.exception.DsqlConnectorException if the sink's options are
     *     wrong
     */
    List<JobTable> of(JobFile job, Map<String, Object> sink) {
        List<JobTable> tables = new ArrayList<>();
        for (Map<String, Object> source : feeding(job, sink)) {
            List<CatalogTable> found = new ArrayList<>();
            try {
                found.addAll(tables(source));
            } catch (Throwable e) {
                report.accept(
                        JobCheck.PROBLEM,
                        "source "
                                + JobFile.plugin(source)
                                + " does not return its tables, so the start of the job would"
                                + " fail too: "
                                + JobCheck.cause(e)
                                + address(source));
                failed = true;
            }
            for (CatalogTable table : found) {
                SourceTable completed =
                        SourceTable.withCatalog(table, user(source), password(source), loader);
                DsqlSinkConfig config =
                        DsqlSinkConfig.of(ReadonlyConfig.fromMap(sink), completed.table());
                config.setStreaming(job.isStreaming());
                if (config.table().keyWarning() != null) {
                    report.accept(JobCheck.NOTE, config.table().keyWarning());
                }
                tables.add(new JobTable(config, table, completed, source));
            }
        }
        reportShared(tables);
        return tables;
    }

    /**
     * Checks as much of a sink as is possible without its sources, see {@link #alone}.
     *
     * @return null if a source returned its tables
     */
    DsqlSinkConfig withoutSource(JobFile job, Map<String, Object> sink, List<JobTable> tables) {
        return failed && tables.isEmpty() ? alone(job, sink) : null;
    }

    /** Checks the options of a sink against a made-up table that has only a key. */
    static DsqlSinkConfig alone(JobFile job, Map<String, Object> sink) {
        Object keys = sink.get(DsqlSinkOptions.PRIMARY_KEYS.key());
        List<String> columns = new ArrayList<>();
        for (Object key : keys instanceof List ? (List<?>) keys : Collections.singletonList("id")) {
            columns.add(String.valueOf(key));
        }
        TableSchema.Builder schema = TableSchema.builder();
        for (String column : columns) {
            schema.column(PhysicalColumn.of(column, BasicType.STRING_TYPE, 0, false, null, ""));
        }
        CatalogTable unknown =
                CatalogTable.of(
                        TableIdentifier.of("unknown", "unknown", "unknown", "unknown"),
                        schema.primaryKey(PrimaryKey.of("unknown", columns)).build(),
                        Collections.emptyMap(),
                        Collections.emptyList(),
                        "");
        DsqlSinkConfig config = DsqlSinkConfig.of(ReadonlyConfig.fromMap(sink), unknown);
        config.setStreaming(job.isStreaming());
        return config;
    }

    /** Reports what the sources of these tables do to the data. */
    void checkSources(List<JobTable> tables) {
        Map<Map<String, Object>, List<CatalogTable>> read = new LinkedHashMap<>();
        for (JobTable table : tables) {
            read.computeIfAbsent(table.block, block -> new ArrayList<>()).add(table.table());
        }
        read.forEach(
                (block, found) ->
                        SourceCheck.run(loader, JobFile.plugin(block), block, found, report));
    }

    /** Reports source tables that share one target. */
    private void reportShared(List<JobTable> tables) {
        Map<String, DsqlTable> targets = new HashMap<>();
        for (JobTable table : tables) {
            DsqlTable target = table.config().table();
            DsqlTable first = targets.putIfAbsent(target.schema() + "\0" + target.name(), target);
            if (first != null && SharedTarget.isShared(first, target)) {
                report.accept(
                        SharedTarget.isRefused(first, target) ? JobCheck.PROBLEM : JobCheck.NOTE,
                        SharedTarget.message(first, target));
            }
        }
    }

    /** Jdbc sources know this option by two names. */
    private static String user(Map<String, Object> source) {
        Object user = source.getOrDefault("username", source.get("user"));
        return user == null ? null : user.toString();
    }

    private static String password(Map<String, Object> source) {
        Object password = source.get("password");
        return password == null ? null : password.toString();
    }

    /**
     * The cure if this release has another name for the option of the source's address; or nothing.
     */
    private String address(Map<String, Object> source) {
        if (!source.containsKey(URL) || source.containsKey(BASE_URL)) {
            return "";
        }
        try {
            TableSourceFactory factory =
                    (TableSourceFactory)
                            HomeLoaders.discover(
                                    loader, "TableSourceFactory", JobFile.plugin(source));
            OptionRule rule = factory.optionRule();
            Set<String> keys = new HashSet<>();
            Stream.concat(
                            rule.getOptionalOptions().stream(),
                            rule.getRequiredOptions().stream()
                                    .flatMap(required -> required.getOptions().stream()))
                    .forEach(
                            option -> {
                                keys.add(option.key());
                                keys.addAll(option.getFallbackKeys());
                            });
            return keys.contains(URL) || !keys.contains(BASE_URL)
                    ? ""
                    : ": this release does not know its option url: write " + BASE_URL + " = ...";
        } catch (Throwable e) {
            return "";
        }
    }

    /** The sources that the sink names as its input; all if it names none. */
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
}
