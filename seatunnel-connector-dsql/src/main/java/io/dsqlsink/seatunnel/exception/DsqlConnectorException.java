package io.dsqlsink.seatunnel.exception;

import io.dsqlsink.bridge.DsqlNativeException;
import io.dsqlsink.seatunnel.LogText;
import io.dsqlsink.seatunnel.SinkLog;
import org.apache.seatunnel.common.exception.SeaTunnelRuntimeException;

/**
 * The only exception of this connector. Its message holds everything a user needs, and is always
 * one line, whatever names and values it contains.
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
     * The log line by which a failure can be found, whatever the engine prints around the cause:
     * the code, what happened to which table, column and key, and what to do.
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
                        ? ". Until this is done, every restart of the job fails with the same"
                                + " cause, also a restart by the engine (job.retry.times)"
                        : "");
    }

    /** Logs {@link #line}, unless the sink was only asked to stop. */
    public void log(SinkLog log) {
        if (code != DsqlErrorCode.INTERRUPTED && code != DsqlErrorCode.CLOSED) {
            log.error("{}", line());
        }
    }

    /**
     * An error of the native library. It is not kept as the cause: the log would have its text
     * twice, and its stack trace is the same as this one's.
     */
    public static DsqlConnectorException of(DsqlNativeException e) {
        return of("", e);
    }

    /** As above, with a prefix that says what the sink was doing. */
    public static DsqlConnectorException of(String head, DsqlNativeException e) {
        String message = head + e.getMessage();
        boolean hasState = e.sqlState().isEmpty() || message.contains(e.sqlState());
        return new DsqlConnectorException(
                DsqlErrorCode.of(e),
                hasState ? message : message + " (SQLSTATE " + e.sqlState() + ")");
    }
}
