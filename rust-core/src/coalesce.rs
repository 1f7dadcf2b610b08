//! The flush window: of all operations on one key only the last is sent.
//!
//! INSERT and UPDATE_AFTER upsert, DELETE deletes. UPDATE_BEFORE is a tentative delete: the UPDATE_AFTER
//! that follows it usually has the same key and takes its place, but if the key changed the old row has
//! to go. A tentative delete therefore stays in the window until its key is seen again, or a flush or a
//! full buffer asks for everything.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hashbrown::HashTable;

use crate::buffer::{Buffer, Spares};
use crate::row::frame::RowKind;
use crate::sql::Verb;

/// Memory that an operation takes besides its bytes: itself and its entry in the index.
const OP_BYTES: usize = size_of::<Op>() + 16;
/// How often an operation's bytes are held while they are sent: here, as a message, and on the way to the socket.
const COPIES: usize = 3;
/// Memory that `count` operations with `bytes` bytes take until they are committed.
#[must_use]
pub fn memory(bytes: usize, count: usize) -> usize {
    bytes * COPIES + count * OP_BYTES
}

/// An operation whose bytes lie in an arena.
#[derive(Debug, Clone, Copy)]
pub struct Op {
    /// How the row changed.
    pub kind: RowKind,
    /// Hash of table and key.
    pub hash: u64,
    /// Start of the key's parameters; they end at `end`.
    pub key: usize,
    /// Start of the row's parameters; they end at `key`. Empty for a delete.
    pub start: usize,
    /// End of the row's and the key's parameters.
    pub end: usize,
    /// Start and end of the key's parameters from before an update that changed it; empty otherwise.
    pub old: (usize, usize),
    /// Bytes that the database accounts for it.
    pub weight: usize,
    /// Milliseconds after its window was opened when its key first came there; the window's own affair.
    pub came: u32,
}

impl Op {
    /// What it does to the table.
    #[must_use]
    pub fn verb(&self) -> Verb {
        match self.kind {
            RowKind::Insert | RowKind::UpdateAfter => Verb::Upsert,
            RowKind::UpdateBefore | RowKind::Delete => Verb::Delete,
        }
    }

    /// True if it may come to nothing.
    fn tentative(&self) -> bool {
        self.kind == RowKind::UpdateBefore
    }
}

/// Operations on one table that wait in one lane.
#[derive(Debug)]
pub struct Window {
    keyed: bool,
    spares: Arc<Spares>,
    /// Operations and bytes of when it was last taken from: likely those of the next time.
    expected: (usize, usize),
    ops: Vec<Op>,
    index: HashTable<usize>,
    arena: Buffer,
    weight: usize,
    firm: usize,
    /// When the first operation came.
    opened: Instant,
    /// When the latest came, and how many milliseconds after the first.
    latest: (Instant, u32),
    since: Option<Instant>,
}

/// Operations taken out of a window, in the order in which their keys first came.
#[derive(Debug, Default)]
pub struct Taken {
    /// The operations.
    pub ops: Vec<Op>,
    /// Their bytes, and those of operations that were replaced.
    pub arena: Buffer,
}

impl Taken {
    /// Memory that the operations take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        memory(self.arena.len(), self.ops.len())
    }
}

impl Window {
    /// A window of a table with a key, or of one without, which keeps every operation.
    #[must_use]
    pub fn new(keyed: bool, spares: &Arc<Spares>) -> Self {
        let now = Instant::now();
        Self {
            keyed,
            spares: spares.clone(),
            expected: (0, 0),
            ops: Vec::new(),
            index: HashTable::new(),
            arena: Buffer::default(),
            weight: 0,
            firm: 0,
            opened: now,
            latest: (now, 0),
            since: None,
        }
    }

