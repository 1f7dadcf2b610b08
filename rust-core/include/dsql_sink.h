#ifndef DSQL_SINK_H
#define DSQL_SINK_H

/* Written by cbindgen from rust-core/src/abi.rs: UPDATE_HEADER=1 cargo test -p dsql-sink --test header */

/*
 Raised whenever a native signature, a frame layout or the meaning of a number changes.
 */
#define DSQL_ABI_VERSION 7

/*
 First byte of every frame.
 */
#define DSQL_FRAME_VERSION 1

/*
 The row was inserted.
 */
#define DSQL_ROW_INSERT 0

/*
 The row as it was before an update.
 */
#define DSQL_ROW_UPDATE_BEFORE 1

/*
 The row as it is after an update.
 */
#define DSQL_ROW_UPDATE_AFTER 2

/*
 The row was deleted.
 */
#define DSQL_ROW_DELETE 3

/*
 The table has a key: rows are upserted and deleted by it.
 */
#define DSQL_MODE_UPSERT 0

/*
 The table has no key: rows are appended.
 */
#define DSQL_MODE_INSERT 1

/*
 A statement of the user's own runs for each row.
 */
#define DSQL_MODE_QUERY 2

/*
 SQL NULL, no payload.
 */
#define DSQL_TAG_NULL 0

/*
 One byte, 0 or 1.
 */
#define DSQL_TAG_BOOL 1

/*
 Signed, 1 byte.
 */
#define DSQL_TAG_INT8 2

/*
 Signed, 2 bytes.
 */
#define DSQL_TAG_INT16 3

/*
 Signed, 4 bytes.
 */
#define DSQL_TAG_INT32 4

/*
 Signed, 8 bytes.
 */
#define DSQL_TAG_INT64 5

/*
 IEEE 754 bits, 4 bytes.
 */
#define DSQL_TAG_FLOAT32 6

/*
 IEEE 754 bits, 8 bytes.
 */
#define DSQL_TAG_FLOAT64 7

/*
 i32 scale, i64 unscaled value.
 */
#define DSQL_TAG_DECIMAL 8

/*
 i32 scale, string of the unscaled value's decimal digits.
 */
#define DSQL_TAG_BIG_DECIMAL 9

/*
 String.
 */
#define DSQL_TAG_TEXT 10

/*
 u32 length, bytes.
 */
#define DSQL_TAG_BYTES 11

/*
 i64 days since 1970-01-01.
 */
#define DSQL_TAG_DATE 12

/*
 i64 nanoseconds of the day.
 */
#define DSQL_TAG_TIME 13

/*
 i64 seconds since 1970-01-01T00:00 without zone, i32 nanoseconds.
 */
#define DSQL_TAG_TIMESTAMP 14

/*
 i64 epoch seconds, i32 nanoseconds, i32 offset in seconds.
 */
#define DSQL_TAG_TIMESTAMP_TZ 15

/*
 Log level of a notice.
 */
#define DSQL_LEVEL_ERROR 1

/*
 Log level of a notice.
 */
#define DSQL_LEVEL_WARN 2

/*
 Log level of a notice.
 */
#define DSQL_LEVEL_INFO 3

/*
 Log level of a notice.
 */
#define DSQL_LEVEL_DEBUG 4

/*
 A kind that the reader does not know.
 */
#define DSQL_ERROR_UNKNOWN 0

/*
 An option is missing or wrong.
 */
#define DSQL_ERROR_CONFIG 1

/*
 The token was refused.
 */
#define DSQL_ERROR_AUTHENTICATION 2

/*
 The role may not do this.
 */
#define DSQL_ERROR_PERMISSION 3

/*
 The cluster could not be reached, or the connection did not last.
 */
#define DSQL_ERROR_CONNECTION 4

/*
 A table or column is missing or of a type that cannot be written.
 */
#define DSQL_ERROR_SCHEMA 5

/*
 A value does not fit its column.
 */
#define DSQL_ERROR_DATA 6

/*
 Transactions kept conflicting until the retry timeout.
 */
#define DSQL_ERROR_CONFLICT 7

