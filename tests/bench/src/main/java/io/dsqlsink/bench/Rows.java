package io.dsqlsink.bench;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.PhysicalColumn;
import org.apache.seatunnel.api.table.catalog.PrimaryKey;
import org.apache.seatunnel.api.table.catalog.TableIdentifier;
import org.apache.seatunnel.api.table.catalog.TableSchema;
import org.apache.seatunnel.api.table.type.BasicType;
import org.apache.seatunnel.api.table.type.DecimalType;
import org.apache.seatunnel.api.table.type.LocalTimeType;
import org.apache.seatunnel.api.table.type.SeaTunnelDataType;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;

/**
 * The rows that every contender writes: ten columns, about 290 bytes in PostgreSQL's binary form,
 * keys in sequence over all writers. The values of few rows are used again and again, so that
 * making rows costs the writer's process little.
 */
final class Rows {
    static final String NAME = "orders";

    static final String DDL =
            "CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, status smallint, quantity"
                    + " int, price numeric(12,2), weight double precision, paid boolean, note"
                    + " varchar(200), day date, at timestamp)";

    /**
     * So few that they stay in the processor's cache, as a row does that a source has just made.
     */
    private static final int POOL = 1024;

    /** Keys that a source takes at once: fewer than a batch of any writer. */
    private static final int KEYS = 500;

    private static final String WORDS =
            "leave it at the door, ring twice, and mind the dog; the parcel is heavy and holds glass; ";

    private final Object[][] pool = new Object[POOL][];
    private final AtomicLong keys;
    private long next;
    private long end;

    /**
     * @param keys the next key; sources that share it give their rows different keys
     */
    Rows(AtomicLong keys) {
        this.keys = keys;
        Random random = new Random(42);
        for (int i = 0; i < POOL; i++) {
            pool[i] =
                    new Object[] {
                        0L,
                        random.nextLong() >>> 20,
                        (short) random.nextInt(100),
                        random.nextInt(1_000_000),
                        BigDecimal.valueOf(random.nextInt(10_000_000), 2),
                        random.nextDouble() * 100,
                        random.nextBoolean(),
                        note(random),
                        LocalDate.ofEpochDay(18_000 + random.nextInt(3_000)),
                        LocalDateTime.of(2026, 1, 1, 0, 0).plusNanos(random.nextInt() * 1_000L)
                    };
        }
    }

    /** 180 to 200 characters, one in four with some beyond ASCII. */
    private static String note(Random random) {
        StringBuilder note = new StringBuilder(random.nextInt(4) == 0 ? "für Frau Müller: " : "");
        int length = 180 + random.nextInt(21);
        while (note.length() < length) {
            note.append(WORDS, random.nextInt(WORDS.length() / 2), WORDS.length());
        }
        note.setLength(length);
        return note.toString();
    }

    /** A new row, as a source makes it: writing to an old one costs the collector more. */
    SeaTunnelRow next() {
        if (next == end) {
            next = keys.getAndAdd(KEYS);
            end = next + KEYS;
        }
        Object[] fields = pool[(int) (next % POOL)].clone();
        fields[0] = next++;
        return new SeaTunnelRow(fields);
    }

    /** The table as a source describes it. */
    static CatalogTable table() {
        TableSchema schema =
                TableSchema.builder()
                        .column(column("id", BasicType.LONG_TYPE))
                        .column(column("customer", BasicType.LONG_TYPE))
                        .column(column("status", BasicType.SHORT_TYPE))
                        .column(column("quantity", BasicType.INT_TYPE))
                        .column(column("price", new DecimalType(12, 2)))
                        .column(column("weight", BasicType.DOUBLE_TYPE))
                        .column(column("paid", BasicType.BOOLEAN_TYPE))
                        .column(column("note", BasicType.STRING_TYPE))
                        .column(column("day", LocalTimeType.LOCAL_DATE_TYPE))
                        .column(column("at", LocalTimeType.LOCAL_DATE_TIME_TYPE))
                        .primaryKey(PrimaryKey.of("id", List.of("id")))
                        .build();
        return CatalogTable.of(
                TableIdentifier.of("source", "shop", null, NAME),
                schema,
                Collections.emptyMap(),
                Collections.emptyList(),
                "");
    }

    private static PhysicalColumn column(String name, SeaTunnelDataType<?> type) {
        return PhysicalColumn.of(name, type, 0L, !name.equals("id"), null, "");
    }
}
