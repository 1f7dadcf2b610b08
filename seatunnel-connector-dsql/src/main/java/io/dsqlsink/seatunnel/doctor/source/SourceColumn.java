package io.dsqlsink.seatunnel.doctor.source;

import io.dsqlsink.seatunnel.doctor.source.SourceDatabase.Answer;
import java.sql.PreparedStatement;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A column as the source's own catalog describes it. */
final class SourceColumn {
    private static final String MYSQL_COLUMNS =
            "SELECT column_name, data_type, column_type, character_set_name, is_nullable,"
                    + " datetime_precision, column_key FROM information_schema.columns"
                    + " WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position";

    private static final String POSTGRES_COLUMNS =
            "SELECT a.attname, t.typname, pg_catalog.format_type(a.atttypid, a.atttypmod), NULL,"
                    + " CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END,"
                    + " CASE WHEN t.typname IN ('time', 'timetz', 'timestamp', 'timestamptz') THEN"
                    + " CASE WHEN a.atttypmod < 0 THEN 6 ELSE a.atttypmod END END,"
                    + " CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid ="
                    + " c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)) THEN 'PRI'"
                    + " WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid"
                    + " AND i.indisunique AND i.indkey[0] = a.attnum) THEN 'UNI' END"
                    + " FROM pg_catalog.pg_attribute a"
                    + " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
                    + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                    + " JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
                    + " WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p', 'v', 'm')"
                    + " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

    /** The catalog does not have the column's number of fractional digits of a second. */
    private static final int UNKNOWN_FRACTION = -1;

    private final String table;
    private final String relation;
    private final boolean mySql;
    private final String[] facts;
    private final int fraction;
    private final Map<String, Object> entry;

    /**
     * @param facts name, type, whole type, character set, YES or NO for nullable, key
     * @param entry the job's options for the table
     */
    private SourceColumn(
            String table,
            String relation,
            boolean mySql,
            String[] facts,
            int fraction,
            Map<String, Object> entry) {
        this.table = table;
        this.relation = relation;
        this.mySql = mySql;
        this.facts = facts;
        this.fraction = fraction;
        this.entry = entry;
    }

    static List<SourceColumn> ofTable(
            SourceDatabase database,
            boolean mySql,
            String schema,
            String name,
            Map<String, Object> entry)
            throws SQLException {
        String of = schema == null ? "" : schema;
        List<SourceColumn> columns = new ArrayList<>();
        String relation = quoted(mySql, of) + "." + quoted(mySql, name);
        for (List<String> row : database.rows(mySql ? MYSQL_COLUMNS : POSTGRES_COLUMNS, of, name)) {
            String[] facts = {
                row.get(0), row.get(1), row.get(2), row.get(3), row.get(4), row.get(6)
            };
            int fraction = row.get(5) == null ? 0 : Integer.parseInt(row.get(5));
            columns.add(new SourceColumn(of + "." + name, relation, mySql, facts, fraction, entry));
        }
        return columns;
    }

    static List<SourceColumn> ofQuery(
            SourceDatabase database,
            boolean mySql,
            String label,
            String query,
            Map<String, Object> entry)
            throws SQLException {
        List<SourceColumn> columns = new ArrayList<>();
        String relation = "(" + query.trim().replaceAll(";\\s*$", "") + ") dsql_sink_check";
        try (PreparedStatement statement =
                database.connection().prepareStatement("SELECT * FROM " + relation + " LIMIT 0")) {
            statement.executeQuery();
            ResultSetMetaData result = statement.getMetaData();
            for (int i = 1; i <= result.getColumnCount(); i++) {
                String type = result.getColumnTypeName(i);
                boolean hasLength = SourceCheck.lower(type).matches("bit|tinyint|numeric");
                String[] facts = {
                    result.getColumnLabel(i),
                    type,
                    hasLength && result.getPrecision(i) > 0
                            ? type + "(" + result.getPrecision(i) + ")"
                            : type,
                    null,
                    result.isNullable(i) == ResultSetMetaData.columnNoNulls ? "NO" : "YES",
                    null
                };
                columns.add(
                        new SourceColumn(label, relation, mySql, facts, UNKNOWN_FRACTION, entry));
            }
        }
        return columns;
    }

    static List<SourceColumn> matching(
            List<SourceColumn> columns, Predicate<SourceColumn> condition) {
        List<SourceColumn> matching = new ArrayList<>(columns);
        matching.removeIf(condition.negate());
        return matching;
    }

    /** The columns of these types, compared by type name. */
    static List<SourceColumn> ofType(List<SourceColumn> columns, String types) {
        return matching(columns, column -> column.typeName().matches(types));
    }

    /**
     * The columns for which a row meets the condition, or for which this is unknown.
     *
     * @param condition with @ in place of the column
     */
    static List<SourceColumn> having(
            List<SourceColumn> columns, SourceDatabase database, String condition) {
        return matching(columns, column -> column.has(database, condition) != Answer.NO);
    }

    Answer has(SourceDatabase database, String condition) {
        return database.has(relation, condition.replace("@", quoted(mySql, facts[0])));
    }

    private static String quoted(boolean mySql, String name) {
        String quote = mySql ? "`" : "\"";
        return quote + name.replace(quote, quote + quote) + quote;
    }

    String table() {
        return table;
    }

    String name() {
        return facts[0];
    }

    /** The type's name without length and sign, in lower case. */
    String typeName() {
        return SourceCheck.lower(facts[1]).replaceAll(" unsigned.*", "");
    }

    /** The type as a user writes it. */
    String type() {
        return SourceCheck.lower(facts[2]);
    }

    /** The number in the parentheses of the type; 0 if there is none. */
    int length() {
        String digits = type().replaceAll("^[^(]*\\(?(\\d*).*$", "$1");
        return digits.isEmpty() ? 0 : Integer.parseInt(digits);
    }

    String characterSet() {
        return SourceCheck.lower(facts[3]);
    }

    boolean isNullable() {
        return "YES".equalsIgnoreCase(facts[4]);
    }

    boolean isPrimary() {
        return "PRI".equalsIgnoreCase(facts[5]);
    }

    boolean isUnique() {
        return "UNI".equalsIgnoreCase(facts[5]);
    }

    /** Whether values may have a fraction of a second; for a query only the rows show it. */
    boolean hasFraction(SourceDatabase database) {
        if (fraction != UNKNOWN_FRACTION) {
            return fraction > 0;
        }
        String condition =
                mySql ? "MICROSECOND(@) <> 0" : "date_part('microseconds', @) % 1e6 <> 0";
        return has(database, condition.replace("% 1e6", "::bigint % 1000000")) == Answer.YES;
    }

    boolean isOfQuery() {
        return fraction == UNKNOWN_FRACTION;
    }

    /** A copy of the job's options for the table. */
    Map<String, Object> entry() {
        return new LinkedHashMap<>(entry);
    }
}
