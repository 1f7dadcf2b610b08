//! The sink: what a writer calls, and the owner of everything behind it.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use log::Level;
use tokio::runtime::Runtime;
use tokio::task::{JoinHandle, JoinSet};

use crate::border;
use crate::budget::{Budget, Reservation};
use crate::buffer::Spares;
use crate::catalog;
use crate::classify::{Failure, Fault};
use crate::config::Config;
use crate::connect::{Connection, Connector};
use crate::error::{ErrorKind, SinkError};
use crate::lane::{Lane, Ordeal, Queue};
use crate::latch::Latch;
use crate::metrics::Metrics;
use crate::notice::Notices;
use crate::outcome;
use crate::progress::{Progress, Ticket};
use crate::refused::{DeadLetters, Refused};
use crate::retry::{Bounds, Decision, Sent};
use crate::route::Router;
use crate::row::frame;
use crate::runtime;
use crate::schema::Table;
use crate::stage::{Staged, Staging};

/// Part of `max_buffer_bytes` that is kept, beyond what is held, to be used again. A process grows by less than twice
/// the option all the same.
const SPARES_SHARE: usize = 8;

/// A sink: N lanes to one cluster for any number of tables.
pub struct Sink {
    core: Arc<Core>,
    runtime: Mutex<Option<Runtime>>,
    staging: Staging,
}

/// What the lanes' tasks and the writers share.
pub struct Core {
    pub(crate) config: Config,
    pub(crate) lanes: Vec<Queue>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) latch: Latch,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) notices: Notices,
    router: Router,
    progress: Progress,
    dead: Option<DeadLetters>,
    connector: Arc<Connector>,
    tables: RwLock<Arc<Vec<Arc<Table>>>>,
    declared: Mutex<HashMap<Vec<u8>, Option<usize>>>,
    resolved: Condvar,
    /// The connection of each lane. The catalog is read on the first one, so that tables cost no connection.
    pub(crate) connections: Vec<tokio::sync::Mutex<Option<Connection>>>,
}

impl Sink {
    /// Starts a sink. No connection is opened yet.
    ///
    /// # Errors
    /// Kind `Config` if trusted certificates cannot be read; kind `Internal` without threads.
    pub fn open(config: Config) -> Result<Self, SinkError> {
        let metrics = Arc::new(Metrics::default());
        let budget = Arc::new(Budget::new(config.buffer_bytes));
        let spares = Arc::new(Spares::new(config.buffer_bytes / SPARES_SHARE));
        let runtime = runtime::start(config.lanes)?;
        let core = Arc::new(Core {
            connector: Arc::new(Connector::new(&config, metrics.clone())?),
            lanes: (0..config.lanes).map(|_| Queue::new(Reservation::none(&budget), &spares)).collect(),
            router: Router::new(config.lanes),
            progress: Progress::new(config.lanes),
            notices: Notices::new(config.log_level),
            latch: Latch::default(),
            dead: config.dead_letters.as_deref().map(DeadLetters::open).transpose()?,
            tables: RwLock::default(),
            declared: Mutex::default(),
            resolved: Condvar::new(),
            connections: (0..config.lanes).map(|_| tokio::sync::Mutex::new(None)).collect(),
            budget,
            metrics,
            config,
        });
        runtime.spawn(supervise(core.clone()));
        Ok(Self { core, runtime: Mutex::new(Some(runtime)), staging: Staging::default() })
    }

