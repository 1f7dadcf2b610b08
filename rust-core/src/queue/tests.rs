use super::*;
use crate::queue::budget::Reservation;
use crate::queue::buffer::BufferPool;
use crate::row::column::{Column, ColumnType};
use crate::row::frame::RowKind;

const BATCH_BYTES: usize = 1_000;

fn queue(tables: usize) -> Queue {
    let queue = Queue::new(&Arc::new(Budget::new(1)), Duration::from_secs(3_600), 3_000, BATCH_BYTES);
    for number in 0..tables {
        let column = Column {
            name: "id".to_owned(),
            source_type: String::new(),
            ty: ColumnType::Bytea,
            nullable: false,
            key: true,
            sent: true,
            identity: false,
        };
        let table = Table {
            schema: "s".to_owned(),
            name: format!("t{number}"),
            columns: vec![column],
            keys: vec![0],
            indexes: Vec::new(),
            uniques: Vec::new(),
            query: None,
            keeps_existing: false,
        };
        assert_eq!(queue.add_table(Arc::new(table), Form::Unnest, limits::TRANSACTION_ROWS), number);
    }
    queue
}

/// Adds inserts of so many bytes each, key included.
fn push(queue: &Queue, number: usize, keys: std::ops::Range<u16>, bytes: usize) {
    for key in keys {
        let mut row = vec![0; bytes - 2];
        row.extend_from_slice(&key.to_be_bytes());
        let mut buffer = Arc::new(BufferPool::new(0)).buffer(bytes);
        buffer.extend(&row);
        let op = Op {
            kind: RowKind::Insert,
            hash: key.into(),
            start: 0,
            key: bytes - 2,
            end: bytes,
            weight: bytes,
            text: false,
            old_key: None,
            marks: None,
        };
        let reserved = Reservation::none(&queue.budget);
        queue.push(number, &mut vec![op], &Arc::new(Segment { bytes: buffer, reserved }));
    }
}

#[track_caller]
fn taken(next: Next) -> (usize, usize) {
    match next {
        Next::Batch(batch) => (batch.number, batch.len()),
        other => panic!("{other:?} instead of a batch"),
    }
}

#[test]
fn a_row_that_is_too_large_is_looked_at_again_when_there_is_room() {
    let queue = queue(2);
    push(&queue, 0, 0..1, 2_000);
    push(&queue, 1, 0..1, 100);
    queue.flush();
    // The other table's batch goes, and what it needed too much memory for is not forgotten.
    assert_eq!(taken(queue.next(Instant::now(), BATCH_BYTES, 1)), (1, 1));
    assert_eq!(queue.ready(Instant::now()), 0);
    queue.has_room();
    assert_eq!(queue.ready(Instant::now()), 1);
    assert!(matches!(queue.next(Instant::now(), BATCH_BYTES, 1), Next::TooLarge));
    queue.has_room();
    assert_eq!(taken(queue.next(Instant::now(), 2_000, 1)), (0, 1));
}

#[test]
fn a_batch_goes_from_some_rows_on_and_idle_connections_share_what_waits() {
    let queue = Queue { batch_bytes: usize::MAX, ..queue(1) };
    let next = |connections| taken(queue.next(Instant::now(), usize::MAX, connections)).1;
    push(&queue, 0, 0..499, 2);
    assert_eq!(queue.ready(Instant::now()), 0);
    push(&queue, 0, 499..500, 2);
    assert_eq!(next(3), 500);
    push(&queue, 0, 500..2_300, 2);
    assert_eq!([next(3), next(2), next(1)], [600, 600, 600]);
    // A part that is not worth a transaction stays with another.
    push(&queue, 0, 2_300..3_000, 2);
    assert_eq!(next(10), 500);
    push(&queue, 0, 3_000..7_000, 2);
    assert_eq!([next(1), next(1)], [3_000, 1_200]);
}
