package io.dsqlsink.seatunnel.stock;

import io.dsqlsink.seatunnel.config.OptionReader;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** How this sink treats each option that the stock Jdbc sink has in any release. */
public final class StockOptions {
    public enum Effect {
        /** This sink, or the engine, does what the option says. */
        HONOURED,
        /** The sink ignores it; one log line says so if a job sets it. */
        NONE,
        /**
         * Refused, for some or all values: the sink would write something else than the user asked
         * for.
         */
        REFUSED
    }

    /** Any value but an empty one. */
    private static final String ANY = "*";

    private static final Map<String, Entry> TABLE = table();

    private StockOptions() {}

    private static Map<String, Entry> table() {
        Map<String, Entry> table = new LinkedHashMap<>();
        for (Entry entry :
                new Entry[] {
                    honoured("url"),
                    honoured("base-url"),
                    none("driver"),
                    honoured("dialect"),
                    honoured("username"),
                    honoured("user"),
                    none("password"),
                    honoured("access_key_id"),
                    honoured("secret_access_key"),
                    honoured("region"),
                    honoured("database"),
                    honoured("schema"),
                    honoured("table"),
                    honoured("tablePrefix"),
                    honoured("tableSuffix"),
                    honoured("field_ide"),
                    honoured("primary_keys"),
                    none("is_primary_key_updated"),
                    none("enable_upsert"),
                    honoured("support_upsert_by_insert_only"),
                    none("support_upsert_by_query_primary_key_exist"),
                    honoured("generate_sink_sql"),
                    honoured("query"),
                    refused(
                            "use_copy_statement",
                            "true",
                            "is not supported yet: remove it; the sink sends large batches"
                                    + " anyway"),
                    none("compatible_mode"),
                    none("compatibleMode"),
                    honoured("batch_size"),
                    honoured("batch_interval_ms"),
                    honoured("max_retries"),
                    none("auto_commit"),
                    refused(
                            "is_exactly_once",
                            "true",
                            "is not possible, because Aurora DSQL has no prepared transactions:"
                                    + " remove it; with a key, a row that is written twice is"
                                    + " the same"
                                    + " row"),
                    none("xa_data_source_class_name"),
                    none("max_commit_attempts"),
                    none("transaction_timeout_sec"),
                    honoured("schema_save_mode"),
                    honoured("data_save_mode"),
                    honoured("custom_sql"),
                    honoured("create_index"),
                    none("connection_check_timeout_sec"),
                    honoured("socket_timeout_ms"),
                    none("connect_timeout_ms"),
                    none("properties"),
                    refused(
                            "use_kerberos",
                            "true",
                            "is not possible, because Aurora DSQL authenticates by IAM token:"
                                    + " remove it"),
                    none("kerberos_principal"),
                    none("kerberos_keytab_path"),
                    none("krb5_path"),
                    none("decimal_type_narrowing"),
                    none("int_type_narrowing"),
                    none("handle_blob_as_string"),
                    none("oracle_insert_mode"),
                    refused(
                            "multi_table_config",
                            ANY,
                            "is not supported: remove it; each table has its source's key, and"
                                    + " 'primary_keys' may be \"${primary_key}\" or"
                                    + " \"${unique_key}\""),
                    refused(
                            "table_options",
                            ANY,
                            "is not possible, because a table of Aurora DSQL has no options:"
                                    + " remove it"),
                    honoured("multi_table_sink_replica"),
                    honoured("parallelism"),
                    honoured("source_table_name"),
                    honoured("plugin_input")
                }) {
            table.put(entry.key, entry);
        }
        return Collections.unmodifiableMap(table);
    }

    /** Every stock option with its effect. */
    public static Map<String, Effect> effects() {
        Map<String, Effect> effects = new LinkedHashMap<>();
        TABLE.forEach((key, entry) -> effects.put(key, entry.effect));
        return effects;
    }

    /** Reports a problem for each refused value. */
    public static void check(OptionReader options) {
        for (Entry entry : TABLE.values()) {
            String value = options.raw(entry.key);
            if (value != null && !value.trim().isEmpty()) {
                entry.check(options, value.trim());
            }
        }
    }

    private static Entry honoured(String key) {
        return new Entry(key, Effect.HONOURED);
    }

    private static Entry none(String key) {
        return new Entry(key, Effect.NONE);
    }

    private static Entry refused(String key, String value, String why) {
        return new Entry(key, Effect.REFUSED).and(value, why);
    }

    private static final class Entry {
        private final String key;
        private final Effect effect;
        // Each refused value with the reason and what to do.
        private final Map<String, String> reasons = new LinkedHashMap<>();

        Entry(String key, Effect effect) {
            this.key = key;
            this.effect = effect;
        }

        Entry and(String refusedValue, String why) {
            reasons.put(refusedValue, why);
            return this;
        }

        public void check(OptionReader options, String value) {
            for (Map.Entry<String, String> reason : reasons.entrySet()) {
                if (reason.getKey().equals(ANY)) {
                    options.problem(key, reason.getValue());
                    return;
                } else if (reason.getKey().equalsIgnoreCase(value)) {
                    options.problem(key, "= " + value + " " + reason.getValue());
                    return;
                }
            }
        }
    }
}
