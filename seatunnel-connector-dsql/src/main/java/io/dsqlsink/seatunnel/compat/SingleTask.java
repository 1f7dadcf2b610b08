package io.dsqlsink.seatunnel.compat;

import io.dsqlsink.seatunnel.exception.DsqlConnectorException;
import io.dsqlsink.seatunnel.exception.DsqlErrorCode;
import org.apache.seatunnel.api.sink.SinkWriter;

/** A task that compares needs all rows: it would report the rows of another task as extra. */
public final class SingleTask {
    private SingleTask() {}

    /**
     * @throws DsqlConnectorException when the job's sink has more than one task
     */
    public static void require(SinkWriter.Context context) {
        if (context != null && (context.getIndexOfSubtask() > 0 || tasks(context) > 1)) {
            throw new DsqlConnectorException(
                    DsqlErrorCode.CONFIG,
                    "option 'verify' needs all rows of the source in one task: set parallelism = 1"
                            + " in the job's env and source blocks, as the command verify does");
        }
    }

    /** Up to 2.3.4 a task does not know the number of tasks; there the second task fails. */
    private static int tasks(SinkWriter.Context context) {
        try {
            Object tasks =
                    SinkWriter.Context.class
                            .getMethod("getNumberOfParallelSubtasks")
                            .invoke(context);
            return (Integer) tasks;
        } catch (ReflectiveOperationException e) {
            return 1;
        }
    }
}
