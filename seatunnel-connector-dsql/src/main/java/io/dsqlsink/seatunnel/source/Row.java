package io.dsqlsink.seatunnel.source;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A row of a source's catalog: text values by column label, ignoring case. */
public final class Row {
    private final Map<String, String> values = new HashMap<>();

    private Row() {}

    static Row of(ResultSet result) throws SQLException {
        Row row = new Row();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            String label = result.getMetaData().getColumnLabel(i).toLowerCase(Locale.ROOT);
            row.values.put(label, result.getString(i));
        }
        return row;
    }

    /** Null if the value is NULL, or if this release of the database has no such column. */
    public String get(String label) {
        return values.get(label);
    }

    /** Whether the value is true, or the number 1. */
    public boolean is(String label) {
        String value = get(label);
        return value != null
                && (value.equals("t") || value.equalsIgnoreCase("true") || value.equals("1"));
    }

    /** 0 if there is no number. */
    public int number(String label) {
        String value = get(label);
        return value == null ? 0 : Integer.parseInt(value);
    }
}
