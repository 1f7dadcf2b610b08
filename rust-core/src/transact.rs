//! One batch, one statement, one transaction: sends it and tells how it ended.
//!
//! A statement without BEGIN commits by itself: one round trip, and an answer means durable. A full batch
//! uses a statement prepared once per connection and table, as far as there is room for them; any other goes
//! with its text and types in the same round trip. Only a query of the user's own runs row by row, between BEGIN and COMMIT, its rows in one
//! round trip all the same.
//!
//! Dropping the future leaves the statement with the server: it may still commit. The connection stays
//! usable, as the client reads past the answers of dropped requests.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use bytes::BytesMut;
use tokio::time::timeout;
use tokio_postgres::Statement;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

use crate::batch::Batch;
use crate::classify::{Failure, Fault};
use crate::connect::Connection;
use crate::limits;
use crate::row::tuple::{self, Param};
use crate::sql::{self, Verb};

/// The server ends a transaction at [`limits::TRANSACTION_AGE`]; its answer may take a little longer.
pub const ANSWER: Duration = limits::TRANSACTION_AGE.saturating_add(Duration::from_secs(20));

/// Parameters of all statements prepared on a connection. Client and server remember the type of each, the client in 16
/// bytes: 4 MiB, enough for the full batches of eight tables with ten columns. The others go with text and types.
const SHAPE_PARAMETERS: usize = 4 * limits::PARAMETERS;

/// Statements prepared on a connection for full batches: at most one for each table and verb.
#[derive(Debug, Default)]
pub struct Shapes {
    statements: HashMap<(usize, Verb), (usize, Statement)>,
    parameters: usize,
}

impl Shapes {
    /// Forgets all: after a change of the schema they may not fit any more.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    fn get(&self, table: usize, verb: Verb, rows: usize) -> Option<&Statement> {
        let (of, statement) = self.statements.get(&(table, verb))?;
        (*of == rows).then_some(statement)
    }

    fn has_room(&self, parameters: usize) -> bool {
        self.parameters + parameters <= SHAPE_PARAMETERS
    }

    fn keep(&mut self, table: usize, verb: Verb, rows: usize, statement: Statement) {
        self.parameters += statement.params().len();
        if let Some((_, former)) = self.statements.insert((table, verb), (rows, statement)) {
            self.parameters -= former.params().len();
        }
    }
}

/// Sends a batch. `Ok` means that it is committed.
///
/// # Errors
/// The failure, for [`crate::retry`].
pub async fn send(connection: &mut Connection, batch: &Batch) -> Result<(), Failure> {
    let sent = async {
        if batch.table.query.is_some() {
            run_query(connection, batch).await
        } else {
            execute(connection, batch).await
        }
    };
    let result = timeout(ANSWER, sent).await.unwrap_or_else(|_| {
        let text = format!("no answer within {} s", ANSWER.as_secs());
        Err(Failure { outcome_unknown: true, ..Failure::local(Fault::Lost, text) })
    });
    let written = result?;
    let expected = u64::try_from(batch.len()).unwrap_or(u64::MAX);
    // A key without other columns is left alone if it exists, and a deleted row may be gone already.
    let exact = batch.table.query.is_none()
        && batch.verb == Verb::Upsert
        && batch.table.columns.iter().any(|column| !column.key);
    if exact && written != expected {
        let text = format!("the database answered {written} rows to an upsert of {expected}");
        return Err(Failure::local(Fault::Rejected, text));
    }
    Ok(())
}

