package io.dsqlsink.seatunnel.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The jar accepts every command that a page shows. */
class CommandsInDocsTest {
    private static final Pattern COMMAND =
            Pattern.compile("java -jar seatunnel-connector-dsql\\S*\\.jar ([^`#\n]+)");

    @Test
    void everyCommandIsAccepted() throws IOException {
        List<String> commands = new ArrayList<>();
        for (Path page : pages()) {
            Matcher shown = COMMAND.matcher(Files.readString(page));
            while (shown.find()) {
                String command = shown.group(1).trim().replace("$SEATUNNEL_HOME", "/opt/home");
                commands.add(command);
                assertThatCode(() -> Main.commandLine().parseArgs(command.split(" +")))
                        .as("%s: %s", page, command)
                        .doesNotThrowAnyException();
            }
        }
        assertThat(commands).hasSizeGreaterThan(10);
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        Path root = Path.of("..");
        for (Path folder : List.of(root, root.resolve("docs"), root.resolve("examples"))) {
            int depth = folder.equals(root) ? 1 : 2;
            try (Stream<Path> files = Files.walk(folder, depth)) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
            }
        }
        return pages;
    }
}
