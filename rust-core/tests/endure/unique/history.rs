//! Random histories of a source: statements that move unique values between rows, and others.

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use super::source::{Source, Step};
use super::table::{Column, Kind, Row};

/// The number of keys and values of a history. They start at the history's number times this, so
/// that no two histories share a unique value.
pub(super) const ROOM: i64 = 10_000;
/// The first unique value of the rows that a history begins with.
const VALUES: i64 = 1_000;
/// The first temporary value, which is negative.
const TEMPORARY: i64 = 9_000;

/// A source, and the changes to it.
pub(super) struct History {
    source: Source,
    rng: StdRng,
    base: i64,
    last: i64,
}

impl History {
    /// A source without rows.
    pub(super) fn new(kind: Kind, seed: u64, number: u64) -> Self {
        let rng = StdRng::seed_from_u64(seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let base = i64::try_from(number).unwrap() * ROOM;
        Self { source: Source::new(kind), rng, base, last: 0 }
    }

    /// The steps of a random history.
    pub(super) fn random(kind: Kind, seed: u64, number: u64) -> Vec<Step> {
        let mut history = Self::new(kind, seed, number);
        // Most histories are small, so that there can be many.
        let count = match history.rng.random_range(0..400) {
            0 => 300,
            1..=6 => 50,
            _ => history.rng.random_range(1..9),
        };
        history.fill(count);
        let most = if history.rng.random_ratio(1, 20) { 30 } else { 6 };
        for _ in 0..history.rng.random_range(1..most) {
            history.statement();
        }
        history.source.take()
    }

    /// The steps since the last call.
    pub(super) fn take(&mut self) -> Vec<Step> {
        self.source.take()
    }

    /// The current rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.source.rows.values()
    }

    /// Keys of the rows that have a value, ordered by it.
    pub(super) fn sorted(&self, column: Column) -> Vec<i64> {
        self.source.sorted(column)
    }

    /// Inserts rows with consecutive values.
    pub(super) fn fill(&mut self, count: i64) {
        for at in 0..count {
            let value = self.base + VALUES + at;
            let mut row = self.row(self.base + at, value);
            if self.source.kind.nullable() && self.rng.random_ratio(1, 6) {
                let column = self.column();
                row = row.with(column, None);
            }
            self.source.attempt(None, Some(row));
        }
    }

    /// A row whose unique values follow from one number.
    fn row(&mut self, id: i64, value: i64) -> Row {
        self.last += 1;
        let c = match self.source.kind {
            Kind::Partial => self.rng.random_range(0..2),
            // A row of a list; another list has the same value.
            Kind::Composite => self.base + self.rng.random_range(0..2),
            _ => value,
        };
        let b = if self.source.kind == Kind::Keyed { self.base + id % 2 } else { value };
        Row { id, a: Some(value), b: Some(b), c: Some(c), v: self.last }
    }

    /// A statement of the source: changes of several rows, each of them valid at its time.
    fn statement(&mut self) {
        match self.rng.random_range(0..13) {
            0 | 1 => {
                let (column, up) = (self.column(), self.rng.random());
                let mut keys = self.sorted(column);
                // All rows, or those from one on.
                let from = if self.rng.random() { 0 } else { self.rng.random_range(0..=keys.len()) };
                self.shift(column, keys.split_off(from), up);
            }
            2 => self.swap(),
            3 => {
                let column = self.column();
                let mut keys = self.sorted(column);
                if self.rng.random() {
                    keys.shuffle(&mut self.rng);
                }
                self.rotate(column, &keys);
            }
            4 => self.renumber(),
            5 => self.insert_between(),
            6 => self.replace_by_new_key(),
            7 => self.replace(),
            8 => self.insert_or_update(),
            9 => self.change_key(),
            10 => self.swap_keys(),
            11 => self.swap_by_insert(),
            _ => self.single_change(),
        }
    }

    /// `UPDATE t SET x = x + 1 ORDER BY x DESC`, or `x - 1 ORDER BY x`.
    pub(super) fn shift(&mut self, column: Column, mut keys: Vec<i64>, up: bool) {
        if up {
            keys.reverse();
        }
        for key in keys {
            self.moved(key, column, |value| value + if up { 1 } else { -1 });
        }
    }

