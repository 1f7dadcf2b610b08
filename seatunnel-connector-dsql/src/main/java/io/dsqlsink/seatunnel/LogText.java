package io.dsqlsink.seatunnel;

/** Makes texts from outside safe for a log line or an error message. */
public final class LogText {
    private LogText() {}

    /**
     * Escapes every character that ends a line, hides text or reverses it on a screen, so that no
     * name, value or server can forge a line. The native library does the same with its own texts.
     */
    public static String printable(String text) {
        StringBuilder shown = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean odd = isOdd(c) || isUnpaired(text, i);
            if (odd && shown == null) {
                shown = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (odd) {
                shown.append(escape(c));
            } else if (shown != null) {
                shown.append(c);
            }
        }
        return shown == null ? text : shown.toString();
    }

    /**
     * Which character of a text neither UTF-8 nor the database can carry, as it is shown; null when
     * there is none.
     */
    public static String unsendable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == 0) {
                return "a NUL character (U+0000)";
            } else if (isUnpaired(text, i)) {
                return "half a surrogate pair (" + escape(text.charAt(i)) + ")";
            }
        }
        return null;
    }

    /** The text without what {@link #unsendable} finds. */
    public static String sendable(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != 0 && !isUnpaired(text, i)) {
                kept.append(text.charAt(i));
            }
        }
        return kept.toString();
    }

    private static boolean isOdd(char c) {
        return Character.isISOControl(c)
                || c >= '\u200b' && c <= '\u200f'
                || c >= '\u2028' && c <= '\u202e'
                || c >= '\u2060' && c <= '\u206f'
                || c == '\ufeff'
                || c == '\u061c';
    }

    private static boolean isUnpaired(String text, int at) {
        char c = text.charAt(at);
        return Character.isHighSurrogate(c)
                        && (at + 1 == text.length()
                                || !Character.isLowSurrogate(text.charAt(at + 1)))
                || Character.isLowSurrogate(c)
                        && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }

    private static String escape(char c) {
        switch (c) {
            case '\n':
                return "\\n";
            case '\r':
                return "\\r";
            case '\t':
                return "\\t";
            default:
                return "\\u{" + Integer.toHexString(c) + "}";
        }
    }
}
