//! Sends a batch as one transaction and returns how it ended.
//!
//! A single statement commits by itself; several go between BEGIN and COMMIT, all in one round trip. A transaction that
//! uses the commit ledger takes one more round trip, for its BEGIN ([`ledger`]). With unnest, a statement is prepared
//! once per connection and table. With VALUES, a full batch uses a prepared statement if the cache has space for it;
//! any other batch sends its text and types in the same round trip. The user's own query runs row by row in one
//! transaction.
//!
//! If the future is dropped, the server keeps the transaction and may still commit it. The connection stays usable,
//! because the client skips the answers to dropped requests.

pub mod ledger;
pub(crate) mod value;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, Statement};

use crate::connect::Connection;
use crate::failure::classify::{Failure, Fault};
use crate::failure::wait::{self, Timeout};
use crate::limits;
use crate::queue::batch::{Batch, Step, chosen};
use crate::row::column::ColumnType;
use crate::row::tuple;
use crate::table::schema::Table;
use crate::table::sql::{self, Form, Verb};
use crate::write::array;

use ledger::Entry;
use value::{Value, Values};

/// How a batch is sent.
#[derive(Debug, Clone, Copy)]
pub struct How<'a> {
    /// The form of its statements.
    pub form: Form,
    /// True if it has as many rows as batches of this table may have. The next full batch then uses the same statement.
    pub full: bool,
    /// Its number in the commit ledger, which tells whether it was committed.
    pub entry: Option<Entry<'a>>,
}

/// Sends a batch. `Ok` means that it is committed, and has the number of rows outside the batch that were deleted.
///
/// # Errors
/// The failure, for [`crate::failure::retry`].
pub async fn send(
    connection: &mut Connection,
    batch: &Batch,
    how: How<'_>,
    timeout: Timeout,
) -> Result<u64, Failure> {
    let result = if batch.table.query.is_some() {
        run_query(connection, batch, how, timeout).await.map(|()| 0)
    } else {
        execute(connection, batch, how, timeout).await
    };
    result.map_err(|failure| {
        if failure.fault == Fault::SchemaChanged {
            connection.prepared.clear();
        }
        connection.explain(failure)
    })
}

/// Checks whether the database supports a table's statements with unnest; `Some` has the reason if not. The statements
/// run with empty arrays in a transaction that is rolled back. So nothing changes, and the check needs no more
/// privileges than writing rows.
///
/// # Errors
/// The failure of the connection.
pub async fn refuses_unnest(
    connection: &Connection,
    table: &Table,
    timeout: Timeout,
) -> Result<Option<Failure>, Failure> {
    let client = &connection.client;
    let verbs: &[Verb] = if table.append() { &[Verb::Upsert] } else { &[Verb::Upsert, Verb::Delete] };
    let mut requests = vec![simple(client, "BEGIN")];
    for verb in verbs {
        let text = sql::statement(*verb, Form::Unnest, table, 0);
        let (elements, arrays) = (element_types(*verb, table), array_types(*verb, table));
        requests.push(Box::pin(async move {
            let places: Vec<usize> = (0..elements.len()).collect();
            let columns = array::columns(std::iter::empty(), &places, &elements, 0);
            let columns = columns.iter().map(|column| column as &(dyn ToSql + Sync));
            let typed: Vec<_> = columns.zip(arrays).collect();
            client.execute_typed(&text, &typed).await
        }));
    }
    requests.push(simple(client, "ROLLBACK"));
    let asked = pipeline(requests, wait::Step::Form, timeout).await.map_err(Failure::not_committed)?;
    let Err((_, error)) = asked else { return Ok(None) };
    let failure = Failure::executing(&error).not_committed();
    match failure.sqlstate {
        None => Err(failure),
        // Other problems are reported when there are rows.
        Some(_) => Ok(Some(failure).filter(Failure::unsupported)),
    }
}

/// A request that is sent when it is first polled.
type Request<'a> = Pin<Box<dyn Future<Output = Result<u64, Error>> + Send + 'a>>;

/// Sends all requests, then waits for all answers, within the limit of one wait. The first error counts, because later
/// ones only say that the transaction is aborted. It comes with the position of the failed request.
async fn pipeline(
    requests: Vec<Request<'_>>,
    step: wait::Step,
    timeout: Timeout,
) -> Result<Result<Vec<u64>, (usize, Error)>, Failure> {
    timeout.wait(step, answers(requests)).await
}

async fn answers(mut requests: Vec<Request<'_>>) -> Result<Vec<u64>, (usize, Error)> {
    let mut answers = Vec::with_capacity(requests.len());
    for request in &mut requests {
        answers.push(poll_fn(|context| Poll::Ready(request.as_mut().poll(context))).await);
    }
    let (mut counts, mut failed) = (Vec::with_capacity(requests.len()), None);
    for (place, (request, answer)) in requests.into_iter().zip(answers).enumerate() {
        let answer = match answer {
            Poll::Ready(answer) => answer,
            Poll::Pending => request.await,
        };
        match answer {
            Ok(count) => counts.push(count),
            Err(error) => drop(failed.get_or_insert((place, error))),
        }
    }
    match failed {
        None => Ok(counts),
        Some(failed) => Err(failed),
    }
}

