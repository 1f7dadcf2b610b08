//! The numbers that Rust and Java share.
//!
//! cbindgen writes them to `include/dsql_sink.h` with the prefix `DSQL_`; a Java test holds the Java
//! copies against that header. Nothing else lives here: layouts are described where they are read
//! ([`crate::row::frame`]) and written ([`crate::notice`], [`crate::metrics`]).

/// Raised whenever a native signature, a frame layout or the meaning of a number changes.
pub const ABI_VERSION: i32 = 7;

/// First byte of every frame.
pub const FRAME_VERSION: u8 = 1;

/// The row was inserted.
pub const ROW_INSERT: u8 = 0;
/// The row as it was before an update.
pub const ROW_UPDATE_BEFORE: u8 = 1;
/// The row as it is after an update.
pub const ROW_UPDATE_AFTER: u8 = 2;
/// The row was deleted.
pub const ROW_DELETE: u8 = 3;

/// The table has a key: rows are upserted and deleted by it.
pub const MODE_UPSERT: u8 = 0;
/// The table has no key: rows are appended.
pub const MODE_INSERT: u8 = 1;
/// A statement of the user's own runs for each row.
pub const MODE_QUERY: u8 = 2;

/// SQL NULL, no payload.
pub const TAG_NULL: u8 = 0;
/// One byte, 0 or 1.
pub const TAG_BOOL: u8 = 1;
/// Signed, 1 byte.
pub const TAG_INT8: u8 = 2;
/// Signed, 2 bytes.
pub const TAG_INT16: u8 = 3;
/// Signed, 4 bytes.
pub const TAG_INT32: u8 = 4;
/// Signed, 8 bytes.
pub const TAG_INT64: u8 = 5;
/// IEEE 754 bits, 4 bytes.
pub const TAG_FLOAT32: u8 = 6;
/// IEEE 754 bits, 8 bytes.
pub const TAG_FLOAT64: u8 = 7;
/// i32 scale, i64 unscaled value.
pub const TAG_DECIMAL: u8 = 8;
/// i32 scale, string of the unscaled value's decimal digits.
pub const TAG_BIG_DECIMAL: u8 = 9;
/// String.
pub const TAG_TEXT: u8 = 10;
/// u32 length, bytes.
pub const TAG_BYTES: u8 = 11;
/// i64 days since 1970-01-01.
pub const TAG_DATE: u8 = 12;
/// i64 nanoseconds of the day.
pub const TAG_TIME: u8 = 13;
/// i64 seconds since 1970-01-01T00:00 without zone, i32 nanoseconds.
pub const TAG_TIMESTAMP: u8 = 14;
/// i64 epoch seconds, i32 nanoseconds, i32 offset in seconds.
pub const TAG_TIMESTAMP_TZ: u8 = 15;

/// Log level of a notice.
pub const LEVEL_ERROR: u8 = 1;
/// Log level of a notice.
pub const LEVEL_WARN: u8 = 2;
/// Log level of a notice.
pub const LEVEL_INFO: u8 = 3;
/// Log level of a notice.
pub const LEVEL_DEBUG: u8 = 4;

/// A kind that the reader does not know.
pub const ERROR_UNKNOWN: i32 = 0;
/// An option is missing or wrong.
pub const ERROR_CONFIG: i32 = 1;
/// The token was refused.
pub const ERROR_AUTHENTICATION: i32 = 2;
/// The role may not do this.
pub const ERROR_PERMISSION: i32 = 3;
/// The cluster could not be reached, or the connection did not last.
pub const ERROR_CONNECTION: i32 = 4;
/// A table or column is missing or of a type that cannot be written.
pub const ERROR_SCHEMA: i32 = 5;
/// A value does not fit its column.
pub const ERROR_DATA: i32 = 6;
/// Transactions kept conflicting until the retry timeout.
pub const ERROR_CONFLICT: i32 = 7;
/// A row is larger than Aurora DSQL allows.
pub const ERROR_LIMIT: i32 = 8;
/// A write without a key may or may not have been committed.
pub const ERROR_OUTCOME_UNKNOWN: i32 = 9;
/// The database refused the statement for another reason.
pub const ERROR_REJECTED: i32 = 10;
/// The handle is closed.
pub const ERROR_CLOSED: i32 = 11;
/// Bytes from Java do not follow the frame layout.
pub const ERROR_FRAME: i32 = 12;
/// A defect in this library.
pub const ERROR_INTERNAL: i32 = 13;
/// A skipped row cannot be written to the dead letters.
pub const ERROR_DEAD_LETTERS: i32 = 14;
/// A quota of the cluster or of a table is used up.
pub const ERROR_QUOTA: i32 = 15;

/// Rows taken from Java.
pub const STAT_ROWS_RECEIVED: usize = 0;
/// Rows that a later operation on the same key replaced before they were sent.
pub const STAT_ROWS_COALESCED: usize = 1;
/// Row operations committed.
pub const STAT_ROWS_COMMITTED: usize = 2;
/// Statements committed.
pub const STAT_BATCHES_COMMITTED: usize = 3;
/// Parameter bytes committed.
pub const STAT_BYTES_COMMITTED: usize = 4;
/// Statements sent again after an OCC conflict (OC000, OC001).
pub const STAT_RETRIES_CONFLICT: usize = 5;
/// Statements sent again because the server was unavailable or throttled.
pub const STAT_RETRIES_UNAVAILABLE: usize = 6;
/// Statements sent again because the connection was lost, and attempts to connect again.
pub const STAT_RETRIES_CONNECTION: usize = 7;
/// Connections opened so far.
pub const STAT_CONNECTIONS_OPENED: usize = 8;
/// Connections open now.
pub const STAT_CONNECTIONS_OPEN: usize = 9;
/// Bytes buffered in native memory now.
pub const STAT_BUFFERED_BYTES: usize = 10;
/// Flushes completed.
pub const STAT_FLUSHES: usize = 11;
/// Time from the call of flush to durability, summed, in microseconds.
pub const STAT_FLUSH_MICROS: usize = 12;
/// Batches cut in two because the server refused them.
pub const STAT_BATCH_SPLITS: usize = 13;
/// Rows skipped by `row_error_policy = skip`.
pub const STAT_ROWS_DEAD: usize = 14;
/// Log lines lost because the ring was full.
pub const STAT_NOTICES_DROPPED: usize = 15;
/// Rows deleted because another row got one of their unique values.
pub const STAT_ROWS_DISPLACED: usize = 16;
/// Time of the committed transactions, from sending to the answer, summed, in microseconds.
pub const STAT_TRANSACTION_MICROS: usize = 17;
/// Time from the first row to the last commit, in microseconds.
pub const STAT_ACTIVE_MICROS: usize = 18;
/// Connections that have work now.
pub const STAT_CONNECTIONS_BUSY: usize = 19;
/// Number of slots.
pub const STAT_COUNT: usize = 20;

/// Transactions since the last call.
pub const LATENCY_TRANSACTIONS: usize = 0;
/// Median of their time from sending to the answer, in microseconds.
pub const LATENCY_TRANSACTION_MEDIAN: usize = 1;
/// 99th percentile of this time, in microseconds.
pub const LATENCY_TRANSACTION_P99: usize = 2;
/// Median of the longest wait of their rows in the window, in microseconds.
pub const LATENCY_WAIT_MEDIAN: usize = 3;
/// 99th percentile of this wait, in microseconds.
pub const LATENCY_WAIT_P99: usize = 4;
/// Number of slots.
pub const LATENCY_COUNT: usize = 5;
