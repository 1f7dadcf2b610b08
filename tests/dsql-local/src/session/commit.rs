//! The decision before a commit.

use super::{Flow, Session};
use crate::faults::{Effect, LATE, Refuse, When};
use crate::sql::{Kind, Statement};
use crate::txn;
use crate::wire::SqlError;

/// One of this many successive DDL statements of a session gets OC001, although no other session
/// changed the schema: a change takes time to reach all nodes (recorded once in 54 statements).
const OWN_CHANGES: u64 = 50;

impl Session<'_> {
    /// Whether another session has changed the schema since this session last used it.
    pub(super) fn schema_news(&self) -> bool {
        self.cluster.schema_conflicts && self.schema.used && self.schema.seen != self.cluster.schema_version()
    }

    /// Whether the session's next DDL statement conflicts with its previous change.
    fn meets_own_change(&mut self) -> bool {
        self.ddl_statements += 1;
        self.cluster.schema_conflicts && self.ddl_statements.is_multiple_of(OWN_CHANGES)
    }

    /// Checks a statement that depends on the catalog.
    pub(super) async fn check_catalog(&self, statement: &Statement) -> Flow<Result<(), SqlError>> {
        let drops = !statement.dropped_columns.is_empty() || !statement.dropped_constraints.is_empty();
        let Some(table) = statement.table.as_ref().filter(|_| drops) else {
            return Ok(Ok(()));
        };
        let table = self.cluster.table(table).await?;
        if table.key_name.as_ref().is_some_and(|name| statement.dropped_constraints.contains(name)) {
            let message = "unsupported ALTER TABLE DROP CONSTRAINT statement";
            return Ok(Err(SqlError::error("0A000", message)));
        }
        Ok(match statement.dropped_columns.iter().find(|column| table.key.contains(column)) {
            Some(column) => Err(SqlError::error("0A000", format!("cannot drop primary key column {column}"))),
            None => Ok(()),
        })
    }

    /// Refuses a statement with unnest if that was requested.
    pub(super) fn take_unnest(&self, statement: Option<&Statement>) -> Result<(), SqlError> {
        if statement.is_some_and(|s| s.unnest) && self.cluster.faults.refuse() != Refuse::Nothing {
            return Err(Refuse::error());
        }
        Ok(())
    }

    /// Checks whether a statement may run at its position in the transaction.
    pub(super) fn admit(&mut self, kind: Kind) -> Result<(), SqlError> {
        if matches!(kind, Kind::Begin | Kind::Commit | Kind::Rollback | Kind::Session) {
            return Ok(());
        }
        let news = self.schema_news();
        self.schema.seen = self.cluster.schema_version();
        self.schema.used = true;
        if news || kind.is_ddl() && self.meets_own_change() {
            return Err(txn::schema_conflict());
        }
        if kind.is_ddl() && self.txn.ddl > 0 {
            return Err(SqlError::error("0A000", "multiple ddl statements not supported in a transaction"));
        }
        if kind.is_ddl() && self.txn.wrote || kind == Kind::Write && self.txn.ddl > 0 {
            return Err(SqlError::error("0A000", "ddl and dml are not supported in the same transaction"));
        }
        Ok(())
    }

    /// Waits for the requested latency and decides. `Err`: the client gets this error, and no data
    /// is kept. `Ok`: commit, and then apply the effect.
    pub(super) async fn before_commit(&mut self) -> Flow<Result<Option<Effect>, SqlError>> {
        self.settle(Some(self.txn.rows)).await?;
        self.delay(true).await;
        let index_bytes = self.index_bytes().await?;
        if let Err(error) = self.txn.verdict(self.cluster.age_limit, index_bytes) {
            return Ok(Err(error));
        }
        if self.schema_news() {
            self.schema.seen = self.cluster.schema_version();
            return Ok(Err(txn::schema_conflict()));
        }
        let texts: Vec<&str> = self.ran.iter().filter_map(|r| r.get()).map(|s| s.text.as_str()).collect();
        if let Some(effect) = self.cluster.faults.strike(When::Before, &texts) {
            return match effect.error() {
                Some(error) => Ok(Err(error)),
                None => self.strike(effect),
            };
        }
        if let Some(effect) = self.cluster.faults.strike(When::Late, &texts) {
            self.pipes.hang_up();
            tokio::time::sleep(LATE).await;
            return Ok(Ok(Some(effect)));
        }
        Ok(Ok(self.cluster.faults.strike(When::After, &texts)))
    }
}
