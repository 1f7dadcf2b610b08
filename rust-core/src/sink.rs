//! The sink: what a writer calls, and the owner of everything behind it.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ahash::RandomState;
use log::Level;
use tokio::runtime::Runtime;
use tokio::sync::Notify;

use crate::border;
use crate::budget::Budget;
use crate::buffer::Spares;
use crate::change::Segment;
use crate::config::Config;
use crate::connect::Connector;
use crate::dispatch;
use crate::error::{ErrorKind, SinkError};
use crate::latch::Latch;
use crate::metrics::Metrics;
use crate::notice::Notices;
use crate::outcome;
use crate::pool::{Pool, Slot};
use crate::progress::Ticket;
use crate::queue::{Next, Queue};
use crate::refused::{DeadLetters, Refused};
use crate::retry::{Bounds, Retry};
use crate::row::frame;
use crate::runtime;
use crate::schema::Table;
use crate::sql::Form;
use crate::stage::{Staged, Staging};
use crate::tls;

/// A sink: connections to one cluster for any number of tables.
pub struct Sink {
    core: Arc<Core>,
    runtime: Mutex<Option<Runtime>>,
    staging: Staging,
}

/// What the sink's tasks and the writers share.
pub struct Core {
    pub(crate) config: Config,
    pub(crate) queue: Queue,
    pub(crate) pool: Pool,
    pub(crate) latch: Latch,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) notices: Notices,
    /// Wakes the dispatcher.
    pub(crate) wake: Notify,
    budget: Arc<Budget>,
    spares: Arc<Spares>,
    /// Seeded per sink, so that no choice of keys can aim at one place.
    hasher: RandomState,
    dead: Option<DeadLetters>,
    declared: Mutex<HashMap<Vec<u8>, Option<usize>>>,
    resolved: Condvar,
}

impl Sink {
    /// Starts a sink. No connection is opened yet.
    ///
    /// # Errors
    /// Kind `Config` if trusted certificates cannot be read; kind `Internal` without threads.
    pub fn open(config: Config) -> Result<Self, SinkError> {
        let metrics = Arc::new(Metrics::default());
        let budget = Arc::new(Budget::new(config.row_bytes()));
        let connector = Connector::new(&config, metrics.clone())?;
        let runtime = runtime::start(config.connections)?;
        let core = Arc::new(Core {
            queue: Queue::new(&budget, config.batch_interval, config.batch_rows, config.batch_bytes()),
            pool: Pool::new(connector, &config),
            notices: Notices::new(config.log_level),
            latch: Latch::default(),
            wake: Notify::new(),
            spares: Arc::new(Spares::new(config.spare_bytes())),
            hasher: RandomState::new(),
            dead: config.dead_letters.as_deref().map(DeadLetters::open).transpose()?,
            declared: Mutex::default(),
            resolved: Condvar::new(),
            budget,
            metrics,
            config,
        });
        if let Some(weakness) = tls::weakness(&core.config.endpoint) {
            core.notices.push(Level::Warn, || weakness);
        }
        runtime.spawn(dispatch::run(core.clone()));
        Ok(Self { core, runtime: Mutex::new(Some(runtime)), staging: Staging::default() })
    }

    /// Declares a table by its frame, waiting at most `timeout` for the catalog; `None` means not yet:
    /// the call is repeated with the same frame. Returns the table's number.
    ///
    /// # Errors
    /// Kind `Schema` if table or columns do not fit; kinds of connecting if the cluster does not answer.
    pub fn declare(&self, bytes: &[u8], timeout: Duration) -> Result<Option<usize>, SinkError> {
        let core = &self.core;
        core.latch.check()?;
        let mut declared = lock(&core.declared);
        if !declared.contains_key(bytes) {
            let declaration = frame::declaration(bytes)?;
            declared.insert(bytes.to_vec(), None);
            let (core, bytes) = (core.clone(), bytes.to_vec());
            let task = async move {
                match core.resolve(&declaration).await {
                    Ok((table, form)) => core.resolved(bytes, table, form),
                    Err(error) => core.fail(error),
                }
            };
            match &*lock(&self.runtime) {
                Some(runtime) => drop(runtime.spawn(task)),
                None => return Err(closed()),
            }
        }
        let pending = |declared: &mut HashMap<Vec<u8>, Option<usize>>| {
            !core.latch.is_set() && declared.get(bytes).copied().flatten().is_none()
        };
        let (declared, _) = core
            .resolved
            .wait_timeout_while(declared, timeout, pending)
            .unwrap_or_else(PoisonError::into_inner);
        core.latch.check()?;
        Ok(declared.get(bytes).copied().flatten())
    }

