package io.dsqlsink.seatunnel.config;

import java.util.Map;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.Options;

/** Options for the content of the log. */
final class LogOptions {
    /** Which values of rows are shown. */
    enum Values {
        SHORT,
        KEYS,
        NONE
    }

    static final Option<Values> LOG_VALUES =
            Options.key("log_values")
                    .enumType(Values.class)
                    .defaultValue(Values.SHORT)
                    .withDescription(
                            "Which values of rows log lines and errors show. short: keys, and"
                                    + " the first 60 characters of others; keys: keys only; none."
                                    + " The dead-letter file always has them");

    private LogOptions() {}

    static void read(OptionReader reader, Map<String, String> nativeOptions) {
        Values values = reader.choice(LOG_VALUES, Values.class);
        DsqlSinkConfig.put(nativeOptions, LOG_VALUES, DsqlSinkConfig.word(values));
    }
}
