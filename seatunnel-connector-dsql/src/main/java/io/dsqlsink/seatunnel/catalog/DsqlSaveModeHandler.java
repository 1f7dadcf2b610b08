package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.seatunnel.SinkLog;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.DsqlSinkOptions;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.config.SaveModes;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.lang.reflect.Proxy;
import org.apache.seatunnel.api.sink.DataSaveMode;
import org.apache.seatunnel.api.sink.SaveModeHandler;
import org.apache.seatunnel.api.sink.SchemaSaveMode;
import org.apache.seatunnel.api.table.catalog.Catalog;
import org.apache.seatunnel.api.table.catalog.TablePath;

/**
 * Prepares the target of one table before a job writes. The engine asks once a job: up to 2.3.4,
 * and on Flink and Spark, in the submitting process; later in the master of the job.
 *
 * <p>open() and the getters belong to the interface from 2.3.5 on, what a restored job asks from
 * 2.3.11 on. It is compiled against 2.3.4, where they are methods of this class alone.
 */
public final class DsqlSaveModeHandler implements SaveModeHandler {
    private static final SinkLog LOG = SinkLog.of(DsqlSaveModeHandler.class);

    private final SaveModes modes;
    private final TableDefinition definition;
    private final DsqlCatalog catalog;

    public DsqlSaveModeHandler(DsqlSinkConfig config, TableDefinition definition) {
        this.modes = config.saveModes();
        this.definition = definition;
        this.catalog = new DsqlCatalog(config.nativeOptions());
    }

    /** Does nothing: the first statement connects. */
    public void open() {}

    @Override
    public void handleSchemaSaveMode() {
        run(
                () -> {
                    DsqlTable table = definition.table();
                    catalog.warn(table.keyWarning());
                    switch (modes.schema()) {
                        case RECREATE_SCHEMA:
                            // The job must have a table in the end.
                            definition.check();
                            catalog.drop(table);
                            create();
                            break;
                        case CREATE_SCHEMA_WHEN_NOT_EXIST:
                            createMissing(table);
                            break;
                        case ERROR_WHEN_SCHEMA_NOT_EXIST:
                            requireTable(table);
                            break;
                        default:
                    }
                });
    }

    /**
     * The same for a job that continues from a checkpoint. Newer releases call this method instead:
     * the rows that are there stay.
     */
    public void handleSchemaSaveModeWithRestore() {
        run(
                () -> {
                    switch (modes.schema()) {
                        case RECREATE_SCHEMA:
                        case CREATE_SCHEMA_WHEN_NOT_EXIST:
                            createMissing(definition.table());
                            break;
                        case ERROR_WHEN_SCHEMA_NOT_EXIST:
                            requireTable(definition.table());
                            break;
                        default:
                    }
                });
    }

    private void createMissing(DsqlTable table) throws InterruptedException {
        if (!catalog.exists(table)) {
            create();
            return;
        }
        tellFound(table);
        if (modes.createIndex()
                && !definition.indexes().isEmpty()
                && catalog.isLeftUnfinished(definition)) {
            catalog.createIndexes(definition);
        }
    }

    private void tellFound(DsqlTable table) throws InterruptedException {
        LOG.info("Aurora DSQL sink: table {} was found, indexes {}", table, catalog.indexes(table));
    }

    /** IndexBuilder has logged the reasons for indexes that are left out. */
    private void tellCreated(DsqlTable table) throws InterruptedException {
        LOG.info(
                "Aurora DSQL sink: table {} was created, indexes {}, left out: {}",
                table,
                catalog.indexes(table),
                modes.createIndex() ? definition.leftOut() : "all other indexes of the source");
    }

    private void requireTable(DsqlTable table) throws InterruptedException {
        if (!catalog.exists(table)) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.SAVE_MODE,
                    "Table "
                            + table
                            + " does not exist"
                            + Whereabouts.told(Whereabouts.of(catalog, table))
                            + ", and schema_save_mode ="
                            + " ERROR_WHEN_SCHEMA_NOT_EXIST: create it, or set"
                            + " CREATE_SCHEMA_WHEN_NOT_EXIST");
        }
        tellFound(table);
    }

    private void create() throws InterruptedException {
        catalog.create(definition, modes.isSchemaNamed());
        if (modes.createIndex()) {
            catalog.createIndexes(definition);
        }
        tellCreated(definition.table());
    }

    @Override
    public void handleDataSaveMode() {
        run(
                () -> {
                    DsqlTable table = definition.table();
                    switch (modes.data()) {
                        case DROP_DATA:
                            if (catalog.exists(table)) {
                                dropData(table);
                            }
                            break;
                        case CUSTOM_PROCESSING:
                            catalog.custom(modes.customSql());
                            break;
                        case ERROR_WHEN_DATA_EXISTS:
                            if (catalog.exists(table) && catalog.hasRows(table)) {
                                throw new DsqlConnectorException(
                                        DsqlErrorCode.SAVE_MODE,
                                        "Table "
                                                + table
                                                + " has rows, and data_save_mode ="
                                                + " ERROR_WHEN_DATA_EXISTS: empty it, or set"
                                                + " APPEND_DATA or DROP_DATA");
                            }
                            break;
                        default:
                    }
                });
    }

    /** Drops the table only under the mode that creates a missing one: a restart must repair it. */
    private void dropData(DsqlTable table) throws InterruptedException {
        if (modes.schema() == DsqlSinkOptions.SchemaSaveMode.CREATE_SCHEMA_WHEN_NOT_EXIST
                && catalog.isBetterRecreated(definition, modes.createIndex())) {
            definition.check();
            catalog.drop(table);
            create();
        } else {
            catalog.rows(table).delete();
        }
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private void run(Step step) {
        try {
            step.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DsqlConnectorException(DsqlErrorCode.INTERRUPTED, e.getMessage());
        } catch (DsqlConnectorException e) {
            throw failed(e);
        } catch (DsqlNativeException e) {
            throw failed(DsqlConnectorException.of("Table " + definition.table() + ": ", e));
        } catch (IllegalStateException e) {
            throw failed(new DsqlConnectorException(DsqlErrorCode.NATIVE_LIBRARY, e.getMessage()));
        }
    }

    private static DsqlConnectorException failed(DsqlConnectorException e) {
        e.log(LOG);
        return e;
    }

    public SchemaSaveMode getSchemaSaveMode() {
        return SchemaSaveMode.valueOf(modes.schema().name());
    }

    public DataSaveMode getDataSaveMode() {
        return DataSaveMode.valueOf(modes.data().name());
    }

    public TablePath getHandleTablePath() {
        DsqlTable table = definition.table();
        return TablePath.of("postgres", table.schema(), table.name());
    }

    /** The engine asks for its name, for the log. */
    public Catalog getHandleCatalog() {
        return (Catalog)
                Proxy.newProxyInstance(
                        Catalog.class.getClassLoader(),
                        new Class<?>[] {Catalog.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("name")) {
                                return "Aurora DSQL";
                            }
                            throw new UnsupportedOperationException(method.getName());
                        });
    }

    @Override
    public void close() {
        catalog.close();
    }
}
