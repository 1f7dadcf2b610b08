package io.dsqlsink.bridge;

import java.lang.reflect.Array;
import java.math.BigDecimal;

/**
 * An array as JSON, for a database without arrays. Numbers are written with all their digits. NaN
 * and the infinities, which JSON cannot write as numbers, are texts. Every other value is a text
 * too, in the form that Java and PostgreSQL share.
 */
public final class JsonText {
    private static final String HEX = "0123456789abcdef";

    private JsonText() {}

    /**
     * @param array of objects or of primitive values, and of further arrays
     */
    static String of(Object array) {
        StringBuilder json = new StringBuilder();
        append(array, json);
        return json.toString();
    }

    /** A text as a JSON string, in its quotes. */
    public static String string(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2);
        appendText(text, json);
        return json.toString();
    }

    private static void append(Object value, StringBuilder json) {
        if (value == null) {
            json.append("null");
        } else if (value instanceof byte[]) {
            appendBytes((byte[]) value, json);
        } else if (value.getClass().isArray()) {
            json.append('[');
            int length = Array.getLength(value);
            for (int i = 0; i < length; i++) {
                json.append(i == 0 ? "" : ",");
                append(Array.get(value, i), json);
            }
            json.append(']');
        } else if (value instanceof BigDecimal) {
            json.append(((BigDecimal) value).toPlainString());
        } else if (value instanceof Boolean || value instanceof Number && isFinite(value)) {
            json.append(value);
        } else {
            appendText(value.toString(), json);
        }
    }

    private static boolean isFinite(Object number) {
        double value = ((Number) number).doubleValue();
        return !Double.isNaN(value) && !Double.isInfinite(value);
    }

    /** As PostgreSQL shows a bytea. */
    private static void appendBytes(byte[] bytes, StringBuilder json) {
        json.append("\"\\\\x");
        for (byte b : bytes) {
            json.append(HEX.charAt(b >> 4 & 15)).append(HEX.charAt(b & 15));
        }
        json.append('"');
    }

    private static void appendText(String text, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