    /// Each row gets the value of the one before it, and the first row that of the last, through a
    /// temporary value.
    pub(super) fn rotate(&mut self, column: Column, keys: &[i64]) {
        let values: Vec<_> = keys.iter().map(|key| self.source.rows[key].get(column)).collect();
        let (Some(first), Some(last)) = (keys.first(), values.last()) else { return };
        self.set_aside(*first, column);
        for (key, value) in keys[1..].iter().zip(&values) {
            self.set(*key, column, *value);
        }
        self.set(*first, column, *last);
    }

    /// Two rows swap a value through a temporary one.
    fn swap(&mut self) {
        let (Some(one), Some(other)) = (self.any(), self.any()) else { return };
        let column = self.column();
        let (left, right) = (self.source.rows[&one].get(column), self.source.rows[&other].get(column));
        if one != other && left.is_some() && right.is_some() {
            self.set_aside(one, column);
            self.set(other, column, left);
            self.set(one, column, right);
        }
    }

    /// All values become negative first, then get a new order.
    fn renumber(&mut self) {
        let column = self.column();
        let keys = self.sorted(column);
        let mut values: Vec<_> = keys.iter().map(|key| self.source.rows[key].get(column)).collect();
        for key in &keys {
            self.moved(*key, column, |value| -value);
        }
        values.shuffle(&mut self.rng);
        for (key, value) in keys.iter().zip(values) {
            self.set(*key, column, value);
        }
    }

    /// Makes room by a shift and inserts a row there; or deletes one and closes the gap.
    fn insert_between(&mut self) {
        let column = self.column();
        let keys = self.sorted(column);
        let Some(at) = (!keys.is_empty()).then(|| self.rng.random_range(0..keys.len())) else { return };
        let value = self.source.rows[&keys[at]].get(column);
        if self.rng.random() {
            for key in keys[at..].iter().rev() {
                self.moved(*key, column, |value| value + 1);
            }
            let row = self.fresh().with(column, value);
            self.source.attempt(None, Some(row));
        } else {
            self.source.attempt(Some(keys[at]), None);
            for key in &keys[at + 1..] {
                self.moved(*key, column, |value| value - 1);
            }
        }
    }

    /// A row is deleted, and another one with the same values is inserted.
    fn replace_by_new_key(&mut self) {
        let Some(row) = self.any().map(|key| self.source.rows[&key]) else { return };
        self.source.attempt(Some(row.id), None);
        let id = self.free_key();
        self.last += 1;
        self.source.attempt(None, Some(Row { id, v: self.last, ..row }));
    }

    /// REPLACE: conflicting rows are deleted; MySQL may turn the last delete and the insert into an
    /// update of the key.
    fn replace(&mut self) {
        let row = self.colliding();
        let mut in_the_way = self.source.in_the_way(&row);
        let updated = if self.rng.random() { in_the_way.pop() } else { None };
        for key in in_the_way {
            self.source.attempt(Some(key), None);
        }
        self.source.attempt(updated, Some(row));
    }

    /// INSERT .. ON DUPLICATE KEY UPDATE.
    fn insert_or_update(&mut self) {
        let row = self.colliding();
        match self.source.in_the_way(&row).first() {
            None => self.source.attempt(None, Some(row)),
            Some(key) => {
                let changed = Row { id: *key, v: row.v, ..self.source.rows[key] };
                let column = self.column();
                let changed = if self.rng.random() { changed.with(column, row.get(column)) } else { changed };
                self.source.attempt(Some(*key), Some(changed))
            }
        };
    }

    /// A row gets another key, and sometimes another value; another row may get the old key at
    /// once.
    fn change_key(&mut self) {
        let Some(old) = self.any().map(|key| self.source.rows[&key]) else { return };
        let id = self.free_key();
        self.last += 1;
        let mut new = Row { id, v: self.last, ..old };
        if self.rng.random_ratio(1, 3) {
            let column = self.column();
            new = new.with(column, Some(self.free_value()));
        }
        if self.source.attempt(Some(old.id), Some(new)) && self.rng.random() {
            let value = self.free_value();
            let row = self.row(old.id, value);
            self.source.attempt(None, Some(row));
        }
    }

