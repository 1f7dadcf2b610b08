package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Mistakes of users, each in a real job: the job fails with one message that names the mistake and
 * says what to do, and its log contains no secret.
 */
class BadInputIT {
    private static final String TABLE = "bad_input";

    /** No process listens at this address. */
    private static final String SILENT_HOST = "127.0.83.99";

    /**
     * The sink's error, or that of the engine's check of required options, which comes first. In
     * the form of stack traces, because the engine's text around it differs between releases.
     */
    private static final Pattern ERROR =
            Pattern.compile(
                    "(?m)^Caused by: .*ErrorCode:\\[(?:DSQL-\\d+|API-02)],"
                            + " ErrorDescription:\\[[^]]*] - (.*)$");

    /** The first start and the engine's three restarts. */
    private static final int STARTS = 4;

    private static final String ONE_ROW = "[1, \"short\", 10, 1.5]";

    /**
     * One mistake.
     *
     * @param name of the job and its log
     * @param mistake the change to a correct sink block
     * @param row the values of id, name, quantity and price
     * @param message what the error must contain: the names, and the remedy
     */
    private record Case(
            String name,
            Consumer<SinkBlock> mistake,
            String row,
            Map<String, String> environment,
            Duration clock,
            List<String> message) {
        static Case option(String name, Consumer<SinkBlock> mistake, String... message) {
            return new Case(name, mistake, ONE_ROW, Map.of(), Duration.ZERO, List.of(message));
        }

        static Case row(String name, String row, String... message) {
            return new Case(name, sink -> {}, row, Map.of(), Duration.ZERO, List.of(message));
        }

        Case environment(String variable, String value) {
            return new Case(name, mistake, row, Map.of(variable, value), clock, message);
        }

        Case clock(Duration shift) {
            return new Case(name, mistake, row, environment, shift, message);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                Case.option(
                        "wrong-secret-key",
                        sink ->
                                sink.with(
                                        "secret_access_key",
                                        quoted(Secrets.WRONG_SECRET_ACCESS_KEY)),
                        DsqlLocal.ENDPOINT,
                        "secret_access_key"),
                Case.option(
                        "wrong-access-key",
                        sink -> sink.with("access_key_id", quoted("AKIAWRONGWRONGWRONG1")),
                        DsqlLocal.ENDPOINT,
                        "access_key_id"),
                Case.option(
                        "wrong-region",
                        sink -> sink.with("region", quoted("eu-west-1")),
                        "'region'",
                        "eu-west-1",
                        DsqlLocal.REGION),
                Case.option(
                                "expired-token",
                                sink -> sink.with("retry_timeout_ms", "2000"),
                                DsqlLocal.ENDPOINT,
                                "clock is",
                                "behind the server's")
                        .clock(Duration.ofHours(2)),
                Case.option(
                                "unreachable-host",
                                sink -> sink.with("retry_timeout_ms", "2000"),
                                DsqlLocal.ENDPOINT,
                                SILENT_HOST)
                        .environment("PGHOSTADDR", SILENT_HOST),
                Case.option(
                                "unknown-host",
                                sink ->
                                        sink.with("retry_timeout_ms", "2000")
                                                .with(
                                                        "url",
                                                        quoted(
                                                                "jdbc:postgresql://nowhere.dsql.us-east-1.on.aws:5432/postgres")),
                                "nowhere.dsql.us-east-1.on.aws",
                                "'url'")
                        .environment("PGHOSTADDR", ""),
                Case.option(
                        "missing-table",
                        sink ->
                                sink.with("table", quoted("no_such_table"))
                                        .with(
                                                "schema_save_mode",
                                                quoted("ERROR_WHEN_SCHEMA_NOT_EXIST")),
                        "no_such_table",
                        "CREATE_SCHEMA_WHEN_NOT_EXIST"),
                Case.option(
                        "missing-table-ignored",
                        sink ->
                                sink.with("table", quoted("no_such_table"))
                                        .with("schema_save_mode", quoted("IGNORE")),
                        "no_such_table"),
                Case.option(
                        "missing-column",
                        sink -> sink.with("table", quoted("bad_input_narrow")),
                        "bad_input_narrow",
                        "price"),
                Case.row(
                        "integer-overflow",
                        "[2, \"short\", 40000, 1.5]",
                        TABLE,
                        "quantity",
                        "40000",
                        "id"),
                Case.row(
                        "numeric-overflow",
                        "[3, \"short\", 10, 123456.5]",
                        TABLE,
                        "price",
                        "numeric(5,2)",
                        "id"),
                Case.row("nul-byte", "[4, \"a\\u0000b\", 10, 1.5]", TABLE, "name", "id"),
                Case.row(
                        "too-long",
                        "[5, \"longer than eight\", 10, 1.5]",
                        TABLE,
                        "name",
                        "8",
                        "id"),
                Case.row("null-in-key", "[null, \"short\", 10, 1.5]", TABLE, "\"id\"", "NULL"),
                Case.option("missing-url", sink -> sink.without("url"), "'url'"),
                Case.option("missing-username", sink -> sink.without("username"), "'username'"),
                Case.option(
                        "missing-secret-key",
                        sink -> sink.without("secret_access_key"),
                        "'secret_access_key'"),
                Case.option(
                        "batch-size-zero",
                        sink -> sink.with("batch_size", "0"),
                        "'batch_size'",
                        "0",
                        "3000"),
                Case.option(
                        "batch-size-text",
                        sink -> sink.with("batch_size", quoted("many")),
                        "'batch_size'",
                        "many"),
                Case.option(
                        "unknown-save-mode",
                        sink -> sink.with("schema_save_mode", quoted("CREATE_MAYBE")),
                        "'schema_save_mode'",
                        "CREATE_MAYBE",
                        "create_schema_when_not_exist"),
                Case.option(
                        "unknown-key-column",
                        sink -> sink.with("primary_keys", "[\"uid\"]"),
                        "'primary_keys'",
                        "uid"));
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    @BeforeAll
    static void createTables() throws Exception {
        Servers.dsql()
                .create(
                        "CREATE TABLE "
                                + TABLE
                                + " (id bigint PRIMARY KEY, name varchar(8), quantity smallint, price numeric(5,2))",
                        "CREATE TABLE bad_input_narrow (id bigint PRIMARY KEY, name varchar(8), quantity smallint)");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void failsWithOneClearError(Case bad) throws Exception {
        SinkBlock sink = SinkBlock.dsql().with("table", quoted(TABLE));
        bad.mistake().accept(sink);
        Map<String, String> environment = new HashMap<>(Servers.dsql().environment());
        environment.putAll(bad.environment());
        Servers.dsql().shiftClock(bad.clock());
        try (Job job =
                Servers.run("bad-" + bad.name(), sink.batchFrom(source(bad.row())), environment)) {
            assertThat(job.await(Servers.JOB)).as("exit code").isNotZero();
            Collection<String> causes = causes(job.log());
            assertThat(causes).as("different errors of the sink in the log").hasSize(1);
            String cause = causes.iterator().next();
            assertThat(cause).contains(bad.message());
            if (!isOfTheEngine(job.log())) {
                checkLine(job.log(), bad);
            }
            assertThat(rootCause(job.log())).as("root cause of the last trace").endsWith(cause);
            Secrets.assertAbsent(job.log());
        } finally {
            Servers.dsql().shiftClock(Duration.ZERO);
        }
        try (var behind = Servers.dsql().connectBehind()) {
            assertThat(Sql.number(behind, "SELECT count(*) FROM " + TABLE))
                    .as("rows written")
                    .isZero();
        }
    }

    /**
     * The different errors of a job, ignoring times and counts in them. The engine prints the same
     * error at every step on its way to the client, and restarts a failed job three times.
     */
    private static Collection<String> causes(String log) {
        Map<String, String> different = new HashMap<>();
        ERROR.matcher(log)
                .results()
                .map(r -> r.group(1).trim())
                .forEach(text -> different.put(text.replaceAll("\\d+", "0"), text));
        return different.values();
    }

    private static boolean isOfTheEngine(String log) {
        return log.contains("ErrorCode:[API-02]");
    }

    /** Checks the line by which a user finds the error; each start of the job logs the same one. */
    private static void checkLine(String log, Case bad) {
        List<String> lines =
                log.lines().filter(line -> line.contains("Aurora DSQL sink failed, ")).toList();
        assertThat(lines)
                .as("the sink's lines")
                .isNotEmpty()
                .allSatisfy(
                        line ->
                                assertThat(line)
                                        .contains("ERROR", "What to do: ")
                                        .contains(bad.message()));
        assertThat(lines.size()).as("at most one for each start").isLessThanOrEqualTo(STARTS);
    }

    private static String rootCause(String log) {
        return log.substring(log.indexOf("Exception in thread \"main\""))
                .lines()
                .filter(line -> line.startsWith("Caused by: "))
                .reduce("", (earlier, later) -> later);
    }

    private static String source(String row) {
        return """
                  FakeSource {
                    schema = {
                      fields {
                        id = bigint
                        name = string
                        quantity = int
                        price = "decimal(20, 4)"
                      }
                    }
                    rows = [
                      { kind = INSERT, fields = %s }
                    ]
                  }
                """
                .formatted(row);
    }
}
