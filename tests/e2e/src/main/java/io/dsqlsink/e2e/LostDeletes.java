package io.dsqlsink.e2e;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Whether rows that only the target has are deletes that SeaTunnel's source never told of:
 * KILL-TESTS.md has the defect. It is read from the logs of both jobs and from MySQL, not taken for
 * granted.
 */
final class LostDeletes {
    private static final Pattern SPLIT = Pattern.compile("Exporting data from split '([^']+)'");
    private static final Pattern LOW_MARK =
            Pattern.compile("Determining low watermark \\{[^}]*file=([^,]+), pos=(\\d+)");
    private static final String STREAM = "add splits: incremental-split";

    private LostDeletes() {}

    /**
     * True when the restored source cannot have read the deletion of any row that differs: it reads
     * MySQL's log from the lowest mark of a split on, it has read every split after the kill, so
     * that its checkpoint had none of them, and all those rows were deleted before that mark.
     *
     * @param dead the log of the job that died
     */
    static boolean explain(
            Map<String, TableDiff> diffs, Churn churn, String before, String restored) {
        Set<String> splits = splits(restored);
        Optional<Churn.Mark> lowest = lowestMark(restored);
        return !before.contains(STREAM)
                && splits.containsAll(splits(before))
                && lowest.isPresent()
                && diffs.entrySet().stream()
                        .allMatch(
                                e ->
                                        deletedBefore(
                                                lowest.get(),
                                                e.getValue(),
                                                churn.deleted(e.getKey())));
    }

    private static Set<String> splits(String log) {
        return SPLIT.matcher(log).results().map(m -> m.group(1)).collect(Collectors.toSet());
    }

    private static Optional<Churn.Mark> lowestMark(String log) {
        return LOW_MARK.matcher(log)
                .results()
                .map(m -> new Churn.Mark(m.group(1), Long.parseLong(m.group(2))))
                .min(Comparator.naturalOrder());
    }

    private static boolean deletedBefore(
            Churn.Mark lowest, TableDiff diff, Map<Long, Churn.Mark> deleted) {
        return diff.onlyInTarget().size() == diff.differences()
                && diff.onlyInTarget().stream()
                        .map(deleted::get)
                        .allMatch(mark -> mark != null && mark.compareTo(lowest) <= 0);
    }
}
