package io.dsqlsink.seatunnel.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.sink.DsqlLocal;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Save modes and schema changes with the API of newer releases, through their own classes. */
@Timeout(120)
class NewerReleaseTest {
    @ParameterizedTest
    @CsvSource({"2.3.8, DsqlSink EventWriter", "2.3.10, EvolvingSink EvolvingWriter"})
    void theTableIsCreatedAndFollows(String version, String classes, @TempDir Path dir)
            throws Exception {
        try (DsqlLocal dsql = DsqlLocal.start(dir.resolve("dsql-local.log"));
                URLClassLoader engine =
                        EngineLoaders.flat(
                                Arrays.asList(EngineLoaders.jars(version, "engine")),
                                EngineLoaders.connector(),
                                EngineLoaders.libraries())) {
            Map<String, Object> options = new LinkedHashMap<>(TestTables.options());
            options.put("url", dsql.url());
            Object used =
                    engine.loadClass(ReleaseProbe.class.getName())
                            .getMethod("run", ClassLoader.class, Map.class)
                            .invoke(null, engine, options);
            assertThat(used).isEqualTo(classes);
            assertThat(dsql.sql("SELECT * FROM orders ORDER BY id"))
                    .isEqualTo(List.of("1 a null", "2 b x"));
        }
    }

    @Test
    void theEngineGetsTheTargetAndTheSupportedChanges() throws Exception {
        try (URLClassLoader engine =
                EngineLoaders.flat(
                        Arrays.asList(EngineLoaders.jars("2.3.10", "engine")),
                        EngineLoaders.connector(),
                        EngineLoaders.libraries())) {
            Object told =
                    engine.loadClass(ReleaseProbe.class.getName())
                            .getMethod("targetAndChanges", ClassLoader.class, Map.class)
                            .invoke(null, engine, TestTables.options());
            assertThat(told)
                    .isEqualTo(
                            "postgres.public.orders"
                                    + " [ADD_COLUMN, DROP_COLUMN, UPDATE_COLUMN, RENAME_COLUMN]");
        }
    }

    /** Up to 2.3.4 a task knows its own number only. */
    @ParameterizedTest
    @CsvSource({"2.3.8", "2.3.10"})
    void aTaskKnowsTheNumberOfTasks(String version) throws Exception {
        try (URLClassLoader engine =
                EngineLoaders.flat(
                        Arrays.asList(EngineLoaders.jars(version, "engine")),
                        EngineLoaders.connector(),
                        EngineLoaders.libraries())) {
            Object told =
                    engine.loadClass(ReleaseProbe.class.getName())
                            .getMethod("subtask")
                            .invoke(null);
            assertThat(told).isEqualTo("2 of 4");
        }
    }
}
