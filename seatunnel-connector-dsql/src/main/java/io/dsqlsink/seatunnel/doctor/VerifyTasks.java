package io.dsqlsink.seatunnel.doctor;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How many tasks a comparison has: as many as its job. Zeta runs a sink in the tasks of its
 * sources, so its tasks are those of all sources that it takes rows from.
 */
final class VerifyTasks {
    /** All tasks run in this machine, and more would only wait for its processors. */
    private static final int OF_A_PROCESSOR = 2;

    /** On a machine with few processors, tasks mostly wait for the source. */
    private static final int LEAST_LIMIT = 4;

    private static final String PARALLELISM = "parallelism";
    private static final List<String> INPUTS = Arrays.asList("plugin_input", "source_table_name");
    private static final List<String> OUTPUTS = Arrays.asList("plugin_output", "result_table_name");

    private final int ofASource;
    private final int sources;

    private VerifyTasks(int ofASource, int sources) {
        this.ofASource = ofASource;
        this.sources = sources;
    }

    static VerifyTasks of(JobFile job) {
        int sources = Math.max(1, feeding(job));
        Object env = job.root().get("env");
        int common = number(env instanceof Map ? ((Map<?, ?>) env).get(PARALLELISM) : null, 1);
        int tasks =
                job.sources().stream()
                        .mapToInt(source -> number(source.get(PARALLELISM), common))
                        .max()
                        .orElse(common);
        int limit =
                Math.max(LEAST_LIMIT, OF_A_PROCESSOR * Runtime.getRuntime().availableProcessors());
        return new VerifyTasks(Math.max(1, Math.min(tasks, limit / sources)), sources);
    }

    /** The parallelism of each source. */
    int ofASource() {
        return ofASource;
    }

    int ofTheSink() {
        return ofASource * sources;
    }

    /**
     * How many sources the sink takes rows from: one, unless blocks name several as their input.
     */
    private static int feeding(JobFile job) {
        Set<String> names = new HashSet<>();
        for (Map<String, Object> sink : job.sinks()) {
            names.addAll(names(sink, INPUTS));
        }
        List<Map<String, Object>> transforms = job.transforms();
        // Each transform may stand before the one whose rows it takes.
        for (int round = 0; round < transforms.size(); round++) {
            for (Map<String, Object> transform : transforms) {
                if (!Collections.disjoint(names, names(transform, OUTPUTS))) {
                    names.addAll(names(transform, INPUTS));
                }
            }
        }
        return (int)
                job.sources().stream()
                        .filter(source -> !Collections.disjoint(names, names(source, OUTPUTS)))
                        .count();
    }

    private static Set<String> names(Map<String, Object> block, List<String> options) {
        return options.stream()
                .map(block::get)
                .filter(Objects::nonNull)
                .flatMap(
                        value ->
                                value instanceof Collection
                                        ? ((Collection<?>) value).stream()
                                        : Arrays.stream(value.toString().split(",")))
                .map(name -> name.toString().trim())
                .collect(Collectors.toSet());
    }

    /** A number as the job has it, or with quotes. */
    private static int number(Object value, int otherwise) {
        try {
            return value == null
                    ? otherwise
                    : Math.max(1, Integer.parseInt(value.toString().trim()));
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }
}
