package io.dsqlsink.e2e.random;

import java.util.ArrayList;
import java.util.List;

/** The rows in which two lists differ; a row may occur several times. */
public record RowDifference(List<String> onlyInSource, List<String> onlyInTarget) {
    public static RowDifference of(List<String> source, List<String> target) {
        return new RowDifference(without(source, target), without(target, source));
    }

    private static List<String> without(List<String> rows, List<String> others) {
        List<String> left = new ArrayList<>(rows);
        others.forEach(left::remove);
        return left;
    }

    public boolean isNone() {
        return onlyInSource.isEmpty() && onlyInTarget.isEmpty();
    }

    @Override
    public String toString() {
        return "only in the source:\n  "
                + String.join("\n  ", onlyInSource)
                + "\nonly in the target:\n  "
                + String.join("\n  ", onlyInTarget);
    }
}
