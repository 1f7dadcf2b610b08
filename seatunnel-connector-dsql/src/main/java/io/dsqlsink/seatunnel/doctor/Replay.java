package io.dsqlsink.seatunnel.doctor;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.bridge.Frames;
import io.dsqlsink.bridge.NativeSession;
import io.dsqlsink.bridge.NativeSink;
import io.dsqlsink.bridge.Notice;
import io.dsqlsink.bridge.RowEncoder;
import io.dsqlsink.seatunnel.config.DsqlSinkConfig;
import io.dsqlsink.seatunnel.config.DsqlSinkOptions;
import io.dsqlsink.seatunnel.config.VerifyOptions;
import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.seatunnel.shade.com.fasterxml.jackson.databind.ObjectMapper;

/**
 * Writes the rows of dead letters again, through the same engine as a job, in the order of the
 * files. Runs inside a class loader of the home, as {@link JobCheck} does.
 *
 * <p>The letters of one table may differ in their columns, because a table can change while a job
 * runs. Then the table is declared again, after all earlier rows are durable, so that the order of
 * each key is kept.
 */
public final class Replay {
    /** Maximum number of rows in a frame. */
    private static final int FRAME_ROWS = 500;

    /** A frame is passed on once it has this many bytes. */
    private static final int FRAME_BYTES = 1 << 20;

    /**
     * After this many letters all of them are made durable. After a failure a user must replay at
     * most this many again.
     */
    private static final int DURABLE_LETTERS = 10_000;

    /** Maximum number of broken lines that are reported one by one. */
    private static final int REPORTED = 10;

    private final List<Path> files;
    private final boolean onlyMissing;
    private final BiConsumer<String, String> report;
    private final Map<String, Target> targets = new HashMap<>();
    private final Map<String, Map<String, String>> types = new HashMap<>();

    /** With --only-missing, the number of the last letter of each key: only that one is written. */
    private final Map<String, Long> last = new HashMap<>();

    private final ObjectMapper json = new ObjectMapper();
    private NativeSession session;
    private NativeSink sink;

    /** Letters that were passed to the sink. */
    private long handed;

    private String durable = "none";

    private Replay(List<Path> files, boolean onlyMissing, BiConsumer<String, String> report) {
        this.files = files;
        this.onlyMissing = onlyMissing;
        this.report = report;
    }

    /** A table with the columns of its latest letters. */
    private static final class Target {
        final List<String> columns;
        final RowEncoder rows;

        Target(List<String> columns, RowEncoder rows) {
            this.columns = columns;
            this.rows = rows;
        }
    }

    /** Receives each letter with its number, and its file and line. */
    private interface Each {
        void letter(long number, String place, String line) throws InterruptedException;
    }

    /** Whether a letter is written, or why not. */
    private enum Fate {
        WRITTEN,
        WITHOUT_VALUES,
        WITHOUT_KEY,
        NOT_NEEDED
    }

