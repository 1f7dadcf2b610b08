//! The connections of a sink: as many as the load needs, up to a limit of number and memory.
//!
//! A slot is the right to a connection, open or not. Idle slots wait here. The most recently used one is taken first,
//! so that slots that are not needed stay idle and are closed.

use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::config::Config;
use crate::connect::{Connection, Connector};
use crate::failure::classify::Failure;
use crate::failure::wait::Timeout;

/// All slots of a sink.
pub struct Pool {
    connector: Connector,
    most: usize,
    /// How long a connection waits for work before it is closed.
    idle: Duration,
    /// Bytes of a batch that each connection may have in flight.
    batch_bytes: usize,
    /// Bytes of the largest batches of all connections together.
    most_bytes: usize,
    state: Mutex<State>,
    /// Tasks that wait for a slot.
    wanted: AtomicUsize,
    returned: Notify,
}

#[derive(Default)]
struct State {
    idle: Vec<(Slot, Instant)>,
    slots: usize,
    bytes: usize,
    /// Numbers of removed slots, for reuse by new slots.
    free: BTreeSet<usize>,
}

/// The right to a connection. It is given back by [`Pool::put`] or [`Slot::close`].
pub struct Slot {
    connection: Option<Connection>,
    /// Bytes of the largest batch that it may have sent. The client and the socket keep that much memory.
    bytes: usize,
    /// No other slot of the pool has this number at the same time.
    number: usize,
}

impl Slot {
    /// Its number, which identifies it in the commit ledger.
    #[must_use]
    pub fn number(&self) -> usize {
        self.number
    }

    /// The connection. It is opened if there is none or if the old one has ended.
    ///
    /// # Errors
    /// The failure to open one. Nothing was sent.
    pub async fn connection(&mut self, pool: &Pool, timeout: Timeout) -> Result<&mut Connection, Failure> {
        if self.connection.as_ref().is_some_and(Connection::is_over) {
            self.connection = None;
        }
        match self.connection.take() {
            Some(connection) => Ok(self.connection.insert(connection)),
            None => {
                let opened = pool.connector.open(timeout).await.map_err(Failure::not_committed)?;
                Ok(self.connection.insert(opened))
            }
        }
    }

    /// Drops the connection, which is no longer usable.
    pub fn disconnect(&mut self) {
        self.connection = None;
    }
}

impl Pool {
    /// An empty pool, with the limits of the configuration. A single connection has no memory limit.
    #[must_use]
    pub fn new(connector: Connector, config: &Config) -> Self {
        Self {
            connector,
            most: config.connections,
            idle: config.connection_idle,
            batch_bytes: config.batch_bytes(),
            most_bytes: config.sent_bytes(),
            state: Mutex::default(),
            wanted: AtomicUsize::new(0),
            returned: Notify::new(),
        }
    }

    /// True if the endpoint has ever accepted a connection.
    #[must_use]
    pub fn proven(&self) -> bool {
        self.connector.proven()
    }

    /// The idle slot that was used last.
    #[must_use]
    pub fn idle(&self) -> Option<Slot> {
        let mut state = self.state.lock();
        while let Some((slot, _)) = state.idle.pop() {
            if slot.connection.as_ref().is_some_and(|connection| !connection.is_over()) {
                return Some(slot);
            }
            state.forget(&slot);
        }
        None
    }

    /// A new slot without a connection, if there may be another.
    #[must_use]
    pub fn open(&self) -> Option<Slot> {
        let mut state = self.state.lock();
        let room = state.slots == 0 || state.bytes + self.batch_bytes <= self.most_bytes;
        if state.slots >= self.most || !room {
            return None;
        }
        // If no number is free, all lower ones are in use.
        let number = state.free.pop_first().unwrap_or(state.slots);
        state.slots += 1;
        state.bytes += self.batch_bytes;
        Some(Slot { connection: None, bytes: self.batch_bytes, number })
    }

    /// All slots, including idle ones.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.state.lock().slots
    }

    /// Idle slots.
    #[must_use]
    pub fn idle_slots(&self) -> usize {
        self.state.lock().idle.len()
    }

    /// Slots that have work.
    #[must_use]
    pub fn busy_slots(&self) -> usize {
        let state = self.state.lock();
        state.slots.saturating_sub(state.idle.len())
    }

    /// A slot, as soon as one is free. It has priority over sending batches.
    pub async fn wait(&self) -> Slot {
        self.wanted.fetch_add(1, Ordering::Relaxed);
        let slot = loop {
            let returned = self.returned.notified();
            match self.idle().or_else(|| self.open()) {
                Some(slot) => break slot,
                None => returned.await,
            }
        };
        self.wanted.fetch_sub(1, Ordering::Relaxed);
        slot
    }

    /// True if [`Pool::wait`] is waiting: slots should be put back.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed) > 0
    }

    /// Takes a slot back, to be used again if its connection is open.
    pub fn put(&self, slot: Slot) {
        let mut state = self.state.lock();
        if slot.connection.is_some() {
            state.idle.push((slot, Instant::now()));
        } else {
            state.forget(&slot);
        }
        drop(state);
        self.returned.notify_one();
    }

    /// Bytes of the largest batch that the slot may send now.
    #[must_use]
    pub fn room(&self, slot: &Slot) -> usize {
        let state = self.state.lock();
        if state.slots == 1 { usize::MAX } else { slot.bytes + self.most_bytes.saturating_sub(state.bytes) }
    }

    /// Records that the slot sends a batch of this many bytes.
    pub fn sends(&self, slot: &mut Slot, bytes: usize) {
        if bytes > slot.bytes {
            self.state.lock().bytes += bytes - slot.bytes;
            slot.bytes = bytes;
        }
    }

    /// Closes all idle connections because memory is short; true if there were any.
    pub fn close_idle(&self) -> bool {
        let mut state = self.state.lock();
        let idle = std::mem::take(&mut state.idle);
        idle.iter().for_each(|(slot, _)| state.forget(slot));
        !idle.is_empty()
    }

    /// Closes connections that have been idle for long enough. Returns when the next one is due.
    pub fn prune(&self) -> Option<Instant> {
        let now = Instant::now();
        let mut state = self.state.lock();
        // The longest idle is first.
        while let Some((slot, since)) = state.idle.first() {
            let over = slot.connection.as_ref().is_none_or(Connection::is_over);
            if !over && *since + self.idle > now {
                return Some(*since + self.idle);
            }
            let (slot, _) = state.idle.remove(0);
            state.forget(&slot);
        }
        None
    }
}

impl State {
    fn forget(&mut self, slot: &Slot) {
        self.slots -= 1;
        self.free.insert(slot.number);
        self.bytes -= slot.bytes;
    }
}
