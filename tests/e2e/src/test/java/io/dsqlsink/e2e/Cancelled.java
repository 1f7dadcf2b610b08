package io.dsqlsink.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** Cancels a job whose writer waits in native code because the database does not answer. */
final class Cancelled {
    /** The smallest buffer, so that the rows of a few seconds fill it. */
    private static final String BUFFER = "20971520";

    /**
     * With texts of a thousand bytes, several times the size of the buffer; FakeSource creates all
     * of them at once.
     */
    private static final int MANY_ROWS = 60_000;

    private static final int FEW_ROWS = 100;
    private static final Duration AT_ONCE = Duration.ofSeconds(2);

    private Cancelled() {}

    enum Waiting {
        FOR_ROOM("NativeSink.write", MANY_ROWS),
        FOR_COMMITS("NativeSink.await", FEW_ROWS);

        private final String where;
        private final int rows;

        Waiting(String where, int rows) {
            this.where = where;
            this.rows = rows;
        }

        /** FakeSource's options. */
        String rows() {
            return "\"string.length\": 1000, " + Leftovers.rows(rows);
        }

        String table() {
            return "cancelled_" + name().toLowerCase();
        }

        /** Returns the sink block and creates the table. */
        SinkBlock sink() throws SQLException {
            return SinkBlock.dsqlInto(table()).with("max_buffer_bytes", BUFFER);
        }

        /** Waits until a writer of the process is in this call. */
        void begin(long pid) {
            Poll.until(
                    () -> "a writer in " + where,
                    Servers.JOB,
                    Duration.ofMillis(200),
                    () -> writerStacks(pid).contains(where));
        }

        /** Cancels the job, and waits until no writer is in the sink. */
        void end(long pid, Runnable cancel) throws IOException {
            cancel.run();
            long asked = System.nanoTime();
            String[] stacks = new String[1];
            Poll.until(
                    () -> "the writer to leave " + where + ":\n" + stacks[0],
                    AT_ONCE,
                    Duration.ofMillis(50),
                    () -> (stacks[0] = writerStacks(pid)).isEmpty());
            long millis = Duration.ofNanos(System.nanoTime() - asked).toMillis();
            System.out.println("the writer left " + where + " after " + millis + " ms at most");
        }
    }

    /**
     * After the end of a job nothing of its sink is left in the process, so none of its rows are
     * written when the database answers again. Statements that were sent completely are cut off
     * here, because they cannot be taken back.
     */
    static void assertNothingComesLater(long pid, Waiting waiting) throws Exception {
        Poll.until(
                "the sink's threads and connections to end",
                AT_ONCE,
                Duration.ofMillis(50),
                () -> Leftovers.threads(pid) == 0 && Footprint.connections(pid) == 0);
        resume();
        try (Connection behind = Servers.dsql().connectBehind()) {
            assertThat(Sql.number(behind, "SELECT count(*) FROM " + waiting.table()))
                    .as("rows after the job's end")
                    .isZero();
        }
    }

    /** Delays commits for longer than any test. */
    static void stall() {
        Servers.dsql().control("latency commit 3600000");
    }

    static void resume() {
        // Statements that were sent before the job's end must not commit later: some would wait an
        // hour for their commit, others may not have reached it.
        Servers.dsql().control("drop-all");
        Servers.dsql().control("faults clear");
    }

    /** The stacks of the threads that are in one of our writers. Its timer thread is not. */
    private static String writerStacks(long pid) throws IOException {
        StringBuilder stacks = new StringBuilder();
        for (String stack : Footprint.jcmd(pid, "Thread.print").split("\n\n")) {
            if (stack.contains("io.dsqlsink.seatunnel.sink.DsqlSinkWriter")) {
                stacks.append(stack).append('\n');
            }
        }
        return stacks.toString();
    }
}