    /**
     * Called by reflection.
     *
     * @param letters files of letters, the oldest first
     * @param refused file for the letters of rows that are refused again
     * @param onlyMissing whether existing rows are left unchanged
     */
    public static void run(
            ClassLoader loader,
            Path file,
            List<String> variables,
            List<Path> letters,
            Path refused,
            Boolean onlyMissing,
            BiConsumer<String, String> report) {
        ThreadLoader.set(loader);
        try {
            JobFile job = JobFile.read(loader, file, variables);
            Map<String, String> options = options(job, refused, onlyMissing, report);
            if (options != null) {
                new Replay(letters, onlyMissing, report).replay(options, refused);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            report.accept(JobCheck.FAILED, file + ": " + JobCheck.cause(e));
        }
    }

    /** The options of the job's sink; null if the job has no suitable one. */
    private static Map<String, String> options(
            JobFile job, Path refused, boolean onlyMissing, BiConsumer<String, String> report) {
        List<Map<String, Object>> ours = new ArrayList<>(job.sinks());
        ours.removeIf(sink -> !JobTables.isOurs(sink));
        if (ours.size() != 1) {
            report.accept(
                    JobCheck.FAILED,
                    "the job has "
                            + ours.size()
                            + " native sinks for Aurora DSQL: give a job with only the one that"
                            + " wrote the letters");
            return null;
        }
        if (ours.get(0).containsKey(DsqlSinkOptions.QUERY.key())) {
            report.accept(
                    JobCheck.FAILED,
                    "the job writes by option 'query', and a letter does not record what that did:"
                            + " run the job again for these rows");
            return null;
        }
        DsqlSinkConfig config = JobTables.alone(job, ours.get(0));
        Map<String, String> options = new HashMap<>(config.nativeOptions());
        options.remove(VerifyOptions.VERIFY.key());
        options.remove(VerifyOptions.VERIFY_REPORT.key());
        options.remove(VerifyOptions.VERIFY_TASKS.key());
        // A row that gives way would be lost: the source does not send it again.
        options.put(DsqlSinkOptions.UNIQUE_CONFLICT.key(), "fail");
        options.put("row_error_policy", "skip");
        options.put("row_error_limit", String.valueOf(Long.MAX_VALUE / 100));
        options.put("row_error_limit_percent", "100");
        options.put("dead_letter_path", refused.toAbsolutePath().toString());
        options.put("dead_letter_values", "true");
        options.put("log_level", "warn");
        if (onlyMissing) {
            options.put("existing_rows", "keep");
        }
        return options;
    }

    private void replay(Map<String, String> options, Path refused)
            throws IOException, InterruptedException {
        long letters = check();
        if (letters < 0) {
            return;
        }
        Map<String, String> asked = new HashMap<>(options);
        asked.put(DsqlSinkOptions.MAX_CONNECTIONS.key(), "1");
        boolean existed = Files.exists(refused);
        try (NativeSession opened = NativeSession.open(asked);
                NativeSink open = NativeSink.open(options)) {
            session = opened;
            sink = open;
            each(this::write);
            settle("all");
            tell(letters, sink.stats().rowsDead(), refused);
        } catch (DsqlNativeException e) {
            report.accept(
                    JobCheck.FAILED,
                    DsqlConnectorException.of(e).getMessage()
                            + "; letters that are certainly written: "
                            + durable
                            + ". Replay the letters after them again");
        } finally {
            if (!existed && Files.exists(refused) && Files.size(refused) == 0) {
                Files.delete(refused);
            }
        }
    }

    /**
     * Reads all letters before the first one is written. Returns how many will be written, or -1 if
     * a line is not a letter.
     */
    private long check() throws IOException, InterruptedException {
        long[] broken = new long[1];
        each(
                (number, place, line) -> {
                    try {
                        Letter letter = Letter.of(line, json);
                        if (onlyMissing && !letter.keys().isEmpty()) {
                            last.put(letter.id(), number);
                        }
                    } catch (IllegalArgumentException e) {
                        if (broken[0]++ < REPORTED) {
                            report.accept(JobCheck.PROBLEM, place + " " + e.getMessage());
                        }
                    }
                });
        if (broken[0] > 0) {
            report.accept(
                    JobCheck.FAILED,
                    broken[0] + " lines are not dead letters, so nothing was written");
            return -1;
        }
        Map<Fate, Long> counts = new EnumMap<>(Fate.class);
        each(
                (number, place, line) ->
                        counts.merge(fate(Letter.of(line, json), number), 1L, Long::sum));
        long withoutValues = counts.getOrDefault(Fate.WITHOUT_VALUES, 0L);
        long withoutKey = counts.getOrDefault(Fate.WITHOUT_KEY, 0L);
        long notNeeded = counts.getOrDefault(Fate.NOT_NEEDED, 0L);
        if (withoutValues > 0) {
            report.accept(
                    JobCheck.PROBLEM,
                    withoutValues
                            + " of "
                            + counts.values().stream().mapToLong(Long::longValue).sum()
                            + " letters have no values (dead_letter_values = false) and cannot be"
                            + " written again: the commands verify and repair find and write such"
                            + " rows of tables with a key");
        }
        if (withoutKey > 0) {
            report.accept(
                    JobCheck.PROBLEM,
                    withoutKey
                            + " letters are for tables without a key, where --only-missing cannot"
                            + " check whether a row exists: replay them without it");
        }
        if (notNeeded > 0) {
            report.accept(
                    JobCheck.NOTE,
                    notNeeded
                            + " letters are skipped: --only-missing deletes no row, and writes only"
                            + " the last letter of a key");
        }
        return counts.getOrDefault(Fate.WRITTEN, 0L);
    }

    private Fate fate(Letter letter, long number) {
        if (!letter.deletes() && !letter.hasValues()) {
            return Fate.WITHOUT_VALUES;
        }
        if (onlyMissing && letter.keys().isEmpty()) {
            return Fate.WITHOUT_KEY;
        }
        return onlyMissing && (letter.deletes() || last.get(letter.id()) != number)
                ? Fate.NOT_NEEDED
                : Fate.WRITTEN;
    }

    private void each(Each each) throws IOException, InterruptedException {
        long letters = 0;
        for (Path file : files) {
            try (BufferedReader lines = Files.newBufferedReader(file)) {
                long number = 0;
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    number++;
                    if (!line.trim().isEmpty()) {
                        each.letter(letters++, file + ", line " + number, line);
                    }
                }
            }
        }
    }

