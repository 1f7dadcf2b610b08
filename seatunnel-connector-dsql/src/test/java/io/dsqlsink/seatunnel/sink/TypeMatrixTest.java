package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every type of SeaTunnel into every type of column: each value is written exactly, or refused with
 * a message.
 *
 * <p>The results are in tests/golden/types.txt; {@code -Dgolden.update=true} writes it again. Then
 * check each line: a stored value must be the given value.
 */
class TypeMatrixTest extends DsqlWriterFixture {
    private static final Path GOLDEN =
            Path.of(System.getProperty("root.dir"), "tests/golden/types.txt");

    static final List<String> COLUMNS =
            List.of(
                    "boolean",
                    "smallint",
                    "integer",
                    "bigint",
                    "real",
                    "double precision",
                    "numeric(18,6)",
                    "numeric(10,2)",
                    "numeric(65,30)",
                    "text",
                    "varchar(10)",
                    "char(10)",
                    "bytea",
                    "date",
                    "time",
                    "time(0)",
                    "time with time zone",
                    "timestamp",
                    "timestamp(3)",
                    "timestamp with time zone",
                    "interval",
                    "uuid",
                    "json",
                    "jsonb");

    private static final Pattern LETTER =
            Pattern.compile(
                    "\"key\":\\{\"id\":(\\d+)},\"old_key\":null,\"operation\":\"INSERT\","
                            + "\"reason\":\"(.*)\",\"sqlstate\":(\\S+),\"table\"");

    /** Size of the largest value that a column may store, in bytes. */
    private static final int MIB = 1 << 20;

