//! A batch: changes of one table for one transaction, and the final state of each row.

use std::sync::Arc;
use std::time::Instant;

use ahash::{HashMap, RandomState};
use hashbrown::HashTable;
use smallvec::SmallVec;

use crate::queue::change::Change;
use crate::row::tuple;
use crate::table::schema::Table;
use crate::table::sql::Verb;

/// The changes of one transaction, in order of arrival.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Number of the table.
    pub number: usize,
    /// The table.
    pub table: Arc<Table>,
    changes: Vec<Change>,
    /// Positions in `changes` of rows that are deleted first: rows that do not exist at the end, and rows that release
    /// a unique value to another row of the batch. So the order of rows does not matter, although no two rows may share
    /// a unique value at any time.
    deletes: Vec<usize>,
    /// Positions in `changes` of the final rows.
    upserts: Vec<usize>,
    /// Whether rows outside the batch that hold its unique values are deleted.
    displaces: bool,
}

/// One statement of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// What it does.
    pub verb: Verb,
    /// Positions of its rows.
    rows: &'a [usize],
    changes: &'a [Change],
}

impl<'a> Step<'a> {
    /// Number of rows; at least one.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // a step is never empty
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Bytes of all rows.
    #[must_use]
    pub fn bytes(self) -> usize {
        self.rows().map(<[u8]>::len).sum()
    }

    /// The parameters of each row.
    pub fn rows(self) -> impl ExactSizeIterator<Item = &'a [u8]> {
        self.rows.iter().map(move |at| match self.verb {
            Verb::Upsert | Verb::Displace(_) => self.changes[*at].row(),
            Verb::Delete => self.changes[*at].key(),
        })
    }
}

impl Batch {
    /// A batch of these changes; there is at least one.
    #[must_use]
    pub fn new(number: usize, table: Arc<Table>, changes: Vec<Change>) -> Self {
        let mut batch =
            Self { number, table, changes, deletes: Vec::new(), upserts: Vec::new(), displaces: false };
        batch.plan();
        batch
    }

    fn plan(&mut self) {
        let rows = if self.changes.iter().any(|change| change.op.marks.is_some()) {
            final_rows(&self.changes)
        } else {
            // Each key occurs once.
            (0..self.changes.len()).map(|last| Row { last, moves: false }).collect()
        };
        let deleted = |row: &Row| self.changes[row.last].op.deletes();
        let goes = |row: &&Row| row.moves || self.displaces || deleted(row);
        self.deletes = rows.iter().filter(goes).map(|row| row.last).collect();
        self.upserts = rows.iter().filter(|row| !deleted(row)).map(|row| row.last).collect();
    }

    /// The same batch, but rows that hold one of its unique values are deleted first. Later changes of the source,
    /// written before the restart, created those rows, so the source sends them again.
    #[must_use]
    pub fn displacing(mut self) -> Self {
        self.displaces = true;
        self.plan();
        self
    }

    /// The arrival time of the change that waited longest.
    #[must_use]
    pub fn came(&self) -> Instant {
        self.changes.first().map_or_else(Instant::now, |change| change.came)
    }

    /// True if rows outside the batch are deleted.
    #[must_use]
    pub fn displaces(&self) -> bool {
        self.displaces
    }

    /// The statements of the transaction, in order.
    #[must_use]
    pub fn steps(&self) -> SmallVec<[Step<'_>; 4]> {
        let changes = &self.changes;
        let mut steps = SmallVec::new();
        if !self.deletes.is_empty() {
            steps.push(Step { verb: Verb::Delete, rows: &self.deletes, changes });
        }
        if !self.upserts.is_empty() {
            if self.displaces {
                let uniques = &self.table.uniques;
                let indexes = (0..uniques.len()).filter(|at| uniques[*at].shown).map(Verb::Displace);
                steps.extend(indexes.map(|verb| Step { verb, rows: &self.upserts, changes }));
            }
            steps.push(Step { verb: Verb::Upsert, rows: &self.upserts, changes });
        }
        steps
    }

