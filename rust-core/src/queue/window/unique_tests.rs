//! Random histories of a table with two unique indexes, in batches that are under way side by side.

use super::*;
use crate::queue::batch::Batch;
use crate::queue::budget::{Budget, Reservation};
use crate::queue::buffer::BufferPool;
use crate::queue::unique::{Before, Image, marks};
use crate::row::column::{Column, ColumnType};
use crate::row::frame::RowKind;
use crate::table::schema::Table;
use crate::table::schema::UniqueIndex;
use ahash::RandomState;
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;

const DUE: Due = Due { interval: Duration::from_millis(200), ticket: 1, pressed: false };
const NO_LIMIT: Size =
    Size { rows: 3_000, ready_rows: 3_000, weight: usize::MAX, bytes: usize::MAX, row_bytes: usize::MAX };

/// A table that refuses two rows with one value, and the window in front of it.
struct World {
    rng: StdRng,
    hasher: RandomState,
    table: Arc<Table>,
    window: Window,
    source: BTreeMap<u8, [Option<u8>; 2]>,
    target: BTreeMap<u8, [Option<u8>; 2]>,
    on_their_way: Vec<Batch>,
    told: Vec<String>,
    moved: usize,
}

impl World {
    fn new(seed: u64, exact: bool) -> Self {
        let column = |at: usize| Column {
            name: format!("c{at}"),
            source_type: String::new(),
            ty: ColumnType::Int2,
            nullable: at > 0,
            key: at == 0,
            sent: true,
            identity: false,
        };
        let index = |at: usize| UniqueIndex {
            name: format!("u{at}"),
            columns: exact.then(|| vec![at]),
            nulls_distinct: true,
            shown: true,
            expressions: Vec::new(),
            predicate: None,
        };
        let table = Table {
            schema: "s".to_owned(),
            name: "t".to_owned(),
            columns: (0..3).map(column).collect(),
            keys: vec![0],
            indexes: Vec::new(),
            uniques: vec![index(1), index(2)],
            query: None,
            keeps_existing: false,
        };
        Self {
            rng: StdRng::seed_from_u64(seed),
            hasher: RandomState::with_seed(1),
            table: Arc::new(table),
            window: Window::new(Order::KeyAndUnique),
            source: BTreeMap::new(),
            target: BTreeMap::new(),
            on_their_way: Vec::new(),
            told: Vec::new(),
            moved: 0,
        }
    }

    fn image(key: u8, row: [Option<u8>; 2]) -> (Vec<u8>, Vec<usize>) {
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for value in [Some(key), row[0], row[1]] {
            match value {
                None => crate::row::tuple::push_null(&mut bytes),
                Some(value) => crate::row::tuple::push_array([value], &mut bytes),
            }
            ends.push(bytes.len());
        }
        (bytes, ends)
    }

    /// One step of the source's history. Each step leaves valid rows.
    fn step(&mut self) {
        let key = self.rng.random_range(0..8);
        let before = self.source.get(&key).copied();
        let after = if before.is_some() && self.rng.random_ratio(1, 4) {
            None
        } else {
            let value = |rng: &mut StdRng| Some(rng.random_range(0..10)).filter(|value| *value < 9);
            let row = [value(&mut self.rng), value(&mut self.rng)];
            let taken = |at: usize| {
                row[at].is_some() && self.source.iter().any(|(of, other)| *of != key && other[at] == row[at])
            };
            if taken(0) || taken(1) {
                return;
            }
            Some(row)
        };
        let kind = match (before, after) {
            (_, None) => RowKind::Delete,
            (None, Some(_)) => RowKind::Insert,
            (Some(_), Some(_)) => RowKind::UpdateAfter,
        };
        self.told.push(format!("{key}={after:?}"));
        let old = before.map(|row| Self::image(key, row));
        let new = after.map(|row| Self::image(key, row));
        let marks = marks(
            &self.hasher,
            &self.table,
            old.as_ref().map_or(Before::Absent, |(bytes, ends)| Before::Row(Image::new(bytes, 0, ends))),
            new.as_ref().map(|(bytes, ends)| Image::new(bytes, 0, ends)),
        );
        let row = new.map_or_else(|| vec![key], |(bytes, _)| bytes);
        let mut bytes = Arc::new(BufferPool::new(0)).buffer(8);
        bytes.extend(&row);
        bytes.extend(&[key]);
        let op = Op {
            kind,
            hash: u64::from(key),
            start: 0,
            key: row.len(),
            end: row.len() + 1,
            weight: 1,
            text: false,
            old_key: None,
            marks: Some(marks).filter(|marks| !marks.is_empty()).map(Box::new),
        };
        match after {
            None => self.source.remove(&key),
            Some(row) => self.source.insert(key, row),
        };
        let reserved = Reservation::none(&Arc::new(Budget::new(1)));
        let now = Instant::now();
        self.window.push(op, &Arc::new(Segment { bytes, reserved }), 1, now, DUE);
    }

