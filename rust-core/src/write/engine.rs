//! The engine: the state that a sink's calls and its connections share, from the queue to the first failure.

use parking_lot::{Condvar, Mutex};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ahash::RandomState;
use log::Level;
use tokio::sync::Notify;

use crate::abi;
use crate::config::Config;
use crate::connect::Connector;
use crate::connect::tls;
use crate::dead::DeadLetters;
use crate::error::{ErrorKind, SinkError};
use crate::failure::latch::Latch;
use crate::failure::messages;
use crate::failure::retry::{Bounds, Retry};
use crate::limits;
use crate::metrics::Metrics;
use crate::notice::Notices;
use crate::queue::budget::Budget;
use crate::queue::buffer::BufferPool;
use crate::queue::change::{Op, Segment};
use crate::queue::refused::Refused;
use crate::queue::stage::Staged;
use crate::queue::{Next, Queue};
use crate::row::frame;
use crate::table::schema::Table;
use crate::table::sql::Form;
use crate::write::pool::{Pool, Slot};
use crate::write::transact::ledger::{self, Ledger};

/// True for a row of a frame that must be written.
pub(crate) type Keep<'a> = dyn Fn(&Table, &Staged, &Op) -> bool + 'a;

/// The state that a sink's calls and its connections share.
pub struct Engine {
    pub(crate) config: Config,
    pub(crate) queue: Queue,
    pub(crate) pool: Pool,
    pub(crate) latch: Latch,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) notices: Notices,
    /// Wakes the dispatcher.
    pub(crate) wake: Notify,
    pub(crate) budget: Arc<Budget>,
    pub(crate) buffers: Arc<BufferPool>,
    /// Seeded per sink, so that no chosen set of keys can force hash collisions.
    pub(crate) hasher: RandomState,
    pub(crate) dead: Option<DeadLetters>,
    pub(crate) ledger: Ledger,
    pub(crate) declared: Mutex<HashMap<Vec<u8>, Option<usize>>>,
    pub(crate) resolved: Condvar,
}

impl Engine {
    /// Sets up the parts of a sink. No connection is opened yet.
    ///
    /// # Errors
    /// Kind `Config` if trusted certificates cannot be read or the file of dead letters cannot be opened.
    pub(crate) fn new(config: Config) -> Result<Self, SinkError> {
        let metrics = Arc::new(Metrics::new(config.metrics.is_some()));
        let budget = Arc::new(Budget::new(config.row_bytes()));
        let connector = Connector::new(&config, metrics.clone())?;
        let notices = Notices::new(config.log_level);
        if let Some(weakness) = tls::weakness(&config.endpoint) {
            notices.push(Level::Warn, || weakness);
        }
        Ok(Self {
            queue: Queue::new(&budget, config.batch_interval, config.batch_rows, config.batch_bytes()),
            pool: Pool::new(connector, &config),
            notices,
            latch: Latch::default(),
            wake: Notify::new(),
            buffers: Arc::new(BufferPool::new(config.spare_bytes())),
            hasher: RandomState::new(),
            dead: config.skip.as_ref().map(DeadLetters::open).transpose()?,
            ledger: Ledger::new(config.commit_ledger.clone().filter(|_| config.writes()), config.log_values),
            declared: Mutex::default(),
            resolved: Condvar::new(),
            budget,
            metrics,
            config,
        })
    }

    pub(crate) fn bounds(&self) -> Bounds {
        Bounds {
            timeout: self.config.retry_timeout,
            rejections: self.config.max_retries,
            answer: self.config.answer_timeout,
            proven: self.pool.proven(),
        }
    }

    /// Reports a retry on the connection of a slot, for a batch of the table with this number or without a batch.
    pub(crate) fn again(
        &self,
        slot: &mut Slot,
        table: Option<usize>,
        retry: &Retry<'_>,
        text: impl FnOnce() -> String,
    ) {
        self.metrics.of(table).retried(retry.failure.fault);
        retry.tell(&self.notices, &self.config, text);
        if retry.reconnect {
            slot.disconnect();
        }
    }

    /// The database has answered an operation that began at `began`; `opened` if the operation only opened a
    /// connection.
    pub(crate) fn answered(&self, began: Instant, opened: bool) {
        if !self.latch.is_set() {
            self.notices.answered(began, opened);
        }
    }

    /// What the connection of a slot does next.
    pub(crate) fn next(&self, slot: &Slot) -> Next {
        self.queue.next(Instant::now(), self.pool.room(slot), self.pool.idle_slots() + 1)
    }

