package io.dsqlsink.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A job whose task fails after it has connected, and the resources that the sink then still has.
 */
final class Leftovers {
    private static final int ROWS = 200;

    private Leftovers() {}

    /** A batch job that fails. */
    static String failingJob(String table) throws SQLException {
        return failingSink(table).batchFromFake(failingRows());
    }

    /**
     * A sink for {@link #failingRows}, which have different keys and the same value in a unique
     * column.
     */
    static SinkBlock failingSink(String table) throws SQLException {
        SinkBlock sink = SinkBlock.dsqlInto(table);
        try (Connection behind = Servers.dsql().connectBehind()) {
            Sql.run(behind, "ALTER TABLE " + table + " ADD UNIQUE (name)");
        }
        return sink.with("max_retries", "0");
    }

    /** Options of FakeSource, as JSON, which HOCON contains. */
    static String failingRows() {
        return listedRows(ROWS, id -> "same");
    }

    /**
     * Options of FakeSource, as JSON, which HOCON contains. Each run has the same rows only if they
     * are listed.
     *
     * @param names the name by the id, from 0 on
     */
    static String listedRows(int number, IntFunction<String> names) {
        return "\"schema\": {\"fields\": {\"id\": \"bigint\", \"name\": \"string\"}}, \"rows\": ["
                + IntStream.range(0, number)
                        .mapToObj(
                                id ->
                                        "{\"kind\": \"INSERT\", \"fields\": ["
                                                + id
                                                + ", \""
                                                + names.apply(id)
                                                + "\"]}")
                        .collect(Collectors.joining(",\n"))
                + "]";
    }

    /** Options for rows that can be written, each with its own key. */
    static String rows(int number) {
        return "\"row.num\": "
                + number
                + ", \"schema\": {\"fields\": {\"id\": \"bigint\", \"name\": \"string\"}}";
    }

    /** Connections to the target; those of the tests have another user. */
    static long connections(Connection behind) throws SQLException {
        return Sql.number(behind, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'admin'");
    }

    /** Threads of the sink in a process, Java's and the native library's, by their common name. */
    static long threads(long pid) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            return threads.filter(thread -> name(thread).startsWith("dsql-sink")).count();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static String name(Path thread) {
        try {
            return Files.readString(thread.resolve("comm"));
        } catch (IOException e) {
            return "";
        }
    }
}