    fn take(&mut self) {
        self.window.look(Instant::now());
        let size = Size { rows: self.rng.random_range(1..8), ..NO_LIMIT };
        if let Found::Batch(changes) = self.window.take(Instant::now(), size, Due { ticket: 2, ..DUE }) {
            self.on_their_way.push(Batch::new(0, self.table.clone(), changes));
        }
    }

    /// One of the batches on their way commits: its deletes, then its upserts in any order.
    fn commit(&mut self) {
        let Some(at) = (0..self.on_their_way.len()).collect::<Vec<_>>().choose(&mut self.rng).copied() else {
            return;
        };
        let batch = self.on_their_way.swap_remove(at);
        self.window.done(batch.changes(), Instant::now());
        let mut halves = vec![batch];
        if self.rng.random() {
            let batch = halves.remove(0);
            halves = match batch.split() {
                Ok((first, second)) => vec![first, second],
                Err(batch) => vec![*batch],
            };
        }
        for batch in halves {
            self.apply(&batch);
        }
    }

    fn apply(&mut self, batch: &Batch) {
        for step in batch.steps() {
            let mut rows: Vec<&[u8]> = step.rows().collect();
            rows.reverse();
            for row in rows {
                if step.verb == crate::table::sql::Verb::Delete {
                    self.target.remove(&row[0]);
                    continue;
                }
                let mut params =
                    crate::row::tuple::params(row).map(|param| param.bytes.map(|bytes| bytes[0]));
                let mut next = || params.next().flatten();
                let (key, new) = (next(), [next(), next()]);
                let key = key.unwrap_or(255);
                for (of, other) in &self.target {
                    let shared = (0..2).any(|at| new[at].is_some() && new[at] == other[at]);
                    assert!(*of == key || !shared, "{key} and {of} share a value: {}", self.told.join(" "));
                }
                self.target.insert(key, new);
            }
        }
        let (deletes, upserts) = batch.rows();
        self.moved += (deletes + upserts).saturating_sub(batch.len());
    }
}

fn run(seed: u64, exact: bool) -> usize {
    let mut world = World::new(seed, exact);
    for _ in 0..world.rng.random_range(1..80) {
        match world.rng.random_range(0..6) {
            0..=2 => world.step(),
            3 | 4 => world.take(),
            _ => world.commit(),
        }
    }
    while !(world.window.is_empty() && world.on_their_way.is_empty()) {
        world.take();
        world.commit();
    }
    assert_eq!(world.target, world.source, "{}", world.told.join(" "));
    world.moved
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]
    #[test]
    fn no_two_rows_ever_share_a_unique_value(seed: u64, exact: bool) {
        run(seed, exact);
    }
}

#[test]
fn histories_of_the_property_move_values_within_batches() {
    assert!((0..200).map(|seed| run(seed, true)).sum::<usize>() > 0);
}
