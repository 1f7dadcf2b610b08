//! The transaction of a session: what it has done so far, and whether Aurora DSQL would let it commit.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::wire::SqlError;

/// Rows that one transaction may modify (recorded: 3,000 pass, 3,001 fail at the statement).
pub const ROW_LIMIT: u64 = 3_000;
/// Bytes that one transaction may modify, by Aurora DSQL's accounting, checked at COMMIT.
pub const SIZE_LIMIT: u64 = 10 * 1024 * 1024;
/// Cost of a row in addition to its values. From "a batch of 500 rows without index takes 9.93 MiB
/// raw" (AWS skill): (10 - 9.93) MiB / 500.
pub const ROW_OVERHEAD: u64 = 146;
/// The part of it that is the primary key, which counts twice; larger keys cost more. From "raw and
/// 105 to 147 B a row" (ROBO, 2026-09): 146 - 105. That the key makes the difference is an
/// inference.
pub const KEY_IN_OVERHEAD: u64 = 41;
/// Cost of an entry in a secondary index: key, primary key and overhead. From "with four indexes on 100-byte text it takes
/// 9.11 MiB": (9.93 - 9.11) MiB / 500 / 4.
pub const INDEX_ENTRY: u64 = 430;
/// Secondary indexes that a table may have.
const MOST_INDEXES: u64 = 23;

/// What the catalog says about a table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Its secondary indexes.
    pub indexes: u64,
    /// Columns of its primary key.
    pub key: Vec<String>,
    /// Name of its primary key.
    pub key_name: Option<String>,
    /// All its columns, in order.
    pub columns: Vec<String>,
    /// Whether foreign keys change other rows when its rows change.
    pub cascades: bool,
}

/// What a transaction has written to one table.
#[derive(Debug, Clone, Copy, Default)]
pub struct Written {
    /// Rows modified.
    pub rows: u64,
    /// Bytes of their values.
    pub bytes: u64,
}

/// The state of a transaction.
#[derive(Debug, Default)]
pub struct Txn {
    /// Time of its first statement.
    pub started: Option<Instant>,
    /// Rows modified.
    pub rows: u64,
    /// Those of them that were not deleted; only these have bytes.
    pub written: u64,
    /// Bytes written by statements that name no table, and by COPY.
    pub bytes: u64,
    /// Rows modified by table, as far as statements name one.
    pub tables: HashMap<String, Written>,
    /// It wrote rows.
    pub wrote: bool,
    /// DDL statements it ran.
    pub ddl: u32,
    /// The error of a lost conflict, with which COMMIT will fail.
    pub doomed: Option<SqlError>,
    /// How fast the model makes it, from 0 to 1,000.
    pub roll: Option<u64>,
}

impl Txn {
    /// Records that a statement begins.
    pub fn touch(&mut self) {
        self.started.get_or_insert_with(Instant::now);
    }

    /// Whether it changes anything.
    pub fn changes(&self) -> bool {
        self.wrote || self.ddl > 0 || self.doomed.is_some()
    }

    /// Whether the session must decide about its COMMIT: it changes something or is too old.
    pub fn must_decide(&self, age_limit: Duration) -> bool {
        self.changes() || self.started.is_some_and(|at| at.elapsed() > age_limit)
    }

    /// Counts the rows of a finished statement; returns Aurora DSQL's error if there are too many.
    pub fn add_rows(&mut self, rows: u64, weigh: bool) -> Result<(), SqlError> {
        self.rows += rows;
        self.written += if weigh { rows } else { 0 };
        if self.rows > ROW_LIMIT {
            return Err(SqlError::error("54000", "transaction row limit exceeded"));
        }
        Ok(())
    }

    /// Bytes of all values written.
    fn value_bytes(&self) -> u64 {
        self.bytes + self.tables.values().map(|t| t.bytes).sum::<u64>()
    }

    /// Whether the indexes of its tables could make it exceed the size limit.
    pub fn may_be_too_large(&self) -> bool {
        self.value_bytes() + self.written * (ROW_OVERHEAD + MOST_INDEXES * INDEX_ENTRY) > SIZE_LIMIT
    }

    /// The error of COMMIT that is known before PostgreSQL commits.
    pub fn verdict(&self, age_limit: Duration, index_bytes: u64) -> Result<(), SqlError> {
        if let Some(error) = &self.doomed {
            return Err(error.clone());
        }
        let age = self.started.map_or(Duration::ZERO, |at| at.elapsed());
        if age > age_limit {
            // The message is the recorded one, even if tests set a shorter limit.
            return Err(SqlError::error("54000", "transaction age limit of 300s exceeded")
                .with_detail(format!("Current transaction age {}s exceeds 300s", age.as_secs())));
        }
        let size = self.value_bytes() + self.written * ROW_OVERHEAD + index_bytes;
        if self.wrote && size > SIZE_LIMIT {
            let mib = size.div_ceil(1024 * 1024);
            return Err(SqlError::error("54000", "transaction size limit 10mb exceeded")
                .with_detail(format!("Current transaction size {mib}mb > 10mb")));
        }
        Ok(())
    }
}

/// PostgreSQL's own answer to every statement in a failed transaction.
pub fn aborted() -> SqlError {
    SqlError::error(
        "25P02",
        "current transaction is aborted, commands ignored until end of transaction block",
    )
}

/// The error for the loser of a conflict between two writers.
pub fn data_conflict() -> SqlError {
    SqlError::error("40001", "change conflicts with another transaction (OC000)")
}

/// The conflict with a change of the schema.
pub fn schema_conflict() -> SqlError {
    SqlError::error("40001", "schema has been updated by another transaction (OC001)")
}

/// The cluster is busy; the connection stays usable.
pub fn unavailable() -> SqlError {
    SqlError::error("XX000", "server unavailable")
}
