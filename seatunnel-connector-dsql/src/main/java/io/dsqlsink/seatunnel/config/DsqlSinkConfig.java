package io.dsqlsink.seatunnel.config;

import io.dsqlsink.bridge.Limits;
import io.dsqlsink.seatunnel.compat.Placeholders;
import io.dsqlsink.seatunnel.compat.Subtask;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import io.dsqlsink.seatunnel.stock.HandOver;
import io.dsqlsink.seatunnel.stock.StockOptions;
import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.apache.seatunnel.api.table.catalog.CatalogTable;

/** One checked sink block: how to reach the cluster, how to write, and the table to write to. */
public final class DsqlSinkConfig implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The only database of a cluster. */
    private static final String POSTGRES = "postgres";

    private static final String URL_SHAPE =
            "write jdbc:postgresql://<cluster endpoint>:5432/postgres";

    // Options for the native library, secrets included; absent options are left out.
    private final LinkedHashMap<String, String> nativeOptions;
    private final ArrayList<String> warnings;
    private final ArrayList<String> withoutEffect;
    private final String host;
    private final DsqlTable table;
    private final SaveModes saveModes;
    private final DsqlSinkOptions.SchemaChangePolicy schemaChangePolicy;
    private boolean streaming;
    private String jobId = "";

    private DsqlSinkConfig(
            LinkedHashMap<String, String> nativeOptions,
            ArrayList<String> warnings,
            ArrayList<String> withoutEffect,
            String host,
            DsqlTable table,
            SaveModes saveModes,
            DsqlSinkOptions.SchemaChangePolicy schemaChangePolicy) {
        this.nativeOptions = nativeOptions;
        this.warnings = warnings;
        this.withoutEffect = withoutEffect;
        this.host = host;
        this.table = table;
        this.saveModes = saveModes;
        this.schemaChangePolicy = schemaChangePolicy;
    }

    /**
     * Checks the options against one another and against the source's table.
     *
     * @throws DsqlConnectorException that lists every problem
     */
    public static DsqlSinkConfig of(ReadonlyConfig options, CatalogTable source) {
        OptionReader reader = new OptionReader(options);
        LinkedHashMap<String, String> nativeOptions = new LinkedHashMap<>();
        OptionKeys.check(reader);
        URI url = readUrl(reader);
        put(nativeOptions, DsqlSinkOptions.URL, reader.text(DsqlSinkOptions.URL));
        put(
                nativeOptions,
                DsqlSinkOptions.USERNAME,
                reader.requiredText(
                        DsqlSinkOptions.USERNAME, "set the database role, such as \"admin\""));
        IdentityOptions.read(reader, nativeOptions);
        put(nativeOptions, DsqlSinkOptions.REGION, reader.text(DsqlSinkOptions.REGION));
        readNumbers(reader, nativeOptions);
        NetworkOptions.read(reader, nativeOptions);
        MetricsOptions.read(reader, nativeOptions);
        readWords(reader, nativeOptions);
        checkDatabase(reader, url, source);
        checkModes(reader);
        if (!reader.flag(HandOver.DSQL_NATIVE)) {
            reader.problem(
                    HandOver.DSQL_NATIVE.key(),
                    "= false passes a sink Jdbc to the stock sink, but this is the sink Dsql:"
                            + " name the block Jdbc, or remove the line");
        }
        RowErrorOptions.read(reader, nativeOptions);
        LogOptions.read(reader, nativeOptions);
        VerifyOptions.read(reader, nativeOptions);
        DsqlTable table = DsqlTable.of(reader, url, source);
        SaveModes saveModes = SaveModes.of(reader, new Placeholders(source));
        DsqlSinkOptions.SchemaChangePolicy schemaChangePolicy =
                reader.choice(
                        DsqlSinkOptions.SCHEMA_CHANGE_POLICY,
                        DsqlSinkOptions.SchemaChangePolicy.class);
        reader.checkCharacters(nativeOptions);
        reader.checkCharacters(
                Collections.singletonMap(DsqlSinkOptions.QUERY.key(), table.query()));
        reader.checkCharacters(
                Collections.singletonMap(DsqlSinkOptions.CUSTOM_SQL.key(), saveModes.customSql()));
        reader.check();
        return new DsqlSinkConfig(
                nativeOptions,
                warnings(reader),
                new ArrayList<>(OptionKeys.withoutEffect(reader)),
                url.getHost(),
                table,
                saveModes,
                schemaChangePolicy);
    }

    static void put(Map<String, String> nativeOptions, Option<?> option, Object value) {
        if (value != null) {
            nativeOptions.put(option.key(), value.toString());
        }
    }

    private static URI readUrl(OptionReader reader) {
        String text = reader.requiredText(DsqlSinkOptions.URL, URL_SHAPE);
        if (text == null) {
            return null;
        }
        // The url may hold a password, so no message shows it.
        String key = DsqlSinkOptions.URL.key();
        if (!text.startsWith("jdbc:postgresql://")) {
            reader.problem(key, "does not start with jdbc:postgresql://; " + URL_SHAPE);
            return null;
        }
        try {
            URI url = new URI(text.substring("jdbc:".length()));
            if (url.getUserInfo() != null) {
                reader.problem(key, "holds a user name or password; use 'username' and AWS keys");
            } else if (url.getHost() == null) {
                reader.problem(key, "names no host, or more than one; " + URL_SHAPE);
            } else {
                return url;
            }
        } catch (URISyntaxException e) {
            reader.problem(
                    key, "cannot be read at character " + (e.getIndex() + 6) + "; " + URL_SHAPE);
        }
        return null;
    }

    private static void readNumbers(OptionReader reader, Map<String, String> nativeOptions) {
        put(
                nativeOptions,
                DsqlSinkOptions.BATCH_SIZE,
                reader.number(
                        DsqlSinkOptions.BATCH_SIZE,
                        1,
                        Limits.TRANSACTION_ROWS,
                        "Aurora DSQL takes at most "
                                + Limits.TRANSACTION_ROWS
                                + " rows in a transaction; remove the option to let the sink"
                                + " choose"));
        put(
                nativeOptions,
                DsqlSinkOptions.BATCH_INTERVAL_MS,
                reader.number(
                        DsqlSinkOptions.BATCH_INTERVAL_MS,
                        1,
                        Limits.MAX_BATCH_INTERVAL_MS,
                        "it is the time in milliseconds that a row waits for its batch to fill"));
        put(
                nativeOptions,
                DsqlSinkOptions.MAX_RETRIES,
                reader.number(
                        DsqlSinkOptions.MAX_RETRIES,
                        0,
                        Limits.MAX_RETRIES,
                        "it is the number of tries after the first"));
        put(
                nativeOptions,
                DsqlSinkOptions.RETRY_TIMEOUT_MS,
                reader.number(
                        DsqlSinkOptions.RETRY_TIMEOUT_MS,
                        0,
                        Limits.MAX_TIMEOUT_MS,
                        "it is the time in milliseconds after which retries end"));
        put(
                nativeOptions,
                DsqlSinkOptions.MAX_CONNECTIONS,
                reader.number(
                        DsqlSinkOptions.MAX_CONNECTIONS,
                        1,
                        Limits.MAX_CONNECTIONS,
                        "it is the number of connections of one task"));
        put(
                nativeOptions,
                DsqlSinkOptions.MAX_BUFFER_BYTES,
                reader.number(
                        DsqlSinkOptions.MAX_BUFFER_BYTES,
                        Limits.MIN_BUFFER_BYTES,
                        Long.MAX_VALUE / 4,
                        "it is the number of bytes of rows that one task may hold"));
    }

    private static void readWords(OptionReader reader, Map<String, String> nativeOptions) {
        putWord(
                nativeOptions,
                DsqlSinkOptions.STATEMENT_FORM,
                reader.choice(DsqlSinkOptions.STATEMENT_FORM, DsqlSinkOptions.StatementForm.class));
        putWord(
                nativeOptions,
                DsqlSinkOptions.UNIQUE_CONFLICT,
                reader.choice(
                        DsqlSinkOptions.UNIQUE_CONFLICT, DsqlSinkOptions.UniqueConflict.class));
        String ledger = reader.name(DsqlSinkOptions.COMMIT_LEDGER);
        if (ledger == null || !ledger.matches("[^.]+(\\.[^.]+)?")) {
            reader.wrong(
                    DsqlSinkOptions.COMMIT_LEDGER,
                    "names no table: write table, schema.table or off");
        }
        put(nativeOptions, DsqlSinkOptions.COMMIT_LEDGER, ledger);
    }

    private static void putWord(
            Map<String, String> nativeOptions, Option<?> option, Enum<?> choice) {
        put(nativeOptions, option, choice == null ? null : word(choice));
    }

    static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    private static void checkDatabase(OptionReader reader, URI url, CatalogTable source) {
        String database = reader.name(DsqlSinkOptions.DATABASE);
        if (database != null) {
            database = new Placeholders(source).replace(database);
        } else if (url != null) {
            String path = url.getPath() == null ? "" : url.getPath().replace("/", "");
            database = path.isEmpty() ? POSTGRES : path;
        }
        if (database != null && !database.equals(POSTGRES)) {
            reader.problem(
                    DsqlSinkOptions.DATABASE.key(),
                    "names '"
                            + database
                            + "', but a cluster of Aurora DSQL has only one database: set"
                            + " database ="
                            + " \"postgres\" and end the url's path with /postgres");
        }
    }

    private static void checkModes(OptionReader reader) {
        StockOptions.check(reader);
        reader.flag(DsqlSinkOptions.IS_EXACTLY_ONCE);
        reader.flag(DsqlSinkOptions.ENABLE_UPSERT);
    }

    private static ArrayList<String> warnings(OptionReader reader) {
        ArrayList<String> warnings = new ArrayList<>();
        List<String> unknown = OptionKeys.unknown(reader);
        if (!unknown.isEmpty()) {
            warnings.add("Options that are not known: " + String.join(", ", unknown));
        }
        return warnings;
    }

    public boolean isStreaming() {
        return streaming;
    }

    /**
     * Sets whether the job is a streaming one, which a sink learns only after its creation.
     *
     * @throws DsqlConnectorException when the table's rows could not be distinguished in such a job
     */
    public void setStreaming(boolean streaming) {
        this.streaming = streaming;
        if (streaming && verifies()) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.CONFIG,
                    "option '"
                            + VerifyOptions.VERIFY.key()
                            + "' compares with the source's rows at the time of reading, so the"
                            + " job must end: set job.mode = \"BATCH\" and read the"
                            + " tables by a source that"
                            + " ends, such as Jdbc; the command verify derives such a job");
        }
        if (streaming) {
            table.requireStreamable();
        }
    }

    /** The engine's id of the job; empty until it is known. */
    public String jobId() {
        return jobId;
    }

    public void setJobId(String jobId) {
        this.jobId = jobId;
    }

    /** Whether rows are compared, or repaired if they differ, instead of being written. */
    public boolean verifies() {
        return nativeOptions.containsKey(VerifyOptions.VERIFY.key());
    }

    /** Options for the native library, secrets included. */
    public Map<String, String> nativeOptions() {
        return Collections.unmodifiableMap(nativeOptions);
    }

    /**
     * The same for the sink of a task. Rows that hold another row's unique value are deleted if the
     * source sends them again, in order: not in a batch job, and not where several writers share a
     * table's rows.
     *
     * @param task the number of the task among those of the job in this process
     * @param subtask which of the sink's tasks it is
     */
    public Map<String, String> sinkOptions(int writersOfATable, int task, Subtask subtask) {
        Map<String, String> options = new LinkedHashMap<>(nativeOptions);
        options.put("metrics_job", jobId);
        options.put("metrics_task", Integer.toString(task));
        VerifyOptions.addTask(options, jobId, subtask);
        if (!streaming || writersOfATable > 1) {
            options.putIfAbsent(
                    DsqlSinkOptions.UNIQUE_CONFLICT.key(),
                    word(DsqlSinkOptions.UniqueConflict.FAIL));
        }
        return options;
    }

    /** To be logged once. */
    public List<String> warnings() {
        return Collections.unmodifiableList(warnings);
    }

    /** The options of the job that change nothing on Aurora DSQL; to be logged once. */
    public List<String> withoutEffect() {
        return Collections.unmodifiableList(withoutEffect);
    }

    /** The cluster's endpoint. */
    public String host() {
        return host;
    }

    public int batchIntervalMs() {
        return Integer.parseInt(nativeOptions.get(DsqlSinkOptions.BATCH_INTERVAL_MS.key()));
    }

    public int maxConnections() {
        return Integer.parseInt(nativeOptions.get(DsqlSinkOptions.MAX_CONNECTIONS.key()));
    }

    /** Where skipped rows go; null when none is skipped. */
    public String deadLetterPath() {
        return nativeOptions.get(RowErrorOptions.DEAD_LETTER_PATH.key());
    }

    /** What is done to the table before the job writes. */
    public SaveModes saveModes() {
        return saveModes;
    }

    /** Reaction to a change of the source's table while the job runs. */
    public DsqlSinkOptions.SchemaChangePolicy schemaChangePolicy() {
        return schemaChangePolicy;
    }

    public DsqlTable table() {
        return table;
    }

    /** Without the url, which may hold secrets in its parameters, and without the keys. */
    @Override
    public String toString() {
        return "DsqlSinkConfig{host=" + host + ", table=" + table + "}";
    }
}
