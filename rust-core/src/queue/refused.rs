//! A row that cannot be written: an error that stops the job, or a dead letter.

use std::fmt;

use serde_json::{Map, Value as Json};

use crate::error::{ErrorKind, SinkError};

/// What to do about a value that does not fit its column. Aurora DSQL cannot change a column's type.
const VALUE_CURE: &str = "; correct the value in the source or by a transform, recreate the column with a wider type \
                          (ADD COLUMN, UPDATE, RENAME), or put such rows aside by row_error_policy = \"skip\"";

/// One row, and why it cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Kind of its error: `Data` or `Limit`.
    pub kind: ErrorKind,
    /// The operation on the row: INSERT, UPDATE_AFTER, UPDATE_BEFORE or DELETE.
    pub operation: &'static str,
    /// The table as schema.name.
    pub table: String,
    /// The column to blame, if it is known.
    pub column: Option<String>,
    /// The key as shown in logs, `id = 42`; empty if the table has none.
    pub key: String,
    /// The key before the update, if it changed: the row with that key is deleted.
    pub old_key: String,
    /// The key's values.
    pub keys: Map<String, Json>,
    /// The values of the key before the update, if it changed.
    pub old_keys: Option<Map<String, Json>>,
    /// The row's values, as far as the source sent them: a deleted row has those of its key.
    pub values: Map<String, Json>,
    /// What is wrong and what to do, for the dead letter.
    pub reason: String,
    /// The same for logs and errors, with the values that the option `log_values` allows.
    pub told: String,
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
        write!(f, ": {}", self.told)
    }
}

impl From<Refused> for SinkError {
    fn from(row: Refused) -> Self {
        let cure = match row.kind {
            // If the column is known, it is too narrow. Other refusals by the database have their own advice.
            ErrorKind::Data if row.sqlstate.is_none() && row.column.is_some() => VALUE_CURE,
            _ => "",
        };
        Self::new(row.kind, format!("{row}{cure}")).with_sqlstate(row.sqlstate.as_deref())
    }
}
