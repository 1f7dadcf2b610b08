//! The time that a session takes for what it has done: the model of `cost`, applied to one connection.
//!
//! The bill is settled before a commit, while its rows are still locked as they are on a real cluster, and before
//! ReadyForQuery. What PostgreSQL and the stand-in have used of the time is not slept again.

use std::time::{Duration, Instant};

use super::{Flow, Session};
use crate::cost::{self, Work};
use crate::sql::Kind;

/// What the messages up to a Sync, or one query string, have done and cost so far.
#[derive(Debug, Default)]
pub(super) struct Bill {
    /// When the first of the messages was looked at.
    since: Option<Instant>,
    /// All that has been slept or used.
    owed: Duration,
    /// What has not been put on the bill yet.
    work: Work,
    /// Rows of it by table, for the entries in secondary indexes.
    tables: Vec<(String, u64)>,
}

impl Bill {
    /// A message of the client is looked at.
    pub(super) fn begin(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    /// A statement that reads.
    pub(super) fn read(&mut self) {
        self.work.statements += 1;
    }

    /// A statement that wrote; `opens`: the first of its transaction.
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
    /// Whether answers have to be held back for the time that they take.
    pub(super) fn slow(&self) -> bool {
        self.cluster.faults.slow() || self.cluster.costs().active()
    }

    /// Puts a finished statement on the bill.
    pub(super) fn note(&mut self, kind: Kind, deletes: bool, table: Option<&str>, rows: u64) {
        if !self.cluster.costs().active() {
            return;
        }
        match kind {
            Kind::Write => self.unit.bill.wrote(!self.txn.wrote, deletes, table, rows),
            Kind::Read | Kind::Lock => self.unit.bill.read(),
            // For DDL only its jobs are recorded; BEGIN and SET are only round trips.
            _ => {}
        }
    }

    /// Sleeps for what the work so far costs and has not taken. `commits`: a commit of so many rows is next.
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
        let luck = *self.txn.luck.get_or_insert_with(cost::roll);
        self.unit.bill.owed += costs.jittered(costs.of(&work), luck);
        let used = self.unit.bill.since.map_or(Duration::ZERO, |since| since.elapsed());
        // Less than a millisecond cannot be slept, the timer's step.
        if let Some(rest) = self.unit.bill.owed.checked_sub(used).filter(|rest| !rest.is_zero()) {
            tokio::time::sleep(rest).await;
        }
        Ok(())
    }
}
