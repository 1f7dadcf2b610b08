package io.dsqlsink.seatunnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The README's table of options is that of the code. */
class ReadmeTest {
    /** A row with one or more keys, then the default. */
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| (`\\w+`(?:, `\\w+`)*) \\|([^|]*)\\|");

    private static final Pattern KEY = Pattern.compile("`(\\w+)`");

    @Test
    void hasEveryOptionWithItsDefault() throws IOException {
        Map<String, String> defaults = new TreeMap<>();
        Matcher row =
                ROW.matcher(Files.readString(Path.of(System.getProperty("root.dir"), "README.md")));
        while (row.find()) {
            Matcher key = KEY.matcher(row.group(1));
            while (key.find()) {
                defaults.put(key.group(1), row.group(2).replace("`", "").trim());
            }
        }
        Set<String> keys = new TreeSet<>(DsqlSinkOptions.all().keySet());
        // The older name of username.
        keys.add("user");
        // SeaTunnel itself reads it.
        keys.add("multi_table_sink_replica");
        assertThat(defaults).containsOnlyKeys(keys);
        DsqlSinkOptions.all()
                .forEach(
                        (key, option) -> {
                            if (option.defaultValue() != null) {
                                assertThat(defaults.get(key))
                                        .as(key)
                                        .isEqualToIgnoringCase(option.defaultValue().toString());
                            }
                        });
    }
}