    private void write(long number, String place, String line) throws InterruptedException {
        Letter letter = Letter.of(line, json);
        if (fate(letter, number) != Fate.WRITTEN) {
            return;
        }
        Target target = target(letter);
        Map<String, String> types = types(letter);
        Object[] values = new Object[target.columns.size()];
        for (int i = 0; i < values.length; i++) {
            String column = target.columns.get(i);
            values[i] = LetterValue.of(letter.value(column), types.get(column));
        }
        target.rows.append(letter.operation(), values);
        if (target.rows.rows() >= FRAME_ROWS || target.rows.bytes() >= FRAME_BYTES) {
            handOver(target);
        }
        if (++handed % DURABLE_LETTERS == 0) {
            settle("up to " + place);
        }
    }

    /** The table, declared with the letter's columns. A delete has only those of the key. */
    private Target target(Letter letter) throws InterruptedException {
        String name = letter.target();
        Target target = targets.get(name);
        List<String> columns = letter.columns();
        if (target != null
                && (letter.deletes()
                        ? target.columns.containsAll(columns)
                        : target.columns.equals(columns))) {
            return target;
        }
        if (target != null) {
            settle(durable);
        }
        List<String> shown = new ArrayList<>();
        Map<String, String> known = types(letter);
        columns.forEach(column -> shown.add(known.getOrDefault(column, "?")));
        int number =
                sink.declareTable(
                        Frames.table(
                                letter.schema(),
                                letter.table(),
                                null,
                                columns,
                                shown,
                                letter.keys()));
        target = new Target(columns, new RowEncoder(number, columns));
        targets.put(name, target);
        return target;
    }

    private Map<String, String> types(Letter letter) throws InterruptedException {
        String name = letter.target();
        Map<String, String> found = types.get(name);
        if (found == null) {
            found = JobCheck.columns(session, letter.schema(), letter.table());
            types.put(name, found);
        }
        return found;
    }

    private void handOver(Target target) throws InterruptedException {
        if (target.rows.rows() > 0) {
            sink.write(target.rows);
            target.rows.reset(FRAME_BYTES);
        }
    }

    /** Makes everything so far durable. */
    private void settle(String what) throws InterruptedException {
        for (Target target : targets.values()) {
            handOver(target);
        }
        sink.await(sink.flush());
        for (Notice notice : sink.notices()) {
            report.accept(JobCheck.DETAIL, notice.message());
        }
        durable = what;
    }

    private void tell(long letters, long dead, Path refused) {
        report.accept(
                JobCheck.GOOD,
                letters
                        - dead
                        + " rows written again"
                        + (onlyMissing ? " if they were missing" : ""));
        if (dead > 0) {
            report.accept(
                    JobCheck.PROBLEM,
                    dead + " rows were refused again: " + refused + " has their letters");
        }
    }
}
