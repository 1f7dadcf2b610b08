//! A working connection. It sends batches until none is ready, and each batch until it is committed or has finally
//! failed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use log::Level;

use crate::abi;
use crate::error::SinkError;
use crate::failure::classify::{Failure, Fault};
use crate::failure::messages;
use crate::failure::retry::{self, Bounds, Decision, GivenUp, Operation, Retry, Sent};
use crate::failure::wait::Timeout;
use crate::limits;
use crate::metrics::Committed;
use crate::queue::Next;
use crate::queue::batch::Batch;
use crate::table::sql::Form;
use crate::write::engine::Engine;
use crate::write::pool::Slot;
use crate::write::transact::ledger::Entry;
use crate::write::transact::{self, How};

/// Most rows of a batch that deletes the holders of its unique values. Each row is then a delete and an insert, plus at
/// most one other deleted row for each of its unique values. Few tables have more than one unique index.
const DISPLACING_ROWS: usize = limits::TRANSACTION_ROWS / 3;

/// Sends batches over one connection.
pub struct Writer {
    engine: Arc<Engine>,
    slot: Slot,
}

/// The final result of the attempts at a batch.
enum Outcome {
    /// How long the successful try took.
    Committed(Duration),
    /// Its parts must be sent instead.
    Parts(Vec<Batch>),
    /// Its single row was skipped.
    GivenUp,
}

impl Writer {
    /// A writer with a slot of the pool.
    #[must_use]
    pub fn new(engine: Arc<Engine>, slot: Slot) -> Self {
        Self { engine, slot }
    }

    /// Sends `batch`, and then all batches that are ready.
    ///
    /// # Errors
    /// The failure that cannot be retried.
    pub async fn run(mut self, batch: Batch) -> Result<(), SinkError> {
        let mut next = Some(batch);
        while let Some(batch) = next.take() {
            self.write(batch).await?;
            if self.engine.pool.is_wanted() {
                break;
            }
            // For a batch that is too large, the dispatcher frees memory.
            if let Next::Batch(batch) = self.engine.next(&self.slot) {
                next = Some(batch);
            }
        }
        self.engine.give_back(self.slot);
        Ok(())
    }

    /// Writes one batch, in parts if the database requires it.
    async fn write(&mut self, batch: Batch) -> Result<(), SinkError> {
        let engine = self.engine.clone();
        let waited = batch.came().elapsed();
        let mut parts = vec![batch];
        while let Some(mut batch) = parts.pop() {
            engine.pool.sends(&mut self.slot, batch.bytes());
            match self.commit(&mut batch).await? {
                Outcome::Parts(mut instead) => {
                    engine.metrics.of(Some(batch.number)).add(abi::STAT_BATCH_SPLITS, 1);
                    instead.reverse();
                    parts.append(&mut instead);
                }
                outcome => {
                    if let Outcome::Committed(took) = outcome {
                        engine.queue.committed();
                        let (rows, bytes) = (batch.len(), batch.bytes());
                        engine.metrics.committed(batch.number, &Committed { rows, bytes, waited, took });
                    }
                    engine.metrics.flushed(&engine.queue.done(batch));
                }
            }
        }
        Ok(())
    }

    /// Sends a batch until it is committed, skipped, or must be sent in parts.
    async fn commit(&mut self, batch: &mut Batch) -> Result<Outcome, SinkError> {
        let engine = self.engine.clone();
        loop {
            let GivenUp { failure, tries, decision } =
                match retry::run(&mut Sending { writer: self, engine: &engine, batch, doubt: None }).await {
                    Ok(outcome) => return outcome,
                    Err(given_up) => given_up,
                };
            match decision {
                Decision::Displace if batch.len() <= DISPLACING_ROWS => {
                    engine.notices.push(Level::Debug, || messages::displace(&engine.config, batch, &failure));
                    *batch = batch.clone().displacing();
                }
                Decision::Displace => return split(batch.clone()),
                Decision::Split => {
                    if matches!(failure.fault, Fault::TooBig | Fault::TooSlow | Fault::Conflict) {
                        engine.queue.refused(batch.len());
                    }
                    engine.notices.push(Level::Debug, || messages::split(&engine.config, batch, &failure));
                    return split(batch.clone());
                }
                Decision::Again { .. } | Decision::Fail if is_row_to_blame(&failure) => {
                    engine.give_up(batch.number, &messages::refused(&engine.config, batch, &failure))?;
                    return Ok(Outcome::GivenUp);
                }
                Decision::Again { .. } | Decision::Fail => {
                    return Err(messages::batch_error(&engine.config, batch, &failure, tries));
                }
            }
        }
    }

    fn form(&self, batch: &Batch) -> Form {
        if batch.table.query.is_some() || batch.has_text() {
            return Form::Values;
        }
        self.engine.queue.form(batch.number)
    }

