package io.dsqlsink.seatunnel.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.compat.EngineLoaders;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.install.Home;
import io.dsqlsink.seatunnel.install.HomeLoaders;
import io.dsqlsink.seatunnel.install.TestHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every example, and every config in the pages, is read as by doctor, with the classes of a home,
 * and the sink accepts its options. No source or database is contacted.
 */
class ExamplesTest {
    private static final String RELEASE = "2.3.4";

    private static final Path ROOT = Path.of(System.getProperty("root.dir"));

    private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```(?:hocon|conf)\n(.*?)^ *```$");

    private static final String SOURCE = "env { job.mode = BATCH }\nsource { FakeSource {} }\n";

    /** The block for lines that a page shows without one. */
    private static final String SINK =
            "sink { Dsql {\nurl = \"jdbc:postgresql://<cluster>.dsql.<region>.on.aws/postgres\"\n"
                    + "username = admin\n%s} }\n";

    @TempDir Path folder;

    @Test
    void everyExampleIsAJobOfThisSink() throws Exception {
        ClassLoader loader = loader();
        List<Path> files;
        try (Stream<Path> all = Files.walk(ROOT.resolve("examples"))) {
            files =
                    all.filter(file -> file.toString().endsWith(".conf"))
                            .sorted()
                            .collect(Collectors.toList());
        }
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            DsqlSinkConfig config = check(loader, file, file.toString());
            assertThat(config.table().keys()).as("key in %s", file).containsExactly("id");
        }
    }

    @Test
    void everyConfigOfThePagesIsOneOfThisSink() throws Exception {
        ClassLoader loader = loader();
        int parts = 0;
        for (Path page : pages()) {
            Matcher block = BLOCK.matcher(Files.readString(page));
            while (block.find()) {
                String text = block.group(1);
                if (text.trim().startsWith("env {") && !text.contains("sink {")) {
                    text += String.format(SINK, "");
                } else if (!text.contains("sink {")) {
                    text = String.format(SINK, text);
                }
                if (!text.contains("source {")) {
                    text = SOURCE + text;
                    parts++;
                }
                text = text.replace("<cluster>", "abcdefghijklmnopqrst123456");
                Path file = folder.resolve("block.conf");
                Files.writeString(file, text.replace("<region>", "us-east-1"));
                check(loader, file, page + ":\n" + block.group());
            }
        }
        assertThat(parts).isGreaterThan(3);
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (String folder : Arrays.asList(".", "docs", "docs/zh-CN", "examples")) {
            try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
            }
        }
        return pages;
    }

    private static DsqlSinkConfig check(ClassLoader loader, Path file, String what)
            throws Exception {
        JobFile job = JobFile.read(loader, file, new ArrayList<>());
        assertThat(job.sources()).as("sources of %s", what).hasSize(1);
        assertThat(job.sinks()).as("sinks of %s", what).hasSize(1);
        Map<String, Object> sink = job.sinks().get(0);
        assertThat(JobTables.isOurs(sink)).as("the sink of %s is ours", what).isTrue();
        DsqlSinkConfig config =
                DsqlSinkConfig.of(ReadonlyConfig.fromMap(sink), TestTables.orders("id", null));
        assertThat(config.warnings()).as(what).isEmpty();
        assertThat(config.withoutEffect()).as(what).isEmpty();
        return config;
    }

    private ClassLoader loader() throws Exception {
        TestHome home = new TestHome(folder, RELEASE);
        // Only the starters have the classes that read a config.
        for (Path starter : EngineLoaders.jars(RELEASE, "flink")) {
            Files.copy(starter, home.root.resolve("starter").resolve(starter.getFileName()));
        }
        return new HomeLoaders(Home.of(home.root)).job(Collections.singletonList(home.ours));
    }
}
