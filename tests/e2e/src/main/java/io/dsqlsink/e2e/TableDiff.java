package io.dsqlsink.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * Compares every column of every row of a MySQL table and its copy. Both are read as streams in the
 * order of the key, so a table of any size fits. Values are compared by what they mean in the
 * target column's type: JSON as JSON, numbers by value.
 */
final class TableDiff {
    /** Enough to see a pattern; the count includes all. */
    private static final int SHOWN = 10;

    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    private final List<String> shown = new ArrayList<>();
    private final List<Long> onlyInTarget = new ArrayList<>();
    private long rows;
    private long differences;

    private TableDiff() {}

    /**
     * @param table the table's name on both sides
     * @param columns the columns to compare, the key first; the key is a number
     */
    static TableDiff compare(
            Connection mysql, Connection postgres, String table, List<String> columns)
            throws SQLException {
        TableDiff diff = new TableDiff();
        String key = columns.get(0);
        String order = " FROM " + table + " ORDER BY " + key;
        // A cursor on the target needs a transaction; the driver reads whole results otherwise.
        postgres.setAutoCommit(false);
        try (Statement from = mysql.createStatement();
                Statement to = postgres.createStatement()) {
            // Connector/J streams a result row by row at this value alone.
            from.setFetchSize(Integer.MIN_VALUE);
            to.setFetchSize(5000);
            try (ResultSet expected =
                            from.executeQuery(
                                    "SELECT `" + String.join("`, `", columns) + "`" + order);
                    ResultSet actual =
                            to.executeQuery("SELECT " + String.join(", ", columns) + order)) {
                diff.merge(columns, expected, actual);
            }
        } finally {
            postgres.rollback();
            postgres.setAutoCommit(true);
        }
        return diff;
    }

    private void merge(List<String> columns, ResultSet expected, ResultSet actual)
            throws SQLException {
        String[] types = types(actual.getMetaData());
        boolean more = expected.next();
        boolean moreActual = actual.next();
        while (more || moreActual) {
            int order;
            if (!more) {
                order = 1;
            } else if (!moreActual) {
                order = -1;
            } else {
                order = expected.getBigDecimal(1).compareTo(actual.getBigDecimal(1));
            }
            if (order < 0) {
                add(columns.get(0) + "=" + expected.getString(1) + ": only in MySQL");
            } else if (order > 0) {
                add(columns.get(0) + "=" + actual.getString(1) + ": only in the target");
                onlyInTarget.add(actual.getLong(1));
            } else {
                compareRow(columns, types, expected, actual);
            }
            if (order <= 0) {
                rows++;
                more = expected.next();
            }
            if (order >= 0) {
                moreActual = actual.next();
            }
        }
    }

    private static String[] types(ResultSetMetaData metaData) throws SQLException {
        String[] types = new String[metaData.getColumnCount()];
        for (int i = 0; i < types.length; i++) {
            types[i] = metaData.getColumnTypeName(i + 1);
        }
        return types;
    }

    private void compareRow(
            List<String> columns, String[] types, ResultSet expected, ResultSet actual)
            throws SQLException {
        for (int i = 0; i < types.length; i++) {
            Object left = read(expected, i + 1, types[i]);
            Object right = read(actual, i + 1, types[i]);
            if (!Objects.equals(left, right)) {
                add(
                        String.format(
                                "%s=%s, column %s (%s): MySQL has %s, the target has %s",
                                columns.get(0),
                                expected.getString(1),
                                columns.get(i),
                                types[i],
                                left,
                                right));
            }
        }
    }

    private static Object read(ResultSet row, int column, String type) throws SQLException {
        Object value =
                switch (type) {
                    case "bool" -> row.getBoolean(column);
                    case "int2", "int4", "int8", "numeric" -> plain(row.getBigDecimal(column));
                    case "float4" -> row.getFloat(column);
                    case "float8" -> row.getDouble(column);
                    case "varchar", "text", "bpchar" -> row.getString(column);
                    case "bytea" -> hex(row.getBytes(column));
                    case "date" -> row.getObject(column, LocalDate.class);
                    case "time" -> row.getObject(column, LocalTime.class);
                    case "timestamp" -> row.getObject(column, LocalDateTime.class);
                    case "json", "jsonb" -> json(row.getString(column));
                    default ->
                            throw new IllegalArgumentException(
                                    "no comparison for a column of type " + type);
                };
        return row.wasNull() ? null : value;
    }

    private static BigDecimal plain(BigDecimal value) {
        return value == null ? null : value.stripTrailingZeros();
    }

    private static String hex(byte[] value) {
        return value == null ? null : HexFormat.of().formatHex(value);
    }

    private static JsonNode json(String text) {
        try {
            return text == null ? null : JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + text, e);
        }
    }

    private void add(String difference) {
        differences++;
        if (shown.size() < SHOWN) {
            shown.add(difference);
        }
    }

    /** Rows of the source. */
    long rows() {
        return rows;
    }

    /** Rows on one side only, and values that differ. */
    long differences() {
        return differences;
    }

    /** Keys of the rows that the source has not. */
    List<Long> onlyInTarget() {
        return onlyInTarget;
    }

    /** The first differences, one a line. */
    List<String> shown() {
        return shown;
    }
}
