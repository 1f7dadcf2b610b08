package io.dsqlsink.seatunnel.compat;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AbandonedTaskTest {
    private final ClassLoader loader = Thread.currentThread().getContextClassLoader();

    @AfterEach
    void restore() {
        Thread.currentThread().setContextClassLoader(loader);
    }

    @Test
    void aThreadThatLostItsClassLoaderStopsWaiting() {
        AbandonedTask task = new AbandonedTask(TaskThread.ofWritersMaker());
        assertThatCode(task::run).doesNotThrowAnyException();
        Thread.currentThread().setContextClassLoader(null);
        assertThatThrownBy(task::run)
                .isInstanceOf(DsqlConnectorException.class)
                .hasMessageContaining("DSQL-21");
    }

    @Test
    void aThreadThatNeverHadAClassLoaderGoesOnWaiting() {
        Thread.currentThread().setContextClassLoader(null);
        assertThatCode(new AbandonedTask(TaskThread.ofWritersMaker())::run)
                .doesNotThrowAnyException();
    }
}
