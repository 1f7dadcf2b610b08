package io.dsqlsink.seatunnel.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * All commands of the jar have the same form of output. Each runs in its own JVM, as a user starts
 * it.
 */
@Timeout(240)
class CommandsTest {
    private static final String RELEASE = "2.3.4";

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "install",
                "uninstall",
                "doctor",
                "cutover",
                "widen",
                "verify",
                "repair",
                "replay"
            })
    void itsHelpHasAValidExample(String command) {
        CommandLine all = Main.commandLine();
        assertThat(all.getSubcommands().keySet()).contains(command).hasSize(8);
        String help = all.getSubcommands().get(command).getUsageMessage();
        assertThat(help).contains("--json", "--help", "Example:", "Exit codes:");
        String example =
                help.lines()
                        .filter(line -> line.startsWith("  " + command + " --home"))
                        .findFirst()
                        .orElseThrow();
        assertThat(all.getUsageMessage()).contains("Exit codes:");
        assertThat(all.getUsageMessage().lines()).contains(example);
        CommandLine.ParseResult parsed = Main.commandLine().parseArgs(example.trim().split(" "));
        assertThat(parsed.subcommand().commandSpec().name()).isEqualTo(command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"doctor", "cutover", "widen", "verify", "repair", "replay"})
    void aCommandThatCannotRunHasExitCode2(String command) throws Exception {
        TestHome home = new TestHome(folder, RELEASE);
        Path config = folder.resolve("nowhere.conf");
        List<String> arguments = new ArrayList<>(List.of(command, "--config", config.toString()));
        if (command.equals("replay")) {
            Path letters = Files.writeString(folder.resolve("letters"), "");
            arguments.addAll(List.of("--dead-letters", letters.toString()));
        }
        if (command.equals("verify") || command.equals("repair")) {
            arguments.addAll(List.of("--report", folder.resolve("report").toString()));
        }
        String told = "--config " + config + ": there is no such file";
        Ended text = run(home, arguments, 2);
        assertThat(text.out.lines()).contains("FAILED   " + told);

        arguments.add("--json");
        Ended json = run(home, arguments, 2);
        assertThat(json.document().path("command").asText()).isEqualTo(command);
        assertThat(json.findings("failed")).containsExactly(told);
        assertThat(json.err).doesNotContain("FAILED");
    }

    @Test
    void aFolderThatIsNotAHomeGivesADocumentToo() throws Exception {
        TestHome home = new TestHome(folder, RELEASE);
        List<String> install = List.of("install", "--json", "--home", folder.toString());
        assertThat(run(home, install, 2).findings("failed"))
                .singleElement()
                .asString()
                .contains("is no SeaTunnel home");
        Ended wrong = run(home, List.of("install", "--json", "--mode", "both"), 2);
        assertThat(wrong.out).isEmpty();
        assertThat(wrong.err).contains("--mode");
    }

    @Test
    void noFindingHasExitCode0() throws Exception {
        TestHome home = new TestHome(folder, RELEASE);
        Map<String, String> stock = home.state();
        Ended dry = run(home, List.of("install", "--dry-run", "--json"), 0);
        assertThat(dry.findings("note")).singleElement().asString().startsWith("add lib/");
        assertThat(dry.findings("ok")).isEmpty();
        assertThat(home.state()).isEqualTo(stock);
        Ended text = run(home, List.of("install"), 0);
        assertThat(text.out.lines().findFirst().orElseThrow()).startsWith("ok       add lib/");
        assertThat(text.out.lines()).allMatch(line -> line.startsWith("ok       "));
        Ended json = run(home, List.of("uninstall", "--json"), 0);
        assertThat(json.findings("ok")).contains("uninstalled: restart the nodes");
        assertThat(json.document().path("version").asText())
                .isEqualTo(System.getProperty("project.version"));
    }

    @Test
    void aFindingHasExitCode1() throws Exception {
        TestHome home = new TestHome(folder, RELEASE);
        for (String copy : new String[] {"a.jar", "b.jar"}) {
            Files.copy(home.ours, home.root.resolve("lib").resolve(copy));
        }
        String found = "several copies of the connector: [lib/a.jar, lib/b.jar]; keep only one";
        assertThat(run(home, List.of("doctor"), 1).out.lines()).contains("PROBLEM  " + found);
        Ended json = run(home, List.of("doctor", "--json"), 1);
        assertThat(json.findings("problem")).contains(found);
    }

    /**
     * A text with line ends, or with characters that hide or reverse it, stays one line and valid
     * JSON.
     */
    @Test
    void aFindingIsOneLine() throws IOException {
        List<String> lines = new ArrayList<>();
        Report report = new Report(lines::add);
        String odd = "a\nb\r\u001b[2J\u202e \"quoted\" \\ 表";
        report.problem(odd);
        report.detail(odd);
        assertThat(lines).hasSize(2).noneMatch(line -> line.matches("(?s).*[\n\r\u001b\u202e].*"));
        JsonNode finding = parse(report.json("doctor", null)).path("findings").path(0);
        assertThat(finding.path("text").asText()).isEqualTo(odd);
        assertThat(finding.path("details").path(0).asText()).isEqualTo(odd);
    }

    /** Libraries of a home may write to any stream, and a command may fail unexpectedly. */
    @CommandLine.Command(name = "noisy")
    static final class Noisy extends JarCommand {
        @CommandLine.Option(names = "--broken")
        private boolean broken;

        public static void main(String[] arguments) {
            System.exit(new CommandLine(new Noisy()).execute(arguments));
        }

        @Override
        void run(Home home, Report report) {
            System.out.println("a line of a library");
            if (broken) {
                throw new IllegalStateException("a fault");
            }
        }
    }

    @Test
    void outputOfLibrariesIsNotInTheDocument() throws Exception {
        TestHome home = new TestHome(folder, RELEASE);
        Ended fine = run(home, Noisy.class, List.of("--json"), 0);
        assertThat(fine.document().path("findings")).isEmpty();
        assertThat(fine.err).contains("a line of a library");
        Ended broken = run(home, Noisy.class, List.of("--json", "--broken"), 2);
        assertThat(broken.findings("failed")).singleElement().asString().contains("a fault");
        assertThat(broken.err).contains("CommandsTest$Noisy.run");
    }

    private Ended run(TestHome home, List<String> arguments, int exitCode) throws Exception {
        return run(home, Main.class, arguments, exitCode);
    }

    private Ended run(TestHome home, Class<?> main, List<String> arguments, int exitCode)
            throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-cp");
        command.add(home.ours + File.pathSeparator + System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(arguments);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().put("SEATUNNEL_HOME", home.root.toString());
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        Ended ended = new Ended(Files.readString(out), Files.readString(err));
        assertThat(process.exitValue()).as(ended.out + ended.err).isEqualTo(exitCode);
        if (arguments.contains("--json") && !ended.out.isEmpty()) {
            assertThat(ended.document().path("exitCode").asInt(-1)).isEqualTo(exitCode);
        }
        return ended;
    }

    private static JsonNode parse(String json) throws IOException {
        return new ObjectMapper()
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readTree(json);
    }

    private static final class Ended {
        final String out;
        final String err;

        Ended(String out, String err) {
            this.out = out;
            this.err = err;
        }

        JsonNode document() throws IOException {
            return parse(out);
        }

        List<String> findings(String level) throws IOException {
            List<String> texts = new ArrayList<>();
            for (JsonNode finding : document().path("findings")) {
                if (finding.path("level").asText().equals(level)) {
                    texts.add(finding.path("text").asText());
                }
            }
            return texts;
        }
    }
}