    /// Declares a table by its frame, waiting at most `patience` for the catalog; `None` means not yet:
    /// the call is repeated with the same frame. Returns the table's number.
    ///
    /// # Errors
    /// Kind `Schema` if table or columns do not fit; kinds of connecting if the cluster does not answer.
    pub fn declare(&self, bytes: &[u8], patience: Duration) -> Result<Option<usize>, SinkError> {
        let core = &self.core;
        core.latch.check()?;
        let mut declared = lock(&core.declared);
        if !declared.contains_key(bytes) {
            let declaration = frame::declaration(bytes)?;
            declared.insert(bytes.to_vec(), None);
            let (core, bytes) = (core.clone(), bytes.to_vec());
            let task = async move {
                match core.resolve(&declaration).await {
                    Ok(table) => core.resolved(bytes, table),
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
            .wait_timeout_while(declared, patience, pending)
            .unwrap_or_else(PoisonError::into_inner);
        core.latch.check()?;
        Ok(declared.get(bytes).copied().flatten())
    }

    /// Forgets what the catalog said of the tables declared so far: the next declaration of any of them reads it
    /// again and has another number. Numbers given out stay valid.
    pub fn forget_tables(&self) {
        lock(&self.core.declared).retain(|_, number| number.is_none());
    }

    /// Takes the rows of a frame. `false` means that there was no room within `patience` and nothing was
    /// taken: the call is repeated.
    ///
    /// # Errors
    /// Kind `Data` or `Limit` for a row that cannot be written; the latched failure.
    pub fn write(&self, bytes: &[u8], patience: Duration) -> Result<bool, SinkError> {
        let copy = |frame: &mut [u8]| {
            frame.copy_from_slice(bytes);
            Ok(())
        };
        self.write_copied(bytes.len(), copy, patience)
    }

    /// [`Sink::write`] for a frame of `length` bytes that `copy` copies.
    ///
    /// # Errors
    /// As [`Sink::write`], and those of `copy`.
    pub fn write_copied<E: From<SinkError>>(
        &self,
        length: usize,
        copy: impl FnOnce(&mut [u8]) -> Result<(), E>,
        patience: Duration,
    ) -> Result<bool, E> {
        self.core.latch.check()?;
        let mut staged = self.staging.take();
        let mut frame = std::mem::take(&mut staged.frame);
        frame.resize(frame.len().max(length), 0);
        let taken = copy(&mut frame[..length]).and_then(|()| {
            let taken = self.core.take(&frame[..length], &mut staged, patience);
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
        let ticket = self.core.progress.draw();
        self.core.lanes.iter().for_each(|lane| lane.flush(ticket));
        Ok(ticket)
    }

    /// Waits at most `patience`; true if all rows before `ticket` are durable.
    ///
    /// # Errors
    /// The latched failure.
    pub fn wait(&self, ticket: Ticket, patience: Duration) -> Result<bool, SinkError> {
        let done = self.core.progress.wait(ticket, patience, || self.core.latch.is_set());
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
    pub(crate) fn tables(&self) -> Arc<Vec<Arc<Table>>> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn bounds(&self) -> Bounds {
        Bounds { timeout: self.config.retry_timeout, rejections: self.config.max_retries }
    }

    pub(crate) fn count(&self, fault: Fault) {
        self.metrics.add(
            match fault {
                Fault::Conflict | Fault::SchemaChanged => border::STAT_RETRIES_CONFLICT,
                Fault::Unavailable | Fault::Throttled | Fault::Waking | Fault::Rejected => {
                    border::STAT_RETRIES_UNAVAILABLE
                }
                _ => border::STAT_RETRIES_CONNECTION,
            },
            1,
        );
    }

    pub(crate) fn flushed(&self, lane: usize, ticket: Ticket) {
        for time in self.progress.complete(lane, ticket) {
            self.metrics.add(border::STAT_FLUSHES, 1);
            self.metrics
                .add(border::STAT_FLUSH_MICROS, usize::try_from(time.as_micros()).unwrap_or(usize::MAX));
        }
    }

    /// Opens a connection for a lane.
    pub(crate) async fn connect(&self, lane: usize) -> Result<Connection, Failure> {
        let started = Instant::now();
        let connection = self.connector.open().await?;
        self.notices.push(Level::Debug, || {
            format!(
                "lane {lane}: connected to {} in {} ms",
                self.config.endpoint.host,
                started.elapsed().as_millis()
            )
        });
        Ok(connection)
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

    /// Opens a connection in the background.
    pub(crate) fn prepare(&self) -> JoinHandle<Result<Connection, Failure>> {
        let connector = self.connector.clone();
        tokio::spawn(async move { connector.open().await })
    }

    /// Latches a failure and wakes all who wait.
    fn fail(&self, error: SinkError) {
        let told = error.kind() != ErrorKind::Closed;
        let text = error.to_string();
        if self.latch.set(error) && told {
            self.notices.push(Level::Debug, || format!("stopped: {text}"));
        }
        self.budget.close();
        self.progress.wake();
        self.lanes.iter().for_each(Queue::wake);
        drop(lock(&self.declared));
        self.resolved.notify_all();
    }

    fn take(&self, bytes: &[u8], staged: &mut Staged, patience: Duration) -> Result<bool, SinkError> {
        let rows = frame::rows(bytes)?;
        let number = rows.table;
        let tables = self.tables();
        let Some(table) = tables.get(number) else {
            return Err(SinkError::internal(format!(
                "rows for table number {number}, which was not declared"
            )));
        };
        staged.fill(rows, table, self.lanes.len(), &self.router, self.dead.is_some())?;
        let urge = || self.lanes.iter().for_each(Queue::wake);
        let Some(mut reserved) = self.budget.reserve(staged.bytes(), patience, urge) else {
            return Ok(false);
        };
        self.latch.check()?;
        staged.refused.iter().try_for_each(|row| self.give_up(row))?;
        let mut replaced = 0;
        for (lane, ops) in self.lanes.iter().zip(&staged.lanes).filter(|(_, ops)| !ops.is_empty()) {
            replaced += lane.push(number, !table.append(), ops, &staged.arena, &mut reserved);
        }
        self.metrics.add(border::STAT_ROWS_RECEIVED, staged.rows);
        self.metrics.add(border::STAT_ROWS_COALESCED, replaced);
        Ok(true)
    }

    /// Reads a declared table's catalog on the first lane's connection, between two of its statements.
    async fn resolve(&self, declaration: &frame::Declaration) -> Result<Table, SinkError> {
        let mut ordeal = Ordeal::default();
        let first = self.tables().is_empty();
        let sent = Sent { rows: 0, idempotent: true };
        loop {
            self.latch.check()?;
            let mut lent = self.connections[0].lock().await;
            let read = async {
                let connection = match lent.take() {
                    Some(connection) => lent.insert(connection),
                    None => lent.insert(self.connect(0).await?),
                };
                catalog::resolve(&connection.client, declaration).await
            };
            let failure = match read.await {
                Ok(resolved) => return resolved,
                Err(failure) => failure,
            };
            let mut bounds = self.bounds();
            // A cluster that asks for patience is the right one.
            if first && !matches!(failure.fault, Fault::Waking | Fault::Throttled) {
                bounds.timeout = bounds.timeout.min(outcome::FIRST_CONNECTION);
            }
            match ordeal.decide(&failure, sent, bounds) {
                Decision::Again { after, reconnect } => {
                    self.count(failure.fault);
                    self.notices.push(ordeal.level(failure.fault), || {
                        outcome::connect_again(&self.config, &failure, after)
                    });
                    if reconnect {
                        *lent = None;
                    }
                    drop(lent);
                    tokio::time::sleep(after).await;
                }
                Decision::Split | Decision::Fail => {
                    return Err(outcome::connection_error(&self.config, &failure, ordeal.tries()));
                }
            }
        }
    }

    fn resolved(&self, bytes: Vec<u8>, table: Table) {
        let mut declared = lock(&self.declared);
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        let number = tables.len();
        Arc::make_mut(&mut tables).push(Arc::new(table));
        declared.insert(bytes, Some(number));
        drop(tables);
        drop(declared);
        self.resolved.notify_all();
    }
}

/// Runs the lanes. The first one that fails or panics stops all.
async fn supervise(core: Arc<Core>) {
    let mut lanes = JoinSet::new();
    for number in 0..core.lanes.len() {
        lanes.spawn(Lane::new(core.clone(), number).run());
    }
    while let Some(ended) = lanes.join_next().await {
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => core.fail(error),
            Err(error) => core.fail(SinkError::internal(format!("a lane ended: {error}"))),
        }
    }
}

fn closed() -> SinkError {
    SinkError::new(ErrorKind::Closed, "the native sink is closed")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