fn simple<'a>(client: &'a Client, statement: &'a str) -> Request<'a> {
    Box::pin(async move { client.batch_execute(statement).await.map(|()| 0) })
}

/// Ends a failed transaction, which is still open if COMMIT was not executed.
async fn roll_back(client: &Client, error: &Error, timeout: Timeout) -> Failure {
    if error.as_db_error().is_some() {
        // If this fails too, the next use of the connection fails as well.
        let _ = timeout.wait(wait::Step::Rollback, client.batch_execute("ROLLBACK")).await;
    }
    Failure::executing(error)
}

/// Runs the query once for each row, in one transaction.
async fn run_query(
    connection: &mut Connection,
    batch: &Batch,
    how: How<'_>,
    timeout: Timeout,
) -> Result<(), Failure> {
    let steps = batch.steps();
    let Some(step) = steps.first() else { return Ok(()) };
    let statement = prepared(connection, batch, step, Form::Values, 1, timeout).await?;
    let client = &connection.client;
    let mut requests = begin(client, how, timeout).await?;
    for row in step.rows() {
        let values: Vec<Value<'_>> = tuple::params(row).map(|param| Value { param, room: 0 }).collect();
        let statement = &statement;
        requests.push(Box::pin(async move { client.execute_raw(statement, values).await }));
    }
    match pipeline(requests, wait::Step::Commit, timeout).await? {
        Ok(_) => {
            let committed = timeout.wait(wait::Step::Commit, client.batch_execute("COMMIT")).await?;
            committed.map_err(|error| Failure::executing(&error))
        }
        Err((place, error)) => {
            let failure = roll_back(client, &error, timeout).await;
            // Without a BEGIN each row would be its own transaction.
            Err(if place == 0 && how.entry.is_none() {
                Failure { outcome_unknown: true, ..failure }
            } else {
                failure.not_committed()
            })
        }
    }
}

/// The request that begins a transaction, sent together with the following ones; none if the commit ledger has begun
/// it.
async fn begin<'a>(client: &'a Client, how: How<'_>, timeout: Timeout) -> Result<Vec<Request<'a>>, Failure> {
    match how.entry {
        None => Ok(vec![simple(client, "BEGIN")]),
        Some(entry) => entry.begin(client, timeout).await.map(|()| Vec::new()),
    }
}

async fn execute(
    connection: &mut Connection,
    batch: &Batch,
    how: How<'_>,
    timeout: Timeout,
) -> Result<u64, Failure> {
    let steps = batch.steps();
    let mut ready = Vec::with_capacity(steps.len());
    for step in &steps {
        ready.push(ready_to_send(connection, batch, step, how, timeout).await?);
    }
    let client = &connection.client;
    let counts = if let ([step], [sql], None) = (&steps[..], &ready[..], how.entry) {
        let count = timeout.wait(wait::Step::Commit, request(client, batch, step, how.form, sql)).await?;
        vec![count.map_err(|error| Failure::executing(&error))?]
    } else {
        let mut requests = begin(client, how, timeout).await?;
        let begins = requests.len();
        requests
            .extend(steps.iter().zip(&ready).map(|(step, sql)| request(client, batch, step, how.form, sql)));
        requests.push(simple(client, "COMMIT"));
        let commit = requests.len() - 1;
        match pipeline(requests, wait::Step::Commit, timeout).await? {
            Ok(mut counts) => {
                counts.pop();
                counts.split_off(begins)
            }
            Err((place, error)) => {
                let failure = roll_back(client, &error, timeout).await;
                // If a statement before it failed, COMMIT has rolled back.
                let answered = place >= begins && place != commit && failure.sqlstate.is_some();
                return Err(if answered { failure.not_committed() } else { failure });
            }
        }
    };
    let mut displaced = 0;
    for (step, written) in steps.iter().zip(counts) {
        match step.verb {
            Verb::Displace(_) => displaced += written,
            Verb::Upsert => check_count(batch, step, written)?,
            // A row may already have been deleted.
            Verb::Delete => {}
        }
    }
    Ok(displaced)
}

fn check_count(batch: &Batch, step: &Step<'_>, written: u64) -> Result<(), Failure> {
    // A row that has only key columns is not changed if it exists.
    let exact = batch.table.columns.iter().any(|column| !column.key) && !batch.table.keeps_existing;
    if exact && written != u64::try_from(step.len()).unwrap_or(u64::MAX) {
        let text = format!("the database answered {written} rows to an upsert of {}", step.len());
        return Err(Failure::local(Fault::Rejected, text));
    }
    Ok(())
}

/// The parts of a step's request other than its rows.
enum Sql {
    Prepared(Statement),
    Text(String),
}

