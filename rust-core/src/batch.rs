//! Batches: operations of one kind on one table that fit one statement and one transaction.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::budget::Reservation;
use crate::buffer::Buffer;
use crate::coalesce::{Op, Taken};
use crate::limits;
use crate::schema::Table;
use crate::sql::Verb;

/// Bytes of a Bind message for a parameter besides its head and value: its format code.
const FORMAT_BYTES: usize = 2;

/// The bytes that batches share, and the memory reserved for them.
#[derive(Debug)]
pub struct Arena {
    bytes: Buffer,
    _reserved: Arc<Reservation>,
}

/// One statement's worth of rows.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Number of the table.
    pub number: usize,
    /// The table.
    pub table: Arc<Table>,
    /// What it does.
    pub verb: Verb,
    /// True if it has as many rows as batches of this table may have: the next full one is alike.
    pub full: bool,
    rows: Vec<Span>,
    arena: Arc<Arena>,
}

/// A row's parameters in the arena, and its key's.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    key: usize,
    key_end: usize,
    old: (usize, usize),
}

/// How large a batch may be.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Rows.
    pub rows: usize,
    /// Bytes as the database accounts them.
    pub bytes: usize,
}

/// Cuts what was taken out of a window into batches of at most `most`, deletes first: so a row that takes
/// over a unique value finds its former owner gone.
#[must_use]
pub fn cut(
    number: usize,
    table: &Arc<Table>,
    taken: Taken,
    most: Size,
    reserved: Arc<Reservation>,
) -> VecDeque<Batch> {
    let arena = Arc::new(Arena { bytes: taken.arena, _reserved: reserved });
    let mut batches = VecDeque::new();
    let batch = |verb, rows: Vec<Span>, most| {
        let full = rows.len() == most;
        Batch { number, table: table.clone(), verb, full, rows, arena: arena.clone() }
    };
    for verb in [Verb::Delete, Verb::Upsert] {
        let width = verb.columns(table).len();
        let rows = most.rows.min(limits::TRANSACTION_ROWS).min(limits::PARAMETERS / width.max(1)).max(1);
        let mut filling = Filling::default();
        for op in taken.ops.iter().filter(|op| op.verb() == verb) {
            let message = parameters(op, verb) + width * FORMAT_BYTES;
            let full = filling.rows.len() == rows
                || filling.weight + op.weight > most.bytes
                || filling.message + message > limits::ROW_MESSAGE_BYTES;
            if full && !filling.rows.is_empty() {
                let filled = std::mem::take(&mut filling).rows;
                batches.push_back(batch(verb, filled, rows));
            }
            filling.add(op, verb, message);
        }
        if !filling.rows.is_empty() {
            batches.push_back(batch(verb, filling.rows, rows));
        }
    }
    batches
}

#[derive(Default)]
struct Filling {
    rows: Vec<Span>,
    weight: usize,
    message: usize,
}

impl Filling {
    fn add(&mut self, op: &Op, verb: Verb, message: usize) {
        let (start, end) = match verb {
            Verb::Upsert => (op.start, op.key),
            Verb::Delete => (op.key, op.end),
        };
        self.rows.push(Span { start, end, key: op.key, key_end: op.end, old: op.old });
        self.weight += op.weight;
        self.message += message;
    }
}

fn parameters(op: &Op, verb: Verb) -> usize {
    match verb {
        Verb::Upsert => op.key - op.start,
        Verb::Delete => op.end - op.key,
    }
}

