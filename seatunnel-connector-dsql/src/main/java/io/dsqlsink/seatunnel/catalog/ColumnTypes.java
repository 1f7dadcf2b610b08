package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.Limits;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.seatunnel.api.table.catalog.Column;
import org.apache.seatunnel.api.table.type.DecimalType;

/**
 * The type of Aurora DSQL for a source's column: the narrowest one that holds every value of the
 * source exactly.
 *
 * <p>SeaTunnel's type decides what the rows carry. The source's own name for it, where the source
 * gives one, adds what SeaTunnel leaves out: the length of a text in characters, the digits of a
 * decimal beyond 38.
 */
final class ColumnTypes {
    /** Most bytes of one character. */
    private static final int CHARACTER = 4;

    private static final int MOST_VARCHAR = Limits.VARCHAR_BYTES / CHARACTER;
    private static final int MOST_CHAR = Limits.CHAR_BYTES / CHARACTER;

    /**
     * For PostgreSQL's numeric without digits, which has no bounds: as many digits as Aurora DSQL
     * takes, a hundred of them behind the point.
     */
    private static final String UNBOUNDED = "numeric(" + Limits.NUMERIC_DIGITS + ",100)";

    /**
     * What sources call that type: with the numbers of its modifier -1, or with their own default,
     * which a declared type of these digits has with a blank between them.
     */
    private static final Pattern BARE_NUMERIC =
            Pattern.compile("(?:numeric(?:\\(-1, ?65531\\)|\\(38,(?:10|18)\\))?)?");

    private static final Pattern TEXT_LENGTH =
            Pattern.compile(
                    "(?:n?varchar2?|n?char|character varying|character|bpchar)"
                            + "\\s*\\((\\d{1,9})(?: char| byte)?\\).*");

    private static final Pattern DIGITS =
            Pattern.compile(
                    "(?:decimal|dec|numeric|number)\\s*\\((\\d{1,4})\\s*,\\s*(\\d{1,4})\\).*");

    /** Words, and numbers in brackets. */
    private static final Pattern TYPE_NAME =
            Pattern.compile("[A-Za-z][A-Za-z0-9_ ]*(\\([0-9, ]+\\)[A-Za-z ]*)?");

    private ColumnTypes() {}

    /**
     * Null when Aurora DSQL has no type for it.
     *
     * <p>By the name of the SQL type: later releases have some that this one was not compiled with.
     */
    static String of(Column column) {
        return of(column, false);
    }

    /**
     * @param postgres whether the source is a PostgreSQL, whose char(n) and numeric differ
     */
    static String of(Column column, boolean postgres) {
        String sinkType = sinkType(column);
        if (sinkType != null) {
            return sinkType;
        }
        String sourceType = column.getSourceType() == null ? "" : column.getSourceType().trim();
        sourceType = sourceType.toLowerCase(Locale.ROOT);
        switch (column.getDataType().getSqlType().name()) {
            case "BOOLEAN":
                return "boolean";
            case "TINYINT":
            case "SMALLINT":
                return "smallint";
            case "INT":
                return "integer";
            case "BIGINT":
                return "bigint";
            case "FLOAT":
                return "real";
            case "DOUBLE":
                return "double precision";
            case "DECIMAL":
                return postgres && isBare((DecimalType) column.getDataType(), sourceType)
                        ? UNBOUNDED
                        : numeric((DecimalType) column.getDataType(), sourceType);
            case "STRING":
                return text(sourceType, postgres);
            case "BYTES":
                return "bytea";
            case "ARRAY":
                return "jsonb";
            case "DATE":
                return "date";
            case "TIME":
                return "time";
            case "TIMESTAMP":
                return "timestamp";
            case "TIMESTAMP_TZ":
                return "timestamptz";
            default:
                return null;
        }
    }

    /**
     * What the job's DefineSinkType transform says, which newer releases have; null where it says
     * nothing. Columns have the getter since 2.3.11.
     */
    private static String sinkType(Column column) {
        String type;
        try {
            type = (String) column.getClass().getMethod("getSinkType").invoke(column);
        } catch (ReflectiveOperationException e) {
            return null;
        }
        return type == null || type.trim().isEmpty() ? null : checked(column, type.trim());
    }

