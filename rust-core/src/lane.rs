//! A lane: one connection, its waiting rows, and the task that writes them in order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use log::Level;
use rand::Rng;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::batch::{self, Batch, Size};
use crate::border;
use crate::budget::Reservation;
use crate::buffer::Spares;
use crate::classify::{Failure, Fault};
use crate::coalesce::{self, Op, Window};
use crate::connect::Connection;
use crate::error::SinkError;
use crate::limits;
use crate::outcome;
use crate::progress::Ticket;
use crate::retry::{self, Bounds, Decision, Sent, Tries};
use crate::sink::Core;
use crate::transact;

/// What writers and the lane's task share.
#[derive(Debug)]
pub struct Queue {
    waiting: Mutex<Waiting>,
    wake: Notify,
    spares: Arc<Spares>,
}

#[derive(Debug)]
struct Waiting {
    /// A window for each table that the lane has seen, by the table's number.
    windows: Vec<Option<Window>>,
    reserved: Reservation,
    /// The last ticket that asks for everything.
    flush: Option<Ticket>,
    /// Rows of a full batch when the task looked last.
    most: usize,
}

/// What the lane's task does next.
enum Step {
    Write(VecDeque<Batch>, Option<Ticket>),
    Sleep(Option<Instant>),
}

impl Queue {
    /// An empty queue; `reserved` starts without bytes.
    #[must_use]
    pub fn new(reserved: Reservation, spares: &Arc<Spares>) -> Self {
        let waiting = Waiting { windows: Vec::new(), reserved, flush: None, most: 1 };
        Self { waiting: Mutex::new(waiting), wake: Notify::new(), spares: spares.clone() }
    }

    /// Adds operations on one table, with the memory reserved for them. Returns how many took the place
    /// of others.
    pub fn push(
        &self,
        table: usize,
        keyed: bool,
        ops: &[Op],
        arena: &[u8],
        reserved: &mut Reservation,
    ) -> usize {
        let now = Instant::now();
        let mut waiting = self.lock();
        if waiting.windows.len() <= table {
            waiting.windows.resize_with(table + 1, || None);
        }
        let most = waiting.most;
        let window = waiting.windows[table].get_or_insert_with(|| Window::new(keyed, &self.spares));
        let waited = window.since().is_some();
        let (mut replaced, mut bytes) = (0, 0);
        for op in ops {
            bytes += coalesce::memory(op.end - op.start + op.old.1 - op.old.0, 1);
            replaced += usize::from(window.push(*op, arena, now));
        }
        // The task knows already when the oldest row is due.
        let news = !waited || window.firm() >= most || window.weight() >= limits::BATCH_BYTES / 2;
        reserved.transfer(&mut waiting.reserved, bytes);
        drop(waiting);
        if news {
            self.wake.notify_one();
        }
        replaced
    }

    /// Asks for everything that waits, on behalf of `ticket`.
    pub fn flush(&self, ticket: Ticket) {
        let mut waiting = self.lock();
        // Two flushes may arrive in the other order than they drew their tickets: the later one stands.
        waiting.flush = waiting.flush.max(Some(ticket));
        drop(waiting);
        self.wake.notify_one();
    }

    /// Makes the task look again.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what is due, in batches of at most `most` rows: everything for a flush, otherwise full batches, and
    /// everything where there is none and rows have waited for as long as they may or memory is short.
    fn next(&self, core: &Core, most: usize) -> Step {
        let now = Instant::now();
        let size = Size { rows: most, bytes: core.config.batch_bytes() };
        let mut waiting = self.lock();
        // Behind the lock, so that every table with a window is among them.
        let tables = core.tables();
        let flush = waiting.flush.take();
        waiting.most = most;
        let pressed = core.budget.pressed();
        let mut deadline: Option<Instant> = None;
        let mut taken = Vec::new();
        for (number, window) in waiting.windows.iter_mut().enumerate() {
            let Some(window) = window.as_mut().filter(|window| !window.is_empty()) else { continue };
            let late = window.due(core.config.batch_interval, most, size.bytes);
            let due = flush.is_some() || late.is_some_and(|late| late <= now);
            let full = window.firm() >= most || window.weight() >= size.bytes;
            let whole = if full && flush.is_none() { window.whole(size.rows, size.bytes) } else { 0 };
            if whole > 0 {
                // Whole batches go, also when they are late: what would be a ragged one behind them is in front next
                // time, and has had company until then.
                taken.push((number, window.take(whole, false)));
            } else if due || full || pressed {
                // Tentative deletes too, when memory is short: they could hold all of it.
                taken.push((number, window.take(usize::MAX, flush.is_some() || pressed)));
            }
            let late = window.due(core.config.batch_interval, most, size.bytes);
            deadline = deadline.into_iter().chain(late).min();
        }
        taken.retain(|(_, taken)| !taken.ops.is_empty());
        if taken.is_empty() && flush.is_none() {
            return Step::Sleep(deadline);
        }
        // What the windows keep stays reserved. The rest goes with the batches of each table until the last of them
        // is written; what replaced operations took is free.
        let kept = waiting.windows.iter().flatten().map(Window::bytes).sum();
        let mut freed = waiting.reserved.beyond(kept);
        let mut batches = VecDeque::new();
        for (number, taken) in taken {
            let mut reserved = Reservation::none(&core.budget);
            freed.transfer(&mut reserved, taken.bytes());
            batches.extend(batch::cut(number, &tables[number], taken, size, Arc::new(reserved)));
        }
        Step::Write(batches, flush)
    }
}

