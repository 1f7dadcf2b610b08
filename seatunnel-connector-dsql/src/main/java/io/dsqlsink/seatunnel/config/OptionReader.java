package io.dsqlsink.seatunnel.config;

import io.dsqlsink.seatunnel.LogText;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;

/** Reads options one by one and collects what is wrong, so that a user learns all of it at once. */
public final class OptionReader {
    private final ReadonlyConfig options;
    private final Map<String, String> raw;
    private final Set<String> problems = new LinkedHashSet<>();

    OptionReader(ReadonlyConfig options) {
        this.options = options;
        this.raw = options.toMap();
    }

    /** The keys that the user wrote. */
    Set<String> keys() {
        return raw.keySet();
    }

    /** The value as the user wrote it, or null. Not for secrets. */
    public String raw(String key) {
        return raw.get(key);
    }

    /** Whether the user wrote it, by any of its names. */
    boolean has(Option<?> option) {
        return raw.containsKey(option.key())
                || option.getFallbackKeys().stream().anyMatch(raw::containsKey);
    }

    /** Null when absent; blank is a problem. The value never enters a message. */
    String text(Option<String> option) {
        String value = options.getOptional(option).orElse(null);
        if (value != null && value.trim().isEmpty()) {
            problem(option.key(), "is empty: set it, or remove the line");
            return null;
        }
        return value;
    }

    String requiredText(Option<String> option, String hint) {
        String value = text(option);
        if (value == null && !options.getOptional(option).isPresent()) {
            problem(option.key(), "is missing: " + hint);
        }
        return value;
    }

    /** Null when absent or blank. */
    String name(Option<String> option) {
        String value = options.get(option);
        return value == null || value.trim().isEmpty() ? null : value.trim();
    }

    boolean flag(Option<Boolean> option) {
        try {
            return options.get(option);
        } catch (RuntimeException e) {
            wrong(option, "is not true or false");
            return option.defaultValue();
        }
    }

    /** Null when absent and without default, or out of range. */
    <N extends Number> N number(Option<N> option, long min, long max, String hint) {
        N value;
        try {
            value = options.get(option);
        } catch (RuntimeException e) {
            value = null;
        }
        // SeaTunnel drops the digits after a decimal point.
        String text = raw.get(option.key());
        if (text != null && (value == null || !text.trim().matches("[+-]?\\d+"))) {
            wrong(option, "is not a whole number; " + hint);
            return null;
        }
        if (value != null && (value.longValue() < min || value.longValue() > max)) {
            wrong(option, "is not between " + min + " and " + max + "; " + hint);
            return null;
        }
        return value;
    }

    <E extends Enum<E>> E choice(Option<E> option, Class<E> type) {
        try {
            return options.get(option);
        } catch (RuntimeException e) {
            String allowed =
                    Arrays.stream(type.getEnumConstants())
                            .map(value -> value.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "));
            wrong(option, "is not one of: " + allowed);
            return option.defaultValue();
        }
    }

    /** Null when absent. */
    List<String> names(Option<List<String>> option) {
        try {
            return options.get(option);
        } catch (RuntimeException e) {
            wrong(option, "is not a list of names such as [\"id\"]");
            return null;
        }
    }

    public void problem(String key, String what) {
        problem("option '" + key + "' " + what);
    }

    /** A problem that is not caused by a single option. It is one line with any names in it. */
    public void problem(String what) {
        problems.add(LogText.printable(what));
    }

    /** Adds a problem for each of these options that has a character which cannot be sent. */
    void checkCharacters(Map<String, String> values) {
        values.forEach(
                (key, value) -> {
                    String character = value == null ? null : LogText.unsendable(value);
                    if (character != null) {
                        // The value may be a secret.
                        problem(key, "has " + character + ": take it out");
                    }
                });
    }

    /** A problem that shows the value. Not for secrets. */
    void wrong(Option<?> option, String what) {
        problem(option.key(), "= " + raw.get(option.key()) + " " + what);
    }

    /**
     * @throws DsqlConnectorException that lists all problems, when there are any
     */
    void check() {
        if (!problems.isEmpty()) {
            throw new DsqlConnectorException(DsqlErrorCode.CONFIG, String.join("; ", problems));
        }
    }
}