/// Runs the query once for each row, in one transaction. Everything up to COMMIT is sent before the first answer is
/// waited for; an answer comes for each in turn.
async fn run_query(connection: &mut Connection, batch: &Batch) -> Result<u64, Failure> {
    let statement = prepared(connection, batch, 1).await?;
    let client = &connection.client;
    let begin = async { client.batch_execute("BEGIN").await.map(|()| 0) };
    let mut sent: Vec<Pin<Box<dyn Future<Output = _> + Send + '_>>> = vec![Box::pin(begin)];
    for row in batch.rows() {
        let values: Vec<Value<'_>> = tuple::params(row).map(Value).collect();
        sent.push(Box::pin(client.execute_raw(&statement, values)));
    }
    let mut answers = Vec::with_capacity(sent.len());
    for request in &mut sent {
        // The first poll sends it.
        answers.push(poll_fn(|context| Poll::Ready(request.as_mut().poll(context))).await);
    }
    let mut failed = None;
    for (request, answer) in sent.into_iter().zip(answers) {
        let answer = match answer {
            Poll::Ready(answer) => answer,
            Poll::Pending => request.await,
        };
        if let Err(error) = answer {
            // The first one; those behind it only say that the transaction is aborted.
            failed.get_or_insert(error);
        }
    }
    let Some(error) = failed else {
        let committed = client.batch_execute("COMMIT").await;
        return committed.map(|()| 0).map_err(|error| Failure::executing(&error));
    };
    // If this fails too, so will the next use of the connection.
    let _ = client.batch_execute("ROLLBACK").await;
    let failure = Failure { outcome_unknown: false, ..Failure::executing(&error) };
    if failure.fault == Fault::SchemaChanged {
        connection.shapes.clear();
    }
    Err(failure)
}

/// The statement for `rows` rows, prepared on this connection.
async fn prepared(connection: &mut Connection, batch: &Batch, rows: usize) -> Result<Statement, Failure> {
    if let Some(statement) = connection.shapes.get(batch.number, batch.verb, rows) {
        return Ok(statement.clone());
    }
    let text = sql::statement(batch.verb, &batch.table, rows);
    let types = types(batch);
    let types: Vec<Type> = types.iter().cloned().cycle().take(types.len() * rows).collect();
    let statement = connection.client.prepare_typed(&text, &types).await.map_err(|error| {
        // Nothing was executed yet.
        Failure { outcome_unknown: false, ..Failure::executing(&error) }
    })?;
    connection.shapes.keep(batch.number, batch.verb, rows, statement.clone());
    Ok(statement)
}

async fn execute(connection: &mut Connection, batch: &Batch) -> Result<u64, Failure> {
    let types = types(batch);
    let known = connection.shapes.get(batch.number, batch.verb, batch.len()).is_some();
    if !batch.full || !known && !connection.shapes.has_room(types.len() * batch.len()) {
        let text = sql::statement(batch.verb, &batch.table, batch.len());
        let values: Vec<Value<'_>> = values(batch).collect();
        let typed: Vec<(&(dyn ToSql + Sync), Type)> = values
            .iter()
            .map(|value| value as &(dyn ToSql + Sync))
            .zip(types.iter().cloned().cycle())
            .collect();
        let result = connection.client.execute_typed(&text, &typed).await;
        return result.map_err(|error| Failure::executing(&error));
    }
    let statement = prepared(connection, batch, batch.len()).await?;
    let result = connection.client.execute_raw(&statement, values(batch)).await;
    result.map_err(|error| {
        let failure = Failure::executing(&error);
        if failure.fault == Fault::SchemaChanged {
            connection.shapes.clear();
        }
        failure
    })
}

fn types(batch: &Batch) -> Vec<Type> {
    let columns = &batch.table.columns;
    let columns = batch.verb.columns(&batch.table).into_iter().map(|column| &columns[column]);
    columns.map(|column| Type::from_oid(column.ty.oid()).unwrap_or(Type::TEXT)).collect()
}

/// All parameters of a batch. Their number is known beforehand, so they need not be gathered to be sent.
fn values(batch: &Batch) -> impl ExactSizeIterator<Item = Value<'_>> {
    let left = batch.len() * batch.verb.columns(&batch.table).len();
    Values { params: batch.rows().flat_map(tuple::params), left }
}

struct Values<I> {
    params: I,
    left: usize,
}

impl<'a, I: Iterator<Item = Param<'a>>> Iterator for Values<I> {
    type Item = Value<'a>;

    #[inline]
    fn next(&mut self) -> Option<Value<'a>> {
        self.left = self.left.saturating_sub(1);
        self.params.next().map(Value)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<'a, I: Iterator<Item = Param<'a>>> ExactSizeIterator for Values<I> {}

/// A parameter that is already in the form in which it is sent.
#[derive(Debug)]
struct Value<'a>(Param<'a>);

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0.bytes {
            None => Ok(IsNull::Yes),
            Some(bytes) => {
                out.extend_from_slice(bytes);
                Ok(IsNull::No)
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        // The bytes were made for the column's type.
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        if self.0.text { Format::Text } else { Format::Binary }
    }

    to_sql_checked!();
}
