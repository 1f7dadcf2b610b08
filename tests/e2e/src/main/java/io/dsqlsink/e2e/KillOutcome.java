package io.dsqlsink.e2e;

import java.util.Locale;

/**
 * What a run of {@link KillTest} has shown.
 *
 * @param from what the engine's job was restored from
 * @param recovery seconds until the first rows after the kill
 * @param lostDeletes whether every difference is a delete that the source never sent
 * @param journal null for a kill in the load
 * @param failure null if the run got to the comparison
 */
record KillOutcome(
        long seed,
        KillTarget killed,
        String phase,
        String moment,
        String from,
        double recovery,
        long transactions,
        long rows,
        long differences,
        boolean lostDeletes,
        Journal journal,
        String failure) {
    /** The head of a table of runs, in Markdown. */
    static final String HEAD =
            "| run | seed | killed | phase | killed at | restored from | first rows after | transactions | rows | differences | journal | result |\n"
                    + "|---|---|---|---|---|---|---|---|---|---|---|---|\n";

    boolean good() {
        return failure == null
                && (differences == 0 || lostDeletes)
                && (journal == null || journal.back() == 0);
    }

    /** A line of that table. */
    String line(int run) {
        return String.format(
                Locale.ROOT,
                "| %d | %d | %s | %s | %s | %s | %.1f s | %,d | %,d | %,d | %s | %s |%n",
                run,
                seed,
                killed.word(),
                phase,
                moment,
                from,
                recovery,
                transactions,
                rows,
                differences,
                journal == null
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "%,d changes, %,d again, %,d back",
                                journal.changes(),
                                journal.again(),
                                journal.back()),
                result());
    }

    private String result() {
        if (failure != null) {
            return "**failed**: " + failure.lines().findFirst().orElse("").replace("|", "/");
        }
        if (differences > 0) {
            return lostDeletes ? "deletes the source lost" : "**differs**";
        }
        return good() ? "equal" : "equal, **but went back**";
    }
}
