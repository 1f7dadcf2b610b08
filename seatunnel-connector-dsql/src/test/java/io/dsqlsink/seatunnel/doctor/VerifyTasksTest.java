package io.dsqlsink.seatunnel.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerifyTasksTest {
    private static final Map<String, Object> SINK = Map.of("plugin_name", "Jdbc");

    private static VerifyTasks of(
            Map<String, Object> env,
            List<Map<String, Object>> sources,
            List<Map<String, Object>> transforms,
            Map<String, Object> sink) {
        return VerifyTasks.of(
                new JobFile(
                        Map.of(
                                "env",
                                env,
                                "source",
                                sources,
                                "transform",
                                transforms,
                                "sink",
                                List.of(sink))));
    }

    private static int tasks(Map<String, Object> env, Map<String, Object> source) {
        VerifyTasks tasks = of(env, List.of(source), List.of(), SINK);
        assertThat(tasks.ofTheSink()).isEqualTo(tasks.ofASource());
        return tasks.ofASource();
    }

    @Test
    void theJobsParallelismIsKept() {
        assertThat(tasks(Map.of(), Map.of())).isEqualTo(1);
        assertThat(tasks(Map.of("parallelism", 3), Map.of())).isEqualTo(3);
        assertThat(tasks(Map.of("parallelism", "3"), Map.of())).isEqualTo(3);
        assertThat(tasks(Map.of("parallelism", 3), Map.of("parallelism", 2))).isEqualTo(2);
        assertThat(tasks(Map.of(), Map.of("parallelism", 4))).isEqualTo(4);
        assertThat(tasks(Map.of("parallelism", 0), Map.of())).isEqualTo(1);
    }

    @Test
    void theMachineSetsALimit() {
        int limit = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
        assertThat(tasks(Map.of("parallelism", 500), Map.of())).isEqualTo(limit);
    }

    @Test
    void aSinkOfSeveralSourcesHasTheTasksOfAll() {
        Map<String, Object> env = Map.of("parallelism", 2);
        List<Map<String, Object>> sources =
                List.of(
                        Map.of("result_table_name", "a"),
                        Map.of("plugin_output", "b"),
                        Map.of("plugin_output", "unused"));
        VerifyTasks direct =
                of(env, sources, List.of(), Map.of("source_table_name", List.of("a", "b")));
        assertThat(direct.ofASource()).isEqualTo(2);
        assertThat(direct.ofTheSink()).isEqualTo(4);
        VerifyTasks through =
                of(
                        env,
                        sources,
                        List.of(
                                Map.of("plugin_input", List.of("a", "b"), "plugin_output", "d"),
                                Map.of("plugin_input", "d", "plugin_output", "c")),
                        Map.of("plugin_input", "c"));
        assertThat(through.ofTheSink()).isEqualTo(4);
        VerifyTasks one = of(env, sources, List.of(), Map.of("plugin_input", "b"));
        assertThat(one.ofTheSink()).isEqualTo(2);
    }
}
