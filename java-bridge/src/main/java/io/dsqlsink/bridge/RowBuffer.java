package io.dsqlsink.bridge;

import java.nio.ByteBuffer;
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
     * Chars of a longer text that are checked before the JVM encodes it. The JVM's encoder is fast
     * for ASCII, because it processes many chars at a time, but slow for other scripts, which this
     * check finds early.
     */
    private static final int PROBE_CHARS = 8;

    /** Chars of a text that are encoded at a time: few enough to stay in the processor's cache. */
    private static final int CHUNK_CHARS = 1024;

    private final char[] chunk = new char[CHUNK_CHARS];
    private byte[] bytes = new byte[INITIAL_CAPACITY];
    // Writes integers in one go, where shifting them into the array takes a store for each byte.
    private ByteBuffer view = ByteBuffer.wrap(bytes);
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

    /** Drops everything from this position on. */
    void truncate(int newLength) {
        length = newLength;
    }

    /** Releases the memory of an unusually large frame. */
    void shrink(int keepCapacity) {
        if (bytes.length > keepCapacity) {
            hold(new byte[Math.max(keepCapacity, INITIAL_CAPACITY)]);
            length = 0;
        }
    }

    void putByte(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    void putShort(int value) {
        reserve(2);
        view.putShort(length, (short) value);
        length += 2;
    }

    void putInt(int value) {
        reserve(4);
        view.putInt(length, value);
        length += 4;
    }

    void putLong(long value) {
        reserve(8);
        view.putLong(length, value);
        length += 8;
    }

    /** Overwrites four bytes that were put before. */
    void setInt(int at, int value) {
        view.putInt(at, value);
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
            // The same number of bytes and chars means ASCII, unless a '?' replaced an unpaired
            // surrogate.
            if (utf8.length == chars
                    && value.equals(new String(utf8, StandardCharsets.ISO_8859_1))) {
                putBytes(utf8);
                return true;
            }
        }
        reserve(4L + (long) chars * MAX_UTF8_BYTES_PER_CHAR);
        int start = length + 4;
        int end = encode(value, start);
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
    private int encode(String value, int at) {
        int p = at;
        int from = 0;
        int chars = value.length();
        while (from < chars) {
            int n = Math.min(chars - from, CHUNK_CHARS);
            // The two chars of a pair stay together.
            if (from + n < chars && Character.isHighSurrogate(value.charAt(from + n - 1))) {
                n--;
            }
            value.getChars(from, from + n, chunk, 0);
            p = encodeChunk(chunk, n, bytes, p);
            if (p < 0) {
                return -1;
            }
            from += n;
        }
        return p;
    }

    /** Returns the end position or -1. */
    private static int encodeChunk(char[] chars, int n, byte[] b, int at) {
        int p = at;
        int i = 0;
        while (i < n) {
            char c = chars[i++];
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
                if (Character.isLowSurrogate(c) || i == n || !Character.isLowSurrogate(chars[i])) {
                    return -1;
                }
                int point = Character.toCodePoint(c, chars[i++]);
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
        hold(Arrays.copyOf(bytes, (int) Math.max(needed, doubled)));
    }

    private void hold(byte[] array) {
        bytes = array;
        view = ByteBuffer.wrap(array);
    }
}
