use super::*;
use crate::queue::budget::{Budget, Reservation};
use crate::queue::buffer::BufferPool;
use crate::queue::change::{Op, Segment};
use crate::queue::unique::Marks;
use crate::row::column::{Column, ColumnType};
use crate::row::frame::RowKind;
use std::time::Instant;

fn table() -> Arc<Table> {
    let column = |at| Column {
        name: format!("c{at}"),
        source_type: String::new(),
        ty: ColumnType::Bytea,
        nullable: true,
        key: at == 0,
        sent: true,
        identity: false,
    };
    Arc::new(Table {
        schema: "s".to_owned(),
        name: "t".to_owned(),
        columns: (0..2).map(column).collect(),
        keys: vec![0],
        indexes: Vec::new(),
        uniques: Vec::new(),
        query: None,
        keeps_existing: false,
    })
}

/// A change of `key` to `value` or away, with the unique values that it takes and gives up.
fn change(key: u8, value: Option<u8>, takes: &[u64], frees: &[u64]) -> Change {
    let mut bytes = Arc::new(BufferPool::new(0)).buffer(8);
    bytes.extend(&[value.unwrap_or(key), key]);
    let marks = Marks { takes: takes.into(), frees: frees.into() };
    let op = Op {
        kind: if value.is_some() { RowKind::Insert } else { RowKind::Delete },
        hash: key.into(),
        start: 0,
        key: 1,
        end: 2,
        weight: 1,
        text: false,
        old_key: None,
        marks: Some(marks).filter(|marks| !marks.is_empty()).map(Box::new),
    };
    let reserved = Reservation::none(&Arc::new(Budget::new(1)));
    Change::new(op, &Arc::new(Segment { bytes, reserved }), 1, Instant::now())
}

#[track_caller]
fn check(batch: &Batch, expected: &[(Verb, &[u8])]) {
    let steps = batch.steps();
    let found: Vec<(Verb, Vec<u8>)> =
        steps.iter().map(|step| (step.verb, step.rows().map(|row| row[0]).collect())).collect();
    let expected: Vec<(Verb, Vec<u8>)> = expected.iter().map(|(verb, rows)| (*verb, rows.to_vec())).collect();
    assert_eq!(found, expected);
}

#[test]
fn deletes_come_before_upserts() {
    let batch = Batch::new(
        0,
        table(),
        vec![change(1, Some(10), &[], &[]), change(2, None, &[], &[]), change(3, Some(30), &[], &[])],
    );
    check(&batch, &[(Verb::Delete, &[2]), (Verb::Upsert, &[10, 30])]);
    check(&batch.displacing(), &[(Verb::Delete, &[1, 2, 3]), (Verb::Upsert, &[10, 30])]);
}

#[test]
fn rows_that_swap_a_value_are_deleted_and_inserted() {
    let swapped = vec![change(1, Some(10), &[8], &[7]), change(2, Some(20), &[7], &[8])];
    check(&Batch::new(0, table(), swapped), &[(Verb::Delete, &[1, 2]), (Verb::Upsert, &[10, 20])]);
    let alone = vec![change(1, Some(10), &[8], &[7]), change(2, Some(20), &[6], &[5])];
    check(&Batch::new(0, table(), alone), &[(Verb::Upsert, &[10, 20])]);
}

#[test]
fn of_a_key_that_comes_twice_the_last_is_sent() {
    let twice = vec![
        change(1, Some(10), &[8], &[7]),
        change(1, Some(11), &[9], &[8]),
        change(2, Some(20), &[7], &[]),
    ];
    check(&Batch::new(0, table(), twice), &[(Verb::Delete, &[1]), (Verb::Upsert, &[11, 20])]);
    let gone =
        vec![change(1, Some(10), &[8], &[]), change(1, None, &[], &[8]), change(1, Some(12), &[9], &[])];
    check(&Batch::new(0, table(), gone), &[(Verb::Upsert, &[12])]);
}

#[test]
fn halves_are_in_order_and_one_change_is_not_split() {
    let three = vec![change(1, Some(10), &[], &[]), change(2, Some(20), &[], &[]), change(3, None, &[], &[])];
    let Ok((first, second)) = Batch::new(0, table(), three).split() else { panic!("three are split") };
    check(&first, &[(Verb::Upsert, &[10])]);
    check(&second, &[(Verb::Delete, &[3]), (Verb::Upsert, &[20])]);
    assert!(first.split().is_err());
}
