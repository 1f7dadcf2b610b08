//! What Aurora DSQL and the PostgreSQL protocol allow, each with its source.
//!
//! Sources: "quotas" is the AWS page "Cluster quotas and database limits in Amazon Aurora DSQL",
//! "recorded" means seen on a real cluster by a published recording.

use std::time::Duration;

/// Rows that one transaction may modify (quotas; recorded: 3,000 pass, 3,001 fail at the statement).
pub const TRANSACTION_ROWS: usize = 3_000;

/// Accounted bytes that one transaction may modify: 10 MiB (quotas; recorded at COMMIT).
pub const TRANSACTION_BYTES: usize = 10 * MIB;

/// How far a batch is filled. The rest is a margin for errors of the accounting below.
pub const BATCH_BYTES: usize = TRANSACTION_BYTES / 100 * 85;

/// Counted for every row in addition to its bytes. The key counts once more, because the primary key is an index that
/// holds the whole row (recorded points: 105 to 147 bytes a row; 500 rows without an index passed with 9.93 MiB raw).
pub const ROW_OVERHEAD: usize = 150;

/// Counted for every entry of a secondary index in addition to its columns and the key's (inferred from recorded
/// points: about 430 bytes an entry; the rest is margin).
pub const INDEX_ENTRY_OVERHEAD: usize = 470;

/// One protocol message. For a larger one the server closes the connection without an answer (recorded).
pub const MESSAGE_BYTES: usize = 10 * MIB;

/// Bytes of one row in a message. The rest is for the statement text and the message header.
pub const ROW_MESSAGE_BYTES: usize = MESSAGE_BYTES - 64 * 1024;

/// Bind carries the number of parameters as a 16-bit number (PostgreSQL protocol).
pub const PARAMETERS: usize = 65_535;

/// Bytes of one value outside a key (quotas; recorded). Text and JSON are compressed before they are
/// measured, bytea is not, so only bytea can be refused before it is sent.
pub const VALUE_BYTES: usize = MIB;

/// Bytes of a key's values, those of the primary key included in another index's (recorded; the quotas say 1 KiB).
pub const KEY_BYTES: usize = 1_981;

/// Bytes of them that each column of a key after the first uses (recorded).
pub const KEY_COLUMN_BYTES: usize = 7;

/// Columns of a table (quotas).
pub const COLUMNS: usize = 255;

/// Columns of a key or index (quotas).
pub const KEY_COLUMNS: usize = 8;

/// Indexes of a table, including that of the key (recorded).
pub const INDEXES: usize = 24;

/// Maximum sum of the declared lengths of a key's columns (recorded).
pub const DECLARED_KEY_BYTES: usize = 2_000;

/// Bytes of a declared varchar (quotas).
pub const VARCHAR_BYTES: usize = 65_535;

/// Bytes of a declared char (quotas).
pub const CHAR_BYTES: usize = 4_096;

/// Bytes of a name. PostgreSQL truncates longer names without an error (NAMEDATALEN minus the final NUL).
pub const NAME_BYTES: usize = 63;

/// Digits of a numeric (quotas).
pub const NUMERIC_DIGITS: usize = 1_000;

/// The server closes a connection after an hour (quotas). AWS's loader recycles at 55 minutes.
pub const CONNECTION_AGE: Duration = Duration::from_secs(55 * 60);

/// How long before a connection ends its successor is opened, so that no batch waits for it.
pub const CONNECTION_HANDOVER: Duration = Duration::from_secs(60);

/// A transaction older than this fails at COMMIT (quotas; recorded). A statement without an answer for this long has
/// lost its connection.
pub const TRANSACTION_AGE: Duration = Duration::from_secs(300);

/// Lifetime of a token, the default of AWS's SDKs. It is checked only at login.
pub const TOKEN_LIFETIME: Duration = Duration::from_secs(900);

/// Bytes that a server may send before the login is complete, and in one message of it. Some notices, a refusal, and
/// the two dozen parameters of a session take a few KiB.
pub const LOGIN_BYTES: usize = MIB;
/// See [`LOGIN_BYTES`].
pub const LOGIN_MESSAGE_BYTES: usize = 64 * 1024;

/// Bytes that a server may send in one message. A refusal quotes at most one value of [`VALUE_BYTES`], escaped.
pub const SERVER_MESSAGE_BYTES: usize = 4 * MIB;

/// Bytes that a server may send in one answer. The catalog of a table with [`COLUMNS`] takes less than one MiB.
pub const SERVER_ANSWER_BYTES: usize = 16 * MIB;

/// How often a server may report its parameters: some two dozen times at the login, then when one changes.
pub const SERVER_STATUSES: usize = 1_000;

/// The only database of a cluster (recorded).
pub const DATABASE: &str = "postgres";

/// The port of every cluster.
pub const PORT: u16 = 5432;

/// Role that signs with `DbConnectAdmin`; every other signs with `DbConnect`.
pub const ADMIN: &str = "admin";

const MIB: usize = 1024 * 1024;
