package io.dsqlsink.bridge;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Writes the rows of one table into a row frame: u8 version, u32 table number, u32 row count, then
 * each row as u8 kind, u32 length of the values, and one tagged value per column.
 *
 * <p>The tag follows the class of the value, not the declared type of the column: sources declare
 * types that do not match their values. Rust converts to the type of the target column.
 *
 * <p>Not thread safe.
 */
public final class RowEncoder {
    public static final int ROW_INSERT = 0;
    public static final int ROW_UPDATE_BEFORE = 1;
    public static final int ROW_UPDATE_AFTER = 2;
    public static final int ROW_DELETE = 3;

    static final int TAG_NULL = 0;
    static final int TAG_BOOL = 1;
    static final int TAG_INT8 = 2;
    static final int TAG_INT16 = 3;
    static final int TAG_INT32 = 4;
    static final int TAG_INT64 = 5;
    static final int TAG_FLOAT32 = 6;
    static final int TAG_FLOAT64 = 7;
    static final int TAG_DECIMAL = 8;
    static final int TAG_BIG_DECIMAL = 9;
    static final int TAG_TEXT = 10;
    static final int TAG_BYTES = 11;
    static final int TAG_DATE = 12;
    static final int TAG_TIME = 13;
    static final int TAG_TIMESTAMP = 14;
    static final int TAG_TIMESTAMP_TZ = 15;

    /** An array, which is sent as JSON text; not a tag of the frame. */
    private static final int TEXT_OF_ARRAY = -1;

    /** Every number of this many decimal digits fits an i64. */
    private static final int MAX_LONG_DIGITS = 18;

    /** Position of the row count in the frame. */
    private static final int ROW_COUNT_AT = 5;

    private final RowBuffer buffer = new RowBuffer();
    private final int tableNumber;
    private final String[] columns;
    // Class and tag of the value last seen in each column: a column seldom changes its class.
    private final Class<?>[] classes;
    private final int[] tags;
    private int rows;

    /**
     * @param tableNumber what {@link NativeSink#declareTable} returned
     * @param columns the names of the columns in the order of the values
     */
    public RowEncoder(int tableNumber, List<String> columns) {
        this.columns = columns.toArray(new String[0]);
        this.classes = new Class<?>[this.columns.length];
        this.tags = new int[this.columns.length];
        this.tableNumber = tableNumber;
        begin();
    }

    /** Rows in the frame. */
    public int rows() {
        return rows;
    }

    /** Bytes in the frame, the header included. */
    public int bytes() {
        return buffer.length();
    }

    /**
     * Adds a row.
     *
     * @param kind one of the ROW constants
     * @throws IllegalArgumentException when a value cannot be carried; it names the column, and the
     *     frame is as it was before
     */
    public void append(int kind, Object[] values) {
        if (values.length != columns.length) {
            throw new IllegalArgumentException(
                    "The row has "
                            + values.length
                            + " values, but the table has "
                            + columns.length
                            + " columns");
        }
        int start = buffer.length();
        try {
            buffer.putByte(kind);
            buffer.putInt(0);
            int valuesAt = buffer.length();
            for (int i = 0; i < values.length; i++) {
                put(i, values[i]);
            }
            buffer.setInt(valuesAt - 4, buffer.length() - valuesAt);
            rows++;
        } catch (Throwable e) {
            buffer.truncate(start);
            throw e;
        }
    }

    /** The frame with its row count, to be handed over before the next call of this encoder. */
    RowBuffer frame() {
        buffer.setInt(ROW_COUNT_AT, rows);
        return buffer;
    }

    /**
     * Starts the next frame.
     *
     * @param keepCapacity bytes of memory to keep at most
     */
    public void reset(int keepCapacity) {
        buffer.shrink(keepCapacity);
        begin();
    }

    private void begin() {
        buffer.truncate(0);
        buffer.putByte(NativeSink.FRAME_VERSION);
        buffer.putInt(tableNumber);
        buffer.putInt(0);
        rows = 0;
    }

