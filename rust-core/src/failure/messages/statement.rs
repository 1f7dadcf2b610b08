//! Messages for a session's statement.

use std::time::Duration;

use crate::config::Config;
use crate::error::{ErrorKind, SinkError};
use crate::failure::classify::{Failure, Fault};
use crate::failure::messages::connection::connection_kind;
use crate::failure::messages::{connection_tried, error, quota};
use crate::failure::retry::Tries;
use crate::failure::wait::Step;

/// Characters of a statement that identify it.
const STATEMENT_CHARACTERS: usize = 300;

/// A statement of a session that is sent again.
#[must_use]
pub fn statement_again(config: &Config, sql: &str, failure: &Failure, after: Duration) -> String {
    format!(
        "a statement is sent again in {} ms: {} [{}]",
        after.as_millis(),
        failure.told(config.log_values),
        config.log_values.statement(sql, STATEMENT_CHARACTERS)
    )
}

/// The error of a session's statement.
#[must_use]
pub fn statement_error(
    config: &Config,
    sql: &str,
    failure: &Failure,
    repeatable: bool,
    tries: Tries,
) -> SinkError {
    let statement = config.log_values.statement(sql, STATEMENT_CHARACTERS);
    let said = failure.told_all(config.log_values);
    let (kind, text) = match failure.fault {
        _ if failure.outcome_unknown && !repeatable => (
            ErrorKind::OutcomeUnknown,
            format!(
                "it is not known whether the statement was executed; check before running it again: {said}"
            ),
        ),
        Fault::Conflict | Fault::SchemaChanged => (
            ErrorKind::Conflict,
            format!(
                "the statement kept conflicting with other transactions (tried {} times in {} s): {said}",
                tries.failures,
                tries.elapsed.as_secs()
            ),
        ),
        Fault::Permission => (
            ErrorKind::Permission,
            format!("role '{}' may not do this; grant it the privilege, or use another: {said}", config.role),
        ),
        Fault::Missing => (ErrorKind::Schema, said),
        Fault::Form | Fault::BadRow if Step::of(sql) == Step::Ddl => (
            ErrorKind::Schema,
            format!(
                "Aurora DSQL does not support a table, column or index of this form; choose another: {said}"
            ),
        ),
        Fault::TooBig | Fault::TooSlow => (
            ErrorKind::Limit,
            format!("the statement exceeds a limit of a transaction; let it do less at a time: {said}"),
        ),
        Fault::Quota => (ErrorKind::Quota, quota(config, failure)),
        // No row of the source is in a session's statement, so none can be corrected or skipped.
        Fault::Unique => (
            ErrorKind::Rejected,
            format!("two rows of the table would have the same unique value; change the statement: {said}"),
        ),
        Fault::Reference => (
            ErrorKind::Rejected,
            format!(
                "rows of another table depend on this one; change those first, or drop the foreign key: {said}"
            ),
        ),
        Fault::BadRow => (
            ErrorKind::Rejected,
            format!("a value of the statement does not fit its column; change the statement: {said}"),
        ),
        Fault::Rejected | Fault::Form => (ErrorKind::Rejected, said),
        _ => (connection_kind(failure.fault), connection_tried(config, failure, tries)),
    };
    error(kind, format!("{text} [{statement}]"), failure)
}

/// The error of a statement that cannot be sent. Names are checked before; this is for other values, such as column
/// defaults.
#[must_use]
pub fn statement_with_nul(config: &Config, sql: &str) -> SinkError {
    let statement = config.log_values.statement(sql, STATEMENT_CHARACTERS);
    let text = format!(
        "a statement has a NUL character, which no name and no text of Aurora DSQL can have; remove it from the name or the \
         default that it came from [{statement}]"
    );
    SinkError::new(ErrorKind::Config, text)
}
