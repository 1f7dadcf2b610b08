package io.dsqlsink.seatunnel.exception;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.seatunnel.LogText;
import io.dsqlsink.seatunnel.SinkLog;
import org.apache.seatunnel.common.exception.SeaTunnelRuntimeException;

/**
 * The one exception of this connector. Its message holds everything a user needs, in one line
 * whatever names and values are in it.
 */
public final class DsqlConnectorException extends SeaTunnelRuntimeException {
    private static final long serialVersionUID = 1L;

    private final DsqlErrorCode code;
    private final String said;

    public DsqlConnectorException(DsqlErrorCode code, String message) {
        super(code, LogText.printable(message));
        this.code = code;
        this.said = LogText.printable(message);
    }

    public DsqlConnectorException(DsqlErrorCode code, String message, Throwable cause) {
        super(code, LogText.printable(message), cause);
        this.code = code;
        this.said = LogText.printable(message);
    }

    /**
     * The log line by which a failure can be found, independent of what the engine prints around
     * its cause: code, what happened to which table, column and key, what to do.
     */
    public String line() {
        return "Aurora DSQL sink failed, "
                + code.getCode()
                + " "
                + code.name()
                + ": "
                + said
                + ". What to do: "
                + code.cure()
                + (code.isLasting()
                        ? ". A restart of the job, by the engine (job.retry.times) too, fails"
                                + " again until this is done, and logs the same cause again"
                        : "");
    }

    /** Logs {@link #line}, unless the sink was only asked to stop. */
    public void log(SinkLog log) {
        if (code != DsqlErrorCode.INTERRUPTED && code != DsqlErrorCode.CLOSED) {
            log.error("{}", line());
        }
    }

    /**
     * An error of the native library. It is not kept as the cause: its text would stand in the log
     * twice, and its stack trace is this one's.
     */
    public static DsqlConnectorException of(DsqlNativeException e) {
        return of("", e);
    }

    /** The same with words before it that say what was to be done. */
    public static DsqlConnectorException of(String head, DsqlNativeException e) {
        String message = head + e.getMessage();
        boolean hasState = e.sqlState().isEmpty() || message.contains(e.sqlState());
        return new DsqlConnectorException(
                DsqlErrorCode.of(e),
                hasState ? message : message + " (SQLSTATE " + e.sqlState() + ")");
    }
}
