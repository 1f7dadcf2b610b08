package io.dsqlsink.bridge;

/**
 * Limits of Aurora DSQL and bounds of options. Their sources and reasons stand in the native
 * library's limits.rs and config/bounds.rs, from which a header is generated; a test holds these
 * numbers against it.
 */
public final class Limits {
    /** Rows that a transaction may modify. */
    public static final int TRANSACTION_ROWS = 3_000;

    /** Columns of a table. */
    public static final int COLUMNS = 255;

    /** Columns of a key or index. */
    public static final int KEY_COLUMNS = 8;

    /** Indexes of a table, including that of the key. */
    public static final int INDEXES = 24;

    /** Maximum sum of the declared lengths of a key's columns. */
    public static final int DECLARED_KEY_BYTES = 2_000;

    /** Bytes of the values of a key, those of the table's key included in another index's. */
    public static final int KEY_BYTES = 1_981;

    /** Bytes of them that each column of a key after the first uses. */
    public static final int KEY_COLUMN_BYTES = 7;

    /** Digits of a numeric. */
    public static final int NUMERIC_DIGITS = 1_000;

    /** Bytes of a declared varchar. */
    public static final int VARCHAR_BYTES = 65_535;

    /** Bytes of a declared char. */
    public static final int CHAR_BYTES = 4_096;

    /** Bytes of a name. */
    public static final int NAME_BYTES = 63;

    /** Option max_connections. */
    public static final int MAX_CONNECTIONS = 256;

    /** Option connecting_processes. */
    public static final int MAX_PROCESSES = 1_000;

    /** Option max_retries. */
    public static final int MAX_RETRIES = 1_000;

    /** Option batch_interval_ms. */
    public static final int MAX_BATCH_INTERVAL_MS = 3_600_000;

    /** Options retry_timeout_ms and socket_timeout_ms. */
    public static final int MAX_TIMEOUT_MS = 86_400_000;

    /** Option token_duration_secs. */
    public static final int MAX_TOKEN_SECS = 604_800;

    /** Option max_buffer_bytes. */
    public static final int MIN_BUFFER_BYTES = 20_971_520;

    /** Option dead_letter_max_bytes. */
    public static final int MIN_LETTER_FILE_BYTES = 1_048_576;

    /** Option metrics_port. */
    public static final int MAX_PORT = 65_535;

    /** Option verify_tasks. */
    public static final int MAX_VERIFY_TASKS = 1_000;

    private Limits() {}
}
