package io.dsqlsink.seatunnel.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.Options;
import org.apache.seatunnel.api.configuration.SingleChoiceOption;
import org.apache.seatunnel.api.configuration.util.OptionRule;

/** The options as SeaTunnel's own checks and tools see them. */
public final class OptionRules {
    private OptionRules() {}

    /** For the engine's own check and for tools that list options. */
    public static OptionRule rule() {
        OptionRule.Builder rule =
                OptionRule.builder().required(DsqlSinkOptions.URL, DsqlSinkOptions.USERNAME);
        for (Option<?> option : DsqlSinkOptions.all().values()) {
            if (option != DsqlSinkOptions.URL && option != DsqlSinkOptions.USERNAME) {
                rule.optional(option);
            }
        }
        return rule.build();
    }

    /**
     * Lists our options and those of another rule, and requires none of them. The engine's check of
     * a rule ends at the first value that it cannot parse, and does not name the option, so a sink
     * that is to name every problem checks its options itself.
     */
    public static OptionRule listing(OptionRule other) {
        Map<String, Option<?>> options = new LinkedHashMap<>(DsqlSinkOptions.all());
        Stream.concat(
                        other.getRequiredOptions().stream().flatMap(r -> r.getOptions().stream()),
                        other.getOptionalOptions().stream())
                .forEach(option -> options.putIfAbsent(option.key(), unparsed(option)));
        OptionRule.Builder rule = OptionRule.builder();
        options.values().forEach(rule::optional);
        return rule.build();
    }

    /** Of optional options the engine parses those with a list of choices. */
    private static Option<?> unparsed(Option<?> option) {
        if (!(option instanceof SingleChoiceOption)) {
            return option;
        }
        return Options.key(option.key())
                .stringType()
                .defaultValue(String.valueOf(option.defaultValue()))
                .withDescription(option.getDescription());
    }
}
