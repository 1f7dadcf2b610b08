package io.dsqlsink.seatunnel.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dsqlsink.seatunnel.TestTables;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.DsqlSinkOptions;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each option of the stock sink has its effect, is refused with the reason, or is logged as
 * ineffective.
 */
public class StockOptionsTest {
    /** Every stock option that this sink knows. */
    public static Set<String> known() {
        return StockOptions.effects().keySet();
    }

    static List<String[]> stock() throws IOException, URISyntaxException {
        Path file = Path.of(StockOptionsTest.class.getResource("/stock-options.txt").toURI());
        return Files.readAllLines(file).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("\\s*\\|\\s*"))
                .collect(Collectors.toList());
    }

    @ParameterizedTest(name = "{0} = {1}: {2}")
    @MethodSource("stock")
    void hasItsEffectOrIsRefusedOrLogged(String key, String value, String expected) {
        Map<String, Object> options = TestTables.options();
        options.put(key, value);
        if (!expected.equals("honoured") && !expected.equals("no effect")) {
            assertThatThrownBy(() -> config(options))
                    .hasMessageContaining("option '" + key + "' ")
                    .hasMessageContaining(expected);
            return;
        }
        DsqlSinkConfig config = config(options);
        assertThat(config.warnings()).isEmpty();
        assertThat(config.withoutEffect().contains(key)).isEqualTo(expected.equals("no effect"));
    }

    private static DsqlSinkConfig config(Map<String, Object> options) {
        return DsqlSinkConfig.of(ReadonlyConfig.fromMap(options), TestTables.orders("id", null));
    }

    @Test
    void theTableHasThemAll() throws Exception {
        Set<String> walked = new TreeSet<>();
        stock().forEach(line -> walked.add(line[0]));
        assertThat(StockOptions.effects()).containsOnlyKeys(walked);
    }

    /** An option that is honoured for all values is read here or in the engine. */
    @Test
    void honouredOptionsAreRead() {
        List<String> engine =
                List.of(
                        "multi_table_sink_replica",
                        "parallelism",
                        "plugin_input",
                        "source_table_name");
        List<String> fallbacks = List.of("base-url", "user");
        List<String> unread = new ArrayList<>();
        StockOptions.effects()
                .forEach(
                        (key, effect) -> {
                            if (effect == StockOptions.Effect.HONOURED
                                    && !DsqlSinkOptions.all().containsKey(key)
                                    && !engine.contains(key)
                                    && !fallbacks.contains(key)) {
                                unread.add(key);
                            }
                        });
        assertThat(unread).isEmpty();
    }
}
