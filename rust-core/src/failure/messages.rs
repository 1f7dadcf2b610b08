//! Messages for failures: what an operator reads in the log, or as the cause of a failed job.

mod connection;
mod ledger;
mod statement;

use std::time::Duration;

use serde_json::Value as Json;

use crate::config::Config;
use crate::error::{ErrorKind, SinkError};
use crate::failure::classify::{Failure, Fault};
use crate::failure::keysize;
use crate::failure::messages::connection::{connection, connection_kind};
use crate::failure::quota;
use crate::failure::retry::Tries;
use crate::queue::batch::Batch;
use crate::queue::refused::Refused;
use crate::row::column::ColumnType;
use crate::row::{json, tuple};
use crate::table::schema::Table;
use crate::tell::Values;

pub use ledger::{ledger_used, no_ledger, settled};
pub use statement::{statement_again, statement_error, statement_with_nul};

/// Characters of a statement that are shown to locate an error in it.
const PLACE_CHARACTERS: usize = 40;

/// SQLSTATE of an upsert by columns that no unique index has.
const NO_SUCH_KEY: &str = "42P10";

/// A batch that is sent again.
#[must_use]
pub fn again(config: &Config, batch: &Batch, failure: &Failure, after: Duration) -> String {
    format!(
        "{} to {} on {} failed and is sent again in {} ms: {}",
        what(batch),
        batch.table,
        config.endpoint.host,
        after.as_millis(),
        failure.told(config.log_values)
    )
}

/// A batch that is split and sent in halves.
#[must_use]
pub fn split(config: &Config, batch: &Batch, failure: &Failure) -> String {
    format!("{} to {} is sent in halves: {}", what(batch), batch.table, failure.told(config.log_values))
}

/// A batch that is sent again after other rows are deleted.
#[must_use]
pub fn displace(config: &Config, batch: &Batch, failure: &Failure) -> String {
    format!(
        "{} to {} is sent again after the rows that hold its unique values are deleted: {}",
        what(batch),
        batch.table,
        failure.told(config.log_values)
    )
}

/// Rows that were deleted because they held a unique value.
#[must_use]
pub fn displaced(batch: &Batch, rows: u64) -> String {
    let indexes: Vec<&str> = batch.table.uniques.iter().map(|index| index.name.as_str()).collect();
    format!(
        "table {}: {rows} rows were deleted, as they held a unique value (index {}) that the source has given to \
         another row. After a restart that is expected: the source sends its changes of those rows \
         again. Otherwise the table has rows that this job did not write; unique_conflict = \"fail\" stops the job instead",
        batch.table,
        indexes.join(" or ")
    )
}

/// Columns that are not written because the database computes them; `None` if there are none.
#[must_use]
pub fn computed(table: &Table) -> Option<String> {
    let columns = table.computed();
    (!columns.is_empty()).then(|| {
        format!(
            "table {table}: the database computes {} itself (GENERATED ALWAYS), so the source's values for it are not \
             written",
            columns.join(", ")
        )
    })
}

/// A table that is written with VALUES because the database does not support unnest.
#[must_use]
pub fn values_instead(config: &Config, table: &Table, failure: &Failure) -> String {
    format!(
        "table {table}: the database does not support statements with unnest, so VALUES is used; statement_form = \
         \"values\" skips this check: {}",
        failure.told(config.log_values)
    )
}

/// A connection that could not be opened though others are open.
#[must_use]
pub fn fewer_connections(error: &SinkError, pause: Duration) -> String {
    format!("no more connections are opened for {} s: {}", pause.as_secs(), error.message())
}

/// A database that answers no request: logged once for all connections.
#[must_use]
pub fn away(config: &Config, failure: &Failure) -> String {
    connection(config, failure)
}

/// A connection that is retried.
#[must_use]
pub fn connect_again(config: &Config, failure: &Failure, after: Duration) -> String {
    format!("{}; trying again in {} ms", connection(config, failure), after.as_millis())
}

/// The error of a connection that could not be opened.
#[must_use]
pub fn connection_error(config: &Config, failure: &Failure, tries: Tries) -> SinkError {
    error(connection_kind(failure.fault), connection_tried(config, failure, tries), failure)
}

fn connection_tried(config: &Config, failure: &Failure, tries: Tries) -> String {
    let mut text = connection(config, failure);
    if tries.failures > 1 {
        text.push_str(&format!(" (tried {} times in {} s)", tries.failures, tries.elapsed.as_secs()));
    }
    text
}