    fn tell_displaced(&self, batch: &Batch, displaced: u64) {
        if displaced > 0 {
            self.engine
                .metrics
                .of(Some(batch.number))
                .add(abi::STAT_ROWS_DISPLACED, usize::try_from(displaced).unwrap_or(usize::MAX));
            self.engine.notices.push(Level::Warn, || messages::displaced(batch, displaced));
        }
    }
}

/// A batch in flight, in the form that the database supports.
struct Sending<'a> {
    writer: &'a mut Writer,
    engine: &'a Engine,
    batch: &'a Batch,
    /// The last attempt and how long it took, as long as its outcome is unknown and the commit ledger can determine it.
    doubt: Option<(Entry<'a>, Duration)>,
}

impl<'a> Sending<'a> {
    /// If the last attempt is in doubt, asks the commit ledger about it. Returns how long it took if it was committed.
    async fn settle(&mut self, timeout: Timeout) -> Result<Option<Duration>, Failure> {
        let Some((entry, took)) = self.doubt else { return Ok(None) };
        let connection = self.writer.slot.connection(&self.engine.pool, timeout).await?;
        let settled = entry.settle(&connection.client, timeout).await;
        let committed = settled.map_err(|failure| connection.explain(failure))?;
        self.doubt = None;
        self.engine.notices.push_seldom(Level::Warn, || messages::settled(self.batch, committed));
        Ok(committed.then_some(took))
    }

    async fn send(&mut self, timeout: Timeout) -> Result<Result<Outcome, SinkError>, Failure> {
        let Self { writer, engine, batch, doubt } = self;
        loop {
            // After a terminal failure elsewhere nothing more is written.
            if let Err(error) = engine.latch.check() {
                return Ok(Err(error));
            }
            let form = writer.form(batch);
            if form == Form::Values && too_wide(batch) {
                return Ok(split((*batch).clone()));
            }
            let entry = if batch.idempotent() { None } else { engine.ledger.entry(writer.slot.number()) };
            let connection = writer.slot.connection(&engine.pool, timeout).await?;
            let full = form == Form::Values && engine.queue.is_full(batch);
            let began = Instant::now();
            match transact::send(connection, batch, How { form, full, entry }, timeout).await {
                Ok(displaced) => {
                    engine.answered(began, false);
                    writer.tell_displaced(batch, displaced);
                    return Ok(Ok(Outcome::Committed(began.elapsed())));
                }
                Err(failure)
                    if form == Form::Unnest && failure.unsupported() && engine.config.form.is_none() =>
                {
                    if engine.queue.use_values(batch.number) {
                        engine.notices.push(Level::Info, || {
                            messages::values_instead(&engine.config, &batch.table, &failure)
                        });
                    }
                }
                Err(failure) => {
                    let took = began.elapsed();
                    *doubt = entry.filter(|_| failure.outcome_unknown).map(|entry| (entry, took));
                    return Err(failure);
                }
            }
        }
    }
}

impl Operation for Sending<'_> {
    type Done = Result<Outcome, SinkError>;

    fn sent(&self) -> Sent {
        if self.doubt.is_some() {
            // The next attempt first asks the ledger about it. That can safely be repeated.
            return Sent::QUESTION;
        }
        let batch = self.batch;
        Sent {
            rows: batch.len(),
            idempotent: batch.idempotent(),
            may_displace: self.engine.config.displaces && batch.idempotent() && !batch.displaces(),
        }
    }

    fn bounds(&self) -> Bounds {
        self.engine.bounds()
    }

    async fn attempt(&mut self, timeout: Timeout) -> Result<Self::Done, Failure> {
        match self.settle(timeout).await {
            Ok(Some(took)) => Ok(Ok(Outcome::Committed(took))),
            Ok(None) => self.send(timeout).await,
            // The outcome of the previous attempt stays unknown.
            Err(failure) => Err(Failure { outcome_unknown: true, ..failure }),
        }
    }

    fn again(&mut self, retry: &Retry<'_>) {
        let engine = self.engine;
        let text = || messages::again(&engine.config, self.batch, retry.failure, retry.after);
        engine.again(&mut self.writer.slot, Some(self.batch.number), retry, text);
    }
}

fn is_row_to_blame(failure: &Failure) -> bool {
    !failure.outcome_unknown
        && matches!(failure.fault, Fault::BadRow | Fault::Unique | Fault::Reference | Fault::TooBig)
}

/// True if a statement with VALUES would have more parameters than the protocol allows.
fn too_wide(batch: &Batch) -> bool {
    let parameters =
        |step: &crate::queue::batch::Step<'_>| step.len() * step.verb.columns(&batch.table).len();
    batch.table.query.is_none()
        && batch.steps().iter().map(parameters).any(|count| count > limits::PARAMETERS)
}

fn split(batch: Batch) -> Result<Outcome, SinkError> {
    match batch.split() {
        Ok((first, second)) => Ok(Outcome::Parts(vec![first, second])),
        Err(_) => Err(SinkError::internal("a batch of one row was to be split")),
    }
}
