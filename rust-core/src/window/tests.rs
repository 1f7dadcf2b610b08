use super::*;
use crate::batch::Batch;
use crate::budget::{Budget, Reservation};
use crate::buffer::Spares;
use crate::row::frame::RowKind;
use crate::schema::{Column, ColumnType, Table};
use crate::unique::{Before, Image, UniqueIndex, marks};
use ahash::RandomState;
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;

const INTERVAL: Duration = Duration::from_millis(200);
const NO_LIMIT: Size = Size { rows: 3_000, weight: usize::MAX, bytes: usize::MAX, row_bytes: usize::MAX };

fn due(ticket: Ticket) -> Due {
    Due { interval: INTERVAL, ticket, pressed: false }
}

/// A row of an id, and of a value if it is not deleted; as the sink stages it, with the key behind it.
fn change(kind: RowKind, key: u8, value: u8) -> (Op, Arc<Segment>) {
    let deletes = matches!(kind, RowKind::Delete | RowKind::UpdateBefore);
    let row = if deletes { vec![key] } else { vec![value] };
    let mut bytes = Arc::new(Spares::new(0)).buffer(8);
    bytes.extend(&row);
    bytes.extend(&[key]);
    let op = Op {
        kind,
        hash: key.into(),
        start: 0,
        key: 1,
        end: 2,
        weight: 10,
        text: false,
        old_key: None,
        marks: None,
    };
    let reserved = Reservation::none(&Arc::new(Budget::new(1)));
    (op, Arc::new(Segment { bytes, reserved }))
}

fn push(window: &mut Window, kind: RowKind, key: u8, value: u8, now: Instant) -> bool {
    let (op, segment) = change(kind, key, value);
    window.push(op, &segment, 1, now, due(1))
}

/// The same for keys of which several share a hash.
fn push_alike(window: &mut Window, kind: RowKind, key: u8, value: u8) {
    let (op, segment) = change(kind, key, value);
    window.push(Op { hash: u64::from(key % 3), ..op }, &segment, 1, Instant::now(), due(1));
}

fn keys(found: Found) -> Vec<u8> {
    match found {
        Found::Batch(changes) => changes.iter().map(|change| change.key()[0]).collect(),
        Found::Nothing => Vec::new(),
        Found::TooLarge => vec![255],
    }
}

#[test]
fn rows_go_when_they_are_enough_or_have_waited() {
    let now = Instant::now();
    let mut window = Window::new(Order::Key);
    let size = Size { rows: 4, ..NO_LIMIT };
    push(&mut window, RowKind::Insert, 1, 0, now);
    assert_eq!(window.look_at(), Some(now + INTERVAL));
    assert_eq!(keys(window.take(now, size, due(1))), [0u8; 0]);
    assert_eq!(keys(window.take(now + INTERVAL, size, due(1))), [1]);
    for key in 2..7 {
        push(&mut window, RowKind::Insert, key, 0, now);
    }
    assert_eq!(window.ready(now, size), 1);
    assert_eq!(keys(window.take(now, size, due(1))), [2, 3, 4, 5]);
    assert_eq!(keys(window.take(now, size, due(1))), [0u8; 0]);
    // A flush asks for the rest.
    assert_eq!(keys(window.take(now, size, due(2))), [6]);
    assert!(window.is_empty() && window.ready(now + INTERVAL, size) == 0);
}

#[test]
fn more_than_half_a_batch_waits_twice_as_long() {
    let now = Instant::now();
    let mut window = Window::new(Order::Key);
    let size = Size { rows: 4, ..NO_LIMIT };
    for key in 1..4 {
        push(&mut window, RowKind::Insert, key, 0, now);
    }
    assert_eq!(keys(window.take(now + INTERVAL, size, due(1))), [0u8; 0]);
    assert_eq!(window.look_at(), Some(now + 2 * INTERVAL));
    assert_eq!(window.ready(now + INTERVAL, size), 0, "it is looked at when it is due");
    assert_eq!(keys(window.take(now + 2 * INTERVAL, size, due(1))), [1, 2, 3]);
}

#[test]
fn everything_goes_when_memory_is_short() {
    let now = Instant::now();
    let mut window = Window::new(Order::Key);
    push(&mut window, RowKind::Insert, 1, 0, now);
    assert_eq!(keys(window.take(now, NO_LIMIT, Due { pressed: true, ..due(1) })), [1]);
}

#[test]
fn a_key_waits_for_its_change_that_is_on_its_way() {
    let now = Instant::now();
    let mut window = Window::new(Order::Key);
    let size = Size { rows: 1, ..NO_LIMIT };
    push(&mut window, RowKind::Insert, 1, 10, now);
    let Found::Batch(first) = window.take(now, size, due(1)) else { panic!("a full batch") };
    assert!(!push(&mut window, RowKind::UpdateAfter, 1, 11, now), "what is on its way is not changed");
    assert!(push(&mut window, RowKind::UpdateAfter, 1, 12, now), "what waits is");
    push(&mut window, RowKind::Insert, 2, 20, now);
    assert_eq!(keys(window.take(now, size, due(1))), [2]);
    assert_eq!(keys(window.take(now, size, due(2))), [0u8; 0]);
    assert_eq!(
        (window.look_at(), window.ready(now, size)),
        (None, 0),
        "only the end of the first batch helps"
    );
    window.done(&first, now);
    assert_eq!(window.ready(now, size), 1);
    let Found::Batch(last) = window.take(now, size, due(1)) else { panic!("the key is free") };
    assert_eq!((last[0].key()[0], last[0].row()), (1, &[12][..]));
}

