package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.dsqlsink.seatunnel.compat.EngineLoaders;
import io.dsqlsink.seatunnel.doctor.Doctor;
import io.dsqlsink.seatunnel.install.Home;
import io.dsqlsink.seatunnel.install.Report;
import io.dsqlsink.seatunnel.install.TestHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writes dead letters again. */
@Timeout(300)
class ReplayTest extends DsqlWriterFixture {
    private static final String RELEASE = "2.3.4";

    private static TestHome home;

    private final List<String> said = new ArrayList<>();

    @TempDir Path dir;

    private Path letters;
    private Path refused;

    @BeforeAll
    static void makeHome(@TempDir Path folder) throws IOException {
        home = new TestHome(folder, RELEASE);
        // Only the starters have the classes that read a config.
        for (Path starter : EngineLoaders.jars(RELEASE, "flink")) {
            Files.copy(starter, home.root.resolve("starter").resolve(starter.getFileName()));
        }
    }

    @BeforeEach
    void nameFiles() {
        letters = dir.resolve("letters");
        refused = dir.resolve("refused");
    }

    /** The letter of a row has all its values, in every type of column. */
    @Test
    void everyValueComesBackAsItWas() throws Exception {
        List<Object> values = new ArrayList<>(TypeMatrixTest.values().values());
        for (String type : TypeMatrixTest.COLUMNS) {
            dsql.sql("CREATE TABLE straight (id bigint PRIMARY KEY, code " + type + ")");
            dsql.sql(
                    "CREATE TABLE detour (id bigint PRIMARY KEY, code "
                            + type
                            + ", CONSTRAINT closed CHECK (id < 0))");
            Path never = dir.resolve("never");
            write("straight", values, never);
            write("detour", values, letters);
            assertThat(dsql.sql("SELECT count(*) FROM detour")).as(type).containsExactly("0");
            dsql.sql("ALTER TABLE detour DROP CONSTRAINT closed");
            int problems = replay(false);
            String shown = "SELECT id, md5(coalesce(code::text, 'NULL')) FROM ";
            List<String> straight = dsql.sql(shown + "straight ORDER BY id");
            List<String> detour = dsql.sql(shown + "detour ORDER BY id");
            assertThat(detour).as(type).containsAll(straight);
            // Values that do not fit are refused again; values that JSON has as a string may be
            // stored as text.
            int again = Files.exists(refused) ? Files.readAllLines(refused).size() : 0;
            assertThat(detour.size() + again).as("%s: %s", type, said).isEqualTo(values.size());
            assertThat(straight).as(type).hasSize(values.size() - Files.readAllLines(never).size());
            assertThat(problems).as("%s: %s", type, said).isEqualTo(again > 0 ? 1 : 0);
            for (Path file : new Path[] {never, letters, refused}) {
                Files.deleteIfExists(file);
            }
            dsql.sql("DROP TABLE straight");
            dsql.sql("DROP TABLE detour");
        }
    }

    private static void write(String table, List<Object> values, Path letters) {
        Map<String, Object> skip =
                Map.of(
                        "row_error_policy",
                        "skip",
                        "row_error_limit_percent",
                        100,
                        "dead_letter_path",
                        letters.toString());
        DsqlSinkWriter writer = writer(table, NEVER_MS, null, skip, "id");
        for (int value = 0; value < values.size(); value++) {
            writer.write(insert((long) value, values.get(value)));
        }
        writer.prepareCommit();
        writer.close();
    }

    @Test
    void theLettersOfAKeyStayInOrder() throws Exception {
        dsql.sql("CREATE TABLE later (id bigint PRIMARY KEY, code varchar(5), note text)");
        dsql.sql("INSERT INTO later VALUES (3, 'old', 'kept')");
        List<String> lines = new ArrayList<>();
        for (int n = 0; n < 3_000; n++) {
            lines.add(letter("INSERT", "later", n % 7, "c" + n % 100));
        }
        lines.add(letter("DELETE", "later", 0, null));
        // From here on the rows have one more column.
        lines.add(
                "{\"operation\":\"UPDATE_AFTER\",\"table\":\"public.later\",\"key\":{\"id\":1},"
                        + "\"values\":{\"code\":\"new\",\"id\":1,\"note\":\"n\"}}");
        lines.add(letter("UPDATE_BEFORE", "later", 2, null));
        lines.add(letter("INSERT", "later", 4, "last"));
        Files.write(letters, lines);
        assertThat(replay(false)).as(said.toString()).isZero();
        assertThat(said).containsExactly("ok       3004 rows written again");
        assertThat(refused).doesNotExist();
        assertThat(dsql.sql("SELECT id, code, coalesce(note, '-') FROM later ORDER BY id"))
                .containsExactly("1 new n", "3 c99 kept", "4 last -", "5 c94 -", "6 c95 -");
        dsql.sql("DROP TABLE later");
    }