    static Map<String, Object> values() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("BOOLEAN true", true);
        values.put("BOOLEAN false", false);
        values.put("TINYINT 1", (byte) 1);
        values.put("TINYINT -128", Byte.MIN_VALUE);
        values.put("SMALLINT -32768", Short.MIN_VALUE);
        values.put("INT 2147483647", Integer.MAX_VALUE);
        values.put("INT 16777217", 16_777_217);
        values.put("BIGINT -9223372036854775808", Long.MIN_VALUE);
        values.put("BIGINT 9007199254740993", 9_007_199_254_740_993L);
        for (String number :
                List.of(
                        "0",
                        "0.1",
                        "-12345678.91",
                        "12345678.915",
                        "123456789.91",
                        "18446744073709551615",
                        "1E+10",
                        "12345678901234567890123456789012345.123456789012345678901234567890",
                        "1E-30",
                        "1E-31")) {
            values.put("DECIMAL " + number, new BigDecimal(number));
        }
        for (float number :
                new float[] {
                    1.5f, 0.1f, -0f, Float.MAX_VALUE, Float.NaN, Float.POSITIVE_INFINITY
                }) {
            values.put("FLOAT " + number, number);
        }
        for (double number :
                new double[] {
                    1.5, 0.1, 1e300, Double.MIN_VALUE, Double.NaN, Double.NEGATIVE_INFINITY
                }) {
            values.put("DOUBLE " + number, number);
        }
        for (String text :
                List.of(
                        "",
                        "a",
                        "ten chars!",
                        "eleven char",
                        "four \ud83d\ude00 byte",
                        "true",
                        "42",
                        "-1.50",
                        "2024-02-29",
                        "2023-02-29",
                        "0000-00-00",
                        "0000-00-00 00:00:00",
                        "23:59:59.123456",
                        "838:59:59",
                        "2024-02-29 12:34:56.789012",
                        "2024-02-29T12:34:56+09:00",
                        "1 day 02:00:00",
                        "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
                        "{\"a\": 1,  \"a\": [true, null]}",
                        "\\x00ff")) {
            values.put("STRING '" + text + "'", text);
        }
        values.put("STRING with NUL", "a\0b");
        values.put("STRING of 1 MiB, random", randomText(MIB));
        values.put("STRING of 3 MiB, random", randomText(3 * MIB));
        values.put("STRING of 2 MiB of blanks", String.join("", Collections.nCopies(2 * MIB, " ")));
        values.put("BYTES of length 0", new byte[0]);
        values.put("BYTES 00ff", new byte[] {0, -1});
        values.put("BYTES of 'text'", "text".getBytes(StandardCharsets.UTF_8));
        values.put("BYTES of 1048576 zeros", new byte[MIB]);
        values.put("BYTES of 1048577 zeros", new byte[MIB + 1]);
        for (String date :
                List.of("2024-02-29", "0001-01-01", "9999-12-31", "-4713-11-24", "-4713-11-23")) {
            values.put("DATE " + date, LocalDate.parse(date));
        }
        for (String time :
                List.of(
                        "00:00",
                        "23:59:59",
                        "12:34:56.500",
                        "23:59:59.999999",
                        "23:59:59.999999999")) {
            values.put("TIME " + time, LocalTime.parse(time));
        }
        for (String time :
                List.of(
                        "2024-02-29T00:00",
                        "2024-02-29T12:34:56.789012",
                        "2024-02-29T12:34:56.789",
                        "2024-02-29T12:34:56.789012345",
                        "0001-01-01T00:00",
                        "9999-12-31T23:59:59.999999")) {
            values.put("TIMESTAMP " + time, LocalDateTime.parse(time));
        }
        for (String time :
                List.of(
                        "2024-02-29T12:34:56.789012+09:00",
                        "2024-02-29T23:00-02:30",
                        "1969-12-31T23:59:59Z")) {
            values.put("TIMESTAMP_TZ " + time, OffsetDateTime.parse(time));
        }
        values.put("NULL", null);
        return values;
    }

    /** Random text, so that compression has little effect. */
    private static String randomText(int bytes) {
        return new Random(1)
                .ints(bytes, ' ' + 1, 127)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @Test
    void everyTypeIntoEveryColumn(@TempDir Path dir) throws IOException {
        Map<String, Object> values = values();
        List<Map<Integer, String>> outcomes = new ArrayList<>();
        for (int column = 0; column < COLUMNS.size(); column++) {
            outcomes.add(write(column, new ArrayList<>(values.values()), dir));
        }
        List<String> lines = new ArrayList<>();
        int value = 0;
        for (String name : values.keySet()) {
            lines.add(name);
            // One line for all columns with the same result.
            Map<String, List<String>> alike = new LinkedHashMap<>();
            for (int column = 0; column < COLUMNS.size(); column++) {
                alike.computeIfAbsent(outcomes.get(column).get(value), k -> new ArrayList<>())
                        .add(COLUMNS.get(column));
            }
            alike.forEach(
                    (outcome, columns) ->
                            lines.add("    " + String.join(", ", columns) + ": " + outcome));
            value++;
        }
        if (Boolean.getBoolean("golden.update")) {
            Files.write(GOLDEN, lines);
        }
        assertThat(lines).isEqualTo(Files.readAllLines(GOLDEN));
    }

    /** The result for each value, by its position. */
    private static Map<Integer, String> write(int column, List<Object> values, Path dir)
            throws IOException {
        String table = "matrix_" + column;
        dsql.sql(
                "CREATE TABLE "
                        + table
                        + " (id bigint PRIMARY KEY, code "
                        + COLUMNS.get(column)
                        + ")");
        Path letters = dir.resolve(table);
        DsqlSinkWriter writer =
                writer(
                        table,
                        NEVER_MS,
                        null,
                        Map.of("row_error_policy", "skip", "dead_letter_path", letters.toString()),
                        "id");
        for (int value = 0; value < values.size(); value++) {
            writer.write(insert((long) value, values.get(value)));
        }
        writer.prepareCommit();
        writer.close();
        Map<Integer, String> outcomes = new LinkedHashMap<>();
        String shown =
                "CASE WHEN code IS NULL THEN 'NULL' WHEN length(code::text) > 200"
                        + " THEN length(code::text) || ' characters' ELSE '''' || code::text || '''' END";
        for (String row : dsql.sql("SELECT id, " + shown + " FROM " + table)) {
            int blank = row.indexOf(' ');
            outcomes.put(Integer.valueOf(row.substring(0, blank)), row.substring(blank + 1));
        }
        for (String line : Files.readAllLines(letters)) {
            Matcher letter = LETTER.matcher(line);
            assertThat(letter.find()).as(line).isTrue();
            String state =
                    letter.group(3).equals("null")
                            ? ""
                            : " (" + letter.group(3).replace("\"", "") + ")";
            // Without the column's type, so that columns that differ only in the type have the same
            // result.
            String reason = letter.group(2).replaceAll("of type [a-z0-9(), ]+;", "of this type;");
            String before =
                    outcomes.put(Integer.valueOf(letter.group(1)), "refused: " + reason + state);
            assertThat(before).as("written and refused: %s", line).isNull();
        }
        assertThat(outcomes).as("values of %s", table).hasSameSizeAs(values);
        dsql.sql("DROP TABLE " + table);
        return outcomes;
    }

    @Test
    void nestedTypesAreRefusedByName() {
        Object[] nested = {Collections.singletonMap("k", 1), new SeaTunnelRow(new Object[] {1})};
        for (Object value : nested) {
            DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
            assertThat(failure(() -> writer.write(insert(1L, value))))
                    .hasMessageContaining("orders")
                    .hasMessageContaining("olumn code")
                    .hasMessageContaining("convert the column to a basic type");
            assertThat(failure(writer::prepareCommit)).isNotNull();
            writer.close();
        }
    }
}
