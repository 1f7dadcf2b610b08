package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dsqlsink.e2e.random.Origin;
import io.dsqlsink.e2e.random.RandomTable;
import io.dsqlsink.e2e.random.RowDifference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random tables through the real sources: each one is equal in the target, or is refused as a whole
 * or in some rows, by an error that names it. Values that the sources themselves change are not
 * generated; the reason is given in each place.
 *
 * <p>The tables are always the same, unless {@code -Drandom.tables=} and {@code -Drandom.seed=} are
 * set; scripts/random.sh has them as options, and uses a new seed each time.
 */
class RandomTablesIT {
    private static final int TABLES = Integer.getInteger("random.tables", 500);
    private static final long SEED = Long.getLong("random.seed", 1);

    /** Tables of one job. */
    private static final int TABLES_A_JOB = 100;

    private static final int ROWS = 40;

    /** With more refusals than this the fault is in the sink, not in the tables. */
    private static final double MOST_REFUSED = 0.2;

    /** The limit on rows of Aurora DSQL that these tables can exceed. */
    private static final Pattern OF_ROWS =
            Pattern.compile("has \\d+ bytes.*, and Aurora DSQL takes 1981");

    /** The reason for which a table may be refused. */
    private static final Pattern OF_TABLES = Pattern.compile("its unique key .* is nullable");

    private static final Pattern MARK = Pattern.compile("\\bt\\d{4}_");
    private static final Pattern CREATED = Pattern.compile("(?m) - Created: (CREATE .*)$");
    private static final Path DDL = Places.ROOT.resolve("target/e2e/random.sql");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Why tables were refused, by their mark. */
    private final Map<String, String> refused = new TreeMap<>();

    private int compared;
    private int rows;
    private int rowsRefused;

    @BeforeAll
    static void forgetEarlierRuns() throws IOException {
        Files.deleteIfExists(DDL);
    }

    @ParameterizedTest
    @EnumSource
    void everyTableIsEqualOrRefused(Origin origin) throws Exception {
        long seed = SEED + origin.ordinal();
        System.out.printf(
                "random tables: %s, %d tables, repeat by -Drandom.seed=%d -Drandom.tables=%d%n",
                origin, tablesOf(origin), SEED, TABLES);
        Random random = new Random(seed);
        for (int from = 0; from < tablesOf(origin); from += TABLES_A_JOB) {
            int to = Math.min(from + TABLES_A_JOB, tablesOf(origin));
            run(origin, random, from, to);
        }
        System.out.printf(
                "random tables: %s: %d equal with %d rows, %d rows refused, %d tables refused:%n",
                origin, compared, rows, rowsRefused, refused.size());
        refused.forEach((mark, why) -> System.out.println("  " + mark + " " + why));
        assertThat(refused.size())
                .as("refused tables: %s", refused)
                .isLessThanOrEqualTo((int) Math.ceil(tablesOf(origin) * MOST_REFUSED));
    }

    /** Each source gets a third. */
    private static int tablesOf(Origin origin) {
        int places = Origin.values().length;
        return (TABLES + places - 1 - origin.ordinal()) / places;
    }

    private void run(Origin origin, Random random, int from, int to) throws Exception {
        String database = "random_" + origin.name().toLowerCase() + "_" + from;
        Source origins = origin.isMySql() ? MySqlSource.of(database) : PostgresSource.of(database);
        try (Connection source = origins.connect();
                Connection target = Servers.dsql().connectBehind()) {
            Map<String, RandomTable> tables = new LinkedHashMap<>();
            for (int number = from; number < to; number++) {
                String mark = String.format("t%04d_", number);
                RandomTable table = create(source, random, origin, mark);
                table.insert(source, random.nextInt(ROWS));
                tables.put(mark, table);
            }
            int attempt = 0;
            while (!tables.isEmpty()) {
                String name = database + "_" + attempt++;
                Attempt job = new Attempt(origin, name, origins, source, target);
                String log = job.run(random, tables);
                if (log == null) {
                    break;
                }
                refuse(tables, log);
            }
        }
    }

    /** Generates a table again if the source refuses it because of its own limits. */
    private static RandomTable create(Connection source, Random random, Origin origin, String mark)
            throws SQLException {
        for (int tries = 0; tries < 100; tries++) {
            RandomTable table = new RandomTable(random, origin, mark);
            try {
                Sql.run(source, table.ddl().toArray(String[]::new));
                return table;
            } catch (SQLException e) {
                Sql.run(
                        source,
                        "DROP TABLE IF EXISTS "
                                + (origin.isMySql()
                                        ? "`" + table.name() + "`"
                                        : "\"" + table.name() + "\""));
            }
        }
        throw new IllegalStateException("the source refuses every table");
    }

    /** Removes the tables that the job's error names; fails if it names none. */
    private void refuse(Map<String, RandomTable> tables, String log) {
        List<String> errors =
                log.lines()
                        .filter(line -> line.contains("DSQL-") && !line.contains(" WARN "))
                        .toList();
        Map<String, String> named = new HashMap<>();
        for (String error : errors) {
            Matcher mark = MARK.matcher(error);
            while (mark.find()) {
                if (tables.containsKey(mark.group())) {
                    named.putIfAbsent(mark.group(), error);
                }
            }
        }
        assertThat(named)
                .as(
                        "the job failed, and no error of the sink names a table; seed %d:\n%s",
                        SEED,
                        log.lines()
                                .filter(line -> line.startsWith("Caused by: "))
                                .distinct()
                                .collect(Collectors.joining("\n")))
                .isNotEmpty();
        named.forEach(
                (mark, error) -> {
                    assertThat(error).as("seed %d", SEED).containsPattern(OF_TABLES);
                    refused.put(mark, error.replaceFirst(".*?(DSQL-\\d+)", "$1"));
                    tables.remove(mark);
                });
    }

