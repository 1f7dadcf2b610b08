package io.dsqlsink.seatunnel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.seatunnel.api.sink.MultiTableResourceManager;
import org.junit.jupiter.api.Test;

/** How a writer ends: close, abort, failure, interrupt. */
class DsqlSinkEndTest extends DsqlWriterFixture {
    /**
     * A thread of SeaTunnel's writer of several tables may have taken the row just before the
     * request to commit.
     */
    @Test
    void closeWritesARowThatAnotherThreadWroteAfterTheCommit() {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        writer.prepareCommit();
        CompletableFuture.runAsync(() -> writer.write(insert(1L, "a"))).join();
        writer.close();
        writer.close();
        checkRows("orders", "1 a");
    }

    /** If one thread does everything, a task that ends normally has requested a commit. */
    @Test
    void closeDropsRowsWithoutARequestToCommit() {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        writer.write(insert(1L, "a"));
        writer.prepareCommit();
        writer.write(insert(2L, "b"));
        writer.close();
        checkRows("orders", "1 a");
    }

    /** Otherwise the sink would wait for a database that does not answer. */
    @Test
    void anInterruptedCommitEndsTheSinkAtOnce() throws Exception {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        writer.write(insert(1L, "a"));
        dsql.control("latency commit 3600000");
        Thread committing = new Thread(() -> failure(writer::prepareCommit));
        committing.start();
        DsqlLocal.poll(SOON, "the statement waits", () -> isIn(committing, "await"));
        committing.interrupt();
        committing.join(SOON.toMillis());
        DsqlLocal.poll(SOON, "no thread of the sink", () -> SinkThreads.count() == 0);
        dsql.control("drop-all");
        dsql.control("faults clear");
        assertThat(failure(() -> writer.write(insert(2L, "b")))).hasMessageContaining("DSQL-21");
        checkRows("orders");
    }

    private static boolean isIn(Thread thread, String method) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals(method));
    }

    @Test
    void abortDropsRemainingRows() {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        writer.write(insert(1L, "a"));
        writer.abortPrepare();
        writer.close();
        checkRows("orders");
        assertThatThrownBy(() -> writer.write(insert(2L, "b"))).hasMessageContaining("DSQL-11");
        assertThatThrownBy(writer::prepareCommit).hasMessageContaining("aborted");
    }

    @Test
    void theFirstFailureIsThrownAgainAndNothingIsWrittenAfterIt() {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        writer.write(insert(1L, "too long"));
        DsqlConnectorException first = failure(writer::prepareCommit);
        assertThat(first).hasMessageContaining("orders").hasMessageContaining("code");
        assertThat(first.getSeaTunnelErrorCode()).isEqualTo(DsqlErrorCode.DATA);

        assertThat(failure(() -> writer.write(insert(2L, "b")))).isSameAs(first);
        assertThat(failure(writer::prepareCommit)).isSameAs(first);
        writer.close();
        checkRows("orders");
    }

    @Test
    void theErrorOfAValueThatCannotBeEncodedNamesTableAndColumn() {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        assertThat(failure(() -> writer.write(insert(1L, List.of()))))
                .hasMessageContaining("shop.orders -> public.orders: Column code: values of");
        writer.close();
    }

    @Test
    void aFailureInTheBackgroundReachesTheNextCall() {
        DsqlSinkWriter writer = writer("orders", 20, "id");
        writer.write(insert(1L, "too long"));
        DsqlConnectorException[] seen = new DsqlConnectorException[1];
        DsqlLocal.poll(
                SOON,
                "a write fails",
                () -> {
                    try {
                        writer.write(insert(2L, "b"));
                        return false;
                    } catch (DsqlConnectorException e) {
                        seen[0] = e;
                        return true;
                    }
                });
        assertThat(failure(writer::prepareCommit)).isSameAs(seen[0]);
        writer.close();
    }

    @Test
    void aFailureThatNobodyHasSeenIsThrownByClose() {
        DsqlSinkWriter writer = writer("orders", 20, "id");
        writer.prepareCommit();
        CompletableFuture.runAsync(() -> writer.write(insert(1L, "too long"))).join();
        assertThat(failure(writer::close).getSeaTunnelErrorCode()).isEqualTo(DsqlErrorCode.DATA);
    }

    @Test
    void aMissingTableFailsBeforeTheFirstRow() {
        DsqlSinkWriter writer = writer("nowhere", NEVER_MS, "id");
        MultiTableResourceManager<DsqlSinkEngine> shared =
                writer.initMultiTableResourceManager(1, 1);
        DsqlConnectorException first =
                failure(() -> writer.setMultiTableResourceManager(shared, 0));
        assertThat(first).hasMessageContaining("nowhere");
        assertThat(first.getSeaTunnelErrorCode()).isEqualTo(DsqlErrorCode.SCHEMA);
        assertThat(failure(() -> writer.write(insert(1L, "a")))).isSameAs(first);
        writer.close();
    }

    @Test
    void anInterruptedCloseDoesNotWait() throws IOException {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        writer.write(insert(1L, "a"));
        Thread.currentThread().interrupt();
        writer.close();
        assertThat(Thread.interrupted()).isTrue();
        checkRows("orders");
    }

    @Test
    void closingDoesNotContinueAnInterruptedCommit() throws Exception {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        writer.write(insert(1L, "a"));
        dsql.control("pause");
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        Thread committing =
                new Thread(
                        () -> {
                            failed.complete(failure(writer::prepareCommit));
                        });
        committing.start();
        assertThatThrownBy(() -> failed.get(300, TimeUnit.MILLISECONDS)).isNotNull();
        committing.interrupt();
        assertThat(failed.get(SOON.toMillis(), TimeUnit.MILLISECONDS))
                .hasMessageContaining("DSQL-21");
        // The engine knows that the checkpoint failed. As on Flink, this thread is not interrupted.
        CompletableFuture<Void> closed = CompletableFuture.runAsync(writer::close);
        assertThat(closed).succeedsWithin(SOON);
        dsql.control("resume");
    }

    @Test
    void abortEndsACommitInProgress() throws Exception {
        DsqlSinkWriter writer = writer("orders", NEVER_MS, "id");
        writer.write(insert(1L, "a"));
        dsql.control("pause");
        CompletableFuture<Throwable> failed =
                CompletableFuture.supplyAsync(() -> failure(writer::prepareCommit));
        assertThatThrownBy(() -> failed.get(300, TimeUnit.MILLISECONDS)).isNotNull();
        writer.abortPrepare();
        assertThat(failed.get(SOON.toMillis(), TimeUnit.MILLISECONDS))
                .hasMessageContaining("aborted");
        dsql.control("resume");
    }
}
