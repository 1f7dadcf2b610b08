package io.dsqlsink.bridge;

import java.nio.charset.StandardCharsets;

/**
 * A failure reported by the native library. Rust builds it; the connector turns it into the error
 * that the job shows.
 */
public final class DsqlNativeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A kind that this class does not know. */
    public static final int ERROR_UNKNOWN = 0;

    /** An option is missing or wrong. */
    public static final int ERROR_CONFIG = 1;

    /** The token was refused. */
    public static final int ERROR_AUTHENTICATION = 2;

    /** The role may not do this. */
    public static final int ERROR_PERMISSION = 3;

    /** The cluster could not be reached, or the connection did not last. */
    public static final int ERROR_CONNECTION = 4;

    /** A table or column is missing or of a type that cannot be written. */
    public static final int ERROR_SCHEMA = 5;

    /** A value does not fit its column. */
    public static final int ERROR_DATA = 6;

    /** Conflicts with other transactions lasted longer than the retries. */
    public static final int ERROR_CONFLICT = 7;

    /** A limit of Aurora DSQL or of this sink was reached. */
    public static final int ERROR_LIMIT = 8;

    /** The connection broke at commit and the statement may not be sent again. */
    public static final int ERROR_OUTCOME_UNKNOWN = 9;

    /** The database refused the statement for another reason. */
    public static final int ERROR_REJECTED = 10;

    /** The sink is closed. */
    public static final int ERROR_CLOSED = 11;

    /** Bytes from Java could not be read. */
    public static final int ERROR_FRAME = 12;

    /** A bug, such as a panic. */
    public static final int ERROR_INTERNAL = 13;

    /** A skipped row cannot be written to the dead letters. */
    public static final int ERROR_DEAD_LETTERS = 14;

    /** A quota of the cluster or of a table is used up. */
    public static final int ERROR_QUOTA = 15;

    private final int kind;
    private final String sqlState;

    /**
     * Called by Rust, so it must not fail for any arguments.
     *
     * @param kind one of the ERROR constants; any other number becomes {@link #ERROR_UNKNOWN}
     * @param sqlState five ASCII bytes, or none when the database did not answer
     * @param message UTF-8
     */
    public DsqlNativeException(int kind, byte[] sqlState, byte[] message) {
        super(text(message));
        this.kind = kind < ERROR_UNKNOWN || kind > ERROR_QUOTA ? ERROR_UNKNOWN : kind;
        this.sqlState = text(sqlState);
    }

    /** One of the ERROR constants. */
    public int kind() {
        return kind;
    }

    /** The SQLSTATE of the database's answer, or an empty string. */
    public String sqlState() {
        return sqlState;
    }

    private static String text(byte[] bytes) {
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }
}
