package io.dsqlsink.e2e;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;

/**
 * The source database of the demo and the tests: a shop whose tables have every column type that
 * MySQL-CDC carries.
 */
final class Shop {
    static final String DATABASE = "shop";

    private static final List<String> WORDS =
            List.of(
                    "amber",
                    "bläulich",
                    "crème",
                    "дуб",
                    "木",
                    "🍀 clover",
                    "O'Brien \"quoted\"",
                    "back\\slash");

    static final Table CUSTOMERS =
            new Table(
                    "customers",
                    "bigint",
                    "bigint",
                    List.of(
                            text("name", "varchar(80)", "varchar(80)", 80),
                            text("email", "varchar(120)", "text", 120),
                            text("about", "text", "text", 20_000),
                            text("letters", "longtext", "text", 200_000),
                            Column.of(
                                    "country",
                                    "char(2)",
                                    "char(2)",
                                    k -> k % 2 == 0 ? "DE" : "JP",
                                    "ñß",
                                    "ZZ"),
                            Column.of(
                                    "active",
                                    "tinyint(1)",
                                    "boolean",
                                    k -> k % 3 == 0 ? 1 : 0,
                                    0,
                                    1),
                            Column.of(
                                    "stars",
                                    "tinyint(1)",
                                    "smallint",
                                    k -> (int) (k % 6),
                                    -128,
                                    127,
                                    5),
                            Column.of(
                                    "level",
                                    "tinyint",
                                    "smallint",
                                    k -> (int) (k % 200) - 100,
                                    -128,
                                    127,
                                    0),
                            Column.of(
                                    "visits",
                                    "tinyint unsigned",
                                    "smallint",
                                    k -> (int) (k % 256),
                                    0,
                                    255),
                            Column.of(
                                    "newsletter",
                                    "bit(1)",
                                    "boolean",
                                    k -> k % 2 == 0,
                                    false,
                                    true),
                            Column.of(
                                    "born",
                                    "date",
                                    "date",
                                    k -> LocalDate.of(1930, 1, 1).plusDays(k % 30_000),
                                    LocalDate.of(1000, 1, 1),
                                    LocalDate.of(1969, 12, 31),
                                    LocalDate.of(1582, 10, 15),
                                    LocalDate.of(9999, 12, 31)),
                            dateTime(
                                    "joined",
                                    "datetime(6)",
                                    LocalDateTime.of(1000, 1, 1, 0, 0),
                                    LocalDateTime.of(1969, 12, 31, 0, 0),
                                    LocalDateTime.of(9999, 12, 31, 23, 59, 59, 999_999_000)),
                            dateTime(
                                    "seen",
                                    "timestamp(6)",
                                    LocalDateTime.of(1970, 1, 1, 0, 0, 1),
                                    LocalDateTime.of(2038, 1, 19, 3, 14, 7, 999_999_000)),
                            decimal("balance", 65, 30),
                            decimal("credit", 10, 2),
                            Column.of(
                                    "rating",
                                    "float",
                                    "real",
                                    k -> k % 1000 / 8f,
                                    -3.40282e38f,
                                    3.40282e38f,
                                    1.17549e-38f,
                                    0f),
                            Column.of(
                                    "score",
                                    "double",
                                    "double precision",
                                    k -> Math.sqrt(k) * -1e5,
                                    -Double.MAX_VALUE,
                                    Double.MAX_VALUE,
                                    Double.MIN_NORMAL,
                                    0d,
                                    0.1),
                            json("settings", "json")));

    static final Table ITEMS =
            new Table(
                    "items",
                    "int unsigned",
                    "bigint",
                    List.of(
                            text("title", "varchar(200)", "varchar(200)", 200),
                            Column.of(
                                    "kind",
                                    "enum('book','music','größe','')",
                                    "text",
                                    k -> k % 2 == 0 ? "book" : "größe",
                                    "music",
                                    ""),
                            decimal("price", 12, 4),
                            Column.of(
                                    "shelf",
                                    "smallint",
                                    "smallint",
                                    k -> (int) (k % 30_000) - 15_000,
                                    -32_768,
                                    32_767),
                            Column.of(
                                    "shelf_max",
                                    "smallint unsigned",
                                    "integer",
                                    k -> (int) (k % 65_536),
                                    0,
                                    65_535),
                            Column.of(
                                    "stock",
                                    "mediumint",
                                    "integer",
                                    k -> (int) -k % 8_388_608,
                                    -8_388_608,
                                    8_388_607),
                            Column.of(
                                    "stock_max",
                                    "mediumint unsigned",
                                    "integer",
                                    k -> (int) k % 16_777_216,
                                    0,
                                    16_777_215),
                            Column.of(
                                    "height",
                                    "int",
                                    "integer",
                                    k -> (int) -k,
                                    Integer.MIN_VALUE,
                                    Integer.MAX_VALUE),
                            Column.of(
                                    "width",
                                    "int unsigned",
                                    "bigint",
                                    k -> k * 40_000 % 4_294_967_296L,
                                    0L,
                                    4_294_967_295L),
                            Column.of(
                                    "sold",
                                    "bigint unsigned",
                                    "numeric(20,0)",
                                    k -> k * 1_000_003,
                                    BigDecimal.ZERO,
                                    new BigDecimal("18446744073709551615")),
                            Column.of(
                                    "since",
                                    "year",
                                    "smallint",
                                    k -> 1901 + (int) (k % 255),
                                    1901,
                                    2155),
                            Column.of(
                                    "opens",
                                    "time",
                                    "time(0)",
                                    k -> LocalTime.ofSecondOfDay(k % 86_400),
                                    LocalTime.MIN,
                                    LocalTime.of(23, 59, 59)),
                            Column.of(
                                    "closes",
                                    "time(6)",
                                    "time(6)",
                                    k ->
                                            LocalTime.ofNanoOfDay(
                                                    k
                                                            % 86_400
                                                            * 1_000_000_123_000L
                                                            % 86_400_000_000_000L
                                                            / 1000
                                                            * 1000),
                                    LocalTime.MIN,
                                    LocalTime.of(23, 59, 59, 999_999_000)),
                            bytes("digest", "binary(16)", 16, 16),
                            bytes("tag", "varbinary(64)", 0, 64),
                            bytes("picture", "blob", 0, 60_000),
                            bytes("manual", "longblob", 0, 200_000),
                            json("attributes", "jsonb")));

