package io.dsqlsink.e2e.random;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Types of MySQL and PostgreSQL, with values at their limits. Values that SeaTunnel's sources
 * themselves change are left out, each with the reason; docs/sources.md has all of them.
 */
final class Kinds {
    private final Random random;
    private final Origin origin;

    Kinds(Random random, Origin origin) {
        this.random = random;
        this.origin = origin;
    }

    Kind next() {
        return origin.isMySql() ? mysql() : postgres();
    }

    private Kind mysql() {
        switch (random.nextInt(24)) {
            case 0:
                // Known: the sources turn tinyint(1) into a boolean, so only 0 and 1 are kept.
                return Kind.of("tinyint(1)", Form.NUMBER, List.of("0", "1"));
            case 1:
                return whole("tinyint", 8);
            case 2:
                return whole("smallint", 16);
            case 3:
                return whole("mediumint", 24);
            case 4:
            case 5:
                return whole("int", 32);
            case 6:
            case 7:
                return whole("bigint", 64);
            case 8:
            case 9:
                return decimal(65, 30);
            case 10:
                // Known: the first load and the Jdbc source round to six digits.
                return Kind.of(
                                "float",
                                Form.FLOAT,
                                List.of("0", "-0", "1.5", "-0.25", "3.4e38", "1e-37", "123456"))
                        .noKey();
            case 11:
                return Kind.of(
                                "double",
                                Form.DOUBLE,
                                List.of(
                                        "0",
                                        "-0",
                                        "0.1",
                                        "1.7976931348623157e308",
                                        "-1.7976931348623157e308",
                                        "2.2250738585072014e-308",
                                        "0.3333333333333333",
                                        "9007199254740993",
                                        "1e22",
                                        "1e23"))
                        .noKey();
            case 12:
                return text("char", 255);
            case 13:
            case 14:
            case 15:
                return text("varchar", 1000);
            case 16:
                return Kind.of(
                                Texts.pick(
                                        random,
                                        List.of("tinytext", "text", "mediumtext", "longtext")),
                                Form.TEXT,
                                Texts.values(random, 60))
                        .noKey();
            case 17:
                return Kind.of(
                        "enum('a','B','ä','日本','it''s','','a b')",
                        Form.TEXT,
                        List.of("a", "B", "ä", "日本", "it's", "", "a b"));
            case 18:
                return bytes();
            case 19:
                // Known: years 1 to 99, zero dates, and the days that the calendar skipped, arrive
                // wrong.
                Kind date =
                        Kind.of(
                                        "date",
                                        Form.MOMENT,
                                        List.of(
                                                "1000-01-01",
                                                "9999-12-31",
                                                "1582-10-15",
                                                "1582-10-04",
                                                "1969-12-31",
                                                "1970-01-01",
                                                "2000-02-29",
                                                "1900-03-01"))
                                .readAs("CAST(%s AS CHAR)");
                // Known: the Jdbc source splits a key into single days, which may not fit in
                // memory.
                return origin == Origin.MYSQL_CDC ? date : date.noKey();
            case 20:
                return moment();
            case 21:
                // Known: the Jdbc source drops fractions, and a duration is not a time of day.
                return Kind.of(
                                origin == Origin.MYSQL_CDC
                                        ? "time(" + random.nextInt(7) + ")"
                                        : "time",
                                Form.MOMENT,
                                List.of("00:00:00", "23:59:59", "12:34:56.789012", "00:00:00.5"))
                        .readAs("CAST(%s AS CHAR)");
            case 22:
                // Known: 0000 arrives as 1900 or 2000; a key of this type fails the job (its driver
                // returns a date, and the sources subtract it as a number).
                return Kind.of("year", Form.NUMBER, List.of("1901", "2155", "1970", "2000"))
                        .readAs("CAST(%s AS CHAR)")
                        .noKey();
            default:
                return random.nextBoolean() ? bits() : json("json");
        }
    }

