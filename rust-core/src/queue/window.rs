//! The window of a table: the changes that wait, in the order in which they came, and what of them may go.
//!
//! INSERT and UPDATE_AFTER upsert, DELETE and an UPDATE_BEFORE without its UPDATE_AFTER delete. A change waits while
//! another one of its key is on its way, so each key keeps its order whichever connection takes it. A later change of a
//! key that waits takes its place, unless it takes a unique value: then both stay, and a batch that holds both sends
//! the last.
//!
//! In a table with secondary unique indexes a change also waits for those before it that give up a value it takes.
//! So what has been sent, with what is on its way, leaves no two rows with one value, as at the source.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ahash::{HashMap, HashSet};
use hashbrown::HashTable;

use crate::queue::change::{Change, Op, Segment};
use crate::queue::progress::Ticket;

/// Changes that a batch passes over at most because others on their way are in front of them: looking at more costs
/// more than the batch gains.
const PASSED: usize = 10_000;

/// What the order of changes means in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// None: rows are appended.
    Free,
    /// That of each key.
    Key,
    /// That of each key and of each unique value.
    KeyAndUnique,
    /// That of all changes: a statement of the user's own may depend on it.
    Total,
}

/// How large a batch may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Rows.
    pub rows: usize,
    /// Rows from which a batch goes although more would fit.
    pub ready_rows: usize,
    /// Bytes as the database accounts them.
    pub weight: usize,
    /// Bytes in memory.
    pub bytes: usize,
    /// Bytes in memory of a single row that may go although it is larger than that.
    pub row_bytes: usize,
}

impl Size {
    /// The size from which a batch goes.
    fn ready(self) -> Self {
        Self { rows: self.rows.min(self.ready_rows), ..self }
    }
}

/// When a batch goes that is not full.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// How long a row may wait.
    pub interval: Duration,
    /// Everything that a flush before this one has to make durable goes at once.
    pub ticket: Ticket,
    /// Memory is short: everything goes at once.
    pub pressed: bool,
}

/// What a look at the window found.
#[derive(Debug)]
pub enum Found {
    /// Changes to send.
    Batch(Vec<Change>),
    /// Nothing that may go now.
    Nothing,
    /// A row that needs more memory than the connection may have now.
    TooLarge,
}

/// The waiting changes of a table.
#[derive(Debug)]
pub struct Window {
    order: Order,
    changes: VecDeque<Option<Change>>,
    /// Number of the first of `changes`, counted from the first that ever came.
    first: u64,
    /// Numbers of the last waiting change of each key.
    index: HashTable<u64>,
    waiting: Amount,
    /// Hashes of the keys that are on their way, and how many changes of each.
    keys: HashMap<u64, u32>,
    /// Marks that changes on their way give up, likewise.
    freed: HashMap<u64, u32>,
    /// When it is worth looking again; `None` when something else has to happen first.
    look_at: Option<Instant>,
    /// How much must wait for a full batch, when a look has found less than waits.
    enough: Option<Amount>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Amount {
    rows: usize,
    weight: usize,
    bytes: usize,
}

impl Amount {
    fn add(&mut self, change: &Change) {
        self.rows += change.rows();
        self.weight += change.op.weight;
        self.bytes += change.bytes();
    }

    fn remove(&mut self, change: &Change) {
        self.rows -= change.rows();
        self.weight -= change.op.weight;
        self.bytes -= change.bytes();
    }

    /// What has to wait for a full batch if of all this only `picked` can go.
    fn with_rest_of(self, picked: Self, size: Size) -> Self {
        let size = size.ready();
        let with_rest =
            |waiting: usize, most: usize, picked: usize| waiting.saturating_add(most.saturating_sub(picked));
        Self {
            rows: with_rest(self.rows, size.rows, picked.rows),
            weight: with_rest(self.weight, size.weight, picked.weight),
            bytes: with_rest(self.bytes, size.bytes, picked.bytes),
        }
    }

