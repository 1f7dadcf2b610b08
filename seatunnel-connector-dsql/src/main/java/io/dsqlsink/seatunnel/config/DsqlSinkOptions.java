package io.dsqlsink.seatunnel.config;

import io.dsqlsink.seatunnel.stock.HandOver;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.Options;

/**
 * The options of the sink. Names and meanings are those of the stock Jdbc sink where it has them.
 */
public final class DsqlSinkOptions {
    /** How rows are sent to the database. */
    public enum StatementForm {
        AUTO,
        UNNEST,
        VALUES
    }

    /** What happens to a row whose unique value the source has given to another row. */
    public enum UniqueConflict {
        REPLACE,
        FAIL
    }

    /** The case of the target's names. */
    public enum FieldIde {
        ORIGINAL,
        UPPERCASE,
        LOWERCASE
    }

    /** What happens to the target table before the job writes. IGNORE exists since 2.3.5. */
    public enum SchemaSaveMode {
        RECREATE_SCHEMA,
        CREATE_SCHEMA_WHEN_NOT_EXIST,
        ERROR_WHEN_SCHEMA_NOT_EXIST,
        IGNORE
    }

    /** What happens to the target's rows before the job writes. */
    public enum DataSaveMode {
        DROP_DATA,
        APPEND_DATA,
        CUSTOM_PROCESSING,
        ERROR_WHEN_DATA_EXISTS
    }

    /** Reaction to a change of the source's table while the job runs. */
    public enum SchemaChangePolicy {
        APPLY,
        FAIL,
        IGNORE
    }

    /** The value of {@link #DIALECT} that selects this sink. */
    public static final String DSQL_DIALECT = "dsql";

    public static final Option<String> URL =
            Options.key("url")
                    .stringType()
                    .noDefaultValue()
                    .withFallbackKeys("base-url")
                    .withDescription(
                            "jdbc:postgresql://<cluster endpoint>:5432/postgres. Parameters:"
                                    + " sslmode, sslrootcert, hostaddr, connectTimeout,"
                                    + " ApplicationName, currentSchema, sslnegotiation");

    public static final Option<String> DRIVER =
            Options.key("driver")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("Accepted, no effect: no JDBC driver is used");

    public static final Option<String> DIALECT =
            Options.key("dialect")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("dsql selects this sink, in upper or lower case");

    public static final Option<String> USERNAME =
            Options.key("username")
                    .stringType()
                    .noDefaultValue()
                    .withFallbackKeys("user")
                    .withDescription("Database role; admin signs with DbConnectAdmin");

    public static final Option<String> PASSWORD =
            Options.key("password")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("Accepted, no effect: Aurora DSQL authenticates by IAM token");

    public static final Option<String> REGION =
            Options.key("region")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("AWS region; by default the one in the endpoint's name");

    public static final Option<String> DATABASE =
            Options.key("database")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("postgres, the only database of a cluster");

