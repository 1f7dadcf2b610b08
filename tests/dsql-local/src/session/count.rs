//! Counts rows that CommandComplete does not include: those of a data changing WITH, and those that
//! foreign keys change on DELETE and UPDATE. For this it reads PostgreSQL's own counters of the
//! transaction before and after such a statement. It also measures bytes that the protocol does not
//! show, because a statement computes them.

use super::{Flow, Running, Session, Show};
use crate::sql::{Kind, Statement};

const CHANGED: &str =
    "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_xact_user_tables";

/// Rows from which the bytes of a computing statement are measured. Fewer rows can be large only if
/// `Statement::may_be_large` is set.
const MANY: u64 = 100;

impl Session<'_> {
    /// Whether the tag of this statement may count fewer rows than it changes.
    pub(super) async fn hides_rows(&mut self, running: &Running) -> Flow<bool> {
        let Some(statement) = running.get().filter(|s| s.kind == Kind::Write) else { return Ok(false) };
        match &statement.table {
            Some(table) if statement.may_cascade => Ok(self.cluster.table(table).await?.cascades),
            Some(_) => Ok(false),
            // A SELECT around the change.
            None => Ok(true),
        }
    }

    /// Rows changed so far, by PostgreSQL's count. `simple`: read by a query string of the
    /// session's own.
    pub(super) async fn changed_rows(&mut self, simple: bool) -> Flow<u64> {
        self.captured = Some(Vec::new());
        if simple {
            self.query(CHANGED, None, Show::Nothing).await?;
        } else {
            self.run_own(CHANGED, Show::Nothing);
            self.barrier().await?;
        }
        Ok(self.take_count())
    }

    /// Counts the rows that the tag does not include. `before`: PostgreSQL's and the session's
    /// count before the statement; `at`: where its answer begins.
    pub(super) async fn count_hidden(&mut self, before: (u64, u64), at: usize, simple: bool) -> Flow {
        if self.unit.failed() {
            return Ok(());
        }
        let changed = self.changed_rows(simple).await?.saturating_sub(before.0);
        let hidden = changed.saturating_sub(self.txn.rows.saturating_sub(before.1));
        self.note(Kind::Write, true, None, hidden);
        // Rows that foreign keys change with a deleted row are deleted, or get NULL.
        if let Err(error) = self.txn.add_rows(hidden, false) {
            self.held = None;
            self.pipes.out.truncate(at);
            self.fail_completed(&error, simple);
        }
        Ok(())
    }

    /// Measures the values that a statement has computed itself, if they may be large. `rows`: how
    /// many it wrote; `at`: where its answer begins, which is replaced if a value is too large.
    pub(super) async fn measure(
        &mut self,
        statement: &Statement,
        rows: u64,
        at: usize,
        simple: bool,
    ) -> Flow {
        let Some(table) = statement.table.as_ref().filter(|_| statement.computes) else { return Ok(()) };
        if self.unit.failed() || rows < MANY && !statement.may_be_large {
            return Ok(());
        }
        let query = format!("SELECT dsql_local.check_written('{}')", table.replace('\'', "''"));
        let (end, held) = (self.pipes.out.len(), self.held.take());
        self.captured = Some(Vec::new());
        if simple {
            self.query(&query, None, Show::Errors).await?;
        } else {
            self.run_own(&query, Show::Errors);
            self.barrier().await?;
        }
        let bytes = self.take_count();
        if self.unit.failed() {
            // The error replaces the answer, unless that was sent already.
            if at <= end && end <= self.pipes.out.len() {
                let error = self.pipes.out.split_off(end);
                self.pipes.out.truncate(at);
                self.pipes.out.extend_from_slice(&error);
            }
            return Ok(());
        }
        self.held = held;
        self.txn.tables.entry(table.clone()).or_default().bytes = bytes;
        Ok(())
    }

    /// The bytes that the indexes of the written tables add to the size of the transaction.
    pub(super) async fn index_bytes(&mut self) -> Flow<u64> {
        // Most transactions stay under the limit for any number of indexes.
        if !self.txn.may_be_too_large() {
            return Ok(0);
        }
        let mut bytes = 0;
        for (table, written) in &self.txn.tables {
            let indexes = self.cluster.table(table).await?.indexes;
            bytes += written.rows * indexes * crate::txn::INDEX_ENTRY;
        }
        Ok(bytes)
    }
}
