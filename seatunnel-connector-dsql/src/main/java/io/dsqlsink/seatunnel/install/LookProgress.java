package io.dsqlsink.seatunnel.install;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the progress of a look from the lines of its job's log. */
final class LookProgress {
    /**
     * The line that rust-core's verify/progress.rs writes. It has no per cent if only the source
     * knows the number of rows.
     */
    private static final Pattern LINE =
            Pattern.compile(
                    "verify: (table (.+): (\\d+) rows of the (?:source|target) read, (\\d+) rows/s)(, .*)?");

    /** The source's number of rows for each target table, if known. */
    private final Map<String, Long> rows = new HashMap<>();

    void know(Map<String, Long> counted) {
        rows.putAll(counted);
    }

    /** The progress that a line of the log shows; null if it shows none. */
    String of(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.find()) {
            return null;
        }
        String told = matcher.group(1);
        if (matcher.group(5) != null) {
            return told + matcher.group(5);
        }
        Long all = rows.get(matcher.group(2));
        if (all == null || all == 0) {
            return told;
        }
        long read = Long.parseLong(matcher.group(3));
        long left = Math.max(0, all - read) / Math.max(1, Long.parseLong(matcher.group(4)));
        long percent = Math.min(100, (long) (100.0 * read / all));
        return told + ", " + percent + " % of " + all + ", " + left + " s left";
    }
}
