#ifndef DSQL_LIMITS_H
#define DSQL_LIMITS_H

/* Written by cbindgen from rust-core/src/limits.rs and rust-core/src/config/bounds.rs: UPDATE_HEADER=1 cargo test -p dsql-sink --test header */

/*
 Rows that one transaction may modify (quotas; recorded: 3,000 pass, 3,001 fail at the statement).
 */
#define DSQL_TRANSACTION_ROWS 3000

/*
 Accounted bytes that one transaction may modify: 10 MiB (quotas; recorded at COMMIT).
 */
#define DSQL_TRANSACTION_BYTES (10 * DSQL_MIB)

/*
 How far a batch is filled. The rest is a margin for errors of the accounting below.
 */
#define DSQL_BATCH_BYTES ((DSQL_TRANSACTION_BYTES / 100) * 85)

/*
 Counted for every row in addition to its bytes. The key counts once more, because the primary key is an index that
 holds the whole row (recorded points: 105 to 147 bytes a row; 500 rows without an index passed with 9.93 MiB raw).
 */
#define DSQL_ROW_OVERHEAD 150

/*
 Counted for every entry of a secondary index in addition to its columns and the key's (inferred from recorded
 points: about 430 bytes an entry; the rest is margin).
 */
#define DSQL_INDEX_ENTRY_OVERHEAD 470

/*
 One protocol message. For a larger one the server closes the connection without an answer (recorded).
 */
#define DSQL_MESSAGE_BYTES (10 * DSQL_MIB)

/*
 Bytes of one row in a message. The rest is for the statement text and the message header.
 */
#define DSQL_ROW_MESSAGE_BYTES (DSQL_MESSAGE_BYTES - (64 * 1024))

/*
 Bind carries the number of parameters as a 16-bit number (PostgreSQL protocol).
 */
#define DSQL_PARAMETERS 65535

/*
 Bytes of one value outside a key (quotas; recorded). Text and JSON are compressed before they are
 measured, bytea is not, so only bytea can be refused before it is sent.
 */
#define DSQL_VALUE_BYTES DSQL_MIB

/*
 Bytes of a key's values, those of the primary key included in another index's (recorded; the quotas say 1 KiB).
 */
#define DSQL_KEY_BYTES 1981

/*
 Bytes of them that each column of a key after the first uses (recorded).
 */
#define DSQL_KEY_COLUMN_BYTES 7

/*
 Columns of a table (quotas).
 */
#define DSQL_COLUMNS 255

/*
 Columns of a key or index (quotas).
 */
#define DSQL_KEY_COLUMNS 8

/*
 Indexes of a table, including that of the key (recorded).
 */
#define DSQL_INDEXES 24

/*
 Maximum sum of the declared lengths of a key's columns (recorded).
 */
#define DSQL_DECLARED_KEY_BYTES 2000

/*
 Bytes of a declared varchar (quotas).
 */
#define DSQL_VARCHAR_BYTES 65535

/*
 Bytes of a declared char (quotas).
 */
#define DSQL_CHAR_BYTES 4096

/*
 Bytes of a name. PostgreSQL truncates longer names without an error (NAMEDATALEN minus the final NUL).
 */
#define DSQL_NAME_BYTES 63

/*
 Digits of a numeric (quotas).
 */
#define DSQL_NUMERIC_DIGITS 1000

/*
 Bytes that a server may send before the login is complete, and in one message of it. Some notices, a refusal, and
 the two dozen parameters of a session take a few KiB.
 */
#define DSQL_LOGIN_BYTES DSQL_MIB

/*
 See [`LOGIN_BYTES`].
 */
#define DSQL_LOGIN_MESSAGE_BYTES (64 * 1024)

/*
 Bytes that a server may send in one message. A refusal quotes at most one value of [`VALUE_BYTES`], escaped.
 */
#define DSQL_SERVER_MESSAGE_BYTES (4 * DSQL_MIB)

/*
 Bytes that a server may send in one answer. The catalog of a table with [`COLUMNS`] takes less than one MiB.
 */
#define DSQL_SERVER_ANSWER_BYTES (16 * DSQL_MIB)

/*
 How often a server may report its parameters: some two dozen times at the login, then when one changes.
 */
#define DSQL_SERVER_STATUSES 1000

/*
 The port of every cluster.
 */
#define DSQL_PORT 5432

/*
 Connections of one task. More would not help, because one task cannot supply enough rows.
 */
#define DSQL_MAX_CONNECTIONS 256

/*
 Processes that share the pace of new connections: many more workers than a SeaTunnel cluster has.
 */
#define DSQL_MAX_PROCESSES 1000

/*
 Tries after the first for a batch that the database rejects: a larger number is a mistake.
 */
#define DSQL_MAX_RETRIES 1000

/*
 An hour: a row that waits longer waits for its checkpoint anyway.
 */
#define DSQL_MAX_BATCH_INTERVAL_MS 3600000

/*
 A day. A longer retry or a later answer is not useful.
 */
#define DSQL_MAX_TIMEOUT_MS 86400000

/*
 A week, which is the longest that a signature may be valid (Signature Version 4).
 */
#define DSQL_MAX_TOKEN_SECS 604800

/*
 Memory for one full message and one waiting frame.
 */
#define DSQL_MIN_BUFFER_BYTES 20971520

/*
 A file of dead letters can hold at least some letters: 1 MiB.
 */
#define DSQL_MIN_LETTER_FILE_BYTES 1048576

/*
 The largest port that TCP has.
 */
#define DSQL_MAX_PORT 65535

/*
 Tasks that compare together: all of them run in one process.
 */
#define DSQL_MAX_VERIFY_TASKS 1000

#endif  /* DSQL_LIMITS_H */
