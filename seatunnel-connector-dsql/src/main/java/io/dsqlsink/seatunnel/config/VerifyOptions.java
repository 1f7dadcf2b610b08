package io.dsqlsink.seatunnel.config;

import io.dsqlsink.bridge.Limits;
import io.dsqlsink.seatunnel.compat.Subtask;
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
                                    + " source's rows. again: it compares again where the report"
                                    + " has differences. repair: it writes the rows that are"
                                    + " missing or different in the report. repair_delete: it also"
                                    + " deletes the extra rows. The commands verify and repair set"
                                    + " it");

    public static final Option<String> VERIFY_REPORT =
            Options.key("verify_report")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Folder on the worker for the report of a comparison, verify.json and"
                                    + " verify.txt; without one only the log has the result");

    public static final Option<Integer> VERIFY_TASKS =
            Options.key("verify_tasks")
                    .intType()
                    .noDefaultValue()
                    .withDescription(
                            "How many tasks of the sink compare together in one process, each with"
                                    + " a share of the source's rows: the parallelism of the job."
                                    + " By default the number that the engine gives; SeaTunnel"
                                    + " 2.3.4 gives none, and the default is 1. The commands verify"
                                    + " and repair set it");

    private static final String RUN = "verify_run";
    private static final String TASK = "verify_task";

    private VerifyOptions() {}

    static void read(OptionReader reader, Map<String, String> nativeOptions) {
        Verify verify = reader.choice(VERIFY, Verify.class);
        if (verify == Verify.FALSE) {
            return;
        }
        DsqlSinkConfig.put(nativeOptions, VERIFY, DsqlSinkConfig.word(verify));
        DsqlSinkConfig.put(nativeOptions, VERIFY_REPORT, reader.text(VERIFY_REPORT));
        DsqlSinkConfig.put(
                nativeOptions,
                VERIFY_TASKS,
                reader.number(
                        VERIFY_TASKS,
                        1,
                        Limits.MAX_VERIFY_TASKS,
                        "it is the number of tasks of the sink, the job's parallelism"));
        if (reader.keys().contains(DsqlSinkOptions.QUERY.key())) {
            reader.problem(
                    VERIFY.key(),
                    "compares with the rows that the sink would write, but the sink does not"
                            + " know what 'query' writes: remove one of them");
        }
    }

    /** Adds what a task has to know about the other tasks of its sink. */
    static void addTask(Map<String, String> nativeOptions, String jobId, Subtask task) {
        if (!nativeOptions.containsKey(VERIFY.key())) {
            return;
        }
        if (!jobId.isEmpty()) {
            nativeOptions.put(RUN, jobId);
        }
        nativeOptions.put(TASK, Integer.toString(task.index()));
        nativeOptions.putIfAbsent(VERIFY_TASKS.key(), Integer.toString(Math.max(task.count(), 1)));
    }
}