/// The lane's task.
pub struct Lane {
    core: Arc<Core>,
    number: usize,
    /// The connection's successor, once its end is near.
    successor: Option<JoinHandle<Result<Connection, Failure>>>,
    fill: Fill,
}

impl Lane {
    /// A lane without a connection: it opens one when it has rows.
    #[must_use]
    pub fn new(core: Arc<Core>, number: usize) -> Self {
        let fill = Fill::new(core.config.batch_rows);
        Self { core, number, successor: None, fill }
    }

    /// Writes until the sink is closed or has failed.
    ///
    /// # Errors
    /// The failure that no retry could mend.
    pub async fn run(mut self) -> Result<(), SinkError> {
        let core = self.core.clone();
        let queue = &core.lanes[self.number];
        while !core.latch.is_set() {
            match queue.next(&core, self.fill.rows()) {
                Step::Write(batches, ticket) => {
                    for batch in batches {
                        self.write(batch).await?;
                    }
                    if let Some(ticket) = ticket {
                        core.flushed(self.number, ticket);
                    }
                }
                Step::Sleep(None) => queue.wake.notified().await,
                Step::Sleep(Some(deadline)) => {
                    // Elapsed or woken: both mean looking again.
                    let _ = tokio::time::timeout_at(deadline.into(), queue.wake.notified()).await;
                }
            }
        }
        Ok(())
    }

    /// Writes one batch, in halves if the database wants it so.
    async fn write(&mut self, batch: Batch) -> Result<(), SinkError> {
        let mut parts = vec![batch];
        while let Some(batch) = parts.pop() {
            match self.commit(batch).await? {
                None => self.fill.committed(),
                Some((first, second)) => {
                    self.core.metrics.add(border::STAT_BATCH_SPLITS, 1);
                    parts.extend([second, first]);
                }
            }
        }
        Ok(())
    }

    /// Sends a batch until it is committed, or returns its halves.
    async fn commit(&mut self, batch: Batch) -> Result<Option<(Batch, Batch)>, SinkError> {
        let core = self.core.clone();
        let sent = Sent { rows: batch.len(), idempotent: batch.idempotent() };
        let mut ordeal = Ordeal::default();
        loop {
            // After a terminal failure elsewhere nothing more is written.
            core.latch.check()?;
            let failure = match self.attempt(&batch).await {
                Ok(()) => {
                    core.metrics.add(border::STAT_ROWS_COMMITTED, batch.len());
                    core.metrics.add(border::STAT_BATCHES_COMMITTED, 1);
                    core.metrics.add(border::STAT_BYTES_COMMITTED, batch.bytes());
                    return Ok(None);
                }
                Err(failure) => failure,
            };
            let decision = ordeal.decide(&failure, sent, core.bounds());
            match decision {
                Decision::Again { after, reconnect } => {
                    core.count(failure.fault);
                    core.notices.push(ordeal.level(failure.fault), || {
                        outcome::again(&core.config, self.number, &batch, &failure, after)
                    });
                    if reconnect {
                        *core.connections[self.number].lock().await = None;
                    }
                    tokio::time::sleep(after).await;
                }
                Decision::Split => {
                    if matches!(failure.fault, Fault::TooBig | Fault::Conflict) {
                        self.fill.refused(batch.len());
                    }
                    core.notices.push(Level::Debug, || outcome::split(self.number, &batch, &failure));
                    return match batch.split() {
                        Some(halves) => Ok(Some(halves)),
                        None => Err(SinkError::internal("a batch of one row was to be split")),
                    };
                }
                Decision::Fail
                    if matches!(failure.fault, Fault::BadRow | Fault::Constraint | Fault::TooBig) =>
                {
                    core.give_up(&outcome::refused(&batch, &failure))?;
                    return Ok(None);
                }
                Decision::Fail => {
                    return Err(outcome::batch_error(&core.config, &batch, &failure, ordeal.tries()));
                }
            }
        }
    }

