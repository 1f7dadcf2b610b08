//! Skipped rows, which do not stop the job. Each becomes a line of the dead-letter file, until there are too many.

pub mod brake;
pub mod file;

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use serde_json::json;

use crate::error::SinkError;
use crate::queue::refused::Refused;
use crate::row::temporal;

use brake::{Brake, Limits};
use file::LetterFile;

/// What to do with rows that cannot be written.
#[derive(Debug, Clone)]
pub struct Skip {
    /// File or folder for the letters.
    pub path: PathBuf,
    /// Whether a letter has the row's other values in addition to its key.
    pub values: bool,
    /// Size in bytes at which a new file is started.
    pub file_bytes: u64,
    /// How many rows may be skipped.
    pub limits: Limits,
}

/// The skipped rows.
#[derive(Debug)]
pub struct DeadLetters {
    file: LetterFile,
    values: bool,
    brake: Mutex<Brake>,
}

impl DeadLetters {
    /// Opens the file for appending; in a folder it has a fixed name.
    ///
    /// # Errors
    /// Kind `Config` if the file cannot be written, or is not one of dead letters.
    pub fn open(skip: &Skip) -> Result<Self, SinkError> {
        Ok(Self {
            file: LetterFile::open(&skip.path, skip.file_bytes)?,
            values: skip.values,
            brake: Mutex::new(Brake::new(skip.limits)),
        })
    }

    /// Skips a row; `received` rows have arrived so far. Returns the log lines for it.
    ///
    /// # Errors
    /// Kind `DeadLetters` if the file can no longer be written, because a row must not be lost silently. Kind `Data`
    /// if there are too many such rows.
    pub fn add(&self, row: &Refused, received: u64) -> Result<Vec<String>, SinkError> {
        self.file.append(&self.letter(row), row)?;
        let mut brake = self.brake.lock();
        brake.count(&row.table);
        let lines = brake.tell(&row.table, || format!("row skipped: {row}"), Instant::now());
        brake.check(received).map_err(|text| {
            let path = self.file.path().display();
            SinkError::new(row.kind, format!("{text}; all are in '{path}'; the last one: {row}"))
        })?;
        Ok(lines)
    }

    /// Makes the letters so far durable, and logs a count of those that had no log line.
    ///
    /// # Errors
    /// Kind `DeadLetters` if that fails.
    pub fn sync(&self) -> Result<Option<String>, SinkError> {
        self.file.sync()?;
        Ok(self.brake.lock().sum())
    }

    fn letter(&self, row: &Refused) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let nanos = i32::try_from(now.subsec_nanos()).unwrap_or(0);
        let letter = json!({
            "time": temporal::timestamp_text(seconds, nanos, Some(0)),
            "operation": row.operation,
            "table": row.table,
            "key": row.keys,
            "old_key": row.old_keys,
            "values": self.values.then_some(&row.values),
            "column": row.column,
            "reason": row.reason,
            "sqlstate": row.sqlstate,
        });
        format!("{letter}\n")
    }
}