#[test]
fn a_row_too_large_for_now_waits_for_memory() {
    let now = Instant::now();
    let mut window = Window::new(Order::Key);
    push(&mut window, RowKind::Insert, 1, 0, now);
    let small = Size { bytes: 1, row_bytes: 1, ..NO_LIMIT };
    assert_eq!(keys(window.take(now, small, due(2))), [255]);
    assert_eq!(window.ready(now, small), 0);
    window.look(now);
    assert_eq!(keys(window.take(now, Size { row_bytes: 2, ..small }, due(2))), [1]);
}

#[test]
fn appended_rows_go_side_by_side_and_a_querys_one_after_the_other() {
    let now = Instant::now();
    let size = Size { rows: 1, ..NO_LIMIT };
    for (order, second) in [(Order::Free, vec![2]), (Order::Total, vec![])] {
        let mut window = Window::new(order);
        for key in 1..3 {
            let (mut op, segment) = change(RowKind::Insert, key, 0);
            op.hash = 0;
            assert!(!window.push(op, &segment, 1, now, due(1)));
        }
        assert_eq!(keys(window.take(now, size, due(1))), [1]);
        assert_eq!(keys(window.take(now, size, due(1))), second);
    }
}

/// A table that refuses two rows with one value, and the window in front of it.
struct World {
    dice: StdRng,
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
        };
        let index = |at: usize| UniqueIndex {
            name: format!("u{at}"),
            columns: exact.then(|| vec![at]),
            nulls_distinct: true,
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
        };
        Self {
            dice: StdRng::seed_from_u64(seed),
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

    /// One step of the source's history, which is valid by itself.
    fn step(&mut self) {
        let key = self.dice.random_range(0..8);
        let before = self.source.get(&key).copied();
        let after = if before.is_some() && self.dice.random_ratio(1, 4) {
            None
        } else {
            let value = |dice: &mut StdRng| Some(dice.random_range(0..10)).filter(|value| *value < 9);
            let row = [value(&mut self.dice), value(&mut self.dice)];
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
        let mut bytes = Arc::new(Spares::new(0)).buffer(8);
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
        self.window.push(op, &Arc::new(Segment { bytes, reserved }), 1, now, due(1));
    }

    fn take(&mut self) {
        self.window.look(Instant::now());
        let size = Size { rows: self.dice.random_range(1..8), ..NO_LIMIT };
        if let Found::Batch(changes) = self.window.take(Instant::now(), size, due(2)) {
            self.on_their_way.push(Batch::new(0, self.table.clone(), changes));
        }
    }

    /// One of the batches on their way commits: its deletes, then its upserts in any order.
    fn commit(&mut self) {
        let Some(at) = (0..self.on_their_way.len()).collect::<Vec<_>>().choose(&mut self.dice).copied()
        else {
            return;
        };
        let batch = self.on_their_way.swap_remove(at);
        self.window.done(batch.changes(), Instant::now());
        let mut halves = vec![batch];
        if self.dice.random() {
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
                if step.verb == crate::sql::Verb::Delete {
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
    for _ in 0..world.dice.random_range(1..80) {
        match world.dice.random_range(0..6) {
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn batches_in_any_order_end_as_one_by_one(steps in prop::collection::vec((0u8..4, 0u8..6, any::<u8>()), 0..120)) {
        let mut window = Window::new(Order::Key);
        let (mut expected, mut table) = (BTreeMap::new(), BTreeMap::new());
        let mut on_their_way: Vec<Vec<Change>> = Vec::new();
        let mut commit = |window: &mut Window, changes: Vec<Change>| {
            window.done(&changes, Instant::now());
            for change in changes {
                if change.op.deletes() {
                    table.remove(&change.key()[0]);
                } else {
                    table.insert(change.key()[0], change.row()[0]);
                }
            }
        };
        for (what, key, value) in steps {
            match what {
                0 => {
                    push_alike(&mut window, RowKind::Insert, key, value);
                    expected.insert(key, value);
                }
                1 => {
                    push_alike(&mut window, RowKind::Delete, key, value);
                    expected.remove(&key);
                }
                2 => {
                    let size = Size { rows: usize::from(value % 4) + 1, ..NO_LIMIT };
                    window.look(Instant::now());
                    if let Found::Batch(changes) = window.take(Instant::now(), size, due(2)) {
                        on_their_way.push(changes);
                    }
                }
                _ if on_their_way.is_empty() => {}
                _ => {
                    let changes = on_their_way.swap_remove(usize::from(value) % on_their_way.len());
                    commit(&mut window, changes);
                }
            }
        }
        loop {
            while let Some(changes) = on_their_way.pop() {
                commit(&mut window, changes);
            }
            window.look(Instant::now());
            match window.take(Instant::now(), NO_LIMIT, due(2)) {
                Found::Batch(changes) => on_their_way.push(changes),
                _ => break,
            }
        }
        prop_assert!(window.is_empty());
        prop_assert_eq!(table, expected);
    }
}