    private Kind postgres() {
        switch (random.nextInt(22)) {
            case 0:
                // Known: a table is split by its key, and PostgreSQL has no min() for this type.
                return Kind.of("boolean", Form.NUMBER, List.of("true", "false")).noKey();
            case 1:
                return whole("smallint", 16);
            case 2:
            case 3:
                return whole("integer", 32);
            case 4:
            case 5:
                return whole("bigint", 64);
            case 6:
            case 7:
                // Known: the Jdbc source fails the job at NaN.
                return decimal(100, 60);
            case 8:
                return Kind.of(
                                "numeric",
                                Form.NUMBER,
                                List.of(
                                        "0",
                                        "-1e-30",
                                        "1e100",
                                        "123456789012345678901234567890.123456789012345678901",
                                        "9".repeat(300),
                                        "0." + "0".repeat(99) + "1"))
                        .noKey();
            case 9:
                return Kind.of(
                                "real",
                                Form.FLOAT,
                                List.of(
                                        "0",
                                        "-0",
                                        "NaN",
                                        "Infinity",
                                        "-Infinity",
                                        "3.4028235e38",
                                        "1e-45",
                                        "1234567.9",
                                        "0.1"))
                        .noKey();
            case 10:
                return Kind.of(
                                "double precision",
                                Form.DOUBLE,
                                List.of(
                                        "0",
                                        "-0",
                                        "NaN",
                                        "Infinity",
                                        "-Infinity",
                                        "1.7976931348623157e308",
                                        "5e-324",
                                        "0.1",
                                        "9007199254740993"))
                        .noKey();
            case 11:
                return text("char", 300);
            case 12:
            case 13:
            case 14:
                return text("varchar", 1500);
            case 15:
                return Kind.of(
                        random.nextBoolean() ? "text" : "varchar",
                        Form.TEXT,
                        Texts.values(random, 60));
            case 16:
                return Kind.of("bytea", Form.BYTES, hex(40, true))
                        .writtenAs("decode(?, 'hex')")
                        .noKey();
            case 17:
                // Known: years before Christ lose their sign, and the days that the calendar
                // skipped arrive wrong. A key is split into single days, which may not fit in
                // memory.
                return Kind.of(
                                "date",
                                Form.MOMENT,
                                List.of(
                                        "0001-01-01",
                                        "9999-12-31",
                                        "infinity",
                                        "-infinity",
                                        "1582-10-15",
                                        "1582-10-04",
                                        "1970-01-01",
                                        "2000-02-29",
                                        "20000-01-01"))
                        .noKey();
            case 18:
                return moment();
            case 19:
                // Known: the Jdbc source drops fractions.
                return Kind.of("time(0)", Form.MOMENT, List.of("00:00:00", "23:59:59", "12:34:56"));
            case 20:
                // Known: the same as for boolean.
                return Kind.of(
                                "uuid",
                                Form.TEXT,
                                List.of(
                                        "00000000-0000-0000-0000-000000000000",
                                        "ffffffff-ffff-ffff-ffff-ffffffffffff",
                                        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
                                        "80000000-0000-0000-8000-000000000000"))
                        .noKey();
            default:
                return json(random.nextBoolean() ? "json" : "jsonb");
        }
    }

    private Kind whole(String type, int bits) {
        boolean unsigned = origin.isMySql() && random.nextInt(3) == 0;
        BigInteger all = BigInteger.ONE.shiftLeft(bits);
        BigInteger least = unsigned ? BigInteger.ZERO : all.shiftRight(1).negate();
        BigInteger most = least.add(all).subtract(BigInteger.ONE);
        List<String> values = new ArrayList<>(List.of("0", "1", "2", "3", "7"));
        for (BigInteger value :
                List.of(least, least.add(BigInteger.ONE), most, most.shiftRight(1))) {
            values.add(value.toString());
        }
        for (int i = 0; i < 12; i++) {
            values.add(new BigInteger(bits, random).add(least).toString());
        }
        return Kind.of(type + (unsigned ? " unsigned" : ""), Form.NUMBER, values);
    }

    private Kind decimal(int mostDigits, int mostScale) {
        int digits = Texts.pick(random, List.of(1, 5, 10, 18, 19, 37, 38, 39, mostDigits));
        int scale = Texts.pick(random, List.of(0, 1, digits / 2, digits));
        scale = Math.min(scale, Math.min(digits, mostScale));
        BigInteger most = BigInteger.TEN.pow(digits).subtract(BigInteger.ONE);
        List<String> values = new ArrayList<>();
        for (BigInteger value :
                List.of(
                        most,
                        most.negate(),
                        BigInteger.ZERO,
                        BigInteger.ONE,
                        BigInteger.ONE.negate())) {
            values.add(new BigDecimal(value, scale).toPlainString());
        }
        for (int i = 0; i < 8; i++) {
            BigInteger value = new BigInteger(most.bitLength() - 1, random);
            values.add(new BigDecimal(value, scale).toPlainString());
        }
        return Kind.of(
                (origin.isMySql() ? "decimal(" : "numeric(") + digits + "," + scale + ")",
                Form.NUMBER,
                values);
    }