    /** One job with the remaining tables. */
    private final class Attempt {
        private final Origin origin;
        private final String name;
        private final Source origins;
        private final Connection source;
        private final Connection target;
        private final Path deadLetters;

        Attempt(Origin origin, String name, Source origins, Connection source, Connection target) {
            this.origin = origin;
            this.name = name;
            this.origins = origins;
            this.source = source;
            this.target = target;
            this.deadLetters = Places.ROOT.resolve("target/e2e/" + name + ".jsonl");
        }

        /** Returns null if all tables are equal; otherwise the log of the failed job. */
        String run(Random random, Map<String, RandomTable> tables) throws Exception {
            Files.deleteIfExists(deadLetters);
            SinkBlock sink =
                    SinkBlock.dsql()
                            .without("primary_keys")
                            .with("schema", "\"" + name + "\"")
                            .with("row_error_policy", "\"skip\"")
                            .with("row_error_limit_percent", "100")
                            .with("dead_letter_path", "\"" + deadLetters + "\"");
            String config = sink.batchFrom(block(tables.values()));
            if (origin == Origin.MYSQL_CDC) {
                config =
                        config.replace(
                                "job.mode = \"BATCH\"",
                                "job.mode = \"STREAMING\"\n" + "  checkpoint.interval = 3000");
            }
            try (Job job = Servers.run(name.replace('_', '-'), config)) {
                if (origin == Origin.MYSQL_CDC) {
                    if (!awaitEqual(job, tables)) {
                        return job.log();
                    }
                    for (RandomTable table : tables.values()) {
                        table.insert(source, random.nextInt(ROWS));
                        table.change(source);
                    }
                    if (!awaitEqual(job, tables)) {
                        return job.log();
                    }
                } else if (job.await(Servers.JOB.multipliedBy(2)) != 0) {
                    return job.log();
                }
                assertEqual(tables);
                keep(job.log());
                return null;
            } finally {
                // Aurora DSQL has at most ten schemas, and other tests need some.
                Sql.run(target, "DROP SCHEMA IF EXISTS " + name + " CASCADE");
            }
        }

        /** Keeps the statements that created tables, for AWS's linter. */
        private void keep(String log) throws IOException {
            List<String> ddl = new ArrayList<>();
            Matcher created = CREATED.matcher(log);
            while (created.find()) {
                ddl.add(created.group(1) + ";");
            }
            Files.write(DDL, ddl, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }

        private String block(Iterable<RandomTable> tables) {
            List<String> names = new ArrayList<>();
            tables.forEach(table -> names.add(table.name()));
            return origin == Origin.MYSQL_CDC
                    ? ((MySqlSource) origins).cdc(names)
                    : origins.jdbc(names);
        }

        /** False if the job ended. */
        private boolean awaitEqual(Job job, Map<String, RandomTable> tables) {
            Map<String, String> wrong = new TreeMap<>();
            Poll.until(
                    () -> "source and target to be equal; seed " + SEED + "; " + wrong,
                    Servers.JOB,
                    Duration.ofSeconds(1),
                    () -> {
                        wrong.clear();
                        wrong.putAll(differences(tables));
                        return wrong.isEmpty() || !job.isAlive();
                    });
            return job.isAlive();
        }

        private void assertEqual(Map<String, RandomTable> tables) throws Exception {
            assertThat(differences(tables)).as("random.seed=%d", SEED).isEmpty();
            Map<String, Integer> letters = deadLetters();
            letters.values().forEach(count -> rowsRefused += count);
            compared += tables.size();
            for (RandomTable table : tables.values()) {
                rows += table.sourceRows(source).size();
            }
        }

        /** Tables that differ from the source, except for refused rows. */
        private Map<String, String> differences(Map<String, RandomTable> tables)
                throws SQLException, IOException {
            Map<String, Integer> letters = deadLetters();
            Map<String, String> wrong = new TreeMap<>();
            for (Map.Entry<String, RandomTable> entry : tables.entrySet()) {
                RandomTable table = entry.getValue();
                List<String> there;
                try {
                    there = table.targetRows(target, name);
                } catch (SQLException e) {
                    wrong.put(entry.getKey(), e.getMessage());
                    continue;
                }
                RowDifference difference = RowDifference.of(table.sourceRows(source), there);
                int told = letters.getOrDefault(entry.getKey(), 0);
                boolean explained =
                        difference.onlyInTarget().isEmpty()
                                && difference.onlyInSource().size() <= told;
                if (!difference.isNone() && !explained) {
                    wrong.put(entry.getKey(), "\n" + table + "\n" + difference);
                }
            }
            return wrong;
        }

        /** The number of refused rows of each table; checks that each has a reason. */
        private Map<String, Integer> deadLetters() throws IOException {
            Map<String, Integer> letters = new HashMap<>();
            for (String line : letterLines()) {
                JsonNode letter = read(line);
                Matcher mark = MARK.matcher(letter.path("table").asText());
                assertThat(mark.find()).as("the table of %s", line).isTrue();
                assertThat(letter.path("reason").asText()).as("%s", line).containsPattern(OF_ROWS);
                letters.merge(mark.group(), 1, Integer::sum);
            }
            return letters;
        }

        private List<String> letterLines() throws IOException {
            return Files.exists(deadLetters) ? Files.readAllLines(deadLetters) : List.of();
        }

        private JsonNode read(String line) {
            try {
                return JSON.readTree(line);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(line, e);
            }
        }
    }
}