    public static final Option<String> SCHEMA =
            Options.key("schema")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Schema of the target; by default the one in table, else the url's"
                                    + " currentSchema, else public");

    public static final Option<String> TABLE =
            Options.key("table")
                    .stringType()
                    .defaultValue("${table_name}")
                    .withDescription(
                            "Target as table or schema.table; ${database_name}, ${schema_name} and"
                                    + " ${table_name} stand for the source's names, and"
                                    + " ${schema_name:app} for app if the source has none");

    public static final Option<String> TABLE_PREFIX =
            Options.key("tablePrefix")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("Added before the table's name, after its schema");

    public static final Option<String> TABLE_SUFFIX =
            Options.key("tableSuffix")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("Added after the table's name");

    public static final Option<FieldIde> FIELD_IDE =
            Options.key("field_ide")
                    .enumType(FieldIde.class)
                    .defaultValue(FieldIde.ORIGINAL)
                    .withDescription(
                            "Case of the target's table and column names: original, uppercase or"
                                    + " lowercase");

    public static final Option<List<String>> PRIMARY_KEYS =
            Options.key("primary_keys")
                    .listType()
                    .noDefaultValue()
                    .withDescription(
                            "Key columns for upserts and deletes; by default the source's primary"
                                    + " key, else its first unique key, else rows are appended."
                                    + " ${primary_key} and ${unique_key} stand for the source's");

    public static final Option<Boolean> SUPPORT_UPSERT_BY_INSERT_ONLY =
            Options.key("support_upsert_by_insert_only")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "true: rows are appended by plain inserts even if there is a key;"
                                    + " updates and deletes are then errors");

    public static final Option<SchemaSaveMode> SCHEMA_SAVE_MODE =
            Options.key("schema_save_mode")
                    .enumType(SchemaSaveMode.class)
                    .defaultValue(SchemaSaveMode.CREATE_SCHEMA_WHEN_NOT_EXIST)
                    .withDescription(
                            "What to do with the target table before the job writes:"
                                    + " CREATE_SCHEMA_WHEN_NOT_EXIST, RECREATE_SCHEMA,"
                                    + " ERROR_WHEN_SCHEMA_NOT_EXIST or IGNORE");

    public static final Option<DataSaveMode> DATA_SAVE_MODE =
            Options.key("data_save_mode")
                    .enumType(DataSaveMode.class)
                    .defaultValue(DataSaveMode.APPEND_DATA)
                    .withDescription(
                            "What to do with the target's rows before the job writes:"
                                    + " APPEND_DATA,"
                                    + " DROP_DATA, CUSTOM_PROCESSING or ERROR_WHEN_DATA_EXISTS");

    public static final Option<String> CUSTOM_SQL =
            Options.key("custom_sql")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("The statement that data_save_mode = CUSTOM_PROCESSING runs");

    public static final Option<Boolean> CREATE_INDEX =
            Options.key("create_index")
                    .booleanType()
                    .defaultValue(true)
                    .withDescription(
                            "Whether a table is created with the source's other indexes; they are"
                                    + " waited for");

    public static final Option<SchemaChangePolicy> SCHEMA_CHANGE_POLICY =
            Options.key("schema_change_policy")
                    .enumType(SchemaChangePolicy.class)
                    .defaultValue(SchemaChangePolicy.APPLY)
                    .withDescription(
                            "What to do when the source's columns change while the job runs."
                                    + " apply: change the target too, or stop the job; fail:"
                                    + " stop the job; ignore: do not change the target");

    public static final Option<Boolean> GENERATE_SINK_SQL =
            Options.key("generate_sink_sql")
                    .booleanType()
                    .defaultValue(true)
                    .withDescription(
                            "false: 'query' is the statement; true: the sink writes its own, unless"
                                    + " there is a 'query'");

    public static final Option<String> QUERY =
            Options.key("query")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Your own statement, run for each inserted and updated row with ?"
                                    + " for its columns in order or :name for those you need;"
                                    + " batch_size runs are one transaction");

    public static final Option<Boolean> ENABLE_UPSERT =
            Options.key("enable_upsert")
                    .booleanType()
                    .defaultValue(true)
                    .withDescription("Accepted, no effect: rows with a key are always upserted");

    public static final Option<Boolean> IS_EXACTLY_ONCE =
            Options.key("is_exactly_once")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription("Must be false: Aurora DSQL has no prepared transactions");

    public static final Option<Integer> BATCH_SIZE =
            Options.key("batch_size")
                    .intType()
                    .noDefaultValue()
                    .withDescription(
                            "Maximum rows in a transaction, 1 to 3000; by default as many as"
                                    + " the limits of Aurora DSQL allow");

    public static final Option<Integer> BATCH_INTERVAL_MS =
            Options.key("batch_interval_ms")
                    .intType()
                    .defaultValue(200)
                    .withDescription("How long a row waits for its batch to fill");

    public static final Option<Integer> MAX_RETRIES =
            Options.key("max_retries")
                    .intType()
                    .defaultValue(0)
                    .withDescription(
                            "Tries after the first for a batch that the database rejects;"
                                    + " conflicts and lost connections are retried anyway");

    public static final Option<Integer> RETRY_TIMEOUT_MS =
            Options.key("retry_timeout_ms")
                    .intType()
                    .defaultValue(300_000)
                    .withDescription(
                            "How long conflicts, throttling and lost connections are retried");

    public static final Option<Integer> MAX_CONNECTIONS =
            Options.key("max_connections")
                    .intType()
                    .defaultValue(256)
                    .withDescription(
                            "Maximum connections of one task, 1 to 256, shared by its tables;"
                                    + " the sink opens only as many as the load needs");

    public static final Option<Long> MAX_BUFFER_BYTES =
            Options.key("max_buffer_bytes")
                    .longType()
                    .defaultValue(268_435_456L)
                    .withDescription(
                            "Maximum bytes that one task holds, including copies; at least"
                                    + " 20971520");

    public static final Option<StatementForm> STATEMENT_FORM =
            Options.key("statement_form")
                    .enumType(StatementForm.class)
                    .defaultValue(StatementForm.AUTO)
                    .withDescription(
                            "How rows are sent: unnest, an array for each column; values, each"
                                    + " value as a separate parameter; auto, unnest if the"
                                    + " database supports it");

    public static final Option<UniqueConflict> UNIQUE_CONFLICT =
            Options.key("unique_conflict")
                    .enumType(UniqueConflict.class)
                    .noDefaultValue()
                    .withDescription(
                            "What to do when another row of the target has a unique value that"
                                    + " the source gives to this row. replace: delete the other"
                                    + " row, because the source sends its later change"
                                    + " again; fail: the row is refused. By"
                                    + " default replace in a"
                                    + " streaming job, unless multi_table_sink_replica is above 1,"
                                    + " and fail in a batch job");

    public static final Option<String> COMMIT_LEDGER =
            Options.key("commit_ledger")
                    .stringType()
                    .defaultValue("dsql_commit_ledger")
                    .withDescription(
                            "A small table that records whether a commit happened if its answer"
                                    + " did not come, for tables without a key: table or"
                                    + " schema.table."
                                    + " It is created if it is missing. off: such a commit fails"
                                    + " the job");

    private DsqlSinkOptions() {}

    /** Every option above by its key. */
    public static Map<String, Option<?>> all() {
        Map<String, Option<?>> all = new LinkedHashMap<>();
        for (Option<?> option :
                new Option<?>[] {
                    URL,
                    DRIVER,
                    DIALECT,
                    HandOver.DSQL_NATIVE,
                    USERNAME,
                    PASSWORD,
                    IdentityOptions.ACCESS_KEY_ID,
                    IdentityOptions.SECRET_ACCESS_KEY,
                    IdentityOptions.SESSION_TOKEN,
                    IdentityOptions.PROFILE,
                    IdentityOptions.ROLE_ARN,
                    IdentityOptions.EXTERNAL_ID,
                    IdentityOptions.ROLE_SESSION_NAME,
                    IdentityOptions.TOKEN_DURATION_SECS,
                    REGION,
                    DATABASE,
                    SCHEMA,
                    TABLE,
                    TABLE_PREFIX,
                    TABLE_SUFFIX,
                    FIELD_IDE,
                    SharedTarget.MERGE_TABLES,
                    PRIMARY_KEYS,
                    SUPPORT_UPSERT_BY_INSERT_ONLY,
                    SCHEMA_SAVE_MODE,
                    DATA_SAVE_MODE,
                    CUSTOM_SQL,
                    CREATE_INDEX,
                    SourceOptions.IDENTITY,
                    SourceOptions.SOURCE_USERNAME,
                    SourceOptions.SOURCE_PASSWORD,
                    SCHEMA_CHANGE_POLICY,
                    GENERATE_SINK_SQL,
                    QUERY,
                    ENABLE_UPSERT,
                    IS_EXACTLY_ONCE,
                    BATCH_SIZE,
                    BATCH_INTERVAL_MS,
                    MAX_RETRIES,
                    RETRY_TIMEOUT_MS,
                    NetworkOptions.SOCKET_TIMEOUT_MS,
                    NetworkOptions.CONNECTING_PROCESSES,
                    MetricsOptions.METRICS_PORT,
                    MetricsOptions.METRICS_HOST,
                    MAX_CONNECTIONS,
                    MAX_BUFFER_BYTES,
                    STATEMENT_FORM,
                    UNIQUE_CONFLICT,
                    COMMIT_LEDGER,
                    RowErrorOptions.ROW_ERROR_POLICY,
                    RowErrorOptions.ROW_ERROR_LIMIT,
                    RowErrorOptions.ROW_ERROR_LIMIT_PERCENT,
                    RowErrorOptions.DEAD_LETTER_PATH,
                    RowErrorOptions.DEAD_LETTER_VALUES,
                    RowErrorOptions.DEAD_LETTER_MAX_BYTES,
                    LogOptions.LOG_VALUES,
                    VerifyOptions.VERIFY,
                    VerifyOptions.VERIFY_REPORT,
                    VerifyOptions.VERIFY_TASKS
                }) {
            all.put(option.key(), option);
        }
        return Collections.unmodifiableMap(all);
    }
}
