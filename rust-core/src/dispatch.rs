//! Brings batches and connections together: as many connections as the load needs.
//!
//! A batch that is ready goes to an idle connection. More connections are opened when batches wait although all are
//! busy. So their number follows the rate of changes times the time that the database takes, from one at a trickle
//! to `max_connections`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use log::Level;
use tokio::task::JoinSet;

use crate::error::SinkError;
use crate::outcome;
use crate::pool::Slot;
use crate::queue::Next;
use crate::sink::Core;
use crate::writer::Writer;

/// How long batches wait for one of the connections that are open before more are opened: as long as opening one
/// in the region takes (recorded median 15.5 ms). A short queue, as after a checkpoint of many tables, is served sooner.
const OPEN_AFTER: Duration = Duration::from_millis(20);

/// How long no more connections are opened after one could not be, where others work.
const CLOSED: Duration = Duration::from_secs(30);

/// Runs until the sink is closed or has failed.
pub async fn run(core: Arc<Core>) {
    let mut dispatcher =
        Dispatcher { core, tasks: JoinSet::new(), opening: 0, waiting_since: None, closed_until: None };
    while !dispatcher.core.latch.is_set() {
        dispatcher.assign();
        let wake_at = dispatcher.open();
        dispatcher.sleep(wake_at).await;
    }
}

struct Dispatcher {
    core: Arc<Core>,
    tasks: JoinSet<Ended>,
    /// Connections on their way.
    opening: usize,
    /// Since when batches are ready and no connection is idle.
    waiting_since: Option<Instant>,
    closed_until: Option<Instant>,
}

/// How a task ended.
enum Ended {
    Idle,
    /// A connection was opened, or could not be while others work.
    Opened(Result<Slot, SinkError>),
    Failed(SinkError),
}

impl Dispatcher {
    /// Gives batches to idle connections.
    fn assign(&mut self) {
        // Whoever waits for a slot comes first.
        while !self.core.pool.is_wanted() && self.core.queue.ready(Instant::now()) > 0 {
            let Some(slot) = self.core.pool.idle() else { return };
            match self.core.next(&slot) {
                Next::Batch(batch) => {
                    let writer = Writer::new(self.core.clone(), slot);
                    self.tasks.spawn(async move {
                        match writer.run(batch).await {
                            Ok(()) => Ended::Idle,
                            Err(error) => Ended::Failed(error),
                        }
                    });
                }
                Next::Nothing => return self.core.pool.put(slot),
                Next::TooLarge => {
                    // Whoever becomes idle afterwards makes the queue look again.
                    let freed = self.core.pool.close_idle();
                    self.core.pool.put(slot);
                    if !freed && self.core.pool.slots() > 1 {
                        return;
                    }
                    self.core.queue.look();
                }
            }
        }
    }

    /// Opens connections if batches have waited for one: as many as batches wait, but at most as many as there are, so
    /// that their number doubles each time. Returns when to look again.
    fn open(&mut self) -> Option<Instant> {
        let now = Instant::now();
        let ready = self.core.queue.ready(now);
        if ready <= self.opening {
            self.waiting_since = None;
            return None;
        }
        if let Some(until) = self.closed_until.filter(|until| *until > now) {
            return Some(until);
        }
        let slots = self.core.pool.slots();
        let since = *self.waiting_since.get_or_insert(now);
        if slots > 0 && since + OPEN_AFTER > now {
            return Some(since + OPEN_AFTER);
        }
        for _ in 0..(ready - self.opening).min(slots.max(1)) {
            let slot = self.core.pool.open()?;
            self.waiting_since = Some(now);
            self.opening += 1;
            let core = self.core.clone();
            self.tasks.spawn(async move { Ended::Opened(connect(&core, slot).await) });
        }
        Some(now + OPEN_AFTER)
    }

    async fn sleep(&mut self, wake_at: Option<Instant>) {
        let idle = self.core.pool.prune();
        // What is ready already waits for a connection, of which the dispatcher is told.
        let look = self.core.queue.look_at().filter(|at| *at > Instant::now());
        let until = [wake_at, idle, look].into_iter().flatten().min();
        let timer = async {
            match until {
                Some(until) => tokio::time::sleep_until(until.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.core.wake.notified() => {}
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
                    Ok(slot) => self.core.give_back(slot),
                    Err(error) if self.core.pool.slots() == 0 => self.core.fail(error),
                    Err(error) => {
                        self.closed_until = Some(Instant::now() + CLOSED);
                        self.core.notices.push(Level::Warn, || outcome::fewer_connections(&error, CLOSED));
                    }
                }
            }
            Ok(Ended::Failed(error)) => self.core.fail(error),
            Err(error) => self.core.fail(SinkError::internal(format!("a task ended: {error}"))),
        }
    }
}

/// Opens the connection of a slot, with retries. Without one the slot is given back.
async fn connect(core: &Core, mut slot: Slot) -> Result<Slot, SinkError> {
    let opened = core.connect(&mut slot).await;
    match opened {
        Ok(()) => Ok(slot),
        Err(error) => {
            core.give_back(slot);
            Err(error)
        }
    }
}
