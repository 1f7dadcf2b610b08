package io.dsqlsink.seatunnel.exception;

import io.dsqlsink.bridge.DsqlNativeException;
import org.apache.seatunnel.common.exception.SeaTunnelRuntimeException;

/** The one exception of this connector. Its message holds everything a user needs. */
public final class DsqlConnectorException extends SeaTunnelRuntimeException {
    private static final long serialVersionUID = 1L;

    public DsqlConnectorException(DsqlErrorCode code, String message) {
        super(code, message);
    }

    public DsqlConnectorException(DsqlErrorCode code, String message, Throwable cause) {
        super(code, message, cause);
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
