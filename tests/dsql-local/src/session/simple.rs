//! The simple protocol: a query string with any number of statements.

use std::sync::Arc;

use super::pace::Bill;
use super::values::check_literals;
use super::{Copying, Flow, Opener, Outcome, Real, Request, Running, Session, Show};
use crate::faults::When;
use crate::sql::{Kind, Statement};
use crate::wire::{Frame, SqlError, cstr, message, take_cstr};

impl Session<'_> {
    pub(super) async fn on_query(&mut self, frame: &Frame) -> Flow {
        let mut body = frame.body();
        let Some(text) = take_cstr(&mut body) else {
            self.pipes.send(&frame.0);
            self.expect_ready(Request::Query(None, 0));
            return Ok(());
        };
        let list = self.cluster.sql.analyse(text);
        let harmless = |s: &Statement| {
            matches!(s.kind, Kind::Read | Kind::Session) && s.refusal.is_none() && !s.rewritten && !s.unnest
        };
        let reads = list.iter().any(|s| s.kind == Kind::Read);
        if list.iter().all(harmless) && !(reads && self.schema_news()) && !self.slow() {
            self.schema.used |= reads;
            let running = (!list.is_empty()).then_some(Running { list, index: 0 });
            self.txn.touch();
            self.unit.bill = Bill::default();
            self.pipes.send(&frame.0);
            self.expect_ready(Request::Query(running, 0));
            return Ok(());
        }
        self.barrier().await?;
        if self.unit.skipping() {
            return Ok(());
        }
        self.unit.outcome = Outcome::Fine;
        let commits = self.run_list(&list).await?;
        self.settle(None).await?;
        if !commits {
            self.delay(false).await;
        }
        self.release_held();
        self.end_unit();
        self.emit_ready();
        Ok(self.pipes.flush_client().await?)
    }

    /// Runs the statements one by one up to the first error; returns whether a commit was part of it.
    async fn run_list(&mut self, list: &Arc<[Statement]>) -> Flow<bool> {
        let mut commits = false;
        for (index, statement) in list.iter().enumerate() {
            let running = Running { list: Arc::clone(list), index };
            // Only the last CommandComplete waits for the commit.
            self.release_held();
            self.txn.touch();
            if let Some(effect) = self.cluster.faults.strike(When::Statement, &[&statement.text]) {
                let Some(error) = effect.error() else { return self.strike(effect) };
                self.fail_query(error).await?;
                break;
            }
            let refusal =
                statement.refusal.clone().map_or(Ok(()), Err).and(self.take_unnest(Some(statement)));
            let catalog = self.check_catalog(statement).await?;
            if let Err(error) = refusal
                .and_then(|()| self.admit(statement.kind))
                .and(catalog)
                .and_then(|()| check_literals(statement))
            {
                self.fail_query(error).await?;
                break;
            }
            match statement.kind {
                Kind::Begin if self.opener == Opener::Session => {
                    // The statements before BEGIN become part of its transaction, as in PostgreSQL.
                    self.opener = Opener::Client;
                    self.release_held();
                    message(&mut self.pipes.out, b'C', |out| cstr(out, "BEGIN"));
                }
                Kind::Commit if self.real == Real::Open => {
                    self.opener = Opener::Client;
                    self.release_held();
                    commits = true;
                    self.commit(Some(running)).await?;
                }
                Kind::Begin | Kind::Commit | Kind::Rollback => {
                    if statement.kind == Kind::Rollback {
                        self.opener = Opener::Client;
                        self.release_held();
                    }
                    self.query(&statement.text, Some(running), Show::All).await?;
                }
                _ => {
                    let writes = statement.kind != Kind::Read && statement.kind != Kind::Session;
                    if self.real == Real::Idle && (writes || list.len() > 1) {
                        self.query("BEGIN", None, Show::Nothing).await?;
                        self.opener = Opener::Session;
                    }
                    let hides = self.hides_rows(&running).await?;
                    let rows = self.txn.rows;
                    let before = if hides { (self.changed_rows(true).await?, rows) } else { (0, rows) };
                    let at = self.pipes.out.len();
                    let block = self.real == Real::Open
                        && self.opener == Opener::Client
                        && statement.kind.may_conflict();
                    match statement.shadow.clone().filter(|_| block) {
                        Some(shadow) => self.query_guarded(running, &shadow).await?,
                        None => self.query(&statement.text, Some(running), Show::All).await?,
                    }
                    if hides {
                        self.count_hidden(before, at, true).await?;
                    }
                    self.measure(statement, self.txn.rows.saturating_sub(rows), at, true).await?;
                }
            }
            if self.unit.failed() {
                break;
            }
        }
        if self.opener == Opener::Session {
            commits |= self.end_hidden().await?;
        } else if self.unit.poison {
            let text = self.refusal_text(SqlError::error("XX000", ""));
            self.query(&text, None, Show::Nothing).await?;
        }
        Ok(commits)
    }

    /// Ends the transaction that the client does not see.
    async fn end_hidden(&mut self) -> Flow<bool> {
        let failed = self.unit.failed() || self.real == Real::Failed;
        self.opener = Opener::Client;
        if failed {
            self.held = None;
            self.query("ROLLBACK", None, Show::Nothing).await?;
            self.end_transaction(false);
            return Ok(false);
        }
        let changes = self.txn.changes();
        if changes {
            self.commit(None).await?;
        } else {
            self.query("COMMIT", None, Show::Nothing).await?;
        }
        Ok(changes)
    }

    /// Runs COMMIT, the client's own (`running`) or the hidden one, with everything that may fail.
    async fn commit(&mut self, running: Option<Running>) -> Flow {
        let after = match self.before_commit().await? {
            Ok(after) => after,
            Err(error) => {
                self.held = None;
                self.query("ROLLBACK", None, Show::Nothing).await?;
                self.end_transaction(false);
                self.emit_error(&error);
                self.unit.fail();
                return Ok(());
            }
        };
        let at = self.pipes.out.len();
        // The client does not see a hidden COMMIT that succeeds, but must see its error (a deferred
        // constraint).
        let text = running.as_ref().and_then(Running::get).map_or("COMMIT", |s| s.text.as_str()).to_owned();
        let show = if running.is_some() { Show::All } else { Show::Errors };
        let held = self.held.take();
        self.query(&text, running, show).await?;
        let committed = !self.unit.failed();
        let effect = after.filter(|_| committed);
        if let Some(effect) = effect {
            let Some(error) = effect.error() else { return self.strike(effect) };
            self.pipes.out.truncate(at);
            self.emit_error(&error);
            self.unit.fail();
        }
        self.held = held.filter(|_| !self.unit.failed());
        self.end_transaction(committed);
        Ok(())
    }

    /// Answers the statement with `error`, and makes the transaction around it fail.
    async fn fail_query(&mut self, error: SqlError) -> Flow {
        let text = self.refusal_text(error);
        self.query(&text, None, Show::All).await?;
        self.unit.fail();
        Ok(())
    }

    /// Sends one statement and waits for the answer.
    pub(super) async fn query(&mut self, text: &str, running: Option<Running>, show: Show) -> Flow {
        message(self.pipes.backend_queue(), b'Q', |out| cstr(out, text));
        let bytes = running.as_ref().and_then(Running::get).map_or(0, |s| s.literal_bytes);
        self.expect(Request::Query(running, bytes), show);
        self.drain().await?;
        self.copying = Copying::No;
        Ok(())
    }
}
