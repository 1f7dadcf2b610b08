package io.dsqlsink.seatunnel.doctor.source;

import static io.dsqlsink.seatunnel.doctor.source.SourceColumn.having;
import static io.dsqlsink.seatunnel.doctor.source.SourceColumn.ofType;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneOffsetTransitionRule;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;

/** What both sources for MySQL do to values. */
final class MySqlValues {
    /**
     * Matches dates that are zero in whole or in part. Strict mode does not accept a zero date in a
     * comparison.
     */
    static final String ZERO_DATE = "(MONTH(@) = 0 OR DAYOFMONTH(@) = 0)";

    static final String CURE_OF_ZERO_DATES =
            "set them to NULL at the source (ALTER the column to allow NULL first)";

    static final String NO_TIME_OF_DAY = "(@ < '00:00:00' OR @ >= '24:00:00')";

    /**
     * Checks the rules of a zone up to this year; earlier changes are in the zone's list of
     * transitions.
     */
    private static final int LAST_YEAR = 2040;

    private MySqlValues() {}

    /** Reports float columns, which MySQL itself rounds when it writes them as text. */
    static void floats(List<SourceColumn> columns, Faults faults, String when) {
        List<SourceColumn> floats = ofType(columns, "float");
        // With a number of decimals, as in float(10,2), they are not rounded.
        floats.removeIf(column -> column.type().contains(","));
        faults.warn(
                floats,
                "MySQL rounds to 6 digits " + when + " (1234567.9 arrives as 1234570)",
                "declare the column DOUBLE at the source");
    }

    /** Reports times that the JVM's zone skips for daylight saving time. */
    static void skippedHours(SourceDatabase database, List<SourceColumn> columns, Faults faults) {
        ZoneId zone = ZoneId.systemDefault();
        List<String> gaps = gaps(zone.getRules());
        if (!gaps.isEmpty() && !columns.isEmpty()) {
            faults.warn(
                    having(columns, database, "(" + String.join(" OR ", gaps) + ")"),
                    "has values within an hour that the JVM's zone "
                            + zone
                            + " skips for daylight saving time: MySQL-CDC moves them by that hour in"
                            + " the first load, the Jdbc source fails",
                    "run every node with -Duser.timezone=UTC");
        }
    }

    private static List<String> gaps(ZoneRules rules) {
        List<ZoneOffsetTransition> all = new ArrayList<>(rules.getTransitions());
        int first = all.isEmpty() ? 1970 : all.get(all.size() - 1).getDateTimeBefore().getYear();
        for (ZoneOffsetTransitionRule rule : rules.getTransitionRules()) {
            for (int year = first; year <= LAST_YEAR; year++) {
                all.add(rule.createTransition(year));
            }
        }
        DateTimeFormatter sql = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
        List<String> gaps = new ArrayList<>();
        for (ZoneOffsetTransition change : all) {
            if (change.isGap()) {
                LocalDateTime from = change.getDateTimeBefore();
                gaps.add(
                        "@ >= '"
                                + sql.format(from)
                                + "' AND @ < '"
                                + sql.format(change.getDateTimeAfter())
                                + "'");
            }
        }
        return gaps;
    }
}
