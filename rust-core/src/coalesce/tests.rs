use super::*;
use proptest::prelude::*;
use std::collections::HashMap;

fn window(keyed: bool) -> Window {
    Window::new(keyed, &Arc::new(Spares::new(1)))
}

fn push(window: &mut Window, kind: RowKind, key: u8, row: u8) -> bool {
    // Row bytes in front of the key, as the sink stages them.
    let source =
        if matches!(kind, RowKind::Delete | RowKind::UpdateBefore) { vec![key] } else { vec![row, key] };
    let op = Op {
        kind,
        hash: u64::from(key % 3),
        start: 0,
        key: source.len() - 1,
        end: source.len(),
        old: (0, 0),
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
        let op =
            Op { kind: RowKind::Insert, hash: 0, start: 0, key: 0, end: 1, old: (0, 0), weight: 1, came: 0 };
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
    let op = Op { kind: RowKind::Insert, hash: 0, start: 0, key: 1, end: 1, old: (0, 0), weight: 1, came: 0 };
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
                RowKind::UpdateBefore | RowKind::Delete => expected.remove(&key),
            };
        }
        apply(&mut written, &window.take(usize::MAX, true));
        prop_assert_eq!(written, expected);
    }
}