    @Test
    void aRowThatIsRefusedAgainHasALetterAgain() throws Exception {
        Files.write(
                letters,
                List.of(
                        letter("INSERT", "orders", 1, "fits"),
                        letter("INSERT", "orders", 2, "too long"),
                        letter("INSERT", "orders", 3, "fits")));
        assertThat(replay(false)).isEqualTo(1);
        assertThat(said)
                .contains("ok       2 rows written again")
                .anyMatch(
                        line -> line.startsWith("PROBLEM  1 rows were refused again: " + refused));
        checkRows("orders", "1 fits", "3 fits");
        String again = Files.readString(refused);
        assertThat(again).contains("\"table\":\"public.orders\"", "\"code\":\"too long\"");
        dsql.sql("ALTER TABLE orders ALTER COLUMN code TYPE text");
        letters = refused;
        refused = dir.resolve("refused again");
        assertThat(replay(false)).as(said.toString()).isZero();
        checkRows("orders", "1 fits", "2 too long", "3 fits");
    }

    @Test
    void existingRowsCanBeLeftUnchanged() throws Exception {
        dsql.sql("INSERT INTO orders VALUES (1, 'later'), (2, 'later')");
        Files.write(
                letters,
                List.of(
                        letter("INSERT", "orders", 1, "old"),
                        letter("DELETE", "orders", 2, null),
                        letter("INSERT", "orders", 3, "old"),
                        letter("UPDATE_AFTER", "orders", 3, "new"),
                        letter("INSERT", "orders", 4, "gone"),
                        letter("DELETE", "orders", 4, null)));
        assertThat(replay(true)).as(said.toString()).isZero();
        checkRows("orders", "1 later", "2 later", "3 new");
        assertThat(said).anyMatch(line -> line.startsWith("note     4 letters are skipped"));
        assertThat(replay(false)).as(said.toString()).isZero();
        checkRows("orders", "1 old", "3 new");
    }

    @Test
    void aLetterWithoutValuesCannotBeWritten() throws Exception {
        Files.write(
                letters,
                List.of(
                        letter("INSERT", "orders", 1, "fits"),
                        "{\"operation\":\"INSERT\",\"table\":\"public.orders\",\"key\":{\"id\":2},"
                                + "\"values\":null}"));
        assertThat(replay(false)).isEqualTo(1);
        assertThat(said)
                .anyMatch(line -> line.startsWith("PROBLEM  1 of 2 letters have no values"));
        checkRows("orders", "1 fits");
    }

    @Test
    void aFileOfOtherLinesIsNotWritten() throws Exception {
        Files.write(letters, List.of(letter("INSERT", "orders", 1, "fits"), "{\"id\": 7}", "no"));
        assertThat(replay(false)).isEqualTo(3);
        assertThat(said)
                .anyMatch(line -> line.contains(letters + ", line 2 has no operation"))
                .anyMatch(line -> line.contains(letters + ", line 3 is not JSON"))
                .anyMatch(line -> line.contains("2 lines are not dead letters"));
        checkRows("orders");
    }

    /** A letter; without a code it is that of a delete. */
    private static String letter(String operation, String table, long id, String code) {
        String key = "{\"id\":" + id + "}";
        String values = code == null ? key : "{\"code\":\"" + code + "\",\"id\":" + id + "}";
        return "{\"operation\":\""
                + operation
                + "\",\"table\":\"public."
                + table
                + "\",\"key\":"
                + key
                + ",\"values\":"
                + values
                + "}";
    }

    /** Returns the number of reported problems and failures. */
    private int replay(boolean onlyMissing) throws Exception {
        Path job = dir.resolve("job.conf");
        Files.writeString(
                job,
                "env { job.mode = \"BATCH\" }\nsource { FakeSource { } }\nsink { Jdbc {\n"
                        + "dialect = \"dsql\"\nurl = \""
                        + dsql.url()
                        + "\"\nusername = \"admin\"\naccess_key_id = \"AKIAIOSFODNN7EXAMPLE\"\n"
                        + "secret_access_key = \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"\n"
                        + "primary_keys = [\"id\"]\nmax_connections = 4\n} }\n");
        said.clear();
        Report report = new Report(said::add);
        new Doctor(Home.of(home.root), report)
                .replay(home.ours, job, List.of(), List.of(letters), refused, onlyMissing);
        return report.problems() + report.failures();
    }
}
