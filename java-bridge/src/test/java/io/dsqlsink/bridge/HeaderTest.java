package io.dsqlsink.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Rust writes the numbers of the border into a header; these are Java's copies of them. */
class HeaderTest {
    private static final Pattern DEFINE =
            Pattern.compile("#define\\s+DSQL_(\\w+)\\s+\\(?(-?\\d+)\\)?");

    @Test
    void constantsAreThoseOfTheHeader() throws IOException, IllegalAccessException {
        Map<String, Integer> rust = defined("dsql_sink.h");
        Map<String, Integer> java = new TreeMap<>();
        collect(java, NativeSink.class, "ABI_VERSION|FRAME_VERSION");
        collect(java, RowEncoder.class, "ROW_(?!COUNT).*|TAG_.*");
        collect(java, Frames.class, "MODE_.*");
        collect(java, Notice.class, "LEVEL_.*");
        collect(java, DsqlNativeException.class, "ERROR_.*");
        collect(java, SinkStats.class, "STAT_.*");
        collect(java, Latencies.class, "LATENCY_.*");

        assertThat(java).isEqualTo(rust);
    }

    /** Java needs some of them only. */
    @Test
    void limitsAreThoseOfTheHeader() throws IOException, IllegalAccessException {
        Map<String, Integer> java = new TreeMap<>();
        collect(java, Limits.class, ".*");
        assertThat(java).isNotEmpty();
        assertThat(defined("dsql_limits.h")).containsAllEntriesOf(java);
    }

    private static Map<String, Integer> defined(String name) throws IOException {
        Path header = TestPaths.root().resolve("rust-core/include").resolve(name);
        assertThat(header).as("written by cbindgen, committed").exists();
        Map<String, Integer> constants = new TreeMap<>();
        Matcher defines = DEFINE.matcher(Files.readString(header));
        while (defines.find()) {
            constants.put(defines.group(1), Integer.valueOf(defines.group(2)));
        }
        return constants;
    }

    private static void collect(Map<String, Integer> constants, Class<?> type, String names)
            throws IllegalAccessException {
        for (Field field : type.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getName().matches(names)) {
                field.setAccessible(true);
                constants.put(field.getName(), field.getInt(null));
            }
        }
    }
}
