package io.dsqlsink.bridge;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing byte[] with a write position; all integers big-endian. It is reused from frame to
 * frame, so the steady state allocates nothing.
 */
public final class RowBuffer {
    private static final int INITIAL_CAPACITY = 8 * 1024;

    /** Some JVMs keep a few words of the largest array for a header. */
    private static final int MAX_CAPACITY = Integer.MAX_VALUE - 8;

    /** A UTF-16 char outside a surrogate pair becomes at most 3 bytes; a pair becomes 4. */
    private static final int MAX_UTF8_BYTES_PER_CHAR = 3;

    /**
     * Chars of a longer text that are looked at before the JVM encodes it. That is fast for ASCII,
     * as it takes many chars at a time, but lost effort for other scripts, which show early.
     */
    private static final int PROBE_CHARS = 8;

    private byte[] bytes = new byte[INITIAL_CAPACITY];
    private int length;

    /** The bytes; valid up to {@link #length()} and until the next write. */
    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    /** Forgets everything from this position on. */
    void truncate(int newLength) {
        length = newLength;
    }

    /** Gives back the memory of an unusually large frame. */
    void shrink(int keepCapacity) {
        if (bytes.length > keepCapacity) {
            bytes = new byte[Math.max(keepCapacity, INITIAL_CAPACITY)];
            length = 0;
        }
    }

    void putByte(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    void putShort(int value) {
        reserve(2);
        bytes[length] = (byte) (value >> 8);
        bytes[length + 1] = (byte) value;
        length += 2;
    }

    void putInt(int value) {
        reserve(4);
        setInt(length, value);
        length += 4;
    }

    void putLong(long value) {
        reserve(8);
        setInt(length, (int) (value >> 32));
        setInt(length + 4, (int) value);
        length += 8;
    }

    /** Overwrites four bytes that were put before. */
    void setInt(int at, int value) {
        byte[] b = bytes;
        b[at] = (byte) (value >> 24);
        b[at + 1] = (byte) (value >> 16);
        b[at + 2] = (byte) (value >> 8);
        b[at + 3] = (byte) value;
    }

    /** u32 length, then the bytes. */
    void putBytes(byte[] value) {
        reserve(4L + value.length);
        setInt(length, value.length);
        System.arraycopy(value, 0, bytes, length + 4, value.length);
        length += 4 + value.length;
    }

    /**
     * u32 byte length, then UTF-8.
     *
     * @return false, and nothing is put, when the text holds an unpaired surrogate, which UTF-8
     *     cannot carry
     */
    boolean putText(String value) {
        int chars = value.length();
        if (chars > PROBE_CHARS && startsWithAscii(value)) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            // As many bytes as chars: ASCII, unless some are a '?' in place of an unpaired
            // surrogate.
            if (utf8.length == chars
                    && value.equals(new String(utf8, StandardCharsets.ISO_8859_1))) {
                putBytes(utf8);
                return true;
            }
        }
        reserve(4L + (long) chars * MAX_UTF8_BYTES_PER_CHAR);
        int start = length + 4;
        int end = encode(value, bytes, start);
        if (end < 0) {
            return false;
        }
        setInt(length, end - start);
        length = end;
        return true;
    }

    private static boolean startsWithAscii(String value) {
        for (int i = 0; i < PROBE_CHARS; i++) {
            if (value.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /** Returns the end position or -1. */
    private static int encode(String value, byte[] b, int at) {
        int chars = value.length();
        int p = at;
        int i = 0;
        while (i < chars) {
            char c = value.charAt(i++);
            if (c < 0x80) {
                b[p++] = (byte) c;
            } else if (c < 0x800) {
                b[p++] = (byte) (0xC0 | c >> 6);
                b[p++] = (byte) (0x80 | c & 0x3F);
            } else if (!Character.isSurrogate(c)) {
                b[p++] = (byte) (0xE0 | c >> 12);
                b[p++] = (byte) (0x80 | c >> 6 & 0x3F);
                b[p++] = (byte) (0x80 | c & 0x3F);
            } else {
                if (Character.isLowSurrogate(c)
                        || i == chars
                        || !Character.isLowSurrogate(value.charAt(i))) {
                    return -1;
                }
                int point = Character.toCodePoint(c, value.charAt(i++));
                b[p++] = (byte) (0xF0 | point >> 18);
                b[p++] = (byte) (0x80 | point >> 12 & 0x3F);
                b[p++] = (byte) (0x80 | point >> 6 & 0x3F);
                b[p++] = (byte) (0x80 | point & 0x3F);
            }
        }
        return p;
    }

    private void reserve(long more) {
        if (more > bytes.length - length) {
            grow(more);
        }
    }

    private void grow(long more) {
        long needed = length + more;
        if (needed > MAX_CAPACITY) {
            throw new IllegalArgumentException(
                    "A frame of " + needed + " bytes is more than one array can hold");
        }
        long doubled = Math.min(2L * bytes.length, MAX_CAPACITY);
        bytes = Arrays.copyOf(bytes, (int) Math.max(needed, doubled));
    }
}
