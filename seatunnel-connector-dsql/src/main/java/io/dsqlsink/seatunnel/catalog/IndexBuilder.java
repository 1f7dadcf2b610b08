package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.bridge.NativeSession;
import io.dsqlsink.seatunnel.SinkLog;
import io.dsqlsink.seatunnel.config.DsqlTable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Creates the indexes of a table and waits until they are built. */
final class IndexBuilder {
    private static final SinkLog LOG = SinkLog.of(IndexBuilder.class);

    private final DsqlCatalog catalog;

    IndexBuilder(DsqlCatalog catalog) {
        this.catalog = catalog;
    }

    /** Leaves out an index that the database refuses: the rows are correct without it. */
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
                        && e.kind() != DsqlNativeException.ERROR_QUOTA) {
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
        Jobs.await(catalog, jobs);
    }

    /**
     * Of two tables of a schema, one can have the name of the other's index, as names of indexes
     * are one table's own at the source.
     *
     * @return the reason why it cannot be created, or null
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
                NativeSession.Answer job = catalog.execute(ddl, true);
                taken = catalog.owners(table, names);
                if (taken.getOrDefault(name, false)) {
                    LOG.info("Created: {}", ddl);
                    Jobs.add(jobs, "Index " + name, job);
                }
            }
        }
        return taken.containsValue(true)
                ? null
                : "the schema has other objects with the names " + String.join(" and ", names);
    }
}
