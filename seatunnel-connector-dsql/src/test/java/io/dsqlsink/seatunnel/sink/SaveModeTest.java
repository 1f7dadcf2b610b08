package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.catalog.DsqlSaveModeHandler;
import io.dsqlsink.seatunnel.catalog.TableDefinition;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.sink.SaveModeHandler;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.PhysicalColumn;
import org.apache.seatunnel.api.table.catalog.TableSchema;
import org.apache.seatunnel.api.table.type.BasicType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs each save mode on a table of dsql-local. */
@Timeout(120)
class SaveModeTest extends DsqlFixture {
    static final String COLUMNS =
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull"
                    + " FROM pg_attribute a WHERE a.attrelid = 'public.orders'::regclass"
                    + " AND a.attnum > 0 ORDER BY a.attnum";

    static final String INDEXES =
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'orders' ORDER BY indexname";

    private static final String EXISTS = "SELECT to_regclass('public.orders') IS NOT NULL";

    @AfterEach
    void dropTables() throws IOException {
        dsql.control("faults clear");
        dsql.sql("DROP TABLE IF EXISTS orders");
    }

    static void prepare(Map<String, Object> options, CatalogTable source) throws Exception {
        Map<String, Object> all = new LinkedHashMap<>(TestTables.options());
        all.remove("primary_keys");
        all.put("url", dsql.url());
        all.putAll(options);
        DsqlSinkConfig config = DsqlSinkConfig.of(ReadonlyConfig.fromMap(all), source);
        DsqlSink sink = new DsqlSink(config, TableDefinition.of(config.table(), source));
        SaveModeHandler handler = sink.getSaveModeHandler().orElseThrow();
        try {
            handler.handleSaveMode();
        } finally {
            handler.close();
        }
    }

    static DsqlConnectorException refused(Map<String, Object> options, CatalogTable source) {
        DsqlConnectorException e =
                catchThrowableOfType(DsqlConnectorException.class, () -> prepare(options, source));
        assertThat(e).isNotNull();
        return e;
    }

