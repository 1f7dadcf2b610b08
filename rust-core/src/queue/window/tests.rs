use super::*;
use crate::queue::budget::{Budget, Reservation};
use crate::queue::buffer::BufferPool;
use crate::row::frame::RowKind;
use proptest::prelude::*;
use std::collections::BTreeMap;

const INTERVAL: Duration = Duration::from_millis(200);
const NO_LIMIT: Size =
    Size { rows: 3_000, ready_rows: 3_000, weight: usize::MAX, bytes: usize::MAX, row_bytes: usize::MAX };

fn due(ticket: Ticket) -> Due {
    Due { interval: INTERVAL, ticket, pressed: false }
}

/// A row of an id, and of a value if it is not deleted; as the sink stages it, with the key behind it.
fn change(kind: RowKind, key: u8, value: u8) -> (Op, Arc<Segment>) {
    let deletes = matches!(kind, RowKind::Delete | RowKind::UpdateBefore);
    let row = if deletes { vec![key] } else { vec![value] };
    let mut bytes = Arc::new(BufferPool::new(0)).buffer(8);
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
