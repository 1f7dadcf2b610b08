package io.dsqlsink.seatunnel.doctor.source;

import static io.dsqlsink.seatunnel.doctor.source.SourceColumn.having;
import static io.dsqlsink.seatunnel.doctor.source.SourceColumn.matching;
import static io.dsqlsink.seatunnel.doctor.source.SourceColumn.ofType;

import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What MySQL-CDC does to values. It reads in two ways: the first load and the binlog. */
final class MySqlCdcFaults {
    /** Character sets whose bytes are valid UTF-8, and binary. */
    private static final String SAFE_CHARACTER_SETS = "|utf8|utf8mb3|utf8mb4|ascii|binary";

    /** A day without and a day with daylight saving time. */
    private static final long WINTER = Instant.parse("2024-01-01T00:00:00Z").getEpochSecond();

    private static final long SUMMER = Instant.parse("2024-07-01T00:00:00Z").getEpochSecond();

    private MySqlCdcFaults() {}

    static void check(
            SourceJob job, SourceDatabase database, List<SourceColumn> columns, Faults faults)
            throws SQLException {
        if (job.isBefore(2, 3, 8)) {
            faults.warn(
                    matching(
                            columns,
                            column ->
                                    column.typeName().matches("(var)?char|(tiny|medium|long)?text")
                                            && !column.characterSet().matches(SAFE_CHARACTER_SETS)),
                    "text that is not in utf8mb4 arrives garbled in the first load",
                    "ALTER TABLE ... CONVERT TO CHARACTER SET utf8mb4 at the source, load by"
                            + " the Jdbc source, or use SeaTunnel 2.3.8 or later");
        } else {
            faults.warn(
                    having(
                            matching(columns, column -> column.type().startsWith("tinyint(1)")),
                            database,
                            "@ NOT IN (0, 1)"),
                    "has numbers other than 0 and 1, which arrive as true",
                    "declare the column tinyint(2) at the source");
        }
        zone(job, database, ofType(columns, "timestamp"), faults);
        faults.warn(
                matching(columns, column -> column.typeName().equals("bit") && column.length() > 8),
                "the bytes arrive in reverse order",
                "give the column the type BINARY or BIGINT UNSIGNED at the source");
        MySqlValues.floats(columns, faults, "in the first load, not from the binlog");
        faults.warn(
                having(ofType(columns, "year"), database, "@ = 0"),
                "the year 0000 arrives as 2000 in the first load and as 1900 from the binlog",
                "set it to NULL at the source");
        List<SourceColumn> dates = ofType(columns, "date|datetime|timestamp");
        List<SourceColumn> zero = having(dates, database, MySqlValues.ZERO_DATE);
        faults.warn(
                zero,
                "has dates such as 0000-00-00, which arrive as NULL, and as 1970-01-01 where the"
                        + " column is NOT NULL or comes as TIMESTAMP from the binlog",
                MySqlValues.CURE_OF_ZERO_DATES);
        faults.warn(
                having(
                        ofType(columns, "date|datetime"),
                        database,
                        "YEAR(@) BETWEEN 1 AND 99 AND MONTH(@) > 0 AND DAYOFMONTH(@) > 0"),
                "has years before 100, which arrive as 1970 to 2069 (the year 1 as 2001)",
                "correct them at the source");
        MySqlValues.skippedHours(database, ofType(columns, "datetime"), faults);
        faults.warn(
                having(ofType(columns, "time"), database, MySqlValues.NO_TIME_OF_DAY),
                "has times below 0 or from 24 hours on, at which the job fails",
                "keep such durations in a number column, or leave the column out");
    }

    /** The binlog has instants, which SeaTunnel converts to the zone of the job or of its JVM. */
    private static void zone(
            SourceJob job, SourceDatabase database, List<SourceColumn> columns, Faults faults)
            throws SQLException {
        if (columns.isEmpty()) {
            return;
        }
        String option = job.option("server-time-zone");
        ZoneId zone;
        try {
            zone = option == null ? ZoneId.systemDefault() : ZoneId.of(option);
        } catch (DateTimeException e) {
            faults.warn(
                    columns,
                    "server-time-zone = " + option + " is not a time zone",
                    "set it to a time zone");
            return;
        }
        List<String> offsets =
                database.rows(
                                "SELECT "
                                        + offset("2024-01-01", WINTER)
                                        + ", "
                                        + offset("2024-07-01", SUMMER)
                                        + ", @@global.time_zone, @@system_time_zone")
                        .get(0);
        if (!offsets.get(0).equals(offset(zone, WINTER))
                || !offsets.get(1).equals(offset(zone, SUMMER))) {
            faults.warn(
                    columns,
                    "arrives from the binlog in zone "
                            + zone
                            + (option == null ? " (the JVM's)" : " (server-time-zone)")
                            + ", while the server's is "
                            + (offsets.get(2).equals("SYSTEM") ? offsets.get(3) : offsets.get(2))
                            + ": changes are off by the difference, the first load is not",
                    "set server-time-zone to the server's zone");
        }
    }

    private static String offset(String date, long second) {
        return "TIMESTAMPDIFF(SECOND, '" + date + " 00:00:00', FROM_UNIXTIME(" + second + "))";
    }

    private static String offset(ZoneId zone, long second) {
        return String.valueOf(
                zone.getRules().getOffset(Instant.ofEpochSecond(second)).getTotalSeconds());
    }

    /** Checks settings of the server and foreign keys. */
    static void checkServer(
            SourceJob job,
            SourceDatabase database,
            Map<String, List<SourceColumn>> tables,
            Faults faults)
            throws SQLException {
        for (List<String> variable :
                database.rows(
                        "SHOW GLOBAL VARIABLES WHERE variable_name IN"
                                + " ('binlog_row_image', 'binlog_format')")) {
            String wanted = variable.get(0).equals("binlog_format") ? "ROW" : "FULL";
            if (!wanted.equalsIgnoreCase(variable.get(1))) {
                faults.warn(
                        "the server has "
                                + variable.get(0)
                                + " = "
                                + variable.get(1)
                                + ", so changes miss columns or are not in the binlog as rows."
                                + " To fix this: SET GLOBAL "
                                + variable.get(0)
                                + " = "
                                + wanted);
            }
        }
        for (List<SourceColumn> columns : tables.values()) {
            cascades(database, columns.get(0).table(), faults);
        }
    }

    private static void cascades(SourceDatabase database, String table, Faults faults)
            throws SQLException {
        String[] name = table.split("\\.", 2);
        for (List<String> key :
                database.rows(
                        "SELECT constraint_name, referenced_table_name, delete_rule, update_rule"
                                + " FROM information_schema.referential_constraints"
                                + " WHERE constraint_schema = ? AND table_name = ?",
                        name[0],
                        name[1])) {
            List<String> rules = new ArrayList<>();
            if (key.get(2).matches("CASCADE|SET NULL|SET DEFAULT")) {
                rules.add("ON DELETE " + key.get(2));
            }
            if (key.get(3).matches("CASCADE|SET NULL|SET DEFAULT")) {
                rules.add("ON UPDATE " + key.get(3));
            }
            if (!rules.isEmpty()) {
                faults.warn(
                        table
                                + ": foreign key "
                                + key.get(0)
                                + " to "
                                + key.get(1)
                                + " has "
                                + String.join(", ", rules)
                                + ": MySQL does not log rows that a foreign key changes, so"
                                + " they stay unchanged in the target. To fix this:"
                                + " change the"
                                + " rows of "
                                + table
                                + " by separate statements, before those of "
                                + key.get(1));
            }
        }
    }
}
