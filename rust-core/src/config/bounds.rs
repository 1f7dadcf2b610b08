//! Bounds of options. Java checks the same bounds before a job starts, from the generated header.

use crate::limits;

/// Connections of one task. More would not help, because one task cannot supply enough rows.
pub const MAX_CONNECTIONS: usize = 256;

/// Processes that share the pace of new connections: many more workers than a SeaTunnel cluster has.
pub const MAX_PROCESSES: u32 = 1_000;

/// Tries after the first for a batch that the database rejects: a larger number is a mistake.
pub const MAX_RETRIES: u32 = 1_000;

/// An hour: a row that waits longer waits for its checkpoint anyway.
pub const MAX_BATCH_INTERVAL_MS: u64 = 3_600_000;

/// A day. A longer retry or a later answer is not useful.
pub const MAX_TIMEOUT_MS: u64 = 86_400_000;

/// A week, which is the longest that a signature may be valid (Signature Version 4).
pub const MAX_TOKEN_SECS: u64 = 604_800;

/// Memory for one full message and one waiting frame.
pub const MIN_BUFFER_BYTES: usize = 20_971_520;
const _: () = assert!(MIN_BUFFER_BYTES == 2 * limits::MESSAGE_BYTES);

/// A file of dead letters can hold at least some letters: 1 MiB.
pub const MIN_LETTER_FILE_BYTES: u64 = 1_048_576;

/// The largest port that TCP has.
pub const MAX_PORT: u16 = 65_535;

/// Tasks that compare together: all of them run in one process.
pub const MAX_VERIFY_TASKS: usize = 1_000;
