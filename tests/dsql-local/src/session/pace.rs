//! The time that a session takes for what it has done: the model of `cost`, applied to one connection.
//!
//! The session sleeps before a commit, while the rows are still locked as on a real cluster, and
//! before ReadyForQuery. It does not sleep for time that PostgreSQL and the stand-in have used
//! already.

use std::time::{Duration, Instant};

use super::{Flow, Session};
use crate::cost::{self, Work};
use crate::sql::Kind;

/// The work and the time so far of the messages up to a Sync, or of one query string.
#[derive(Debug, Default)]
pub(super) struct Bill {
    /// When the first message was read.
    since: Option<Instant>,
    /// The total time that the work costs.
    owed: Duration,
    /// Work whose time is not added yet.
    work: Work,
    /// The rows of this work by table, for the entries in secondary indexes.
    tables: Vec<(String, u64)>,
}

impl Bill {
    /// Starts the clock, when a message of the client is read.
    pub(super) fn begin(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    /// Adds a statement that reads.
    pub(super) fn read(&mut self) {
        self.work.statements += 1;
    }

    /// Adds a statement that wrote; `opens`: it is the first of its transaction.
    pub(super) fn wrote(&mut self, opens: bool, deletes: bool, table: Option<&str>, rows: u64) {
        if opens {
            self.work.opens = true;
        } else {
            self.work.statements += 1;
        }
        if deletes {
            self.work.deleted += rows;
            return;
        }
        self.work.rows += rows;
        if let Some(table) = table.filter(|_| rows > 0) {
            match self.tables.iter_mut().find(|(name, _)| name == table) {
                Some((_, known)) => *known += rows,
                None => self.tables.push((table.to_owned(), rows)),
            }
        }
    }
}

impl Session<'_> {
    /// Whether answers must be held back for the time that the work takes.
    pub(super) fn slow(&self) -> bool {
        self.cluster.faults.slow() || self.cluster.costs().active()
    }

    /// Adds a finished statement.
    pub(super) fn note(&mut self, kind: Kind, deletes: bool, table: Option<&str>, rows: u64) {
        if !self.cluster.costs().active() {
            return;
        }
        match kind {
            Kind::Write => self.unit.bill.wrote(!self.txn.wrote, deletes, table, rows),
            Kind::Read | Kind::Lock => self.unit.bill.read(),
            // For DDL only the time of its jobs is recorded; BEGIN and SET are only round trips.
            _ => {}
        }
    }

    /// Sleeps for the rest of the time that the work so far costs. `commits`: a commit of this many
    /// rows is next.
    pub(super) async fn settle(&mut self, commits: Option<u64>) -> Flow {
        let costs = self.cluster.costs();
        if !costs.active() {
            return Ok(());
        }
        let mut work = std::mem::take(&mut self.unit.bill.work);
        work.commits = commits;
        if work == Work::default() {
            return Ok(());
        }
        for (table, rows) in std::mem::take(&mut self.unit.bill.tables) {
            work.index_entries += rows * self.cluster.table(&table).await?.indexes;
        }
        let roll = *self.txn.roll.get_or_insert_with(cost::roll);
        self.unit.bill.owed += costs.jittered(costs.of(&work), roll);
        let used = self.unit.bill.since.map_or(Duration::ZERO, |since| since.elapsed());
        // The timer cannot sleep for less than a millisecond.
        if let Some(rest) = self.unit.bill.owed.checked_sub(used).filter(|rest| !rest.is_zero()) {
            tokio::time::sleep(rest).await;
        }
        Ok(())
    }
}