    /** Checked, as it becomes part of a statement; the database decides what it means. */
    private static String checked(Column column, String type) {
        if (!TYPE_NAME.matcher(type).matches()) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.CONFIG,
                    "DefineSinkType gives column '"
                            + column.getName()
                            + "' the type \""
                            + type
                            + "\", which is not a type name: use a type of Aurora DSQL, such as"
                            + " varchar(100)");
        }
        return type.toLowerCase(Locale.ROOT);
    }

    private static boolean isBare(DecimalType type, String sourceType) {
        boolean default38 =
                type.getPrecision() == 38 && (type.getScale() == 10 || type.getScale() == 18);
        return (type.getPrecision() < 1 || default38) && BARE_NUMERIC.matcher(sourceType).matches();
    }

    /** Always with its digits: a bare numeric is numeric(18,6) to Aurora DSQL. */
    private static String numeric(DecimalType type, String sourceType) {
        int precision = type.getPrecision();
        int scale = type.getScale();
        Matcher digits = DIGITS.matcher(sourceType);
        if (digits.matches() && Integer.parseInt(digits.group(1)) > precision) {
            precision = Integer.parseInt(digits.group(1));
            scale = Integer.parseInt(digits.group(2));
        }
        if (precision < 1 || precision > Limits.NUMERIC_DIGITS || scale < 0 || scale > precision) {
            return null;
        }
        return "numeric(" + precision + "," + scale + ")";
    }

    private static String text(String sourceType, boolean postgres) {
        if (sourceType.equals("json") || sourceType.equals("jsonb") || sourceType.equals("uuid")) {
            return sourceType;
        }
        Matcher length = TEXT_LENGTH.matcher(sourceType);
        if (length.matches()) {
            int characters = Integer.parseInt(length.group(1));
            boolean blanks = sourceType.startsWith("bpchar") || postgres && isChar(sourceType);
            if (blanks && characters > 0 && characters <= MOST_CHAR) {
                return "char(" + characters + ")";
            } else if (characters > 0 && characters <= MOST_VARCHAR) {
                // MySQL's char too: its padding is not part of the values that it returns.
                return "varchar(" + characters + ")";
            }
        }
        return "text";
    }

    private static boolean isChar(String sourceType) {
        return sourceType.matches("char(acter)?\\s*\\(.*");
    }

    /** The catalog's name for a type that {@link #of} returns. */
    static String catalogName(String type) {
        switch (type) {
            case "timestamp":
            case "time":
                return type + " without time zone";
            case "timestamptz":
                return "timestamp with time zone";
            default:
                return type.replace("varchar", "character varying")
                        .replaceFirst("^char\\(", "character(");
        }
    }

    /**
     * Whether a column holds every value of another type exactly.
     *
     * @param actual as the catalog shows it
     * @param needed as {@link #of} returns it
     */
    static boolean holds(String actual, String needed) {
        String wanted =
                needed.replace("varchar", "character varying")
                        .replaceFirst("^char\\(", "character(");
        switch (wanted) {
            case "timestamp":
            case "time":
                return actual.matches(wanted + "(\\(6\\))? without time zone");
            case "timestamptz":
                return actual.matches("timestamp(\\(6\\))? with time zone");
            case "smallint":
                return actual.matches("smallint|integer|bigint") || digits(actual)[0] >= 5;
            case "integer":
                return actual.matches("integer|bigint") || digits(actual)[0] >= 10;
            case "bigint":
                return actual.equals("bigint") || digits(actual)[0] >= 19;
            case "real":
                return actual.matches("real|double precision");
            case "json":
            case "jsonb":
                return actual.matches("jsonb?|text");
            case "uuid":
                return actual.matches("uuid|text");
            default:
        }
        if (wanted.equals(actual)) {
            return true;
        } else if (wanted.startsWith("numeric")) {
            return digits(actual)[0] >= digits(wanted)[0] && digits(actual)[1] >= digits(wanted)[1];
        } else if (wanted.startsWith("character(")) {
            return actual.equals("text")
                    || actual.equals("character varying")
                    || actual.startsWith("character") && length(actual) >= length(wanted);
        } else if (wanted.startsWith("character varying")) {
            return actual.equals("text")
                    || actual.equals("character varying")
                    || actual.startsWith("character varying") && length(actual) >= length(wanted);
        }
        return wanted.equals("text") && actual.equals("character varying");
    }

    /** Digits before and after the point; empty for a type that is not numeric. */
    private static int[] digits(String type) {
        Matcher digits = DIGITS.matcher(type);
        if (!digits.matches()) {
            return new int[] {-1, -1};
        }
        int scale = Integer.parseInt(digits.group(2));
        return new int[] {Integer.parseInt(digits.group(1)) - scale, scale};
    }

    private static int length(String type) {
        return Integer.parseInt(type.replaceAll("\\D", ""));
    }

    /** Whether a key or index may have the column: Aurora DSQL refuses the others. */
    static boolean isIndexable(String type) {
        return !type.matches("bytea|jsonb?|interval.*|timetz.*|time.* with time zone");
    }
}
