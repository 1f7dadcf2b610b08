package io.dsqlsink.bridge;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The small frames: options and tables to Rust, notices and answers from Rust. All integers are
 * big-endian; a string is its u32 byte length and UTF-8. {@link RowEncoder} has the row frame.
 */
public final class Frames {
    /** The table has a key: rows are upserted and deleted by it. */
    public static final int MODE_UPSERT = 0;

    /** The table has no key: rows are appended. */
    public static final int MODE_INSERT = 1;

    /** The user's own statement runs for each row. */
    public static final int MODE_QUERY = 2;

    private Frames() {}

    /** u8 version, u32 count, then key and value as strings. Options that are null are left out. */
    static byte[] options(Map<String, String> options) {
        RowBuffer frame = new RowBuffer();
        frame.putByte(NativeSink.FRAME_VERSION);
        int countAt = frame.length();
        frame.putInt(0);
        int count = 0;
        for (Map.Entry<String, String> option : options.entrySet()) {
            if (option.getValue() != null) {
                // The value may be a secret: only the key is ever named.
                putText(frame, option.getKey(), "option key");
                putText(frame, option.getValue(), "option " + option.getKey());
                count++;
            }
        }
        frame.setInt(countAt, count);
        return frame.toByteArray();
    }

    /**
     * u8 version, string schema, string table, u8 mode, for mode query the query as a string, u16
     * columns each with name and source type, u16 key columns each with its name.
     *
     * @param types the source's types, which only messages show
     * @param keys names of key columns; none means that rows are appended
     * @param query the user's own statement, which no keys go with; null for the sink's
     */
    public static byte[] table(
            String schema,
            String table,
            String query,
            List<String> columns,
            List<String> types,
            List<String> keys) {
        RowBuffer frame = new RowBuffer();
        frame.putByte(NativeSink.FRAME_VERSION);
        putText(frame, schema, "schema name");
        putText(frame, table, "table name");
        if (query == null) {
            frame.putByte(keys.isEmpty() ? MODE_INSERT : MODE_UPSERT);
        } else {
            frame.putByte(MODE_QUERY);
            putText(frame, query, "option query");
        }
        frame.putShort(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            putText(frame, columns.get(i), "column name");
            putText(frame, types.get(i), "type of column " + columns.get(i));
        }
        frame.putShort(keys.size());
        for (String key : keys) {
            putText(frame, key, "key column name");
        }
        return frame.toByteArray();
    }

    /** u32 count, then each notice as u8 level, i64 epoch milliseconds, string message. */
    static List<Notice> notices(byte[] bytes) {
        if (bytes == null) {
            return Collections.emptyList();
        }
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        int count = frame.getInt();
        List<Notice> notices = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int level = frame.get();
            long epochMillis = frame.getLong();
            byte[] message = new byte[frame.getInt()];
            frame.get(message);
            notices.add(
                    new Notice(level, epochMillis, new String(message, StandardCharsets.UTF_8)));
        }
        return notices;
    }

    /** u32 count, then each table as string name and its slots as i64. */
    static Map<String, SinkStats> tableStats(byte[] bytes) {
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        int count = frame.getInt();
        Map<String, SinkStats> tables = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            byte[] name = new byte[frame.getInt()];
            frame.get(name);
            long[] slots = new long[SinkStats.STAT_COUNT];
            for (int slot = 0; slot < slots.length; slot++) {
                slots[slot] = frame.getLong();
            }
            tables.put(new String(name, StandardCharsets.UTF_8), new SinkStats(slots));
        }
        return tables;
    }

    /**
     * u64 affected rows, u32 rows, then each row as u16 values, then each value as i32 length and
     * UTF-8, with length -1 for NULL.
     */
    static NativeSession.Answer answer(byte[] bytes) {
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        long affected = frame.getLong();
        int count = frame.getInt();
        List<List<String>> rows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int values = Short.toUnsignedInt(frame.getShort());
            List<String> row = new ArrayList<>(values);
            for (int j = 0; j < values; j++) {
                int length = frame.getInt();
                byte[] text = new byte[Math.max(length, 0)];
                frame.get(text);
                row.add(length < 0 ? null : new String(text, StandardCharsets.UTF_8));
            }
            rows.add(Collections.unmodifiableList(row));
        }
        return new NativeSession.Answer(affected, Collections.unmodifiableList(rows));
    }

    private static void putText(RowBuffer frame, String text, String what) {
        if (!frame.putText(text)) {
            throw new IllegalArgumentException(
                    "The " + what + " holds an unpaired surrogate, which UTF-8 cannot carry");
        }
    }
}
