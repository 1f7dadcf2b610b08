package io.dsqlsink.seatunnel.config;

import io.dsqlsink.bridge.Limits;
import java.util.Map;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.Options;

/** Options for rows that cannot be written. */
final class RowErrorOptions {
    /** What happens to a row that Aurora DSQL refuses. */
    enum Policy {
        FAIL,
        SKIP
    }

    static final Option<Policy> ROW_ERROR_POLICY =
            Options.key("row_error_policy")
                    .enumType(Policy.class)
                    .defaultValue(Policy.FAIL)
                    .withDescription(
                            "fail: a row that Aurora DSQL refuses, or that does not fit its"
                                    + " columns, fails the job. skip: it goes to"
                                    + " dead_letter_path, and the job continues; a"
                                    + " value of an unsupported type still"
                                    + " fails the job");

    static final Option<Long> ROW_ERROR_LIMIT =
            Options.key("row_error_limit")
                    .longType()
                    .noDefaultValue()
                    .withDescription(
                            "Maximum rows that a task may skip since its start; one more fails"
                                    + " the job. By"
                                    + " default 10000");

    static final Option<Integer> ROW_ERROR_LIMIT_PERCENT =
            Options.key("row_error_limit_percent")
                    .intType()
                    .noDefaultValue()
                    .withDescription(
                            "Maximum percentage of a task's rows that may be skipped, checked"
                                    + " from 1000 rows on; more fail the job. By default 10;"
                                    + " 100 for no limit");

    static final Option<String> DEAD_LETTER_PATH =
            Options.key("dead_letter_path")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "File, or folder for the file, on each worker. Skipped rows are"
                                    + " appended to it as lines of JSON; required with"
                                    + " row_error_policy = skip");

    static final Option<Boolean> DEAD_LETTER_VALUES =
            Options.key("dead_letter_values")
                    .booleanType()
                    .defaultValue(true)
                    .withDescription(
                            "false: lines of the dead-letter file have the row's key, but not its"
                                    + " other values");

    static final Option<Long> DEAD_LETTER_MAX_BYTES =
            Options.key("dead_letter_max_bytes")
                    .longType()
                    .noDefaultValue()
                    .withDescription(
                            "Size at which the dead-letter file is renamed with a number at the"
                                    + " end and a new one is started. By default 104857600");

    private static final int ALL = 100;

    private RowErrorOptions() {}

    static void read(OptionReader reader, Map<String, String> nativeOptions) {
        boolean skip = reader.choice(ROW_ERROR_POLICY, Policy.class) == Policy.SKIP;
        if (!skip) {
            for (Option<?> option :
                    new Option<?>[] {
                        ROW_ERROR_LIMIT,
                        ROW_ERROR_LIMIT_PERCENT,
                        DEAD_LETTER_PATH,
                        DEAD_LETTER_VALUES,
                        DEAD_LETTER_MAX_BYTES
                    }) {
                if (reader.keys().contains(option.key())) {
                    reader.problem(
                            option.key(),
                            "has no use without 'row_error_policy' = skip: set that, or remove the"
                                    + " option");
                }
            }
            return;
        }
        String path = reader.text(DEAD_LETTER_PATH);
        if (!reader.keys().contains(DEAD_LETTER_PATH.key())) {
            reader.problem(
                    DEAD_LETTER_PATH.key(),
                    "is missing beside 'row_error_policy' = skip: set the file or folder that"
                            + " skipped rows go to");
        }
        DsqlSinkConfig.put(nativeOptions, ROW_ERROR_POLICY, "skip");
        DsqlSinkConfig.put(nativeOptions, DEAD_LETTER_PATH, path);
        DsqlSinkConfig.put(
                nativeOptions,
                ROW_ERROR_LIMIT,
                reader.number(
                        ROW_ERROR_LIMIT,
                        1,
                        Long.MAX_VALUE / ALL,
                        "it is the number of rows that may be skipped; to skip none set"
                                + " row_error_policy = fail"));
        DsqlSinkConfig.put(
                nativeOptions,
                ROW_ERROR_LIMIT_PERCENT,
                reader.number(
                        ROW_ERROR_LIMIT_PERCENT,
                        0,
                        ALL,
                        "it is the share of rows that may be skipped"));
        DsqlSinkConfig.put(nativeOptions, DEAD_LETTER_VALUES, reader.flag(DEAD_LETTER_VALUES));
        DsqlSinkConfig.put(
                nativeOptions,
                DEAD_LETTER_MAX_BYTES,
                reader.number(
                        DEAD_LETTER_MAX_BYTES,
                        Limits.MIN_LETTER_FILE_BYTES,
                        Long.MAX_VALUE,
                        "it is the size in bytes of a dead-letter file"));
    }
}