    /** Only a schema that the job itself names can be misspelt. */
    @Test
    void aMisspeltSchemaIsNotCreated() throws Exception {
        dsql.sql("CREATE SCHEMA stock");
        try {
            assertThat(refused(Map.of("schema", "stcok"), TestTables.orders("id", null)))
                    .hasMessageContaining("'stcok'")
                    .hasMessageContaining("did you mean 'stock'?")
                    .hasMessageContaining("CREATE SCHEMA");
            assertThat(dsql.sql("SELECT 1 FROM pg_namespace WHERE nspname = 'stcok'")).isEmpty();
            prepare(Map.of("schema", "stock2"), TestTables.orders("id", null));
            prepare(Map.of("schema", "${database_name}"), TestTables.orders("id", null));
            assertThat(
                            dsql.sql(
                                    "SELECT nspname FROM pg_namespace WHERE nspname LIKE 's%' ORDER BY 1"))
                    .contains("shop", "stock", "stock2");
            assertThat(
                            refused(
                                    Map.of("schema_save_mode", "ERROR_WHEN_SCHEMA_NOT_EXIST"),
                                    TestTables.orders("id", null)))
                    .hasMessageContaining("but there is shop.orders, stock2.orders");
        } finally {
            for (String schema : List.of("stock", "stock2", "shop")) {
                dsql.sql("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
            }
        }
    }

    private static void custom(String sql) throws Exception {
        prepare(
                Map.of("data_save_mode", "CUSTOM_PROCESSING", "custom_sql", sql),
                TestTables.orders("id", null));
    }

    @Test
    void theErrorOfARoleThatMayNotCreateNamesTheGrant() throws Exception {
        dsql.sql("CREATE ROLE loader LOGIN");
        dsql.sql("CREATE SCHEMA closed");
        String arn = "'arn:aws:iam::123456789012:user/local'";
        custom("AWS IAM GRANT loader TO " + arn);
        dsql.sql("DROP TABLE orders");
        try {
            Map<String, Object> options = Map.of("username", "loader", "schema", "closed");
            assertThat(refused(options, TestTables.orders("id", null)))
                    .hasMessageContaining("DSQL-03")
                    .hasMessageContaining("GRANT USAGE, CREATE ON SCHEMA \"closed\" TO \"loader\"");
            assertThat(refused(Map.of("username", "loader"), TestTables.orders("id", null)))
                    .hasMessageContaining("set option 'schema'");
        } finally {
            custom("AWS IAM REVOKE loader FROM " + arn);
            dsql.sql("DROP SCHEMA closed");
            dsql.sql("DROP ROLE loader");
        }
    }

    @Test
    void aMissingTableIsCreatedWithItsKeyAndIndexes() throws Exception {
        prepare(Map.of(), TestTables.orders("id", "code"));
        assertThat(dsql.sql(COLUMNS)).containsExactly("id bigint t", "code text f");
        assertThat(dsql.sql(INDEXES))
                .containsExactly(
                        "CREATE UNIQUE INDEX orders_pkey ON public.orders USING btree (id)",
                        "CREATE UNIQUE INDEX orders_uk ON public.orders USING btree (code)");
    }

    /** From 2.3.11 on a job that continues from a checkpoint calls this method. */
    @ParameterizedTest
    @ValueSource(strings = {"RECREATE_SCHEMA", "CREATE_SCHEMA_WHEN_NOT_EXIST"})
    void aRestoredJobKeepsTheTableAndCreatesAMissingOne(String mode) throws Exception {
        Map<String, Object> options = new LinkedHashMap<>(TestTables.options());
        options.put("url", dsql.url());
        options.put("schema_save_mode", mode);
        CatalogTable source = TestTables.orders("id", null);
        DsqlSinkConfig config = DsqlSinkConfig.of(ReadonlyConfig.fromMap(options), source);
        try (DsqlSaveModeHandler handler =
                new DsqlSaveModeHandler(config, TableDefinition.of(config.table(), source))) {
            handler.handleSchemaSaveModeWithRestore();
            dsql.sql("INSERT INTO orders VALUES (1, 'a')");
            handler.handleSchemaSaveModeWithRestore();
        }
        assertThat(dsql.sql("SELECT * FROM orders")).containsExactly("1 a");
    }

    @Test
    void theTypeThatAJobGivesAColumnIsCreated() throws Exception {
        prepare(Map.of(), withSinkType("varchar(100)"));
        assertThat(dsql.sql(COLUMNS))
                .containsExactly("id bigint t", "code character varying(100) f");
    }

    @Test
    void anInvalidTypeIsRefused() {
        assertThat(refused(Map.of(), withSinkType("text; DROP TABLE orders")))
                .hasMessageContaining("DefineSinkType")
                .hasMessageContaining("'code'");
    }

    private static CatalogTable withSinkType(String type) {
        CatalogTable orders = TestTables.orders("id", null);
        TableSchema schema =
                TableSchema.builder()
                        .column(orders.getTableSchema().getColumns().get(0))
                        .column(new SinkTypeColumn("code", type))
                        .primaryKey(orders.getTableSchema().getPrimaryKey())
                        .build();
        return CatalogTable.of(orders.getTableId(), schema, Map.of(), Collections.emptyList(), "");
    }

    /** A column as in 2.3.11 and later. */
    public static final class SinkTypeColumn extends PhysicalColumn {
        private static final long serialVersionUID = 1L;
        private final String sinkType;

        SinkTypeColumn(String name, String sinkType) {
            super(name, BasicType.STRING_TYPE, 0, true, null, "");
            this.sinkType = sinkType;
        }

        public String getSinkType() {
            return sinkType;
        }
    }

    @Test
    void aMissingSchemaIsCreated() throws Exception {
        prepare(Map.of("schema", "shop app"), TestTables.orders("id", null));
        assertThat(dsql.sql("SELECT count(*) FROM \"shop app\".orders")).containsExactly("0");
        dsql.sql("DROP SCHEMA \"shop app\" CASCADE");
    }

    @Test
    void noIndexesAreCreatedOnRequest() throws Exception {
        prepare(Map.of("create_index", false), TestTables.orders("id", "code"));
        assertThat(dsql.sql(INDEXES)).hasSize(1);
    }

    /**
     * The job ends after it has created the table and before its index; the next start finds the
     * table.
     */
    @Test
    void anInterruptedCreationIsFinished() throws Exception {
        Map<String, Object> soon = Map.of("retry_timeout_ms", 0);
        dsql.control("faults add XX000 --match create_index_async");
        assertThat(refused(soon, TestTables.orders("id", "code"))).hasMessageContaining("DSQL-04");
        assertThat(dsql.sql(INDEXES)).hasSize(1);
        prepare(Map.of("create_index", false), TestTables.orders("id", "code"));
        assertThat(dsql.sql(INDEXES)).hasSize(1);
        prepare(Map.of(), TestTables.orders("id", "code"));
        assertThat(dsql.sql(INDEXES)).hasSize(2);

        // Not for a table with rows or of another form: a user may have created it so.
        dsql.sql("DROP INDEX orders_uk");
        dsql.sql("INSERT INTO orders VALUES (1, 'a')");
        prepare(Map.of(), TestTables.orders("id", "code"));
        assertThat(dsql.sql(INDEXES)).hasSize(1);
        dsql.sql("DELETE FROM orders");
        dsql.sql("ALTER TABLE orders ADD COLUMN more text");
        prepare(Map.of(), TestTables.orders("id", "code"));
        assertThat(dsql.sql(INDEXES)).hasSize(1);
        for (String code : List.of("text NOT NULL", "varchar(5)")) {
            dsql.sql("DROP TABLE orders");
            dsql.sql("CREATE TABLE orders (id bigint PRIMARY KEY, code " + code + ")");
            prepare(Map.of(), TestTables.orders("id", "code"));
            assertThat(dsql.sql(INDEXES)).as(code).hasSize(1);
        }
    }

    @Test
    void aTableThatExistsIsLeftAsItIs() throws Exception {
        dsql.sql("CREATE TABLE orders (id numeric(20,0) PRIMARY KEY, code varchar(5))");
        dsql.sql("INSERT INTO orders VALUES (1, 'a')");
        for (String mode : List.of("CREATE_SCHEMA_WHEN_NOT_EXIST", "IGNORE")) {
            prepare(Map.of("schema_save_mode", mode), TestTables.orders("id", "code"));
        }
        prepare(
                Map.of("schema_save_mode", "ERROR_WHEN_SCHEMA_NOT_EXIST"),
                TestTables.orders("id", "code"));
        assertThat(dsql.sql(COLUMNS).get(0)).isEqualTo("id numeric(20,0) t");
        assertThat(dsql.sql("TABLE orders")).containsExactly("1 a");
    }

    @Test
    void recreateRemovesTheOldTable() throws Exception {
        dsql.sql("CREATE TABLE orders (id numeric(20,0) PRIMARY KEY, old text)");
        dsql.sql("INSERT INTO orders VALUES (1, 'a')");
        prepare(
                Map.of("schema_save_mode", "RECREATE_SCHEMA", "create_index", false),
                TestTables.orders("id", null));
        assertThat(dsql.sql(COLUMNS)).containsExactly("id bigint t", "code text f");
        assertThat(dsql.sql("TABLE orders")).isEmpty();
    }

    @Test
    void aTableThatCannotBeRecreatedIsNotDropped() {
        dsql.sql("CREATE TABLE orders (id bigint PRIMARY KEY)");
        DsqlConnectorException e =
                refused(Map.of("schema_save_mode", "RECREATE_SCHEMA"), TestTables.withMap("tags"));
        assertThat(e)
                .hasMessageContaining("DSQL-05")
                .hasMessageContaining("shop.orders -> public.orders")
                .hasMessageContaining("'tags' is of type Map<STRING, STRING>")
                .hasMessageContaining("transform");
        assertThat(dsql.sql(EXISTS)).containsExactly("t");
    }

    @Test
    void aMissingTableIsAnErrorOnRequest() {
        assertThat(
                        refused(
                                Map.of("schema_save_mode", "ERROR_WHEN_SCHEMA_NOT_EXIST"),
                                TestTables.orders("id", null)))
                .hasMessageContaining("DSQL-23")
                .hasMessageContaining("public.orders does not exist");
        assertThat(dsql.sql(EXISTS)).containsExactly("f");
    }

    @Test
    void ignoreCreatesNothing() throws Exception {
        prepare(Map.of("schema_save_mode", "IGNORE"), TestTables.orders("id", null));
        assertThat(dsql.sql(EXISTS)).containsExactly("f");
    }

    @Test
    void rowsAreAnErrorOnRequest() throws Exception {
        Map<String, Object> options = Map.of("data_save_mode", "ERROR_WHEN_DATA_EXISTS");
        prepare(options, TestTables.orders("id", null));
        dsql.sql("INSERT INTO orders VALUES (1, 'a')");
        assertThat(refused(options, TestTables.orders("id", null)))
                .hasMessageContaining("DSQL-23")
                .hasMessageContaining("public.orders has rows");
        assertThat(dsql.sql("TABLE orders")).containsExactly("1 a");
    }

    @Test
    void theUsersStatementRunsOnce() throws Exception {
        dsql.sql("CREATE TABLE orders (id bigint, code text)");
        Map<String, Object> options =
                Map.of(
                        "data_save_mode",
                        "CUSTOM_PROCESSING",
                        "custom_sql",
                        "INSERT INTO ${table_name} VALUES (7, 'x')");
        dsql.control("faults add OC000 --count 2");
        prepare(options, TestTables.orders("id", null));
        assertThat(dsql.sql("TABLE orders")).containsExactly("7 x");

        dsql.control("faults add EOF --when after");
        assertThat(refused(options, TestTables.orders("id", null)))
                .hasMessageContaining("DSQL-09")
                .hasMessageContaining("it is not known whether");
        assertThat(dsql.sql("TABLE orders")).containsExactly("7 x", "7 x");
    }

    @Test
    void faultsAndConflictsAreRetried() throws Exception {
        for (String fault : List.of("OC000", "OC001", "XX000 --when statement", "EOF")) {
            dsql.control("faults add " + fault + " --count 2");
        }
        prepare(Map.of(), TestTables.orders("id", "code"));
        dsql.sql("INSERT INTO orders SELECT i, i FROM generate_series(1, 3500) i");
        dsql.control("faults add OC000 --count 2");
        dsql.control("faults add RESET --when after --count 2");
        prepare(Map.of("data_save_mode", "DROP_DATA"), TestTables.orders("id", "code"));
        assertThat(dsql.sql("SELECT count(*) FROM orders")).containsExactly("0");
    }

    @Test
    void jobsThatStartTogetherCreateOneTable() throws Exception {
        for (int round = 0; round < 5; round++) {
            List<CompletableFuture<Void>> jobs = new ArrayList<>();
            for (int job = 0; job < 4; job++) {
                jobs.add(
                        CompletableFuture.runAsync(
                                () -> {
                                    try {
                                        prepare(
                                                Map.of("create_index", false),
                                                TestTables.orders("id", "code"));
                                    } catch (Exception e) {
                                        throw new AssertionError(e);
                                    }
                                }));
            }
            for (CompletableFuture<Void> job : jobs) {
                job.get(60, TimeUnit.SECONDS);
            }
            assertThat(dsql.sql(COLUMNS)).hasSize(2);
            dsql.sql("DROP TABLE orders");
        }
    }
}
