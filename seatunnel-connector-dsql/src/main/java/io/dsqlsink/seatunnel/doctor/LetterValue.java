package io.dsqlsink.seatunnel.doctor;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalQuery;
import org.apache.seatunnel.shade.com.fasterxml.jackson.databind.JsonNode;

/**
 * Converts a value of a dead letter for the row encoder. JSON has fewer types than a table, so the
 * column's type decides how to read a string. A string that does not have the expected form is
 * passed on unchanged, so that the sink reports what is wrong with it.
 */
final class LetterValue {
    private static final int HEX = 16;

    private LetterValue() {}

    /**
     * @param type the column's type as the database writes it; null if it is not known
     */
    static Object of(JsonNode value, String type) {
        if (value.isNull() || value.isMissingNode()) {
            return null;
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        if (value.isIntegralNumber()) {
            return value.canConvertToLong()
                    ? (Object) value.longValue()
                    : new BigDecimal(value.bigIntegerValue());
        }
        if (value.isNumber()) {
            return value.doubleValue();
        }
        // A user put in an object or an array for a JSON column.
        return value.isTextual() ? ofText(value.textValue(), type) : value.toString();
    }

    private static Object ofText(String text, String type) {
        // Removes the precision, as in timestamp(3) without time zone: it does not matter here.
        String kind = type == null ? "" : type.replaceAll("\\(.*?\\)", "");
        switch (kind) {
            case "bytea":
                return text.matches("\\\\x([0-9a-fA-F]{2})*") ? bytes(text.substring(2)) : text;
            case "real":
            case "double precision":
            case "numeric":
                return text.matches("NaN|-?Infinity") ? (Object) Double.valueOf(text) : text;
            case "date":
                return parsed(text, DateTimeFormatter.ISO_LOCAL_DATE, LocalDate::from);
            case "time without time zone":
                return parsed(text, DateTimeFormatter.ISO_LOCAL_TIME, LocalTime::from);
            case "timestamp without time zone":
                return parsed(text, moment(), LocalDateTime::from);
            case "timestamp with time zone":
                return parsed(
                        text,
                        new DateTimeFormatterBuilder()
                                .append(moment())
                                .appendOffset("+HH:MM:ss", "+00:00")
                                .toFormatter(),
                        OffsetDateTime::from);
            default:
                return text;
        }
    }

    private static DateTimeFormatter moment() {
        return new DateTimeFormatterBuilder()
                .append(DateTimeFormatter.ISO_LOCAL_DATE)
                .appendLiteral(' ')
                .appendPattern("HH:mm:ss")
                .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
                .toFormatter();
    }

    private static Object parsed(String text, DateTimeFormatter form, TemporalQuery<?> as) {
        try {
            return form.parse(text, as);
        } catch (DateTimeException e) {
            return text;
        }
    }

    private static byte[] bytes(String digits) {
        byte[] bytes = new byte[digits.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), HEX);
        }
        return bytes;
    }
}