/*
 A row is larger than Aurora DSQL allows.
 */
#define DSQL_ERROR_LIMIT 8

/*
 A write without a key may or may not have been committed.
 */
#define DSQL_ERROR_OUTCOME_UNKNOWN 9

/*
 The database refused the statement for another reason.
 */
#define DSQL_ERROR_REJECTED 10

/*
 The handle is closed.
 */
#define DSQL_ERROR_CLOSED 11

/*
 Bytes from Java do not follow the frame layout.
 */
#define DSQL_ERROR_FRAME 12

/*
 A defect in this library.
 */
#define DSQL_ERROR_INTERNAL 13

/*
 A skipped row cannot be written to the dead letters.
 */
#define DSQL_ERROR_DEAD_LETTERS 14

/*
 A quota of the cluster or of a table is used up.
 */
#define DSQL_ERROR_QUOTA 15

/*
 Rows taken from Java.
 */
#define DSQL_STAT_ROWS_RECEIVED 0

/*
 Rows that a later operation on the same key replaced before they were sent.
 */
#define DSQL_STAT_ROWS_COALESCED 1

/*
 Row operations committed.
 */
#define DSQL_STAT_ROWS_COMMITTED 2

/*
 Statements committed.
 */
#define DSQL_STAT_BATCHES_COMMITTED 3

/*
 Parameter bytes committed.
 */
#define DSQL_STAT_BYTES_COMMITTED 4

/*
 Statements sent again after an OCC conflict (OC000, OC001).
 */
#define DSQL_STAT_RETRIES_CONFLICT 5

/*
 Statements sent again because the server was unavailable or throttled.
 */
#define DSQL_STAT_RETRIES_UNAVAILABLE 6

/*
 Statements sent again because the connection was lost, and attempts to connect again.
 */
#define DSQL_STAT_RETRIES_CONNECTION 7

/*
 Connections opened so far.
 */
#define DSQL_STAT_CONNECTIONS_OPENED 8

/*
 Connections open now.
 */
#define DSQL_STAT_CONNECTIONS_OPEN 9

/*
 Bytes buffered in native memory now.
 */
#define DSQL_STAT_BUFFERED_BYTES 10

/*
 Flushes completed.
 */
#define DSQL_STAT_FLUSHES 11

/*
 Time from the call of flush to durability, summed, in microseconds.
 */
#define DSQL_STAT_FLUSH_MICROS 12

/*
 Batches cut in two because the server refused them.
 */
#define DSQL_STAT_BATCH_SPLITS 13

/*
 Rows skipped by `row_error_policy = skip`.
 */
#define DSQL_STAT_ROWS_DEAD 14

/*
 Log lines lost because the ring was full.
 */
#define DSQL_STAT_NOTICES_DROPPED 15

/*
 Rows deleted because another row got one of their unique values.
 */
#define DSQL_STAT_ROWS_DISPLACED 16

/*
 Time of the committed transactions, from sending to the answer, summed, in microseconds.
 */
#define DSQL_STAT_TRANSACTION_MICROS 17

/*
 Time from the first row to the last commit, in microseconds.
 */
#define DSQL_STAT_ACTIVE_MICROS 18

/*
 Connections that have work now.
 */
#define DSQL_STAT_CONNECTIONS_BUSY 19

/*
 Number of slots.
 */
#define DSQL_STAT_COUNT 20

/*
 Transactions since the last call.
 */
#define DSQL_LATENCY_TRANSACTIONS 0

/*
 Median of their time from sending to the answer, in microseconds.
 */
#define DSQL_LATENCY_TRANSACTION_MEDIAN 1

/*
 99th percentile of this time, in microseconds.
 */
#define DSQL_LATENCY_TRANSACTION_P99 2

/*
 Median of the longest wait of their rows in the window, in microseconds.
 */
#define DSQL_LATENCY_WAIT_MEDIAN 3

/*
 99th percentile of this wait, in microseconds.
 */
#define DSQL_LATENCY_WAIT_P99 4

/*
 Number of slots.
 */
#define DSQL_LATENCY_COUNT 5

#endif  /* DSQL_SINK_H */