    /// Two rows swap their keys through a temporary one, and keep all other values.
    fn swap_keys(&mut self) {
        let (Some(one), Some(other)) = (self.any(), self.any()) else { return };
        if one == other {
            return;
        }
        let between = self.free_key();
        for (from, to) in [(one, between), (other, one), (between, other)] {
            let row = Row { id: to, ..self.source.rows[&from] };
            self.source.attempt(Some(from), Some(row));
        }
    }

    /// Two rows swap a value: one of them is deleted and inserted again.
    fn swap_by_insert(&mut self) {
        let (Some(one), Some(other)) = (self.any(), self.any()) else { return };
        let column = self.column();
        let (left, right) = (self.source.rows[&one], self.source.rows[&other]);
        if one != other {
            self.source.attempt(Some(one), None);
            self.set(other, column, left.get(column));
            let mut back = left.with(column, right.get(column));
            self.last += 1;
            back.v = self.last;
            self.source.attempt(None, Some(back));
        }
    }

    /// Single changes: inserts, deletes, updates of columns that are not unique, or that the WHERE
    /// of an index uses.
    fn single_change(&mut self) {
        for _ in 0..self.rng.random_range(1..8) {
            let row = self.any().map(|key| self.source.rows[&key]);
            self.last += 1;
            match (row, self.rng.random_range(0..6)) {
                (None, _) | (_, 0) => {
                    let row = self.fresh();
                    self.source.attempt(None, Some(row));
                }
                (Some(row), 1) => _ = self.source.attempt(Some(row.id), None),
                (Some(row), 2) if self.source.kind == Kind::Partial => {
                    let c = row.c.map(|c| 1 - c);
                    self.source.attempt(Some(row.id), Some(Row { c, v: self.last, ..row }));
                }
                (Some(row), 3) if self.source.kind.nullable() => {
                    let column = self.column();
                    self.set(row.id, column, None);
                }
                (Some(row), 4) => {
                    let (column, value) = (self.column(), self.free_value());
                    self.set(row.id, column, Some(value));
                }
                (Some(row), _) => _ = self.source.attempt(Some(row.id), Some(Row { v: self.last, ..row })),
            }
        }
    }

    fn column(&mut self) -> Column {
        let moving = self.source.kind.moving();
        moving[self.rng.random_range(0..moving.len())]
    }

    fn any(&mut self) -> Option<i64> {
        let at = self.rng.random_range(0..self.source.rows.len().max(1));
        self.source.rows.keys().nth(at).copied()
    }

    fn free_key(&mut self) -> i64 {
        let used = |key: i64| self.source.rows.contains_key(&(self.base + key));
        let mut key = self.rng.random_range(0..12);
        while used(key) {
            key += 1;
        }
        self.base + key
    }

    /// A value that probably no row has; it differs from the last one.
    fn free_value(&mut self) -> i64 {
        self.last += 1;
        -(self.base + TEMPORARY + self.last % (ROOM - TEMPORARY))
    }

    fn fresh(&mut self) -> Row {
        let (id, value) = (self.free_key(), self.free_value());
        self.row(id, value)
    }

    /// A row that probably has the same key, the same value, or both, as other rows.
    fn colliding(&mut self) -> Row {
        let row = self.fresh();
        let id = if self.rng.random() { row.id } else { self.any().unwrap_or(row.id) };
        let Some(other) = self.any().map(|key| self.source.rows[&key]) else { return row };
        if self.rng.random() {
            return Row { id, v: row.v, ..other };
        }
        let column = self.column();
        Row { id, ..row }.with(column, other.get(column))
    }

    fn moved(&mut self, key: i64, column: Column, change: impl FnOnce(i64) -> i64) -> bool {
        let value = self.source.rows[&key].get(column).map(change);
        self.set(key, column, value)
    }

    /// Gives a row a value that no other row has, or NULL.
    fn set_aside(&mut self, key: i64, column: Column) {
        let value = self.free_value();
        let none = self.source.kind.nullable() && self.rng.random();
        self.set(key, column, (!none).then_some(value));
    }

    fn set(&mut self, key: i64, column: Column, value: Option<i64>) -> bool {
        self.last += 1;
        let Some(row) = self.source.rows.get(&key) else { return false };
        let row = Row { v: self.last, ..*row }.with(column, value);
        self.source.attempt(Some(key), Some(row))
    }
}