/// The error of a batch that could not be written.
#[must_use]
pub fn batch_error(config: &Config, batch: &Batch, failure: &Failure, tries: Tries) -> SinkError {
    let table = &batch.table;
    let said = failure.told_all(config.log_values);
    let tried = format!(" (tried {} times in {} s)", tries.failures, tries.elapsed.as_secs());
    match failure.fault {
        _ if failure.outcome_unknown && !batch.idempotent() => error(
            ErrorKind::OutcomeUnknown,
            format!(
                "table {table}: the connection broke while {} was committed, which may or may not have \
                 happened; it is not sent again because {}. Compare the table with the source before restarting the job, or \
                 give it a key (option 'primary_keys'), or let the sink determine the outcome (option 'commit_ledger'): {}",
                what(batch),
                if batch.table.query.is_some() {
                    "a query may do harm when it runs twice"
                } else {
                    "the table has no key"
                },
                said
            ),
            failure,
        ),
        Fault::Conflict | Fault::SchemaChanged => error(
            ErrorKind::Conflict,
            format!(
                "table {table}: {} kept conflicting with other transactions{tried}; lower the load of other \
                 writers on the same rows, lower 'batch_size' or raise 'retry_timeout_ms': {}",
                what(batch),
                said
            ),
            failure,
        ),
        Fault::BadRow | Fault::Unique | Fault::Reference | Fault::TooBig => {
            refused(config, batch, failure).into()
        }
        Fault::Permission => error(
            ErrorKind::Permission,
            format!(
                "table {table}: role '{}' may not {} rows; grant it SELECT, INSERT, UPDATE and DELETE on the table: {}",
                config.role,
                match batch.rows() {
                    _ if table.query.is_some() => "run the query for",
                    (_, 0) => "delete",
                    (0, _) => "upsert",
                    _ => "upsert and delete",
                },
                said
            ),
            failure,
        ),
        Fault::Missing if failure.sqlstate.as_deref() == Some(NO_SUCH_KEY) => error(
            ErrorKind::Schema,
            format!(
                "table {table} has no primary key or unique index with exactly the columns of the key; set the option \
                 'primary_keys' to a key that it has, or recreate it with this key: {}",
                said
            ),
            failure,
        ),
        Fault::Missing => error(
            ErrorKind::Schema,
            format!("table {table} was changed or dropped while the job ran: {}", said),
            failure,
        ),
        Fault::TooSlow => error(
            ErrorKind::Connection,
            format!(
                "table {table}: {} took longer than a transaction of Aurora DSQL may{tried}, so the cluster is slow or \
                 overloaded; look at its metrics, and lower 'max_connections' or the load of others: {}",
                what(batch),
                said
            ),
            failure,
        ),
        Fault::Quota => error(
            ErrorKind::Quota,
            format!("table {table}: {} is refused; {}", what(batch), quota(config, failure)),
            failure,
        ),
        Fault::Rejected | Fault::Form => error(
            ErrorKind::Rejected,
            format!("table {table}: {} was rejected{tried}: {}", what(batch), said),
            failure,
        ),
        _ => connection_error(config, failure, tries),
    }
}

/// The error of a query that the database rejects.
#[must_use]
pub fn query_error(values: Values, query: &str, failure: &Failure) -> SinkError {
    let place = place(query, failure.position);
    let said = failure.told_all(values);
    let text = format!("option 'query' is refused by the database{place}: {said}; correct the query");
    let kind = if failure.fault == Fault::Missing { ErrorKind::Schema } else { ErrorKind::Rejected };
    error(kind, text, failure)
}

/// Where the database found an error in a statement. Its text helps more than a position alone.
fn place(statement: &str, position: u16) -> String {
    let Some(before) = usize::from(position).checked_sub(1) else { return String::new() };
    let near: String = statement.chars().skip(before).take(PLACE_CHARACTERS).collect();
    if near.is_empty() {
        " at its end".to_owned()
    } else {
        format!(" at character {position}, near \"{near}\"")
    }
}

/// Which quota is used up, and what to do.
fn quota(config: &Config, failure: &Failure) -> String {
    let sqlstate = failure.sqlstate.as_deref().unwrap_or_default();
    let cure = quota::cure(sqlstate, &failure.text).unwrap_or("see AWS's page on the quotas of Aurora DSQL");
    format!("a quota of Aurora DSQL is used up; {cure}: {}", failure.told_all(config.log_values))
}