    /// Forgets what the catalog said of the tables declared so far: the next declaration of any of them reads it
    /// again and has another number. Numbers given out stay valid.
    pub fn forget_tables(&self) {
        lock(&self.core.declared).retain(|_, number| number.is_none());
    }

    /// Takes the rows of a frame. `false` means that there was no room within `timeout` and nothing was
    /// taken: the call is repeated.
    ///
    /// # Errors
    /// Kind `Data` or `Limit` for a row that cannot be written; the latched failure.
    pub fn write(&self, bytes: &[u8], timeout: Duration) -> Result<bool, SinkError> {
        let copy = |frame: &mut [u8]| {
            frame.copy_from_slice(bytes);
            Ok(())
        };
        self.write_copied(bytes.len(), copy, timeout)
    }

    /// [`Sink::write`] for a frame of `length` bytes that `copy` copies.
    ///
    /// # Errors
    /// As [`Sink::write`], and those of `copy`.
    pub fn write_copied<E: From<SinkError>>(
        &self,
        length: usize,
        copy: impl FnOnce(&mut [u8]) -> Result<(), E>,
        timeout: Duration,
    ) -> Result<bool, E> {
        self.core.latch.check()?;
        let mut staged = self.staging.take();
        let mut frame = std::mem::take(&mut staged.frame);
        frame.resize(frame.len().max(length), 0);
        let taken = copy(&mut frame[..length]).and_then(|()| {
            let taken = self.core.take(&frame[..length], &mut staged, timeout);
            // A row that cannot be written is lost to the job: nothing after it may be written as if it were.
            Ok(taken.inspect_err(|error| self.core.fail(error.clone()))?)
        });
        staged.frame = frame;
        self.staging.keep(staged);
        taken
    }

    /// Asks for everything written so far to be made durable; returns the ticket to wait for.
    ///
    /// # Errors
    /// The latched failure.
    pub fn flush(&self) -> Result<Ticket, SinkError> {
        self.core.latch.check()?;
        let (ticket, times) = self.core.queue.flush();
        self.core.metrics.flushed(&times);
        self.core.wake.notify_one();
        Ok(ticket)
    }

    /// Waits at most `timeout`; true if all rows before `ticket` are durable.
    ///
    /// # Errors
    /// The latched failure.
    pub fn wait(&self, ticket: Ticket, timeout: Duration) -> Result<bool, SinkError> {
        let done = self.core.queue.wait(ticket, timeout, || self.core.latch.is_set());
        if !done {
            self.core.latch.check()?;
        }
        Ok(done)
    }

    /// Counters and gauges.
    #[must_use]
    pub fn stats(&self) -> [i64; border::STAT_COUNT] {
        let mut slots = self.core.metrics.snapshot();
        let number = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
        slots[border::STAT_BUFFERED_BYTES] = number(self.core.budget.used());
        slots[border::STAT_NOTICES_DROPPED] = number(self.core.notices.dropped());
        slots
    }

    /// Log lines since the last call, laid out as [`crate::notice`] says.
    #[must_use]
    pub fn notices(&self) -> Option<Vec<u8>> {
        self.core.notices.drain()
    }

    /// Ends the sink; rows that were not flushed are dropped. Calls in progress return with kind `Closed`.
    pub fn close(&self) {
        self.core.fail(closed());
        let runtime = lock(&self.runtime).take();
        if let Some(runtime) = runtime {
            runtime::stop(runtime);
        }
    }
}

