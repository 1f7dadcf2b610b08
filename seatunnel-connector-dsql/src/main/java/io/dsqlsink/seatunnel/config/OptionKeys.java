package io.dsqlsink.seatunnel.config;

import io.dsqlsink.seatunnel.stock.StockOptions;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Handles keys that the sink does not use. The stock sink ignores unknown keys, so configs contain
 * some; a misspelt option of ours must not be lost among them.
 */
final class OptionKeys {
    /** More edits than this, or than a third of the key, and it was hardly meant. */
    private static final int MOST_EDITS = 2;

    /** The engine reads these itself. */
    private static final Set<String> ENGINE =
            keys("plugin_name", "factory_id", "plugin_output", "result_table_name");

    private OptionKeys() {}

    /** Adds a problem for each misspelt key. */
    static void check(OptionReader options) {
        Set<String> ours = DsqlSinkOptions.all().keySet();
        for (String key : options.keys()) {
            String meant = isKnown(key, ours) ? null : closest(key, ours);
            if (meant != null) {
                options.problem(key, "is not known; did you mean '" + meant + "'?");
            }
        }
    }

    /**
     * The stock options in the config that have no effect, except the driver, which every job has.
     */
    static List<String> withoutEffect(OptionReader options) {
        return keys(
                options,
                key ->
                        StockOptions.effects().get(key) == StockOptions.Effect.NONE
                                && !key.equals(DsqlSinkOptions.DRIVER.key()));
    }

    /** The keys in the config that neither this sink nor the stock one nor the engine has. */
    static List<String> unknown(OptionReader options) {
        Set<String> ours = DsqlSinkOptions.all().keySet();
        return keys(options, key -> !isKnown(key, ours));
    }

    private static List<String> keys(OptionReader options, Predicate<String> which) {
        return options.keys().stream().filter(which).sorted().collect(Collectors.toList());
    }

    private static boolean isKnown(String key, Set<String> ours) {
        return ours.contains(key)
                || DsqlSinkOptions.all().values().stream()
                        .anyMatch(option -> option.getFallbackKeys().contains(key))
                || ENGINE.contains(key)
                || StockOptions.effects().containsKey(key);
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
