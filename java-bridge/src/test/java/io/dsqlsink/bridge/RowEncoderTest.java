package io.dsqlsink.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowEncoderTest {
    private static final List<String> KINDS =
            List.of("INSERT", "UPDATE_BEFORE", "UPDATE_AFTER", "DELETE");

    /** One column for each class of values. */
    private static final List<String> COLUMNS =
            List.of(
                    "bool",
                    "int8",
                    "int16",
                    "int32",
                    "int64",
                    "float32",
                    "float64",
                    "decimal",
                    "big_decimal",
                    "text",
                    "bytes",
                    "date",
                    "time",
                    "timestamp",
                    "timestamp_tz");

    @Test
    void goldenRows() throws IOException {
        RowEncoder encoder = new RowEncoder(7, COLUMNS);
        Object[][] rows = {
            new Object[COLUMNS.size()],
            {
                true,
                (byte) 1,
                (short) 2,
                3,
                4L,
                1.5f,
                2.25,
                new BigDecimal("12345678.91"),
                new BigDecimal("18446744073709551615"),
                "text",
                new byte[] {(byte) 0xde, (byte) 0xad, (byte) 0xbe, (byte) 0xef},
                LocalDate.of(2024, 2, 29),
                LocalTime.of(23, 59, 58),
                LocalDateTime.of(2024, 2, 29, 12, 34, 56),
                OffsetDateTime.of(2024, 2, 29, 12, 34, 56, 0, ZoneOffset.ofHoursMinutes(5, 30))
            },
            {
                false,
                Byte.MIN_VALUE,
                Short.MIN_VALUE,
                Integer.MIN_VALUE,
                Long.MIN_VALUE,
                Float.NEGATIVE_INFINITY,
                Double.NaN,
                new BigDecimal("-999999999999999999"),
                new BigDecimal(
                        "-12345678901234567890123456789012345.123456789012345678901234567890"),
                "",
                new byte[0],
                LocalDate.of(1, 1, 1),
                LocalTime.MIN,
                LocalDateTime.of(1969, 12, 31, 23, 59, 59, 999_999_999),
                OffsetDateTime.of(1900, 1, 1, 0, 0, 0, 1_000, ZoneOffset.MIN)
            },
            {
                true,
                Byte.MAX_VALUE,
                Short.MAX_VALUE,
                Integer.MAX_VALUE,
                Long.MAX_VALUE,
                Float.MIN_VALUE,
                -0.0,
                new BigDecimal("0.000000000000000001"),
                new BigDecimal("9223372036854775808"),
                "nul \0, e \u00e9, euro \u20ac, smile \ud83d\ude00",
                new byte[] {0, -1},
                LocalDate.of(9999, 12, 31),
                LocalTime.MAX,
                LocalDateTime.of(9999, 12, 31, 23, 59, 59, 999_999_000),
                OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.MAX)
            },
            {
                null,
                null,
                null,
                null,
                42L,
                null,
                null,
                new BigDecimal("1E+3"),
                new BigDecimal("0E-10"),
                "a class that its column did not have before comes next",
                null,
                LocalDateTime.of(2024, 1, 1, 0, 0),
                null,
                LocalDate.of(1970, 1, 1),
                null
            }
        };
        int[] kinds = {
            RowEncoder.ROW_INSERT,
            RowEncoder.ROW_INSERT,
            RowEncoder.ROW_UPDATE_BEFORE,
            RowEncoder.ROW_UPDATE_AFTER,
            RowEncoder.ROW_DELETE
        };
        int[] ends = new int[rows.length];
        int header = encoder.bytes();
        for (int i = 0; i < rows.length; i++) {
            encoder.append(kinds[i], rows[i]);
            ends[i] = encoder.bytes();
        }
        byte[] frame = encoder.frame().toByteArray();
        GoldenFile golden =
                new GoldenFile("rows_v1.hex")
                        .add(
                                "version 1, table number 7, 5 rows; columns " + COLUMNS,
                                frame,
                                0,
                                header);
        for (int i = 0; i < rows.length; i++) {
            golden.add(
                    KINDS.get(kinds[i]) + " " + describe(rows[i]),
                    frame,
                    i == 0 ? header : ends[i - 1],
                    ends[i]);
        }
        golden.check();
    }

    private static String describe(Object[] row) {
        return Arrays.stream(row).map(RowEncoderTest::describe).collect(Collectors.joining(", "));
    }

    private static String describe(Object value) {
        if (value instanceof byte[]) {
            return "0x" + GoldenFile.hex((byte[]) value);
        }
        if (value instanceof String) {
            return "'" + ((String) value).replace("\0", "\\0") + "'";
        }
        return String.valueOf(value);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 8",
        "1E+30, 8",
        "-999999999999999999, 8",
        "999999999999999999, 8",
        "1000000000000000000, 9",
        "-0.1234567890123456789, 9"
    })
    void decimalsUpTo18DigitsTakeTheShortForm(String decimal, int tag) {
        RowEncoder encoder = new RowEncoder(0, List.of("d"));
        encoder.append(RowEncoder.ROW_INSERT, new Object[] {new BigDecimal(decimal)});
        ByteBuffer value = values(encoder);
        assertThat(value.get()).isEqualTo((byte) tag);
        int scale = value.getInt();
        BigInteger unscaled;
        if (tag == RowEncoder.TAG_DECIMAL) {
            unscaled = BigInteger.valueOf(value.getLong());
        } else {
            byte[] digits = new byte[value.getInt()];
            value.get(digits);
            unscaled = new BigInteger(new String(digits));
        }
        assertThat(new BigDecimal(unscaled, scale)).isEqualTo(new BigDecimal(decimal));
        assertThat(value.hasRemaining()).isFalse();
    }

    /** The bytes behind the frame header and the head of the only row. */
    private static ByteBuffer values(RowEncoder encoder) {
        ByteBuffer frame = ByteBuffer.wrap(encoder.frame().toByteArray());
        frame.position(9 + 1);
        assertThat(frame.getInt()).isEqualTo(frame.remaining());
        return frame;
    }

    @Test
    void valuesThatCannotBeCarriedNameColumnAndClass() {
        checkRefused(Map.of(), "Column b: values of java.util.ImmutableCollections$MapN");
        checkRefused(new String[] {"\ud83d"}, "Column b: the text holds an unpaired surrogate");
        checkRefused('c', "Column b: values of java.lang.Character");
        checkRefused("half a smile \ud83d", "Column b: the text holds an unpaired surrogate");
    }

    /** There is no array in the database, and JSON says as much. */
    @Test
    void arraysAreTextsOfJson() {
        RowEncoder encoder = new RowEncoder(0, List.of("a"));
        encoder.append(RowEncoder.ROW_INSERT, new Object[] {new Integer[] {1, null}});
        ByteBuffer value = values(encoder);
        assertThat(value.get()).isEqualTo((byte) RowEncoder.TAG_TEXT);
        byte[] text = new byte[value.getInt()];
        value.get(text);
        assertThat(new String(text)).isEqualTo("[1,null]");
        assertThat(value.hasRemaining()).isFalse();
    }

    private static void checkRefused(Object value, String message) {
        RowEncoder encoder = new RowEncoder(0, List.of("a", "b"));
        encoder.append(RowEncoder.ROW_INSERT, new Object[] {1, "fine"});
        byte[] before = encoder.frame().toByteArray();
        assertThatThrownBy(() -> encoder.append(RowEncoder.ROW_INSERT, new Object[] {2, value}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
        assertThat(encoder.rows()).isEqualTo(1);
        assertThat(encoder.frame().toByteArray()).isEqualTo(before);
    }

    @Test
    void rowOfAnotherWidthIsRefused() {
        RowEncoder encoder = new RowEncoder(0, List.of("a", "b"));
        assertThatThrownBy(() -> encoder.append(RowEncoder.ROW_INSERT, new Object[] {1}))
                .hasMessage("The row has 1 values, but the table has 2 columns");
    }

    @Test
    void aResetEncoderWritesTheSameFrameAgain() {
        RowEncoder encoder = new RowEncoder(3, List.of("a"));
        encoder.append(RowEncoder.ROW_INSERT, new Object[] {"one"});
        byte[] first = encoder.frame().toByteArray();
        encoder.append(
                RowEncoder.ROW_INSERT,
                new Object[] {String.join("", Collections.nCopies(9999, "x"))});
        encoder.reset(0);
        assertThat(encoder.rows()).isZero();
        encoder.append(RowEncoder.ROW_INSERT, new Object[] {"one"});
        assertThat(encoder.frame().toByteArray()).isEqualTo(first);
    }
}
