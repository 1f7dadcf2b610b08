//! A connection at work: sends batches until none is ready, each until it is committed or has failed for good.

use std::sync::Arc;
use std::time::Instant;

use log::Level;

use crate::abi;
use crate::error::SinkError;
use crate::failure::classify::{Failure, Fault};
use crate::failure::messages;
use crate::failure::retry::{self, Bounds, Decision, GivenUp, Operation, Retry, Sent};
use crate::failure::wait::Timeout;
use crate::limits;
use crate::queue::Next;
use crate::queue::batch::Batch;
use crate::table::sql::Form;
use crate::write::engine::Engine;
use crate::write::pool::Slot;
use crate::write::transact::{self, How};

/// A row that makes others give way is a delete and an insert, and one other row is deleted at most for each of its
/// unique values; few tables have more than one.
const DISPLACING_ROWS: usize = limits::TRANSACTION_ROWS / 3;

/// Sends batches over one connection.
pub struct Writer {
    engine: Arc<Engine>,
    slot: Slot,
}

/// How an attempt at a batch ended for good.
enum Outcome {
    Committed,
    /// Its parts are to be sent instead.
    Parts(Vec<Batch>),
    /// Its one row was given up.
    GivenUp,
}

impl Writer {
    /// A writer with a slot of the pool.
    #[must_use]
    pub fn new(engine: Arc<Engine>, slot: Slot) -> Self {
        Self { engine, slot }
    }

    /// Sends `batch` and then whatever is ready.
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
            // For a batch that is too large the dispatcher makes room.
            if let Next::Batch(batch) = self.engine.next(&self.slot) {
                next = Some(batch);
            }
        }
        self.engine.give_back(self.slot);
        Ok(())
    }

    /// Writes one batch, in parts if the database wants it so.
    async fn write(&mut self, batch: Batch) -> Result<(), SinkError> {
        let engine = self.engine.clone();
        let mut parts = vec![batch];
        while let Some(mut batch) = parts.pop() {
            engine.pool.sends(&mut self.slot, batch.bytes());
            match self.commit(&mut batch).await? {
                Outcome::Parts(mut instead) => {
                    engine.metrics.add(abi::STAT_BATCH_SPLITS, 1);
                    instead.reverse();
                    parts.append(&mut instead);
                }
                outcome => {
                    if matches!(outcome, Outcome::Committed) {
                        engine.queue.committed();
                        engine.metrics.add(abi::STAT_ROWS_COMMITTED, batch.len());
                        engine.metrics.add(abi::STAT_BATCHES_COMMITTED, 1);
                        engine.metrics.add(abi::STAT_BYTES_COMMITTED, batch.bytes());
                    }
                    engine.metrics.flushed(&engine.queue.done(batch));
                }
            }
        }
        Ok(())
    }

    /// Sends a batch until it is committed, given up or to be sent in parts.
    async fn commit(&mut self, batch: &mut Batch) -> Result<Outcome, SinkError> {
        let engine = self.engine.clone();
        loop {
            let GivenUp { failure, tries, decision } =
                match retry::run(&mut Sending { writer: self, batch }).await {
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
                    engine.give_up(&messages::refused(&engine.config, batch, &failure))?;
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
                .add(abi::STAT_ROWS_DISPLACED, usize::try_from(displaced).unwrap_or(usize::MAX));
            self.engine.notices.push(Level::Warn, || messages::displaced(batch, displaced));
        }
    }
}

/// A batch on its way, in the form that the database takes.
struct Sending<'a> {
    writer: &'a mut Writer,
    batch: &'a Batch,
}

impl Operation for Sending<'_> {
    type Done = Result<Outcome, SinkError>;

    fn sent(&self) -> Sent {
        let batch = self.batch;
        Sent {
            rows: batch.len(),
            idempotent: batch.idempotent(),
            may_displace: self.writer.engine.config.displaces && batch.idempotent() && !batch.displaces(),
        }
    }

    fn bounds(&self) -> Bounds {
        self.writer.engine.bounds()
    }

    async fn attempt(&mut self, timeout: Timeout) -> Result<Self::Done, Failure> {
        let Self { writer, batch } = self;
        let engine = writer.engine.clone();
        loop {
            // After a terminal failure elsewhere nothing more is written.
            if let Err(error) = engine.latch.check() {
                return Ok(Err(error));
            }
            let form = writer.form(batch);
            if form == Form::Values && too_wide(batch) {
                return Ok(split((*batch).clone()));
            }
            let connection = writer.slot.connection(&engine.pool, timeout).await?;
            let full = form == Form::Values && engine.queue.is_full(batch, form);
            let began = Instant::now();
            match transact::send(connection, batch, How { form, full }, timeout).await {
                Ok(displaced) => {
                    engine.answered(began, false);
                    writer.tell_displaced(batch, displaced);
                    return Ok(Ok(Outcome::Committed));
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
                Err(failure) => return Err(failure),
            }
        }
    }

    fn again(&mut self, retry: &Retry<'_>) {
        let Writer { engine, slot } = &mut *self.writer;
        let text = || messages::again(&engine.config, self.batch, retry.failure, retry.after);
        engine.again(slot, retry, text);
    }
}

fn is_row_to_blame(failure: &Failure) -> bool {
    matches!(failure.fault, Fault::BadRow | Fault::Unique | Fault::Reference | Fault::TooBig)
}

/// True if a statement of the form VALUES would have more parameters than there can be.
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