    fn fills(self, size: Size) -> bool {
        self.rows >= size.rows || self.weight >= size.weight || self.bytes >= size.bytes
    }
}

/// Changes that a batch can take, by their place in the window.
struct Picked {
    at: Vec<usize>,
    amount: Amount,
    full: bool,
    too_large: bool,
}

impl Window {
    /// An empty window.
    #[must_use]
    pub fn new(order: Order) -> Self {
        Self {
            order,
            changes: VecDeque::new(),
            first: 0,
            index: HashTable::new(),
            waiting: Amount::default(),
            keys: HashMap::default(),
            freed: HashMap::default(),
            look_at: None,
            enough: None,
        }
    }

    /// Adds a change; true if it took the place of another.
    pub fn push(&mut self, op: Op, segment: &Arc<Segment>, ticket: Ticket, now: Instant, due: Due) -> bool {
        self.look_at.get_or_insert(now + due.interval);
        let number = self.first + self.changes.len() as u64;
        if matches!(self.order, Order::Key | Order::KeyAndUnique) {
            let Self { index, changes, first, .. } = self;
            let change = |number: u64| changes[place(number, *first)].as_ref();
            let key = &segment.bytes[op.key..op.end];
            let same = |at: &u64| change(*at).is_some_and(|waiting| waiting.key() == key);
            match index.find_mut(op.hash, same) {
                Some(at) if self.order == Order::Key || op.takes().is_empty() => {
                    if let Some(waiting) = &mut changes[place(*at, *first)] {
                        self.waiting.remove(waiting);
                        waiting.replace(op, segment);
                        self.waiting.add(waiting);
                    }
                    return true;
                }
                Some(at) => *at = number,
                None => {
                    let hash = |at: &u64| change(*at).map_or(0, |change| change.op.hash);
                    index.insert_unique(op.hash, number, hash);
                }
            }
        }
        let change = Change::new(op, segment, ticket, now);
        self.waiting.add(&change);
        self.changes.push_back(Some(change));
        false
    }

    /// True if nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.rows == 0
    }

    /// Makes the next look happen now.
    pub fn look(&mut self, now: Instant) {
        if !self.is_empty() {
            self.look_at = Some(now);
        }
    }

    /// When it is worth looking for a batch, at the latest.
    #[must_use]
    pub fn look_at(&self) -> Option<Instant> {
        self.look_at
    }

    /// A size that leaves some of what waits to other connections, as far as that is worth a transaction.
    #[must_use]
    pub fn shared(&self, size: Size, connections: usize) -> Size {
        let part = self.waiting.rows.div_ceil(connections.max(1));
        Size { rows: part.max(size.ready_rows).min(size.rows), ..size }
    }

    /// How many batches seem to be ready: full ones, or one that is large enough or due.
    #[must_use]
    pub fn ready(&self, now: Instant, size: Size) -> usize {
        let enough = match self.enough {
            None => self.waiting.fills(size.ready()),
            Some(Amount { rows, weight, bytes }) => self.waiting.fills(Size { rows, weight, bytes, ..size }),
        };
        if enough {
            (self.waiting.rows / size.rows).max(self.waiting.bytes / size.bytes).max(1)
        } else {
            usize::from(self.look_at.is_some_and(|at| at <= now))
        }
    }

    /// Age of what came first.
    #[must_use]
    pub fn oldest(&self) -> Option<Instant> {
        self.changes.front().and_then(Option::as_ref).map(|change| change.came)
    }

    /// Takes a batch out if there is a full one, or one that is due.
    pub fn take(&mut self, now: Instant, size: Size, due: Due) -> Found {
        let picked = self.pick(size);
        let oldest = picked.at.first().and_then(|at| self.changes[*at].as_ref());
        // If more than half came in the time, the rest comes in as much again, and a full batch costs less.
        let soon_full = picked.amount.rows > size.ready().rows / 2 || picked.amount.bytes > size.bytes / 2;
        let wait = due.interval * if soon_full { 2 } else { 1 };
        let late = oldest.map(|oldest| oldest.came + wait);
        let goes =
            oldest.is_some_and(|oldest| oldest.ticket < due.ticket) || late.is_some_and(|late| late <= now);
        let full = picked.full || picked.amount.fills(size.ready());
        if oldest.is_none() || !(full || goes || due.pressed) {
            // Where there is no oldest one, all waits for what is on its way, or for memory.
            self.look_at = late;
            self.enough = Some(self.waiting.with_rest_of(picked.amount, size));
            return if picked.too_large { Found::TooLarge } else { Found::Nothing };
        }
        Found::Batch(self.remove(&picked.at, now))
    }

