package io.dsqlsink.bench;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
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
 * The rows that every contender writes: ten columns, keys in sequence over all writers. The values
 * of a small pool are reused, so making rows costs the writer's process little.
 */
final class Rows {
    /** How long rows are. */
    enum Kind {
        /** About 290 bytes in PostgreSQL's binary form, lengths included. */
        SHORT("orders", 180, 200),

        /** 1.2 kB of column values. AWS has published rates of its own toolkit for such rows. */
        LONG("long_orders", 1_125, 1_145);

        final String table;
        private final int shortestNote;
        private final int longestNote;

        Kind(String table, int shortestNote, int longestNote) {
            this.table = table;
            this.shortestNote = shortestNote;
            this.longestNote = longestNote;
        }

        String ddl() {
            return "CREATE TABLE "
                    + table
                    + " (id bigint PRIMARY KEY, customer bigint, status smallint, quantity int, price"
                    + " numeric(12,2), weight double precision, paid boolean, note varchar("
                    + longestNote
                    + "), day date, at timestamp)";
        }
    }

    /** Position of the column customer, which may have any number. */
    static final int CUSTOMER = 1;

    /**
     * Bytes of the values of all columns except the note, in PostgreSQL's binary form. A price has
     * a header of 8 bytes, then two or three groups of four digits.
     */
    private static final int BYTES_BUT_NOTE = 8 + 8 + 2 + 4 + 13 + 8 + 1 + 4 + 8;

    private static final int NOTE = 7;

    /** Small enough to stay in the processor's cache, like a row that a source has just made. */
    private static final int POOL = 1024;

    /** Number of keys that a source takes at a time: fewer than a batch of any writer. */
    private static final int KEYS = 500;

    private static final String WORDS =
            "leave it at the door, ring twice, and mind the dog; the parcel is heavy and holds glass; ";

    private final Object[][] pool = new Object[POOL][];
    private final Random random = new Random(42);
    private final AtomicLong keys;
    private long next;
    private long end;

    /**
     * @param keys the next key; sources that share this object never use the same key
     */
    Rows(Kind kind, AtomicLong keys) {
        this.keys = keys;
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
                        note(kind),
                        LocalDate.ofEpochDay(18_000 + random.nextInt(3_000)),
                        LocalDateTime.of(2026, 1, 1, 0, 0).plusNanos(random.nextInt() * 1_000L)
                    };
        }
    }

    /** One in four notes has some characters that are not ASCII. */
    private String note(Kind kind) {
        StringBuilder note = new StringBuilder(random.nextInt(4) == 0 ? "für Frau Müller: " : "");
        int length = kind.shortestNote + random.nextInt(kind.longestNote - kind.shortestNote + 1);
        while (note.length() < length) {
            note.append(WORDS, random.nextInt(WORDS.length() / 2), WORDS.length());
        }
        note.setLength(length);
        return note.toString();
    }

    /**
     * A new object for each row, as from a source. To change an old object costs the collector
     * more.
     */
    SeaTunnelRow next() {
        if (next == end) {
            next = keys.getAndAdd(KEYS);
            end = next + KEYS;
        }
        Object[] fields = pool[(int) (next % POOL)].clone();
        fields[0] = next++;
        return new SeaTunnelRow(fields);
    }

    /** The values of a random row, with this key. */
    Object[] values(long key) {
        Object[] fields = pool[random.nextInt(POOL)].clone();
        fields[0] = key;
        return fields;
    }

    /** A random key from 1 to this one. */
    long key(int highest) {
        return 1L + random.nextInt(highest);
    }

    /** Bytes of column values of a row on average, in PostgreSQL's binary form, without lengths. */
    double bytes() {
        long notes = 0;
        for (Object[] fields : pool) {
            notes += ((String) fields[NOTE]).getBytes(StandardCharsets.UTF_8).length;
        }
        return BYTES_BUT_NOTE + (double) notes / POOL;
    }

    /** The table as a source describes it. */
    static CatalogTable table(Kind kind) {
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
                TableIdentifier.of("source", "shop", null, kind.table),
                schema,
                Collections.emptyMap(),
                Collections.emptyList(),
                "");
    }

    private static PhysicalColumn column(String name, SeaTunnelDataType<?> type) {
        return PhysicalColumn.of(name, type, 0L, !name.equals("id"), null, "");
    }
}
