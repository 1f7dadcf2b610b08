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
 * each time. scripts/deaths.sh builds what it needs and runs it.
 */
public final class Deaths {
    private static final String DSQL_HOST = "127.0.83.85";
    private static final String MYSQL_HOST = "127.0.83.86";

    private final Path table;
    private final List<DeathOutcome> outcomes = new ArrayList<>();

    private Deaths(Path table) {
        this.table = table;
    }

    /**
     * Arguments: the file for the table, the rows of a full load, then victims with their first
     * seed and their number of runs, as {@code engine=1+20}.
     */
    public static void main(String[] arguments) {
        boolean good = false;
        try {
            good = new Deaths(Path.of(arguments[0])).run(arguments);
        } catch (IllegalStateException | SQLException | IOException e) {
            if (!Child.interrupted()) {
                System.err.println("deaths: " + e.getMessage());
            }
        } finally {
            Child.stopAll();
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run(String[] arguments) throws SQLException, IOException {
        Path folder = Places.emptyFolder(Places.ROOT.resolve("target/deaths"));
        Console.say("starting MySQL 8 and filling a shop");
        MySqlServer mysql = MySqlServer.start(MYSQL_HOST, folder.resolve("mysql"));
        Death.Stage stage =
                new Death.Stage(
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
            Victim victim = Victim.valueOf(pair[0].toUpperCase(Locale.ROOT).replace('-', '_'));
            for (long seed = first; seed < first + Long.parseLong(pair[2]); seed++) {
                Console.say(outcomes.size() + 1 + ": " + victim.word() + ", seed " + seed);
                outcomes.add(new Death(stage, victim, seed).run());
                System.out.print(outcomes.get(outcomes.size() - 1).line(outcomes.size()));
                write();
            }
        }
        long bad = outcomes.stream().filter(outcome -> !outcome.good()).count();
        long lost =
                outcomes.stream()
                        .filter(DeathOutcome::good)
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
        StringBuilder text = new StringBuilder(DeathOutcome.HEAD);
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