    fn remove(&mut self, places: &[usize], now: Instant) -> Vec<Change> {
        let mut taken = Vec::with_capacity(places.len());
        for at in places {
            let Some(change) = self.changes[*at].take() else { continue };
            self.waiting.remove(&change);
            let number = self.first + *at as u64;
            if let Ok(entry) = self.index.find_entry(change.op.hash, |of| *of == number) {
                entry.remove();
            }
            if matches!(self.order, Order::Key | Order::KeyAndUnique | Order::Total) {
                *self.keys.entry(change.op.hash).or_default() += 1;
            }
            for mark in change.op.frees() {
                *self.freed.entry(*mark).or_default() += 1;
            }
            taken.push(change);
        }
        while let Some(None) = self.changes.front() {
            self.changes.pop_front();
            self.first += 1;
        }
        self.enough = None;
        self.look_at = if self.is_empty() { None } else { Some(now) };
        taken
    }

    fn pick(&self, size: Size) -> Picked {
        let mut picked = Picked { at: Vec::new(), amount: Amount::default(), full: false, too_large: false };
        let mut passed: Passed = Passed::default();
        for (at, change) in self.changes.iter().enumerate() {
            let Some(change) = change else { continue };
            if self.held(change) || passed.hold(change) {
                if self.order == Order::Total || passed.count >= PASSED {
                    break;
                }
                passed.add(change);
                continue;
            }
            let mut with = picked.amount;
            with.add(change);
            let beyond = with.rows > size.rows || with.weight > size.weight || with.bytes > size.bytes;
            if beyond && !picked.at.is_empty() {
                picked.full = true;
                break;
            }
            if picked.at.is_empty() && change.bytes() > size.row_bytes.max(size.bytes) {
                picked.too_large = true;
                break;
            }
            picked.amount = with;
            picked.at.push(at);
            if with.fills(size) {
                picked.full = true;
                break;
            }
        }
        picked
    }

    /// True if something on its way has to be durable first.
    fn held(&self, change: &Change) -> bool {
        self.keys.contains_key(&change.op.hash)
            || !self.freed.is_empty() && change.op.takes().iter().any(|mark| self.freed.contains_key(mark))
    }

    /// Changes that were taken out are durable, or given up.
    pub fn done(&mut self, changes: &[Change], now: Instant) {
        for change in changes {
            release(&mut self.keys, change.op.hash);
            change.op.frees().iter().for_each(|mark| release(&mut self.freed, *mark));
        }
        self.enough = None;
        self.look(now);
    }
}

/// Changes that a batch passes over: those behind them that depend on them wait too.
#[derive(Default)]
struct Passed {
    keys: HashSet<u64>,
    freed: HashSet<u64>,
    count: usize,
}

impl Passed {
    fn hold(&self, change: &Change) -> bool {
        self.count > 0
            && (self.keys.contains(&change.op.hash)
                || change.op.takes().iter().any(|mark| self.freed.contains(mark)))
    }

    fn add(&mut self, change: &Change) {
        self.count += 1;
        self.keys.insert(change.op.hash);
        self.freed.extend(change.op.frees());
    }
}

fn release(counts: &mut HashMap<u64, u32>, of: u64) {
    if let Some(count) = counts.get_mut(&of) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&of);
        }
    }
}

fn place(number: u64, first: u64) -> usize {
    // Both count changes in memory.
    usize::try_from(number - first).unwrap_or(usize::MAX)
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests;
#[cfg(test)]
mod unique_tests;