async fn ready_to_send(
    connection: &mut Connection,
    batch: &Batch,
    step: &Step<'_>,
    how: How<'_>,
    timeout: Timeout,
) -> Result<Sql, Failure> {
    let rows = step.len();
    let parameters = step.verb.columns(&batch.table).len() * rows;
    let known = connection.prepared.get(batch.number, step.verb, how.form, rows).is_some();
    if how.form == Form::Values && !known && !(how.full && connection.prepared.has_room(parameters)) {
        return Ok(Sql::Text(sql::statement(step.verb, how.form, &batch.table, rows)));
    }
    prepared(connection, batch, step, how.form, rows, timeout).await.map(Sql::Prepared)
}

/// The statement for `rows` rows, prepared on this connection.
async fn prepared(
    connection: &mut Connection,
    batch: &Batch,
    step: &Step<'_>,
    form: Form,
    rows: usize,
    timeout: Timeout,
) -> Result<Statement, Failure> {
    if let Some(statement) = connection.prepared.get(batch.number, step.verb, form, rows) {
        return Ok(statement.clone());
    }
    let text = sql::statement(step.verb, form, &batch.table, rows);
    let types = match form {
        Form::Unnest => array_types(step.verb, &batch.table),
        Form::Values => {
            let types = value_types(step.verb, &batch.table);
            types.iter().cloned().cycle().take(types.len() * rows).collect()
        }
    };
    // Nothing is executed yet.
    let statement = timeout.wait(wait::Step::Prepare, connection.client.prepare_typed(&text, &types)).await;
    let statement = statement.map_err(Failure::not_committed)?;
    let statement = statement.map_err(|error| Failure::executing(&error).not_committed())?;
    connection.prepared.keep(batch.number, step.verb, form, rows, statement.clone());
    Ok(statement)
}

fn request<'a>(
    client: &'a Client,
    batch: &'a Batch,
    step: &Step<'a>,
    form: Form,
    sql: &'a Sql,
) -> Request<'a> {
    let step = *step;
    let columns = step.verb.columns(&batch.table);
    let places = places(step.verb, &batch.table, &columns);
    match (form, sql) {
        (Form::Unnest, Sql::Prepared(statement)) => {
            let elements = element_types(step.verb, &batch.table);
            let columns = array::columns(step.rows().map(tuple::params), &places, &elements, room(&step));
            Box::pin(async move { client.execute_raw(statement, columns).await })
        }
        (_, Sql::Prepared(statement)) => {
            let left = step.len() * places.len();
            let params = step.rows().flat_map(move |row| chosen(row, &places).collect::<Vec<_>>());
            let values = Values { params, left, room: room(&step) };
            Box::pin(async move { client.execute_raw(statement, values).await })
        }
        (_, Sql::Text(text)) => {
            let types = value_types(step.verb, &batch.table);
            Box::pin(async move {
                let params = step.rows().flat_map(|row| chosen(row, &places));
                let left = step.len() * places.len();
                let values: Vec<Value<'_>> = Values { params, left, room: room(&step) }.collect();
                let typed: Vec<(&(dyn ToSql + Sync), Type)> = values
                    .iter()
                    .map(|value| value as &(dyn ToSql + Sync))
                    .zip(types.iter().cloned().cycle())
                    .collect();
                client.execute_typed(text, &typed).await
            })
        }
    }
}

/// Bytes of a message in addition to its values: 24 bytes for each column as an array, 4 for its formats, and the
/// message header.
const HEADS_BYTES: usize = 32 * limits::COLUMNS;

/// Space to reserve in a connection's buffer for a step: the next power of two, so that the buffer seldom has to grow.
/// Growing needs the memory twice and keeps it. Reserved space that is not used takes no memory.
fn room(step: &Step<'_>) -> usize {
    (step.bytes() + HEADS_BYTES).next_power_of_two()
}

/// The positions of a verb's columns in the parameters of its rows.
fn places(verb: Verb, table: &Table, columns: &[usize]) -> Vec<usize> {
    match verb {
        Verb::Upsert | Verb::Delete => (0..columns.len()).collect(),
        Verb::Displace(_) => {
            let sent = Verb::Upsert.columns(table);
            columns.iter().filter_map(|column| sent.iter().position(|of| of == column)).collect()
        }
    }
}

fn value_types(verb: Verb, table: &Table) -> Vec<Type> {
    types(verb, table, ColumnType::oid)
}

fn array_types(verb: Verb, table: &Table) -> Vec<Type> {
    types(verb, table, ColumnType::array_oid)
}

fn types(verb: Verb, table: &Table, oid: impl Fn(ColumnType) -> u32) -> Vec<Type> {
    let columns = verb.columns(table).into_iter().map(|column| table.columns[column].ty);
    columns.map(|ty| Type::from_oid(oid(ty)).unwrap_or(Type::TEXT)).collect()
}

fn element_types(verb: Verb, table: &Table) -> Vec<u32> {
    verb.columns(table).into_iter().map(|column| table.columns[column].ty.oid()).collect()
}