/// Why the database refuses a row, and what to do.
fn why(batch: &Batch, fault: Fault) -> &'static str {
    match fault {
        Fault::Unique if batch.table.append() => {
            "the row is there already: rows are only appended to this table, and a unique index forbids a second one. Set \
             'primary_keys' to the columns of that index, so that the row is updated; or empty the table (data_save_mode \
             = \"DROP_DATA\") if the job is run from the start"
        }
        Fault::Unique => {
            "another row has the same unique value: remove one of the two rows at the source, or drop the unique index in \
             the target"
        }
        Fault::Reference => {
            "the row refers to a row that does not exist: let the job write that table too, or drop the foreign key in the \
             target"
        }
        _ => "the database refuses the row",
    }
}

/// The first row of a batch, refused by the database.
#[must_use]
pub fn refused(config: &Config, batch: &Batch, failure: &Failure) -> Refused {
    let values_told = config.log_values;
    let Table { columns, keys, .. } = &*batch.table;
    let limit = failure.fault == Fault::TooBig || failure.sqlstate.as_deref() == Some("54000");
    let large_key = if failure.key_too_large() { keysize::of(batch) } else { None };
    // The server may name anything, so only a column of the table is accepted. A query may use columns that the rows do
    // not have.
    let known =
        |name: &&str| batch.table.query.is_some() || columns.iter().any(|column| column.name == **name);
    let named = failure.column.as_deref().filter(known).map(str::to_owned);
    let (column, reason) = match large_key {
        Some(found) => (found.column, found.text),
        None if limit => (named, "the row exceeds a limit of Aurora DSQL".to_owned()),
        None => (named, why(batch, failure.fault).to_owned()),
    };
    let key_values = |run| {
        let params = tuple::params(run).zip(keys);
        json::object(params.map(|(param, key)| (&columns[*key], json::of_param(columns[*key].ty, param))))
    };
    let old_key = batch.first_old_key();
    let first = batch.changes().first();
    let values = first.map(|change| {
        let written = columns.iter().filter(|column| column.key || !change.op.deletes() && column.sent);
        json::object(
            written.zip(tuple::params(change.row())).map(|(c, param)| (c, json::of_param(c.ty, param))),
        )
    });
    Refused {
        kind: if limit { ErrorKind::Limit } else { ErrorKind::Data },
        operation: first.map_or("", |change| change.op.kind.name()),
        table: batch.table.to_string(),
        column,
        key: key(values_told, &batch.table, batch.first_key()),
        old_key: key(values_told, &batch.table, old_key),
        keys: key_values(batch.first_key()),
        old_keys: Some(old_key).filter(|key| !key.is_empty()).map(key_values),
        values: values.unwrap_or_default(),
        reason: format!("{reason}: {}", failure.letter()),
        told: format!("{reason}: {}", failure.told_all(values_told)),
        sqlstate: failure.sqlstate.clone(),
    }
}

fn error(kind: ErrorKind, text: String, failure: &Failure) -> SinkError {
    SinkError::new(kind, text).with_sqlstate(failure.sqlstate.as_deref())
}

fn what(batch: &Batch) -> String {
    match batch.rows() {
        (_, rows) if batch.table.query.is_some() => format!("the query for {rows} rows"),
        (_, rows) if batch.table.append() => format!("an insert of {rows} rows"),
        (0, rows) => format!("an upsert of {rows} rows"),
        (rows, 0) => format!("a delete of {rows} rows"),
        (deletes, upserts) => format!("a delete of {deletes} rows with an upsert of {upserts} rows"),
    }
}

/// `id = 42`, or `id` where values are not shown.
fn key(values: Values, table: &Table, run: &[u8]) -> String {
    let Table { columns, keys, .. } = table;
    let shown = keys.iter().zip(tuple::params(run)).map(|(key, param)| {
        let column = &columns[*key];
        if !values.keys() {
            return column.name.clone();
        }
        let text = matches!(column.ty, ColumnType::Text | ColumnType::Varchar(_) | ColumnType::Bpchar(_));
        match json::of_param(column.ty, param) {
            Json::String(value) if text => format!("{} = '{}'", column.name, value.escape_debug()),
            Json::String(value) => format!("{} = {value}", column.name),
            value => format!("{} = {value}", column.name),
        }
    });
    shown.collect::<Vec<_>>().join(", ")
}
