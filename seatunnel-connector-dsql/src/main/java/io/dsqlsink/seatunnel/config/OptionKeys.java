package io.dsqlsink.seatunnel.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What to make of the keys and values that the sink does not act on. The stock sink passes over
 * unknown keys, so configs carry some; a misspelt option of ours must not be lost among them.
 */
final class OptionKeys {
    /** More edits than this, or than a third of the key, and it was hardly meant. */
    private static final int MOST_EDITS = 2;

    /** The engine reads these itself. */
    private static final Set<String> ENGINE =
            keys(
                    "plugin_name",
                    "factory_id",
                    "parallelism",
                    "plugin_input",
                    "plugin_output",
                    "source_table_name",
                    "result_table_name",
                    "multi_table_sink_replica");

    /** Options of the stock sink that change nothing here. */
    private static final Set<String> STOCK =
            keys(
                    "user",
                    "schema_save_mode",
                    "data_save_mode",
                    "custom_sql",
                    "create_index",
                    "auto_commit",
                    "connection_check_timeout_sec",
                    "compatible_mode",
                    "is_primary_key_updated",
                    "support_upsert_by_query_primary_key_exist",
                    "support_upsert_by_insert_only",
                    "use_copy_statement",
                    "xa_data_source_class_name",
                    "max_commit_attempts",
                    "transaction_timeout_sec",
                    "field_ide",
                    "tablePrefix",
                    "tableSuffix",
                    "properties",
                    "decimal_type_narrowing",
                    "int_type_narrowing",
                    "handle_blob_as_string",
                    "socket_timeout_ms",
                    "connect_timeout_ms",
                    "use_kerberos",
                    "kerberos_principal",
                    "kerberos_keytab_path",
                    "krb5_path");

    /** Values of stock options that would write something else than the user asked for. */
    private static final String[][] REFUSED = {
        {"schema_save_mode", "recreate_schema", "create the tables beforehand"},
        {"data_save_mode", "drop_data", "empty the tables beforehand"},
        {"data_save_mode", "custom_processing", "prepare the tables beforehand"},
        {"data_save_mode", "error_when_data_exists", "check the tables beforehand"},
        {"support_upsert_by_insert_only", "true", "set primary_keys = [] to append rows"},
        {"use_copy_statement", "true", "remove it; the sink sends large batches anyway"},
        {"field_ide", "uppercase", "name the target's columns as the source's"},
        {"field_ide", "lowercase", "name the target's columns as the source's"},
    };

    /** Like {@link #REFUSED}, with any value but an empty one. */
    private static final String[][] REFUSED_WITH_VALUE = {
        {"query", "remove it; the sink writes its own statements for 'table'"},
        {"tablePrefix", "write it in 'table', as in \"prefix_${table_name}\""},
        {"tableSuffix", "write it in 'table', as in \"${table_name}_suffix\""},
    };

    private OptionKeys() {}

    /** Adds a problem for each misspelt key and each refused value. */
    static void check(OptionReader options) {
        Set<String> ours = DsqlSinkOptions.all().keySet();
        for (String key : options.keys()) {
            String meant = isKnown(key, ours) ? null : closest(key, ours);
            if (meant != null) {
                options.problem(key, "is not known; did you mean '" + meant + "'?");
            }
        }
        for (String[] refused : REFUSED) {
            if (refused[1].equalsIgnoreCase(options.raw(refused[0]))) {
                options.problem(
                        refused[0],
                        "= " + options.raw(refused[0]) + " is not supported yet: " + refused[2]);
            }
        }
        for (String[] refused : REFUSED_WITH_VALUE) {
            String value = options.raw(refused[0]);
            if (value != null && !value.trim().isEmpty()) {
                options.problem(refused[0], "is not supported yet: " + refused[1]);
            }
        }
    }

    /** The keys in the config that have no effect, for a warning. */
    static List<String> ignored(OptionReader options) {
        Set<String> ours = DsqlSinkOptions.all().keySet();
        List<String> ignored = new ArrayList<>();
        for (String key : options.keys()) {
            if (!ours.contains(key) && !ENGINE.contains(key) && !key.equals("user")) {
                ignored.add(key);
            }
        }
        Collections.sort(ignored);
        return ignored;
    }

    private static boolean isKnown(String key, Set<String> ours) {
        return ours.contains(key) || ENGINE.contains(key) || STOCK.contains(key);
    }

    private static String closest(String key, Set<String> ours) {
        String best = null;
        int fewest = MOST_EDITS + 1;
        for (String candidate : ours) {
            int edits = edits(key.toLowerCase(Locale.ROOT), candidate);
            if (edits < fewest && edits <= candidate.length() / 3) {
                fewest = edits;
                best = candidate;
            }
        }
        return best;
    }

    /** Levenshtein distance. */
    static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    private static Set<String> keys(String... keys) {
        return Collections.unmodifiableSet(new HashSet<>(Arrays.asList(keys)));
    }
}
