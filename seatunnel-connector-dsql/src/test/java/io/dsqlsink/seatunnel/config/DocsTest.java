package io.dsqlsink.seatunnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.util.RequiredOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every table of options in the documentation, in both languages, matches the code, and every whole
 * job in it is one of the examples.
 */
class DocsTest {
    private static final Path ROOT = Path.of(System.getProperty("root.dir"));

    /** A row with one or more keys, then type, required, default. */
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| (`\\w+`(?:, `\\w+`)*) \\|([^|]*)\\|([^|]*)\\|([^|]*)\\|");

    /** An option that every table of options has; other tables have no row of this name. */
    private static final String A_ROW = "| `url` |";

    private static final Pattern KEY = Pattern.compile("`(\\w+)`");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```hocon\n(.*?)^```");

    @Test
    void bothLanguagesHaveATable() throws IOException {
        assertThat(pagesWithOptions().map(page -> ROOT.relativize(page).toString()))
                .contains("docs/connector.md", "docs/zh-CN/connector.md");
    }

    @ParameterizedTest
    @MethodSource("pagesWithOptions")
    void hasEveryOptionAsTheCodeHasIt(Path page) throws IOException {
        Map<String, String[]> rows = rows(Files.readString(page));
        Set<String> keys = new TreeSet<>(DsqlSinkOptions.all().keySet());
        // The older name of username.
        keys.add("user");
        // SeaTunnel itself reads this option.
        keys.add("multi_table_sink_replica");
        assertThat(rows).containsOnlyKeys(keys);
        Set<String> required =
                OptionRules.rule().getRequiredOptions().stream()
                        .map(RequiredOption::getOptions)
                        .flatMap(List::stream)
                        .map(Option::key)
                        .collect(Collectors.toSet());
        DsqlSinkOptions.all()
                .forEach(
                        (key, option) -> {
                            String[] row = rows.get(key);
                            assertThat(row[0]).as("type of %s", key).isEqualTo(type(option));
                            assertThat(row[1].matches("yes|是"))
                                    .as("%s is required", key)
                                    .isEqualTo(required.contains(key));
                            if (option.defaultValue() != null) {
                                assertThat(row[2])
                                        .as("default of %s", key)
                                        .isEqualToIgnoringCase(option.defaultValue().toString());
                            }
                        });
    }

    /** The code reads every example that a reader can copy; see ExamplesTest. */
    @ParameterizedTest
    @MethodSource("pages")
    void everyWholeJobIsAnExample(Path page) throws IOException {
        List<String> examples = new ArrayList<>();
        for (Path file : files(ROOT.resolve("examples"), ".conf")) {
            examples.add(Files.readString(file));
        }
        Matcher block = BLOCK.matcher(Files.readString(page));
        while (block.find()) {
            if (block.group(1).contains("source {")) {
                assertThat(examples).as("jobs of examples/").contains(block.group(1));
            }
        }
    }

    @Test
    void everyExampleIsExplainedInBothLanguages() throws IOException {
        for (String folder : new String[] {"docs", "docs/zh-CN"}) {
            Path pages = ROOT.resolve(folder);
            String text =
                    Files.readString(pages.resolve("connector.md"))
                            + Files.readString(pages.resolve("try-it.md"));
            for (Path file : files(ROOT.resolve("examples"), ".conf")) {
                assertThat(text).as(folder).contains(Files.readString(file));
            }
        }
    }

    private static Map<String, String[]> rows(String page) {
        Map<String, String[]> rows = new TreeMap<>();
        int start = page.lastIndexOf("\n\n", page.indexOf(A_ROW));
        Matcher row = ROW.matcher(page.substring(start, page.indexOf("\n\n", start + 2)));
        while (row.find()) {
            String[] cells = new String[3];
            for (int cell = 0; cell < cells.length; cell++) {
                cells[cell] = row.group(cell + 2).replace("`", "").trim();
            }
            Matcher key = KEY.matcher(row.group(1));
            while (key.find()) {
                rows.put(key.group(1), cells);
            }
        }
        return rows;
    }

    private static String type(Option<?> option) {
        Type type = option.typeReference().getType();
        if (type instanceof ParameterizedType) {
            return "list";
        } else if (((Class<?>) type).isEnum()) {
            return "enum";
        }
        String name = ((Class<?>) type).getSimpleName().toLowerCase(Locale.ROOT);
        return name.equals("integer") ? "int" : name;
    }

    static Stream<Path> pagesWithOptions() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (Path page : pages()) {
            if (Files.readString(page).contains(A_ROW)) {
                pages.add(page);
            }
        }
        return pages.stream();
    }

    static List<Path> pages() throws IOException {
        List<Path> pages = files(ROOT.resolve("docs"), ".md");
        pages.add(ROOT.resolve("README.md"));
        pages.add(ROOT.resolve("README.zh-CN.md"));
        return pages;
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .collect(Collectors.toCollection(ArrayList::new));
        }
    }
}