    async fn attempt(&mut self, batch: &Batch) -> Result<(), Failure> {
        let core = self.core.clone();
        let mut own = core.connections[self.number].lock().await;
        self.renew(&mut own).await;
        let connection = match own.take() {
            Some(connection) => own.insert(connection),
            None => {
                let connection = core.connect(self.number).await.map_err(|failure| {
                    // Nothing of the batch was sent.
                    Failure { outcome_unknown: false, ..failure }
                })?;
                own.insert(connection)
            }
        };
        transact::send(connection, batch).await
    }

    /// Lets go of a connection that is closed or at its end. Its successor is opened a little earlier and
    /// takes over as soon as it is there.
    async fn renew(&mut self, own: &mut Option<Connection>) {
        let Some(connection) = own else { return };
        let left = connection.retire_at.saturating_duration_since(Instant::now());
        if connection.client.is_closed() {
            *own = None;
        } else if left < limits::CONNECTION_HANDOVER {
            let successor = self.successor.get_or_insert_with(|| self.core.prepare());
            if left.is_zero() || successor.is_finished() {
                let opened = successor.await.ok().and_then(Result::ok);
                // It may have waited for longer than the server keeps it.
                let opened = opened.filter(|connection| !connection.client.is_closed());
                self.successor = None;
                if opened.is_some() || left.is_zero() {
                    // Without a successor one is opened as if it were the first, with its retries.
                    *own = opened;
                }
            }
        }
    }
}

/// How many rows the lane puts into a batch: fewer after the database refused a size or rows kept
/// conflicting, more again when batches pass.
#[derive(Debug)]
struct Fill {
    most: usize,
    rows: usize,
    passed: u32,
}

/// Batches that pass before the lane tries twice the rows: a conflict is often over within them.
const PASSED: u32 = 16;

impl Fill {
    fn new(most: usize) -> Self {
        Self { most, rows: most, passed: 0 }
    }

    fn rows(&self) -> usize {
        self.rows
    }

    fn refused(&mut self, rows: usize) {
        self.rows = (rows / 2).clamp(1, self.most);
        self.passed = 0;
    }

    fn committed(&mut self) {
        self.passed += 1;
        if self.passed >= PASSED && self.rows < self.most {
            self.rows = (self.rows * 2).min(self.most);
            self.passed = 0;
        }
    }
}

/// The tries of one batch or connection.
#[derive(Debug, Default)]
pub struct Ordeal {
    first: Option<Instant>,
    failures: u32,
    rejections: u32,
    expired: u32,
}

impl Ordeal {
    /// Decides on a failure and remembers it.
    pub fn decide(&mut self, failure: &Failure, sent: Sent, bounds: Bounds) -> Decision {
        let tries = self.tries();
        self.first.get_or_insert_with(Instant::now);
        self.failures = self.failures.saturating_add(1);
        match failure.fault {
            Fault::Rejected => self.rejections += 1,
            Fault::TokenExpired => self.expired += 1,
            _ => {}
        }
        retry::decide(failure, sent, tries, bounds, rand::rng().random())
    }

    /// What has been tried.
    #[must_use]
    pub fn tries(&self) -> Tries {
        Tries {
            failures: self.failures,
            rejections: self.rejections,
            expired: self.expired,
            elapsed: self.first.map(|first| first.elapsed()).unwrap_or_default(),
        }
    }

    /// Conflicts are everyday, and a fault that goes on is told at each doubling only.
    #[must_use]
    pub fn level(&self, fault: Fault) -> Level {
        match fault {
            Fault::Conflict | Fault::SchemaChanged if self.failures < 8 => Level::Debug,
            _ if self.failures.is_power_of_two() => Level::Warn,
            _ => Level::Debug,
        }
    }
}
