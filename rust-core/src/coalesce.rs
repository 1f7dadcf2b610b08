//! The flush window: of all operations on one key only the last is sent.
//!
//! INSERT and UPDATE_AFTER upsert, DELETE deletes. UPDATE_BEFORE is a tentative delete: the UPDATE_AFTER
//! that follows it usually has the same key and takes its place, but if the key changed the old row has
//! to go. If the UPDATE_AFTER cannot be written and is skipped, the old row stays. A tentative delete therefore stays in the window until its key is seen again, or a flush or a
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
    /// End of the operation's bytes.
    pub end: usize,
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
            RowKind::UpdateBefore | RowKind::Delete | RowKind::Kept => Verb::Delete,
        }
    }

    /// True if it may come to nothing.
    fn tentative(&self) -> bool {
        matches!(self.kind, RowKind::UpdateBefore | RowKind::Kept)
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
        Self {
            keyed,
            spares: spares.clone(),
            expected: (0, 0),
            ops: Vec::new(),
            index: HashTable::new(),
            arena: Buffer::default(),
            weight: 0,
            firm: 0,
            opened: Instant::now(),
            since: None,
        }
    }

    /// Adds an operation whose bytes lie in `source`; true if it took the place of another.
    pub fn push(&mut self, mut op: Op, source: &[u8], now: Instant) -> bool {
        let bytes = &source[op.start..op.end];
        if op.kind == RowKind::Kept && !self.deletes_tentatively(op.hash, &source[op.key..op.end]) {
            return false;
        }
        if self.ops.is_empty() {
            self.open(now);
        }
        op.came = u32::try_from(now.saturating_duration_since(self.opened).as_millis()).unwrap_or(u32::MAX);
        let start = self.arena.len();
        op.key = op.key - op.start + start;
        op.end = op.end - op.start + start;
        op.start = start;
        self.arena.extend(bytes);
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
                let replaced = std::mem::replace(&mut ops[*at], op);
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
        self.ops = Vec::with_capacity(ops);
        self.index = HashTable::with_capacity(if self.keyed { ops } else { 0 });
        self.arena = self.spares.buffer(bytes);
    }

    fn deletes_tentatively(&self, hash: u64, key: &[u8]) -> bool {
        let at = self.index.find(hash, |at| &self.arena[self.ops[*at].key..self.ops[*at].end] == key);
        at.is_some_and(|at| self.ops[*at].tentative())
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
                if op.kind != RowKind::Kept {
                    taken.push(op);
                }
            } else {
                // What stays is not younger for it.
                self.push(op, &arena, opened + Duration::from_millis(op.came.into()));
            }
        }
        Taken { ops: taken, arena }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn window(keyed: bool) -> Window {
        Window::new(keyed, &Arc::new(Spares::new(1)))
    }

    fn push(window: &mut Window, kind: RowKind, key: u8, row: u8) -> bool {
        // Row bytes in front of the key, as the sink stages them.
        let source = if matches!(kind, RowKind::Delete | RowKind::UpdateBefore | RowKind::Kept) {
            vec![key]
        } else {
            vec![row, key]
        };
        let op = Op {
            kind,
            hash: u64::from(key % 3),
            start: 0,
            key: source.len() - 1,
            end: source.len(),
            weight: 10,
            came: 0,
        };
        window.push(op, &source, Instant::now())
    }

    fn apply(table: &mut HashMap<u8, u8>, taken: &Taken) {
        for op in &taken.ops {
            let key = taken.arena[op.key];
            match op.verb() {
                Verb::Upsert => table.insert(key, taken.arena[op.start]),
                Verb::Delete => table.remove(&key),
            };
        }
    }

    #[test]
    fn an_update_is_one_upsert() {
        let mut window = window(true);
        assert!(!push(&mut window, RowKind::UpdateBefore, 1, 0));
        assert_eq!((window.firm(), window.since()), (0, None));
        assert!(push(&mut window, RowKind::UpdateAfter, 1, 7));
        let taken = window.take(usize::MAX, false);
        assert_eq!(taken.ops.len(), 1);
        assert_eq!(taken.ops[0].verb(), Verb::Upsert);
        assert!(window.is_empty());
    }

    #[test]
    fn a_changed_key_deletes_the_old_row_at_the_flush() {
        let mut window = window(true);
        push(&mut window, RowKind::UpdateBefore, 1, 0);
        push(&mut window, RowKind::UpdateAfter, 2, 7);
        assert_eq!(window.take(usize::MAX, false).ops.len(), 1);
        assert!(!window.is_empty());
        let taken = window.take(usize::MAX, true);
        assert_eq!(taken.ops[0].verb(), Verb::Delete);
        assert_eq!(taken.arena[taken.ops[0].key], 1);
    }

    #[test]
    fn a_refused_update_leaves_the_row() {
        let mut window = window(true);
        push(&mut window, RowKind::UpdateBefore, 1, 0);
        assert!(push(&mut window, RowKind::Kept, 1, 0));
        push(&mut window, RowKind::UpdateBefore, 2, 0);
        // What was done to a key before stays done, and a key that is not there needs nothing.
        push(&mut window, RowKind::Delete, 3, 0);
        assert!(!push(&mut window, RowKind::Kept, 3, 0) && !push(&mut window, RowKind::Kept, 4, 0));
        assert_eq!(window.firm(), 1);
        let taken = window.take(usize::MAX, true);
        let keys: Vec<u8> = taken.ops.iter().map(|op| taken.arena[op.key]).collect();
        assert_eq!(keys, [2, 3]);
        assert!(window.is_empty());
    }

    #[test]
    fn weight_follows_replacement() {
        let mut window = window(true);
        push(&mut window, RowKind::Insert, 1, 1);
        push(&mut window, RowKind::Delete, 1, 1);
        assert_eq!((window.weight(), window.firm()), (10, 1));
    }

    #[test]
    fn what_is_beyond_the_limit_stays() {
        let mut window = window(true);
        (0..5).for_each(|key| assert!(!push(&mut window, RowKind::Insert, key, key)));
        assert_eq!(window.take(3, false).ops.len(), 3);
        assert_eq!(window.firm(), 2);
        assert!(push(&mut window, RowKind::Delete, 4, 0));
    }

    #[test]
    fn whole_batches_are_counted_by_rows_and_bytes() {
        let mut window = window(true);
        (0..8).for_each(|key| assert!(!push(&mut window, RowKind::Insert, key, key)));
        push(&mut window, RowKind::UpdateBefore, 9, 0);
        // Every operation weighs 10.
        for (rows, bytes, whole) in [(3, 1_000, 6), (4, 1_000, 8), (9, 1_000, 0), (9, 35, 6), (9, 5, 7)] {
            assert_eq!(window.whole(rows, bytes), whole, "{rows} {bytes}");
        }
    }

    #[test]
    fn what_stays_is_as_old_as_it_is() {
        let mut window = window(true);
        let start = Instant::now();
        let interval = Duration::from_millis(200);
        let at = |millis| start + Duration::from_millis(millis);
        let mut push = |key: u8, millis| {
            let op = Op { kind: RowKind::Insert, hash: 0, start: 0, key: 0, end: 1, weight: 1, came: 0 };
            window.push(op, &[key], at(millis));
        };
        // Key 1 waits since it came first.
        for (key, millis) in [(0, 0), (1, 10), (2, 20), (1, 30), (3, 40)] {
            push(key, millis);
        }
        assert_eq!(window.due(interval, 100, 100), Some(at(200)));
        assert_eq!(window.due(interval, 7, 100), Some(at(400)), "4 of 7 rows are there");
        assert_eq!(window.due(interval, 100, 7), Some(at(400)), "4 of 7 bytes are there");
        for since in [10, 20, 40] {
            assert_eq!(window.take(1, false).ops.len(), 1);
            assert_eq!(window.since(), Some(at(since)));
        }
    }

    #[test]
    fn without_a_key_every_row_stays() {
        let mut window = window(false);
        let op = Op { kind: RowKind::Insert, hash: 0, start: 0, key: 1, end: 1, weight: 1, came: 0 };
        for _ in 0..3 {
            assert!(!window.push(op, &[5], Instant::now()));
        }
        assert_eq!(window.take(usize::MAX, false).ops.len(), 3);
    }

    proptest! {
        /// Taking at any point and applying what was taken ends like applying one by one.
        #[test]
        fn the_last_operation_per_key_wins(steps in prop::collection::vec((0u8..5, 0u8..8, any::<u8>()), 0..200)) {
            let kinds = [RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter, RowKind::Delete];
            let (mut window, mut written, mut expected) = (window(true), HashMap::new(), HashMap::new());
            for (step, key, row) in steps {
                let Some(kind) = kinds.get(usize::from(step)) else {
                    apply(&mut written, &window.take(usize::from(row % 5), row % 2 == 0));
                    continue;
                };
                push(&mut window, *kind, key, row);
                match kind {
                    RowKind::Insert | RowKind::UpdateAfter => expected.insert(key, row),
                    RowKind::UpdateBefore | RowKind::Delete | RowKind::Kept => expected.remove(&key),
                };
            }
            apply(&mut written, &window.take(usize::MAX, true));
            prop_assert_eq!(written, expected);
        }
    }
}
