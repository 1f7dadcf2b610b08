//! Assigns batches to connections, and opens as many connections as the load needs.
//!
//! A batch that is ready goes to an idle connection. More connections are opened when batches wait because all
//! connections are busy. So the number of connections follows the rate of changes multiplied by the database's response
//! time: from one at a low rate up to `max_connections`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use log::Level;
use tokio::task::JoinSet;

use crate::error::SinkError;
use crate::failure::messages;
use crate::queue::Next;
use crate::write::engine::Engine;
use crate::write::pool::Slot;
use crate::write::writer::Writer;

/// How long batches wait for an open connection before more are opened: about the time to open one in the region
/// (recorded median 15.5 ms). The open connections clear a short queue, for example after a checkpoint of many tables,
/// faster than that.
const OPEN_AFTER: Duration = Duration::from_millis(20);

/// After a connection could not be opened while others work: how long no more connections are opened.
const CLOSED: Duration = Duration::from_secs(30);

/// Runs until the sink is closed or has failed.
pub async fn run(engine: Arc<Engine>) {
    let mut dispatcher =
        Dispatcher { engine, tasks: JoinSet::new(), opening: 0, waiting_since: None, closed_until: None };
    while !dispatcher.engine.latch.is_set() {
        dispatcher.assign();
        let wake_at = dispatcher.open();
        dispatcher.sleep(wake_at).await;
    }
}

struct Dispatcher {
    engine: Arc<Engine>,
    tasks: JoinSet<Ended>,
    /// Connections being opened.
    opening: usize,
    /// The time since which batches are ready and no connection is idle.
    waiting_since: Option<Instant>,
    closed_until: Option<Instant>,
}

/// How a task ended.
enum Ended {
    Idle,
    /// A connection was opened, or could not be opened while others work.
    Opened(Result<Slot, SinkError>),
    Failed(SinkError),
}

impl Dispatcher {
    /// Assigns batches to idle connections.
    fn assign(&mut self) {
        // Tasks that wait for a slot come first.
        while !self.engine.pool.is_wanted() && self.engine.queue.ready(Instant::now()) > 0 {
            let Some(slot) = self.engine.pool.idle() else { return };
            match self.engine.next(&slot) {
                Next::Batch(batch) => {
                    let writer = Writer::new(self.engine.clone(), slot);
                    self.tasks.spawn(async move {
                        match writer.run(batch).await {
                            Ok(()) => Ended::Idle,
                            Err(error) => Ended::Failed(error),
                        }
                    });
                }
                Next::Nothing => return self.engine.pool.put(slot),
                Next::TooLarge => {
                    // A connection that becomes idle later makes the queue check again.
                    let freed = self.engine.pool.close_idle();
                    self.engine.pool.put(slot);
                    if !freed && self.engine.pool.slots() > 1 {
                        return;
                    }
                    self.engine.queue.look();
                }
            }
        }
    }

    /// Opens connections if batches have waited long enough: one for each waiting batch, but at most as many as there
    /// are already, so their number at most doubles each time. Returns when to check again.
    fn open(&mut self) -> Option<Instant> {
        let now = Instant::now();
        let ready = self.engine.queue.ready(now);
        if ready <= self.opening {
            self.waiting_since = None;
            return None;
        }
        if let Some(until) = self.closed_until.filter(|until| *until > now) {
            return Some(until);
        }
        let slots = self.engine.pool.slots();
        let since = *self.waiting_since.get_or_insert(now);
        if slots > 0 && since + OPEN_AFTER > now {
            return Some(since + OPEN_AFTER);
        }
        for _ in 0..(ready - self.opening).min(slots.max(1)) {
            let slot = self.engine.pool.open()?;
            self.waiting_since = Some(now);
            self.opening += 1;
            let engine = self.engine.clone();
            self.tasks.spawn(async move { Ended::Opened(connect(&engine, slot).await) });
        }
        Some(now + OPEN_AFTER)
    }

    async fn sleep(&mut self, wake_at: Option<Instant>) {
        let idle = self.engine.pool.prune();
        // Batches that are ready already wait for a connection, and the dispatcher is notified when one is free.
        let look = self.engine.queue.look_at().filter(|at| *at > Instant::now());
        let until = [wake_at, idle, look].into_iter().flatten().min();
        let timer = async {
            match until {
                Some(until) => tokio::time::sleep_until(until.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.engine.wake.notified() => {}
            () = timer => {}
            Some(ended) = self.tasks.join_next() => self.ended(ended),
        }
    }

    fn ended(&mut self, ended: Result<Ended, tokio::task::JoinError>) {
        match ended {
            Ok(Ended::Idle) => {}
            Ok(Ended::Opened(opened)) => {
                self.opening -= 1;
                match opened {
                    Ok(slot) => self.engine.give_back(slot),
                    Err(error) if self.engine.pool.slots() == 0 => self.engine.fail(error),
                    Err(error) => {
                        self.closed_until = Some(Instant::now() + CLOSED);
                        self.engine.notices.push(Level::Warn, || messages::fewer_connections(&error, CLOSED));
                    }
                }
            }
            Ok(Ended::Failed(error)) => self.engine.fail(error),
            Err(error) => self.engine.fail(SinkError::internal(format!("a task ended: {error}"))),
        }
    }
}

/// Opens the connection of a slot, with retries. If that fails, the slot is given back.
async fn connect(engine: &Engine, mut slot: Slot) -> Result<Slot, SinkError> {
    let opened = engine.connect(&mut slot).await;
    match opened {
        Ok(()) => Ok(slot),
        Err(error) => {
            engine.give_back(slot);
            Err(error)
        }
    }
}
