package io.dsqlsink.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Kills what the main job depends on, run after run, and shows whether the target equals the source
 * each time. scripts/kill-tests.sh builds what it needs and runs it.
 */
public final class KillTests {
    private static final String DSQL_HOST = "127.0.83.85";
    private static final String MYSQL_HOST = "127.0.83.86";

    private final Path table;
    private final List<KillOutcome> outcomes = new ArrayList<>();

    private KillTests(Path table) {
        this.table = table;
    }

    /**
     * Arguments: the file for the table, the rows of a full load, then targets with their first
     * seed and their number of runs, as {@code engine=1+20}.
     */
    public static void main(String[] arguments) {
        boolean good = false;
        try {
            good = new KillTests(Path.of(arguments[0])).run(arguments);
        } catch (IllegalStateException | SQLException | IOException e) {
            if (!Child.interrupted()) {
                System.err.println("kill tests: " + e.getMessage());
            }
        } finally {
            Child.stopAll();
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run(String[] arguments) throws SQLException, IOException {
        Path folder = Places.emptyFolder(Places.ROOT.resolve("target/kill-tests"));
        Console.say("starting MySQL 8 and filling a shop");
        MySqlServer mysql = MySqlServer.start(MYSQL_HOST, folder.resolve("mysql"));
        KillTest.Stage stage =
                new KillTest.Stage(
                        DSQL_HOST,
                        mysql,
                        new SeaTunnelHome(Path.of(System.getProperty("zeta.home"))),
                        new SeaTunnelHome(Path.of(System.getProperty("stock.home"))),
                        folder,
                        Long.parseLong(arguments[1]));
        stage.fill();
        for (String word : List.of(arguments).subList(2, arguments.length)) {
            String[] pair = word.split("[=+]");
            long first = Long.parseLong(pair[1]);
            KillTarget killed =
                    KillTarget.valueOf(pair[0].toUpperCase(Locale.ROOT).replace('-', '_'));
            for (long seed = first; seed < first + Long.parseLong(pair[2]); seed++) {
                Console.say(outcomes.size() + 1 + ": " + killed.word() + ", seed " + seed);
                outcomes.add(new KillTest(stage, killed, seed).run());
                System.out.print(outcomes.get(outcomes.size() - 1).line(outcomes.size()));
                write();
            }
        }
        long bad = outcomes.stream().filter(outcome -> !outcome.good()).count();
        long lost =
                outcomes.stream()
                        .filter(KillOutcome::good)
                        .filter(o -> o.differences() > 0)
                        .count();
        Console.say(
                outcomes.size()
                        + " runs: "
                        + (outcomes.size() - bad - lost)
                        + " equal, "
                        + lost
                        + " with deletes that SeaTunnel's source lost, "
                        + bad
                        + " bad");
        return bad == 0;
    }

    private void write() {
        StringBuilder text = new StringBuilder(KillOutcome.HEAD);
        for (int i = 0; i < outcomes.size(); i++) {
            text.append(outcomes.get(i).line(i + 1));
        }
        try {
            Files.writeString(table, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
