package io.dsqlsink.seatunnel.catalog;

/**
 * What Aurora DSQL takes of a table's form, and of a statement that prepares one. "Quotas" is the
 * AWS page of cluster quotas and database limits, "recorded" means seen on a real cluster by a
 * published recording.
 */
final class Limits {
    /** Rows that a transaction may modify (quotas; recorded). */
    static final int TRANSACTION_ROWS = 3_000;

    /** Columns of a table (quotas; recorded: 256 pass). */
    static final int COLUMNS = 255;

    /** Columns of a key or index (quotas). */
    static final int KEY_COLUMNS = 8;

    /** Indexes of a table, that of the key among them (recorded). */
    static final int INDEXES = 24;

    /** What the lengths that a key's columns are declared with may add up to (recorded). */
    static final int DECLARED_KEY_BYTES = 2_000;

    /**
     * Bytes of the values of a key, those of the table's key included in another index's (recorded;
     * the quotas say 1 KiB).
     */
    static final int KEY_BYTES = 1_981;

    /** What each column of a key but the first takes of them (recorded). */
    static final int KEY_COLUMN_BYTES = 7;

    private Limits() {}
}