    static final Table ORDERS =
            new Table(
                    "orders",
                    "bigint",
                    "bigint",
                    List.of(
                            Column.of(
                                    "customer_id",
                                    "bigint",
                                    "bigint",
                                    k -> k / 10,
                                    Long.MIN_VALUE,
                                    Long.MAX_VALUE),
                            Column.of(
                                    "item_id",
                                    "int unsigned",
                                    "bigint",
                                    k -> k % 10_000,
                                    0L,
                                    4_294_967_295L),
                            Column.of(
                                    "quantity",
                                    "smallint unsigned",
                                    "integer",
                                    k -> (int) (k % 100),
                                    0,
                                    65_535),
                            decimal("amount", 18, 6),
                            decimal("tax", 38, 10),
                            Column.of(
                                    "status",
                                    "enum('new','paid','shipped','returned')",
                                    "varchar(255)",
                                    k -> k % 3 == 0 ? "paid" : "shipped",
                                    "new",
                                    "returned"),
                            dateTime("placed", "datetime(6)", LocalDateTime.of(1969, 7, 20, 0, 0)),
                            Column.of(
                                    "shipped",
                                    "date",
                                    "date",
                                    k -> LocalDate.of(2020, 1, 1).plusDays(k % 2000),
                                    LocalDate.of(1969, 12, 31)),
                            Column.of("gift", "bit(1)", "boolean", k -> k % 5 == 0, true, false),
                            text("remark", "varchar(500)", "text", 500)));

    static final List<Table> TABLES = List.of(CUSTOMERS, ITEMS, ORDERS);

    private Shop() {}

    private static Column text(String name, String mysqlType, String dsqlType, int longest) {
        return Column.of(
                name,
                mysqlType,
                dsqlType,
                k -> WORDS.get((int) (k % WORDS.size())) + " " + k,
                "",
                " spaces around ",
                "😀".repeat(Math.min(longest, 16_000)),
                "tab\tnew line\nquote' \" backslash\\ percent% null\\0",
                "👩‍💻 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 مرحبا \uFEFF",
                "x".repeat(longest));
    }

    private static Column decimal(String name, int precision, int scale) {
        BigDecimal most =
                BigDecimal.TEN.pow(precision).subtract(BigDecimal.ONE).movePointLeft(scale);
        BigDecimal least = BigDecimal.ONE.movePointLeft(scale);
        return Column.of(
                name,
                "decimal(" + precision + "," + scale + ")",
                "numeric(" + precision + "," + scale + ")",
                k -> BigDecimal.valueOf((k % 2 == 0 ? -1 : 1) * (k * 7919 % 10_000_000), 2),
                most,
                most.negate(),
                least,
                least.negate(),
                BigDecimal.ZERO);
    }

    /**
     * Before 1970 midnight alone: SeaTunnel 2.3.4's MySQL-CDC source fails on other times of those
     * days.
     */
    private static Column dateTime(String name, String mysqlType, Object... extremes) {
        LocalDateTime from = LocalDateTime.of(2001, 2, 3, 4, 5, 6, 789_000);
        return Column.of(
                name,
                mysqlType,
                "timestamp(6)",
                k -> from.plusNanos(k % 400_000 * 1_234_567_000L),
                extremes);
    }

    private static Column bytes(String name, String mysqlType, int shortest, int longest) {
        byte[] counting = new byte[longest];
        byte[] ones = new byte[longest];
        for (int i = 0; i < longest; i++) {
            counting[i] = (byte) (i + 1);
            ones[i] = -1;
        }
        return Column.of(
                name,
                mysqlType,
                "bytea",
                k ->
                        String.format("%016x", k * 0x9E3779B97F4A7C15L)
                                .getBytes(StandardCharsets.US_ASCII),
                new byte[shortest],
                counting,
                ones);
    }

    private static Column json(String name, String dsqlType) {
        return Column.of(
                name,
                "json",
                dsqlType,
                k -> "{\"n\": " + k + ", \"tags\": [\"a\", null, true], \"price\": 12.5}",
                "{}",
                "[]",
                "null",
                "\"text with 😀 and \\\"quotes\\\"\"",
                "{\"deep\": {\"er\": [[[{\"x\": -9223372036854775808}]]]}, \"empty\": \"\"}",
                "12345678901234567");
    }
}
