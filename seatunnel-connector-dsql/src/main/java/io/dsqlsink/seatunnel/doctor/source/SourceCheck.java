package io.dsqlsink.seatunnel.doctor.source;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.function.BiConsumer;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.TablePath;

/**
 * Reports how a job's source changes or loses data, as far as the job's config and the source's
 * catalog show it. docs/sources.md has each of these faults with the releases on which it was seen.
 * Only reads from the source.
 */
public final class SourceCheck {
    private SourceCheck() {}

    /**
     * @param loader has the classes of the home, JDBC drivers among them
     * @param plugin the source's name in the job
     * @param block the source's options
     * @param tables the tables that the source returns
     * @param report receives kind and text, see {@link Faults}
     */
    public static void run(
            ClassLoader loader,
            String plugin,
            Map<String, Object> block,
            List<CatalogTable> tables,
            BiConsumer<String, String> report) {
        SourceJob job = new SourceJob(loader, plugin, block);
        if (!job.isMySql() && !job.isPostgres()) {
            return;
        }
        Faults faults = new Faults(job, report);
        if (job.isCdc()) {
            CdcFaults.ofConfig(job, faults);
        }
        try (SourceDatabase database = SourceDatabase.open(loader, job)) {
            Map<String, List<SourceColumn>> columns = columns(job, database, tables);
            for (Map.Entry<String, List<SourceColumn>> table : columns.entrySet()) {
                List<SourceColumn> of = table.getValue();
                if (job.isMySql() && job.isCdc()) {
                    MySqlCdcFaults.check(job, database, of, faults);
                } else if (job.isMySql()) {
                    MySqlJdbcFaults.check(job, database, of, faults);
                } else if (job.isCdc()) {
                    PostgresCdcFaults.check(database, of, faults);
                } else {
                    PostgresJdbcFaults.check(job, database, of, faults);
                }
                if (!job.isCdc()) {
                    SplitFaults.check(job, database, of, faults);
                }
            }
            if (job.isMySql() && job.isCdc()) {
                MySqlCdcFaults.checkServer(job, database, columns, faults);
            }
        } catch (SQLException | RuntimeException | ServiceConfigurationError | LinkageError e) {
            faults.note(
                    "the source's catalog was not read ("
                            + String.valueOf(e.getMessage()).split("\n")[0]
                            + "), so problems that depend on its columns are not reported");
        }
    }

    /** The columns of each table, in the job's order. For a query they come from its result. */
    private static Map<String, List<SourceColumn>> columns(
            SourceJob job, SourceDatabase database, List<CatalogTable> tables) throws SQLException {
        Map<String, List<SourceColumn>> columns = new LinkedHashMap<>();
        List<Map<String, Object>> entries = job.entries();
        for (Map<String, Object> entry : entries) {
            Object query = entry.get("query");
            if (query != null) {
                String label = "query \"" + shortened(query.toString()) + "\"";
                columns.put(
                        label,
                        SourceColumn.ofQuery(
                                database, job.isMySql(), label, query.toString(), entry));
            }
        }
        for (CatalogTable table : tables) {
            TablePath path = table.getTablePath();
            String schema = job.isMySql() ? path.getDatabaseName() : path.getSchemaName();
            List<SourceColumn> found =
                    SourceColumn.ofTable(
                            database,
                            job.isMySql(),
                            schema,
                            path.getTableName(),
                            entry(entries, path));
            if (!found.isEmpty() && (job.isCdc() || !isQueried(entries, path))) {
                columns.put(path.getFullName(), found);
            }
        }
        return columns;
    }

    private static Map<String, Object> entry(List<Map<String, Object>> entries, TablePath path) {
        for (Map<String, Object> entry : entries) {
            if (names(entry, path)) {
                return entry;
            }
        }
        return entries.isEmpty() ? new LinkedHashMap<>() : entries.get(0);
    }

    private static boolean isQueried(List<Map<String, Object>> entries, TablePath path) {
        for (Map<String, Object> entry : new ArrayList<>(entries)) {
            if (entry.get("query") != null && (names(entry, path) || entries.size() == 1)) {
                return true;
            }
        }
        return false;
    }

    private static boolean names(Map<String, Object> entry, TablePath path) {
        Object named = entry.get("table_path");
        return named != null && named.toString().equalsIgnoreCase(path.getFullName());
    }

    private static String shortened(String query) {
        String line = query.trim().replaceAll("\\s+", " ");
        return line.length() <= 60 ? line : line.substring(0, 57) + "...";
    }

    static String lower(String text) {
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }
}
