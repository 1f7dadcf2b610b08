package io.dsqlsink.seatunnel.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.compat.EngineLoaders;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.install.Home;
import io.dsqlsink.seatunnel.install.HomeLoaders;
import io.dsqlsink.seatunnel.install.TestHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every example is read as doctor reads a job, by the classes of a home, and the sink has no word
 * against its options. No source or database is asked.
 */
class ExamplesTest {
    private static final String RELEASE = "2.3.4";

    private static final Path EXAMPLES =
            Path.of(System.getProperty("root.dir")).resolve("examples");

    @TempDir Path folder;

    @Test
    void everyExampleIsAJobOfThisSink() throws Exception {
        TestHome home = new TestHome(folder, RELEASE);
        // What reads a config is in the starters alone.
        for (Path starter : EngineLoaders.jars(RELEASE, "flink")) {
            Files.copy(starter, home.root.resolve("starter").resolve(starter.getFileName()));
        }
        ClassLoader loader =
                new HomeLoaders(Home.of(home.root)).job(Collections.singletonList(home.ours));
        List<Path> files;
        try (Stream<Path> all = Files.list(EXAMPLES)) {
            files =
                    all.filter(file -> file.toString().endsWith(".conf"))
                            .sorted()
                            .collect(Collectors.toList());
        }
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            JobFile job = JobFile.read(loader, file, new ArrayList<>());
            assertThat(job.sources()).as("sources of %s", file).hasSize(1);
            assertThat(job.sinks()).as("sinks of %s", file).hasSize(1);
            Map<String, Object> sink = job.sinks().get(0);
            assertThat(JobTables.isOurs(sink)).as("the sink of %s is ours", file).isTrue();
            DsqlSinkConfig config =
                    DsqlSinkConfig.of(ReadonlyConfig.fromMap(sink), TestTables.orders("id", null));
            assertThat(config.warnings()).as(file.toString()).isEmpty();
            assertThat(config.withoutEffect()).as(file.toString()).isEmpty();
            assertThat(config.table().keys()).as("key in %s", file).containsExactly("id");
        }
    }
}
