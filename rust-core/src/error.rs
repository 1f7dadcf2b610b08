//! The error type of the sink: a kind for decisions, and a message that a person can act on.

use std::fmt;

use crate::abi;
use crate::tell::printable;

/// The class of an error, on which callers act. The numbers cross the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum ErrorKind {
    /// An option is missing or wrong.
    Config = abi::ERROR_CONFIG,
    /// The token was refused.
    Authentication = abi::ERROR_AUTHENTICATION,
    /// The role may not do this.
    Permission = abi::ERROR_PERMISSION,
    /// The cluster could not be reached, or the connection did not last.
    Connection = abi::ERROR_CONNECTION,
    /// A table or column is missing or of a type that cannot be written.
    Schema = abi::ERROR_SCHEMA,
    /// A value does not fit its column.
    Data = abi::ERROR_DATA,
    /// Transactions kept conflicting until the retry timeout.
    Conflict = abi::ERROR_CONFLICT,
    /// A row is larger than Aurora DSQL allows.
    Limit = abi::ERROR_LIMIT,
    /// A write without a key may or may not have been committed.
    OutcomeUnknown = abi::ERROR_OUTCOME_UNKNOWN,
    /// The database refused the statement for another reason.
    Rejected = abi::ERROR_REJECTED,
    /// The sink is closed.
    Closed = abi::ERROR_CLOSED,
    /// Bytes from Java do not follow the frame layout.
    Frame = abi::ERROR_FRAME,
    /// A defect in this library.
    Internal = abi::ERROR_INTERNAL,
    /// A skipped row cannot be written to the dead letters.
    DeadLetters = abi::ERROR_DEAD_LETTERS,
    /// A quota of the cluster or of a table is used up.
    Quota = abi::ERROR_QUOTA,
}

impl ErrorKind {
    /// The number that crosses the border.
    #[must_use]
    pub fn code(self) -> i32 {
        self as i32
    }
}

/// An error of the sink. The message names the option, table, column or key and says what to do; it
/// never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkError {
    kind: ErrorKind,
    sqlstate: Option<String>,
    message: String,
}

impl SinkError {
    /// An error that did not come from the database.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, sqlstate: None, message: printable(message.into()) }
    }

    /// The same error with the database's SQLSTATE.
    #[must_use]
    pub fn with_sqlstate(mut self, sqlstate: Option<&str>) -> Self {
        self.sqlstate = sqlstate.map(str::to_owned);
        self
    }

    /// An option is missing or wrong; `problem` continues the sentence.
    pub fn option(key: &str, problem: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Config, format!("option '{key}': {problem}"))
    }

    /// A defect in this library.
    pub fn internal(what: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Internal, format!("defect in the native sink, please report it: {what}"))
    }

    /// The class of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// SQLSTATE of the database's answer, if there was one.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&str> {
        self.sqlstate.as_deref()
    }

    /// What happened and what to do.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for SinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.sqlstate {
            Some(sqlstate) => write!(f, " (SQLSTATE {sqlstate})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SinkError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_whatever_is_in_it() {
        let error = SinkError::new(ErrorKind::Data, "a\nb\r\u{1b}[31m\u{2028}\u{202e}ä");
        assert_eq!(error.message(), "a\\nb\\r\\u{1b}[31m\\u{2028}\\u{202e}ä");
    }
}