impl Batch {
    /// Number of rows; at least one.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // a batch is never empty
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Parameter bytes of all rows.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.rows.iter().map(|row| row.end - row.start).sum()
    }

    /// The parameters of each row.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.rows.iter().map(|row| &self.arena.bytes[row.start..row.end])
    }

    /// The parameters of the first row's key; empty if the table has none.
    #[must_use]
    pub fn first_key(&self) -> &[u8] {
        self.rows.first().map_or(&[], |row| &self.arena.bytes[row.key..row.key_end])
    }

    /// Those of the key that the first row had before an update changed it; empty if none did.
    #[must_use]
    pub fn first_old_key(&self) -> &[u8] {
        self.rows.first().map_or(&[], |row| &self.arena.bytes[row.old.0..row.old.1])
    }

    /// True if sending it twice leaves what sending it once leaves.
    #[must_use]
    pub fn idempotent(&self) -> bool {
        !self.table.append()
    }

    /// Two halves in order; `None` if there is one row only.
    #[must_use]
    pub fn split(mut self) -> Option<(Self, Self)> {
        if self.rows.len() < 2 {
            return None;
        }
        self.full = false;
        let rows = self.rows.split_off(self.rows.len() / 2);
        let second = Self { rows, ..self.clone() };
        Some((self, second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::buffer::Spares;
    use crate::coalesce::Window;
    use crate::row::frame::RowKind;
    use crate::schema::{Column, ColumnType};
    use proptest::prelude::*;
    use std::time::Instant;

    fn table(columns: usize) -> Arc<Table> {
        let column = |at| Column {
            name: format!("c{at}"),
            source_type: String::new(),
            ty: ColumnType::Bytea,
            nullable: true,
            key: at == 0,
            sent: true,
        };
        Arc::new(Table {
            schema: "s".to_owned(),
            name: "t".to_owned(),
            columns: (0..columns).map(column).collect(),
            keys: vec![0],
            indexes: Vec::new(),
            query: None,
        })
    }

    fn window(rows: &[(bool, usize)]) -> Window {
        let mut window = Window::new(false, &Arc::new(Spares::new(0)));
        for (at, (delete, size)) in rows.iter().enumerate() {
            let mut source = if *delete { Vec::new() } else { vec![7; *size] };
            let key = source.len();
            source.extend_from_slice(&at.to_be_bytes());
            let kind = if *delete { RowKind::Delete } else { RowKind::Insert };
            let op = Op {
                kind,
                hash: 0,
                start: 0,
                key,
                end: source.len(),
                old: (0, 0),
                weight: source.len() + limits::ROW_OVERHEAD,
                came: 0,
            };
            window.push(op, &source, Instant::now());
        }
        window
    }

    fn cut_all(columns: usize, rows: &[(bool, usize)], most: usize) -> VecDeque<Batch> {
        let budget = Arc::new(Budget::new(1));
        cut(
            0,
            &table(columns),
            window(rows).take(usize::MAX, true),
            Size { rows: most, bytes: limits::BATCH_BYTES },
            Arc::new(Reservation::none(&budget)),
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn batches_hold_every_row_once_within_the_limits(
            columns in 1usize..200,
            most in 1usize..4_000,
            rows in prop::collection::vec((any::<bool>(), 0usize..300_000), 0..300),
        ) {
            let batches = cut_all(columns, &rows, most);
            let mut seen = Vec::new();
            for batch in &batches {
                let width = batch.verb.columns(&batch.table).len();
                prop_assert!(batch.len() <= most && batch.len() * width <= limits::PARAMETERS);
                prop_assert!(batch.bytes() + batch.len() * limits::ROW_OVERHEAD <= limits::TRANSACTION_BYTES);
                let mut rest = Some(batch.clone());
                while let Some(batch) = rest.take() {
                    let mut key = [0; 8];
                    key.copy_from_slice(batch.first_key());
                    seen.push(usize::from_be_bytes(key));
                    rest = batch.clone().split().map(|(_, second)| second).filter(|_| batch.len() == 2);
                    if batch.len() > 2 {
                        // Keys of longer batches are read one by one through halves.
                        let mut halves = vec![batch];
                        seen.pop();
                        while let Some(half) = halves.pop() {
                            match half.clone().split() {
                                Some((first, second)) => halves.extend([second, first]),
                                None => {
                                    key.copy_from_slice(half.first_key());
                                    seen.push(usize::from_be_bytes(key));
                                }
                            }
                        }
                    }
                }
            }
            let deletes = rows.iter().enumerate().filter(|(_, (delete, _))| *delete);
            let upserts = rows.iter().enumerate().filter(|(_, (delete, _))| !*delete);
            let expected: Vec<usize> = deletes.chain(upserts).map(|(at, _)| at).collect();
            prop_assert_eq!(seen, expected);
        }
    }

    #[test]
    fn parameters_and_rows_bound_a_batch() {
        let rows = vec![(false, 10); 3_001];
        assert_eq!(cut_all(3, &rows, 5_000).iter().map(Batch::len).collect::<Vec<_>>(), [3_000, 1]);
        assert_eq!(cut_all(100, &rows, 5_000)[0].len(), 655);
    }

    #[test]
    fn a_single_row_is_not_split() {
        assert!(cut_all(1, &[(false, 1)], 1).remove(0).is_some_and(|batch| batch.split().is_none()));
    }
}