    /// The changes.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Number of changes; at least one.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // a batch is never empty
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Rows that are deleted, and rows that are written.
    #[must_use]
    pub fn rows(&self) -> (usize, usize) {
        (self.deletes.len(), self.upserts.len())
    }

    /// Parameter bytes of all statements.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.steps().into_iter().map(Step::bytes).sum()
    }

    /// True if a parameter can only go in text format.
    #[must_use]
    pub fn has_text(&self) -> bool {
        self.upserts.iter().any(|at| self.changes[*at].op.text)
    }

    /// The parameters of the first change's key; empty if the table has none.
    #[must_use]
    pub fn first_key(&self) -> &[u8] {
        self.changes.first().map_or(&[], Change::key)
    }

    /// The key parameters of the first row before an update changed them; empty if no update did.
    #[must_use]
    pub fn first_old_key(&self) -> &[u8] {
        self.changes.first().and_then(|change| change.op.old_key.as_deref()).unwrap_or_default()
    }

    /// True if sending it twice has the same result as sending it once.
    #[must_use]
    pub fn idempotent(&self) -> bool {
        !self.table.append()
    }

    /// The earlier and the later half of the changes, or the batch itself if it is one change.
    ///
    /// # Errors
    /// The batch, if it has one change only.
    pub fn split(mut self) -> Result<(Self, Self), Box<Self>> {
        if self.changes.len() < 2 {
            return Err(Box::new(self));
        }
        let later = self.changes.split_off(self.changes.len() / 2);
        let mut second = Self { changes: later, deletes: Vec::new(), upserts: Vec::new(), ..self.clone() };
        self.plan();
        second.plan();
        Ok((self, second))
    }
}

/// The final state of a key.
struct Row {
    /// Position of its last change.
    last: usize,
    /// Whether it releases a unique value that another row of the batch takes.
    moves: bool,
}

/// The final rows of changes in which a key may occur several times, in order of the keys' first arrival.
fn final_rows(changes: &[Change]) -> Vec<Row> {
    let mut keys: HashTable<usize> = HashTable::with_capacity(changes.len());
    let mut rows: Vec<Row> = Vec::with_capacity(changes.len());
    let mut row_of = Vec::with_capacity(changes.len());
    for (at, change) in changes.iter().enumerate() {
        let same = |row: &usize| changes[rows[*row].last].key() == change.key();
        if let Some(row) = keys.find(change.op.hash, same).copied() {
            rows[row].last = at;
            row_of.push(row);
        } else {
            keys.insert_unique(change.op.hash, rows.len(), |row| changes[rows[*row].last].op.hash);
            row_of.push(rows.len());
            rows.push(Row { last: at, moves: false });
        }
    }
    if changes.iter().all(|change| change.op.marks.as_ref().is_none_or(|marks| marks.frees.is_empty())) {
        return rows;
    }
    // For each value the rows that take it, one after the other.
    let mut takers: HashMap<u64, SmallVec<[usize; 1]>> =
        HashMap::with_capacity_and_hasher(changes.len(), RandomState::default());
    for (change, row) in changes.iter().zip(&row_of) {
        for mark in change.op.marks.iter().flat_map(|marks| &marks.takes) {
            takers.entry(*mark).or_default().push(*row);
        }
    }
    for (change, row) in changes.iter().zip(&row_of) {
        let taken = |mark: &u64| takers.get(mark).is_some_and(|takers| takers.iter().any(|of| of != row));
        if change.op.marks.iter().flat_map(|marks| &marks.frees).any(taken) {
            rows[*row].moves = true;
        }
    }
    rows
}

/// The parameters at the positions `places` among all columns of a row.
pub fn chosen<'a>(run: &'a [u8], places: &[usize]) -> impl Iterator<Item = tuple::Param<'a>> {
    let mut params = tuple::params(run);
    let mut next = 0;
    places.iter().filter_map(move |place| {
        let param = params.nth(place - next);
        next = place + 1;
        param
    })
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests;
