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
 * The number of tasks of a comparison: as many as its job has. Zeta runs a sink in the tasks of its
 * sources, so a sink has the tasks of all sources that feed it.
 */
final class VerifyTasks {
    /** All tasks run on this machine. More tasks would only wait for its processors. */
    private static final int OF_A_PROCESSOR = 2;

    /**
     * The limit is at least this. On a machine with few processors, tasks mostly wait for the
     * source.
     */
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

    /** How many sources feed the sink: one, unless blocks name several as their input. */
    private static int feeding(JobFile job) {
        Set<String> names = new HashSet<>();
        for (Map<String, Object> sink : job.sinks()) {
            names.addAll(names(sink, INPUTS));
        }
        List<Map<String, Object>> transforms = job.transforms();
        // A transform may come before the one that it gets its rows from, so one round is not
        // enough.
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

    /** A number, with or without quotes. */
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