impl Core {
    pub(crate) fn bounds(&self) -> Bounds {
        Bounds {
            timeout: self.config.retry_timeout,
            rejections: self.config.max_retries,
            answer: self.config.answer_timeout,
            proven: self.pool.proven(),
        }
    }

    /// Tells of a try that follows on the connection of a slot.
    pub(crate) fn again(&self, slot: &mut Slot, retry: &Retry<'_>, text: impl FnOnce() -> String) {
        self.metrics.retried(retry.failure.fault);
        self.notices.push(retry.level, text);
        if retry.reconnect {
            slot.disconnect();
        }
    }

    /// What the connection of a slot does next.
    pub(crate) fn next(&self, slot: &Slot) -> Next {
        self.queue.next(Instant::now(), self.pool.room(slot), self.pool.idle_slots() + 1)
    }

    /// Takes a slot back. A batch that waits for memory is looked at again.
    pub(crate) fn give_back(&self, slot: Slot) {
        self.pool.put(slot);
        self.queue.has_room();
        self.wake.notify_one();
    }

    /// Gives a row up if the configuration says so.
    ///
    /// # Errors
    /// The row's own error, if it is to stop the job; kind `Internal` if its trace cannot be written.
    pub(crate) fn give_up(&self, row: &Refused) -> Result<(), SinkError> {
        let Some(dead) = &self.dead else { return Err(row.clone().into()) };
        dead.add(row)?;
        self.metrics.add(border::STAT_ROWS_DEAD, 1);
        self.notices.push(Level::Warn, || format!("row skipped: {row}"));
        Ok(())
    }

    /// Latches a failure and wakes all who wait.
    pub(crate) fn fail(&self, error: SinkError) {
        let told = error.kind() != ErrorKind::Closed;
        let text = error.to_string();
        if self.latch.set(error) && told {
            self.notices.push(Level::Debug, || format!("stopped: {text}"));
        }
        self.budget.close();
        self.queue.wake();
        self.wake.notify_one();
        drop(lock(&self.declared));
        self.resolved.notify_all();
    }

    fn take(&self, bytes: &[u8], staged: &mut Staged, timeout: Duration) -> Result<bool, SinkError> {
        let rows = frame::rows(bytes)?;
        let number = rows.table;
        let Some(table) = self.queue.table(number) else {
            return Err(SinkError::internal(format!(
                "rows for table number {number}, which was not declared"
            )));
        };
        staged.fill(rows, &table, &self.hasher, self.dead.is_some())?;
        let urge = || {
            self.queue.look();
            self.wake.notify_one();
        };
        let Some(reserved) = self.budget.reserve(staged.bytes(), timeout, urge) else {
            return Ok(false);
        };
        self.latch.check()?;
        staged.refused.iter().try_for_each(|row| self.give_up(row))?;
        let mut bytes = self.spares.buffer(staged.arena.len());
        bytes.extend(&staged.arena);
        let replaced = self.queue.push(number, &mut staged.ops, &Arc::new(Segment { bytes, reserved }));
        self.wake.notify_one();
        self.metrics.add(border::STAT_ROWS_RECEIVED, staged.rows);
        self.metrics.add(border::STAT_ROWS_COALESCED, staged.merged + replaced);
        Ok(true)
    }

    fn resolved(&self, bytes: Vec<u8>, table: Table, form: Form) {
        let told = table.to_string();
        let computed = outcome::computed(&table);
        let mut declared = lock(&self.declared);
        let number = self.queue.add_table(Arc::new(table), form);
        declared.insert(bytes, Some(number));
        drop(declared);
        computed.into_iter().for_each(|line| self.notices.push(Level::Warn, || line));
        self.notices
            .push(Level::Debug, || format!("table {told} has number {number} and the form {}", form.name()));
        self.resolved.notify_all();
    }
}

fn closed() -> SinkError {
    SinkError::new(ErrorKind::Closed, "the native sink is closed")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
