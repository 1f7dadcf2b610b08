//! The window of a table: the waiting changes in order of arrival, and which of them may be sent.
//!
//! INSERT and UPDATE_AFTER upsert, DELETE and an UPDATE_BEFORE without its UPDATE_AFTER delete. A change waits while
//! another change of its key is in flight, so each key keeps its order on any connection. A later change of a waiting
//! key replaces the waiting one, unless it takes a unique value: then both stay, and a batch that has both sends only
//! the last.
//!
//! In a table with secondary unique indexes, a change also waits for earlier changes that release a value it takes. So
//! the changes that are committed or in flight never give two rows the same value, as at the source.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ahash::{HashMap, HashSet};
use hashbrown::HashTable;

use crate::queue::change::{Change, Op, Segment};
use crate::queue::progress::Ticket;

/// Maximum number of changes that a batch skips because they wait for changes in flight. Checking more costs more than
/// the batch gains.
const PASSED: usize = 10_000;

/// Which order of changes a table needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// None: rows are appended.
    Free,
    /// The order of each key.
    Key,
    /// The order of each key and of each unique value.
    KeyAndUnique,
    /// The order of all changes: the user's own statement may depend on it.
    Total,
}

/// How large a batch may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Rows.
    pub rows: usize,
    /// Rows from which a batch is sent although more would fit.
    pub ready_rows: usize,
    /// Bytes as the database counts them.
    pub weight: usize,
    /// Bytes in memory.
    pub bytes: usize,
    /// Maximum bytes in memory of a single row that is larger than a batch.
    pub row_bytes: usize,
}

impl Size {
    /// The size from which a batch is sent.
    fn ready(self) -> Self {
        Self { rows: self.rows.min(self.ready_rows), ..self }
    }
}

/// When a batch that is not full is sent.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// How long a row may wait.
    pub interval: Duration,
    /// Everything that a flush before this one must make durable is sent at once.
    pub ticket: Ticket,
    /// Memory is short: everything is sent at once.
    pub pressed: bool,
}

/// The result of a check of the window.
#[derive(Debug)]
pub enum Found {
    /// Changes to send.
    Batch(Vec<Change>),
    /// Nothing may be sent now.
    Nothing,
    /// A row needs more memory than the connection may use now.
    TooLarge,
}

/// The waiting changes of a table.
#[derive(Debug)]
pub struct Window {
    order: Order,
    changes: VecDeque<Option<Change>>,
    /// Number of the first of `changes`, counted from the first change ever added.
    first: u64,
    /// Numbers of the last waiting change of each key.
    index: HashTable<u64>,
    waiting: Amount,
    /// Hashes of the keys in flight, with the number of changes of each.
    keys: HashMap<u64, u32>,
    /// Marks that changes in flight release, with the number of changes of each.
    freed: HashMap<u64, u32>,
    /// When to check again; `None` if something else must happen first.
    look_at: Option<Instant>,
    /// How many changes must wait for a full batch, after a check could take fewer than waited.
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

    /// How many changes must wait for a full batch if only `picked` of these can be sent.
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

/// Changes that a batch can take, by their position in the window.
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

    /// Adds a change; true if it replaced another.
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

    /// Makes the next check happen now.
    pub fn look(&mut self, now: Instant) {
        if !self.is_empty() {
            self.look_at = Some(now);
        }
    }

    /// The latest time to check for a batch.
    #[must_use]
    pub fn look_at(&self) -> Option<Instant> {
        self.look_at
    }

    /// A size that leaves some waiting changes to other connections, if they are enough for a transaction.
    #[must_use]
    pub fn shared(&self, size: Size, connections: usize) -> Size {
        let part = self.waiting.rows.div_ceil(connections.max(1));
        Size { rows: part.max(size.ready_rows).min(size.rows), ..size }
    }

    /// Estimated number of ready batches: full ones, or one that is large enough or due.
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

    /// Age of the oldest change.
    #[must_use]
    pub fn oldest(&self) -> Option<Instant> {
        self.changes.front().and_then(Option::as_ref).map(|change| change.came)
    }

    /// Removes and returns a batch if one is full or due.
    pub fn take(&mut self, now: Instant, size: Size, due: Due) -> Found {
        let picked = self.pick(size);
        let oldest = picked.at.first().and_then(|at| self.changes[*at].as_ref());
        // If more than half of a batch arrived in the interval, the rest will arrive in another one, and a full batch
        // costs less.
        let soon_full = picked.amount.rows > size.ready().rows / 2 || picked.amount.bytes > size.bytes / 2;
        let wait = due.interval * if soon_full { 2 } else { 1 };
        let late = oldest.map(|oldest| oldest.came + wait);
        let goes =
            oldest.is_some_and(|oldest| oldest.ticket < due.ticket) || late.is_some_and(|late| late <= now);
        let full = picked.full || picked.amount.fills(size.ready());
        if oldest.is_none() || !(full || goes || due.pressed) {
            // If there is no oldest change, all changes wait for changes in flight or for memory.
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

    /// True if a change in flight must be durable first.
    fn held(&self, change: &Change) -> bool {
        self.keys.contains_key(&change.op.hash)
            || !self.freed.is_empty() && change.op.takes().iter().any(|mark| self.freed.contains_key(mark))
    }

    /// Changes that were removed are durable or skipped.
    pub fn done(&mut self, changes: &[Change], now: Instant) {
        for change in changes {
            release(&mut self.keys, change.op.hash);
            change.op.frees().iter().for_each(|mark| release(&mut self.freed, *mark));
        }
        self.enough = None;
        self.look(now);
    }
}

/// Changes that a batch skips. Later changes that depend on them wait as well.
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
