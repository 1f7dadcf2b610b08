//! Rows that CommandComplete does not tell: those of a data changing WITH, and those that foreign keys change on DELETE
//! and UPDATE. PostgreSQL's own counters of the transaction are read before and after such a statement.

use super::{Flow, Running, Session, Show};
use crate::sql::Kind;
use crate::txn::Table;

const CHANGED: &str =
    "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_xact_user_tables";

impl Session<'_> {
    /// Whether the tag of this statement may tell fewer rows than it changes.
    pub(super) async fn hides_rows(&mut self, running: &Running) -> Flow<bool> {
        let Some(statement) = running.get().filter(|s| s.kind == Kind::Write) else { return Ok(false) };
        match &statement.table {
            Some(table) if statement.may_cascade => Ok(self.cluster.table(table).await?.cascades),
            Some(_) => Ok(false),
            // A SELECT around the change.
            None => Ok(true),
        }
    }

    /// Rows changed so far, by PostgreSQL's count. `simple`: asked by a query string of the session's own.
    pub(super) async fn changed_rows(&mut self, simple: bool) -> Flow<u64> {
        self.captured = Some(Vec::new());
        if simple {
            self.query(CHANGED, None, Show::Nothing).await?;
        } else {
            self.run_own(CHANGED);
            self.barrier().await?;
        }
        Ok(self.take_count())
    }

    /// Counts what the tag did not tell. `before`: PostgreSQL's and the session's count before the statement; `at`: where
    /// its answer begins.
    pub(super) async fn count_hidden(&mut self, before: (u64, u64), at: usize, simple: bool) -> Flow {
        if self.skipping || self.failed || self.poison {
            return Ok(());
        }
        let changed = self.changed_rows(simple).await?.saturating_sub(before.0);
        let hidden = changed.saturating_sub(self.txn.rows.saturating_sub(before.1));
        if let Err(error) = self.txn.add_rows(hidden) {
            self.held = None;
            self.pipes.out.truncate(at);
            self.fail_completed(&error, simple);
        }
        Ok(())
    }

    /// What the indexes of the written tables add to the size of the transaction.
    pub(super) async fn index_bytes(&mut self) -> Flow<u64> {
        // Most transactions stay under the limit however many indexes their tables have.
        if !self.txn.may_be_too_large() {
            return Ok(0);
        }
        let mut bytes = 0;
        for (table, rows) in &self.txn.tables {
            let Table { indexes, .. } = self.cluster.table(table).await?;
            bytes += rows * indexes * crate::txn::INDEX_ENTRY;
        }
        Ok(bytes)
    }
}