    /// Takes a slot back, and checks again whether a batch that waits for memory can go.
    pub(crate) fn give_back(&self, slot: Slot) {
        self.pool.put(slot);
        self.queue.has_room();
        self.wake.notify_one();
    }

    /// Skips a row of the table with this number if the configuration allows it.
    ///
    /// # Errors
    /// The row's own error, if it must stop the job; kind `DeadLetters` if its letter cannot be written; kind `Data` or `Limit` if too many rows were skipped.
    pub(crate) fn give_up(&self, number: usize, row: &Refused) -> Result<(), SinkError> {
        let Some(dead) = &self.dead else { return Err(row.clone().into()) };
        let lines = dead.add(row, self.metrics.get(abi::STAT_ROWS_RECEIVED))?;
        self.metrics.of(Some(number)).add(abi::STAT_ROWS_DEAD, 1);
        lines.into_iter().for_each(|line| self.notices.push(Level::Warn, || line));
        Ok(())
    }

    /// Counters and gauges.
    pub(crate) fn stats(&self) -> [i64; abi::STAT_COUNT] {
        let mut slots = self.metrics.snapshot();
        let number = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
        slots[abi::STAT_BUFFERED_BYTES] = number(self.budget.used());
        slots[abi::STAT_NOTICES_DROPPED] = number(self.notices.dropped());
        slots[abi::STAT_CONNECTIONS_BUSY] = number(self.pool.busy_slots());
        slots
    }

    /// Makes the dead letters durable, because rows that a checkpoint covers are not sent again.
    ///
    /// # Errors
    /// Kind `DeadLetters` if that fails.
    pub(crate) fn sync_letters(&self) -> Result<(), SinkError> {
        if let Some(dead) = &self.dead
            && let Some(line) = dead.sync()?
        {
            self.notices.push(Level::Warn, || line);
        }
        Ok(())
    }

    /// Latches a failure and wakes all waiting tasks.
    pub(crate) fn fail(&self, error: SinkError) {
        self.notices.given_up();
        let told = error.kind() != ErrorKind::Closed;
        let text = error.to_string();
        if self.latch.set(error) && told {
            self.notices.push(Level::Debug, || format!("stopped: {text}"));
        }
        self.budget.close();
        self.queue.wake();
        self.wake.notify_one();
        drop(self.declared.lock());
        self.resolved.notify_all();
    }

    /// Takes the rows of a frame: all of them, or those for which `keep` is true.
    pub(crate) fn take(
        &self,
        bytes: &[u8],
        staged: &mut Staged,
        timeout: Duration,
        keep: Option<&Keep<'_>>,
    ) -> Result<bool, SinkError> {
        let rows = frame::rows(bytes)?;
        let number = rows.table;
        let Some(table) = self.queue.table(number) else {
            return Err(SinkError::internal(format!(
                "rows for table number {number}, which was not declared"
            )));
        };
        staged.fill(rows, &table, &self.hasher, self.dead.is_some(), self.config.log_values)?;
        if let Some(keep) = keep {
            let mut ops = std::mem::take(&mut staged.ops);
            ops.retain(|op| keep(&table, staged, op));
            staged.ops = ops;
        }
        let urge = || {
            self.queue.look();
            self.wake.notify_one();
        };
        let Some(reserved) = self.budget.reserve(staged.bytes(), timeout, urge) else {
            return Ok(false);
        };
        self.latch.check()?;
        staged.refused.iter().try_for_each(|row| self.give_up(number, row))?;
        let mut bytes = self.buffers.buffer(staged.arena.len());
        bytes.extend(&staged.arena);
        let replaced = self.queue.push(number, &mut staged.ops, &Arc::new(Segment { bytes, reserved }));
        self.wake.notify_one();
        self.metrics.received(number, staged.rows, staged.merged + replaced);
        Ok(true)
    }

    pub(crate) fn resolved(&self, bytes: Vec<u8>, table: Arc<Table>, form: Form) {
        let told = table.to_string();
        let computed = messages::computed(&table);
        let mut declared = self.declared.lock();
        let reserved = if table.append() && self.ledger.is_used() { ledger::ROWS } else { 0 };
        let number = self.queue.add_table(table, form, limits::TRANSACTION_ROWS - reserved);
        self.metrics.declare(&told);
        declared.insert(bytes, Some(number));
        drop(declared);
        computed.into_iter().for_each(|line| self.notices.push(Level::Warn, || line));
        self.notices
            .push(Level::Debug, || format!("table {told} has number {number} and the form {}", form.name()));
        self.resolved.notify_all();
    }
}
