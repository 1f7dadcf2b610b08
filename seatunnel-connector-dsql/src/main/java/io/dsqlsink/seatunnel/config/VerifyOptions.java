package io.dsqlsink.seatunnel.config;

import java.util.Map;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.Options;

/** Options that make the sink compare instead of writing all rows. */
public final class VerifyOptions {
    /** What the sink does with the source's rows. */
    enum Verify {
        FALSE,
        TRUE,
        AGAIN,
        REPAIR,
        REPAIR_DELETE
    }

    public static final Option<Verify> VERIFY =
            Options.key("verify")
                    .enumType(Verify.class)
                    .defaultValue(Verify.FALSE)
                    .withDescription(
                            "true: the sink writes nothing and compares the target with the"
                                    + " source's rows. again: it looks again where the report has"
                                    + " differences. repair: it writes the rows that the report"
                                    + " calls missing or different; repair_delete: and deletes the"
                                    + " extra ones. The commands verify and repair set it");

    public static final Option<String> VERIFY_REPORT =
            Options.key("verify_report")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Folder on the worker for the report of a comparison, verify.json and"
                                    + " verify.txt; without one only the log has the result");

    private VerifyOptions() {}

    static void read(OptionReader reader, Map<String, String> nativeOptions) {
        Verify verify = reader.choice(VERIFY, Verify.class);
        if (verify == Verify.FALSE) {
            return;
        }
        DsqlSinkConfig.put(nativeOptions, VERIFY, DsqlSinkConfig.word(verify));
        DsqlSinkConfig.put(nativeOptions, VERIFY_REPORT, reader.text(VERIFY_REPORT));
        if (reader.keys().contains(DsqlSinkOptions.QUERY.key())) {
            reader.problem(
                    VERIFY.key(),
                    "compares with the rows that the sink would write, and the sink does not"
                            + " know what 'query' writes: remove one of them");
        }
    }
}