    private void put(int column, Object value) {
        if (value == null) {
            buffer.putByte(TAG_NULL);
            return;
        }
        Class<?> type = value.getClass();
        if (type != classes[column]) {
            tags[column] = tagOf(column, value);
            classes[column] = type;
        }
        int tag = tags[column];
        if (tag == TAG_DECIMAL) {
            putDecimal((BigDecimal) value);
            return;
        } else if (tag == TEXT_OF_ARRAY) {
            buffer.putByte(TAG_TEXT);
            putText(column, JsonText.of(value));
            return;
        }
        buffer.putByte(tag);
        switch (tag) {
            case TAG_BOOL:
                buffer.putByte((Boolean) value ? 1 : 0);
                break;
            case TAG_INT8:
                buffer.putByte((Byte) value);
                break;
            case TAG_INT16:
                buffer.putShort((Short) value);
                break;
            case TAG_INT32:
                buffer.putInt((Integer) value);
                break;
            case TAG_INT64:
                buffer.putLong((Long) value);
                break;
            case TAG_FLOAT32:
                buffer.putInt(Float.floatToRawIntBits((Float) value));
                break;
            case TAG_FLOAT64:
                buffer.putLong(Double.doubleToRawLongBits((Double) value));
                break;
            case TAG_TEXT:
                putText(column, (String) value);
                break;
            case TAG_BYTES:
                buffer.putBytes((byte[]) value);
                break;
            case TAG_DATE:
                buffer.putLong(((LocalDate) value).toEpochDay());
                break;
            case TAG_TIME:
                buffer.putLong(((LocalTime) value).toNanoOfDay());
                break;
            case TAG_TIMESTAMP:
                LocalDateTime timestamp = (LocalDateTime) value;
                buffer.putLong(timestamp.toEpochSecond(ZoneOffset.UTC));
                buffer.putInt(timestamp.getNano());
                break;
            case TAG_TIMESTAMP_TZ:
                OffsetDateTime moment = (OffsetDateTime) value;
                buffer.putLong(moment.toEpochSecond());
                buffer.putInt(moment.getNano());
                buffer.putInt(moment.getOffset().getTotalSeconds());
                break;
            default:
                throw new IllegalStateException("No writer for tag " + tag);
        }
    }

    private void putDecimal(BigDecimal value) {
        int scale = value.scale();
        if (value.precision() <= MAX_LONG_DIGITS) {
            buffer.putByte(TAG_DECIMAL);
            buffer.putInt(scale);
            // At scale 0 longValue() is a field access; unscaledValue() would build a BigInteger.
            buffer.putLong(value.scaleByPowerOfTen(scale).longValue());
        } else {
            buffer.putByte(TAG_BIG_DECIMAL);
            buffer.putInt(scale);
            buffer.putText(value.unscaledValue().toString());
        }
    }

    private void putText(int column, String text) {
        if (!buffer.putText(text)) {
            throw new IllegalArgumentException(
                    "Column "
                            + columns[column]
                            + ": the text holds an unpaired surrogate, which UTF-8 cannot carry;"
                            + " repair it at the source");
        }
    }

    private int tagOf(int column, Object value) {
        if (value instanceof String) {
            return TAG_TEXT;
        } else if (value instanceof Integer) {
            return TAG_INT32;
        } else if (value instanceof Long) {
            return TAG_INT64;
        } else if (value instanceof BigDecimal) {
            return TAG_DECIMAL;
        } else if (value instanceof LocalDateTime) {
            return TAG_TIMESTAMP;
        } else if (value instanceof Boolean) {
            return TAG_BOOL;
        } else if (value instanceof Byte) {
            return TAG_INT8;
        } else if (value instanceof Short) {
            return TAG_INT16;
        } else if (value instanceof Float) {
            return TAG_FLOAT32;
        } else if (value instanceof Double) {
            return TAG_FLOAT64;
        } else if (value instanceof byte[]) {
            return TAG_BYTES;
        } else if (value instanceof LocalDate) {
            return TAG_DATE;
        } else if (value instanceof LocalTime) {
            return TAG_TIME;
        } else if (value instanceof OffsetDateTime) {
            return TAG_TIMESTAMP_TZ;
        } else if (value.getClass().isArray()) {
            return TEXT_OF_ARRAY;
        }
        throw new IllegalArgumentException(
                "Column "
                        + columns[column]
                        + ": values of "
                        + value.getClass().getName()
                        + " cannot be written; convert the column to a basic type, for example with"
                        + " a SQL transform");
    }
}