    private Kind text(String type, int most) {
        int length = Texts.pick(random, List.of(1, 2, 5, 20, 100, 191, 255, most));
        return Kind.of(type + "(" + length + ")", Form.TEXT, Texts.values(random, length));
    }

    private Kind bytes() {
        String type =
                Texts.pick(
                        random,
                        List.of(
                                "binary(1)",
                                "binary(16)",
                                "binary(20)",
                                "varbinary(16)",
                                "varbinary(200)",
                                "tinyblob",
                                "blob",
                                "longblob"));
        int length = type.endsWith("blob") ? 40 : Integer.parseInt(type.replaceAll("\\D", ""));
        boolean fixed = type.startsWith("binary");
        Kind kind =
                Kind.of(type, Form.BYTES, hex(length, !fixed))
                        .writtenAs("UNHEX(?)")
                        .readAs("HEX(%s)");
        // With other lengths they have no type that Aurora DSQL accepts in a key.
        return type.equals("binary(16)") ? kind : kind.noKey();
    }

    private List<String> hex(int length, boolean shorter) {
        List<String> values = new ArrayList<>();
        values.add("00".repeat(length));
        values.add("ff".repeat(length));
        values.add("61".repeat(length - 1) + "00");
        values.add("00".repeat(length - 1) + "5c");
        if (shorter) {
            values.addAll(List.of("", "00", "5c"));
        }
        for (int i = 0; i < 6; i++) {
            StringBuilder value = new StringBuilder();
            IntStream.range(0, length)
                    .forEach(at -> value.append(String.format("%02x", random.nextInt(256))));
            values.add(value.toString());
        }
        return values;
    }

    private Kind moment() {
        int digits = random.nextInt(7);
        List<String> values =
                new ArrayList<>(
                        List.of(
                                "1970-01-02 00:00:00",
                                "2000-02-29 23:59:59.999999",
                                "2024-06-30 12:00:00.5",
                                "2024-12-31 23:59:59.000001",
                                "2038-01-18 00:00:00"));
        if (!origin.isMySql()) {
            // Known: years before Christ arrive wrong. A fraction could round up beyond the last
            // year.
            values.addAll(List.of("infinity", "-infinity", "0001-01-01 00:00:00", "20000-01-01"));
            return Kind.of("timestamp(" + digits + ")", Form.MOMENT, values);
        }
        if (random.nextBoolean()) {
            return Kind.of("timestamp(" + digits + ")", Form.MOMENT, values)
                    .readAs("CAST(%s AS CHAR)");
        }
        values.addAll(List.of("1000-01-01 00:00:00", "9999-12-31 23:59:59", "1582-10-15 00:00:00"));
        return Kind.of("datetime(" + digits + ")", Form.MOMENT, values).readAs("CAST(%s AS CHAR)");
    }

    private Kind bits() {
        // Known: MySQL-CDC reverses the bytes of more than eight bits.
        int most = origin == Origin.MYSQL_CDC ? 8 : 64;
        int bits = 1 + random.nextInt(most);
        long all = bits == 64 ? -1L : (1L << bits) - 1;
        Kind kind =
                Kind.of(
                                "bit(" + bits + ")",
                                bits == 1 ? Form.NUMBER : Form.BYTES,
                                List.of("0", "1", Long.toUnsignedString(all)))
                        .writtenAs("CAST(? AS UNSIGNED)");
        return bits == 1
                ? kind.readAs("%s + 0").noKey()
                : kind.readAs("LPAD(HEX(%s), " + (bits + 7) / 8 * 2 + ", '0')").noKey();
    }

    private Kind json(String type) {
        return Kind.of(
                        type,
                        Form.JSON,
                        List.of(
                                "{}",
                                "[]",
                                "null",
                                "true",
                                "\"\"",
                                "0",
                                "-1.5",
                                "\"日本 \\\" \\\\ 😀\"",
                                "{\"a\": [1, {\"b\": null}], \"日\": \"x\"}",
                                "123456789012345"))
                .noKey();
    }
}