    /// Adds an operation whose bytes lie in `source`; true if it took the place of another.
    pub fn push(&mut self, mut op: Op, source: &[u8], now: Instant) -> bool {
        let (bytes, old) = (&source[op.start..op.end], &source[op.old.0..op.old.1]);
        if self.ops.is_empty() {
            self.open(now);
        }
        if now != self.latest.0 {
            let age = now.saturating_duration_since(self.opened).as_millis();
            self.latest = (now, u32::try_from(age).unwrap_or(u32::MAX));
        }
        op.came = self.latest.1;
        let start = self.arena.len();
        op.key = op.key - op.start + start;
        op.end = op.end - op.start + start;
        op.start = start;
        self.arena.extend(bytes);
        self.arena.extend(old);
        op.old = (op.end, self.arena.len());
        self.weight += op.weight;
        if !op.tentative() {
            self.firm += 1;
            self.since.get_or_insert(now);
        }
        if !self.keyed {
            self.ops.push(op);
            return false;
        }
        let Self { ops, index, arena, .. } = self;
        let key = &arena[op.key..op.end];
        match index.find(op.hash, |at| &arena[ops[*at].key..ops[*at].end] == key) {
            Some(at) => {
                op.came = ops[*at].came;
                let replaced = ops[*at];
                if old.is_empty() && matches!(op.kind, RowKind::UpdateBefore | RowKind::UpdateAfter) {
                    // Still the row that had another key when it was written last.
                    op.old = replaced.old;
                }
                ops[*at] = op;
                self.weight -= replaced.weight;
                if !replaced.tentative() {
                    self.firm -= 1;
                }
                true
            }
            None => {
                index.insert_unique(op.hash, ops.len(), |at| ops[*at].hash);
                ops.push(op);
                false
            }
        }
    }

    /// Makes room for what is expected, so that nothing grows while writers wait for the lock.
    fn open(&mut self, now: Instant) {
        let (ops, bytes) = self.expected;
        self.opened = now;
        self.latest = (now, 0);
        self.ops = Vec::with_capacity(ops);
        self.index = HashTable::with_capacity(if self.keyed { ops } else { 0 });
        self.arena = self.spares.buffer(bytes);
    }

    /// True if nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// Memory that the waiting operations take, those that were replaced included.
    #[must_use]
    pub fn bytes(&self) -> usize {
        memory(self.arena.len(), self.ops.len())
    }

    /// Operations that wait and are not tentative.
    #[must_use]
    pub fn firm(&self) -> usize {
        self.firm
    }

    /// Bytes that the database will account for what waits.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// How many operations, the tentative ones left out, fill batches of `rows` rows and `bytes` accounted bytes; the
    /// last ones would be a ragged batch.
    #[must_use]
    pub fn whole(&self, rows: usize, bytes: usize) -> usize {
        let (mut whole, mut filled, mut weight) = (0, 0, 0);
        for op in self.ops.iter().filter(|op| !op.tentative()) {
            if filled == rows || weight + op.weight > bytes {
                whole += filled;
                (filled, weight) = (0, 0);
            }
            filled += 1;
            weight += op.weight;
        }
        if filled == rows { whole + filled } else { whole }
    }

    /// When the oldest operation that is not tentative came.
    #[must_use]
    pub fn since(&self) -> Option<Instant> {
        if self.firm > 0 { self.since } else { None }
    }

    /// When what waits has to go though it is less than `rows` rows and `bytes` accounted bytes: after `interval`. If
    /// more than half of them came in that time, the rest will come in as much again, and is waited for: a full batch
    /// costs client and server less.
    #[must_use]
    pub fn due(&self, interval: Duration, rows: usize, bytes: usize) -> Option<Instant> {
        let soon_full = self.firm > rows / 2 || self.weight > bytes / 2;
        self.since().map(|since| since + interval * if soon_full { 2 } else { 1 })
    }

    /// Takes out the first `most` operations. Unless `flush`, tentative deletes stay.
    pub fn take(&mut self, most: usize, flush: bool) -> Taken {
        let fresh = Self::new(self.keyed, &self.spares);
        let Self { ops, arena, opened, .. } = std::mem::replace(self, fresh);
        self.expected = (ops.len(), arena.len());
        let mut taken = Vec::with_capacity(ops.len().min(most));
        for op in ops {
            if taken.len() < most && (flush || !op.tentative()) {
                taken.push(op);
            } else {
                // What stays is not younger for it.
                self.push(op, &arena, opened + Duration::from_millis(op.came.into()));
            }
        }
        Taken { ops: taken, arena }
    }
}

#[cfg(test)]
mod tests;
