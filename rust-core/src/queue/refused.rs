//! A row that cannot be written: an error that stops the job, or a line in the dead-letter file.

use parking_lot::Mutex;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::error::{ErrorKind, SinkError};

/// Name of the file when `dead_letter_path` is a folder.
const FILE_NAME: &str = "dsql-dead-letters.jsonl";

/// One row, and why it cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Kind of the error that it makes: `Data` or `Limit`.
    pub kind: ErrorKind,
    /// The table as schema.name.
    pub table: String,
    /// The column to blame, if it is known.
    pub column: Option<String>,
    /// The key as `id = 42`; empty if the table has none.
    pub key: String,
    /// The key before the update, likewise, if it changed: the row of that key is deleted.
    pub old_key: String,
    /// What is wrong and what to do.
    pub reason: String,
    /// SQLSTATE, if the database refused it.
    pub sqlstate: Option<String>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "table {}", self.table)?;
        if let Some(column) = &self.column {
            write!(f, ", column \"{column}\"")?;
        }
        if !self.key.is_empty() {
            write!(f, ", key ({})", self.key)?;
        }
        if !self.old_key.is_empty() {
            write!(f, ", before the update ({})", self.old_key)?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl From<Refused> for SinkError {
    fn from(row: Refused) -> Self {
        Self::new(row.kind, row.to_string()).with_sqlstate(row.sqlstate.as_deref())
    }
}

/// The file that takes refused rows: a line of JSON each.
#[derive(Debug)]
pub struct DeadLetters {
    path: PathBuf,
    file: Mutex<File>,
}

impl DeadLetters {
    /// Opens the file for appending; in a folder it has a fixed name.
    ///
    /// # Errors
    /// Kind `Config` if the file cannot be written.
    pub fn open(path: &Path) -> Result<Self, SinkError> {
        let path = if path.is_dir() { path.join(FILE_NAME) } else { path.to_owned() };
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(|error| {
            SinkError::option("dead_letter_path", format!("'{}' cannot be written: {error}", path.display()))
        })?;
        Ok(Self { path, file: Mutex::new(file) })
    }

    /// Appends a row with one write, so that lines of several tasks do not mix.
    ///
    /// # Errors
    /// Kind `Internal` if the file cannot be written any more: a row must not vanish without a trace.
    pub fn add(&self, row: &Refused) -> Result<(), SinkError> {
        let line = json!({
            "table": row.table,
            "key": row.key,
            "old_key": Some(&row.old_key).filter(|key| !key.is_empty()),
            "column": row.column,
            "reason": row.reason,
            "sqlstate": row.sqlstate,
        });
        let line = format!("{line}\n");
        let mut file = self.file.lock();
        file.write_all(line.as_bytes()).map_err(|error| {
            let path = self.path.display();
            let text = format!("{row}; and option 'dead_letter_path': '{path}' cannot be written: {error}");
            SinkError::new(ErrorKind::Internal, text)
        })
    }
}
