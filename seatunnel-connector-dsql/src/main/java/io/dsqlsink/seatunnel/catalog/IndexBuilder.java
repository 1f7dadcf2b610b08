package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.seatunnel.config.DsqlTable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the indexes of a table and waits until they are built. */
final class IndexBuilder {
    private static final Logger LOG = LoggerFactory.getLogger(IndexBuilder.class);

    /** Between two looks at a job of the database; such jobs take tens of seconds. */
    private static final long JOB_PAUSE_MS = 500;

    /** Between two lines about work that goes on. */
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** A build of an index on an empty table that takes longer is left to the database. */
    private static final long LONGEST_BUILD_NANOS = TimeUnit.HOURS.toNanos(1);

    private final DsqlCatalog catalog;

    IndexBuilder(DsqlCatalog catalog) {
        this.catalog = catalog;
    }

    /** One that the database refuses is left out: no row is wrong without it. */
    void create(TableDefinition definition) throws InterruptedException {
        DsqlTable table = definition.table();
        definition.leftOut().forEach(line -> LOG.warn("Table {}: {}", table, line));
        definition.notes().forEach(line -> LOG.warn("Table {}: {}", table, line));
        Map<String, String> jobs = new LinkedHashMap<>();
        for (IndexDefinition index : definition.indexes()) {
            String obstacle;
            try {
                obstacle = create(table, index, jobs);
            } catch (DsqlNativeException e) {
                if (e.kind() != DsqlNativeException.ERROR_REJECTED
                        && e.kind() != DsqlNativeException.ERROR_SCHEMA
                        && e.kind() != DsqlNativeException.ERROR_DATA) {
                    throw e;
                }
                obstacle = e.getMessage();
            }
            if (obstacle != null) {
                LOG.warn(
                        "Table {}: {}ndex {} is left out: {}",
                        table,
                        index.unique() ? "Unique i" : "I",
                        index.name(),
                        obstacle);
            }
        }
        await(jobs);
    }

    /**
     * Of two tables of a schema, one can have the name of the other's index, as names of indexes
     * are one table's own at the source.
     *
     * @return what is in the way, or null
     */
    private String create(DsqlTable table, IndexDefinition index, Map<String, String> jobs)
            throws InterruptedException {
        List<String> names = Arrays.asList(index.name(), index.otherName());
        Map<String, Boolean> taken = catalog.owners(table, names);
        for (String name : names) {
            if (taken.containsValue(true)) {
                return null;
            } else if (!taken.containsKey(name)) {
                String ddl = Ddl.createIndex(table, index, name);
                List<List<String>> job = catalog.execute(ddl, true).rows();
                taken = catalog.owners(table, names);
                if (taken.getOrDefault(name, false)) {
                    LOG.info("Created: {}", ddl);
                    if (!job.isEmpty() && job.get(0).get(0) != null) {
                        jobs.put(name, job.get(0).get(0));
                    }
                }
            }
        }
        return taken.containsValue(true)
                ? null
                : "the schema has other things of the names " + String.join(" and ", names);
    }

    private void await(Map<String, String> jobs) throws InterruptedException {
        long start = System.nanoTime();
        long told = start;
        while (!jobs.isEmpty() && System.nanoTime() - start < LONGEST_BUILD_NANOS) {
            String ids = jobs.values().stream().map(Ddl::literal).collect(Collectors.joining(", "));
            for (List<String> job :
                    catalog.query(
                            "SELECT job_id, status, details FROM sys.jobs WHERE status IN"
                                    + " ('completed', 'failed') AND job_id IN ("
                                    + ids
                                    + ")")) {
                jobs.entrySet().removeIf(index -> ended(index, job));
            }
            if (System.nanoTime() - told > PROGRESS_NANOS) {
                told = System.nanoTime();
                long seconds = TimeUnit.NANOSECONDS.toSeconds(told - start);
                LOG.info("Building {} for {} s", jobs.keySet(), seconds);
            }
            if (!jobs.isEmpty()) {
                Thread.sleep(JOB_PAUSE_MS);
            }
        }
        if (!jobs.isEmpty()) {
            LOG.warn("Not waited for any longer, see sys.jobs: {}", jobs);
        }
    }

    private static boolean ended(Map.Entry<String, String> index, List<String> job) {
        if (!index.getValue().equals(job.get(0))) {
            return false;
        }
        if (job.get(1).equals("failed")) {
            LOG.warn("Index {} could not be built: {}", index.getKey(), job.get(2));
        } else {
            LOG.info("Index {} is built", index.getKey());
        }
        return true;
    }
}
