//! The extended protocol: Parse, Bind, Execute, Sync.

use bytes::{BufMut, BytesMut};

use super::values::sent_bytes;
use super::{Copying, Flow, Outcome, Portal, Real, Request, Running, Session, Show};
use crate::faults::{Refuse, When};
use crate::sql::Kind;
use crate::wire::{Frame, SqlError, cstr, message, take_cstr};

/// Name of the stand-in's own statement and portal.
pub(super) const OWN: &str = "dsql_local";

impl Session<'_> {
    pub(super) fn on_parse(&mut self, frame: &Frame) -> Flow {
        let mut body = frame.body();
        let (Some(name), Some(text)) = (take_cstr(&mut body), take_cstr(&mut body)) else {
            // The text is not UTF-8, which PostgreSQL reports.
            self.forward(frame, Request::Parse);
            return Ok(());
        };
        let running = Running { list: self.cluster.sql.analyse(text), index: 0 };
        // PostgreSQL refuses several statements in one Parse.
        let statement = running.get().filter(|_| running.list.len() == 1);
        let refuse = self.cluster.faults.refuse();
        let refusal = statement.and_then(|s| match &s.refusal {
            None if s.unnest && refuse == Refuse::Unnest => Some(Refuse::error()),
            refusal => refusal.clone(),
        });
        match statement {
            _ if let Some(error) = refusal => self.refuse(error),
            Some(statement) if statement.rewritten => {
                let sent = statement.text.clone();
                self.send_parse(name, &sent, body, Show::All);
            }
            _ => self.forward(frame, Request::Parse),
        }
        self.prepared.insert(name.to_owned(), running);
        Ok(())
    }

    pub(super) async fn on_bind(&mut self, frame: &Frame) -> Flow {
        let mut body = frame.body();
        if let (Some(portal), Some(name)) = (take_cstr(&mut body), take_cstr(&mut body))
            && let Some(running) = self.prepared.get(name).cloned()
        {
            self.check_values(frame, body, name, &running).await?;
            if self.unit.skipping() {
                return Ok(());
            }
            // An INSERT of literals has its values in the text, not in the Bind. Only written
            // values count.
            let writes = running.get().filter(|s| s.kind == Kind::Write && !s.deletes);
            let bytes = match writes {
                Some(s) => sent_bytes(body, s.unnest) + s.literal_bytes + self.key_bytes(s, body).await?,
                None => 0,
            };
            // The values are kept only in a transaction block, where they may be needed again.
            let bind = self.may_be_open().then(|| frame.clone());
            let portal_state = Portal { running, bytes, bind };
            self.portals.insert(portal.to_owned(), portal_state);
        }
        self.forward(frame, Request::Bind);
        Ok(())
    }

    pub(super) async fn on_execute(&mut self, frame: Frame) -> Flow {
        let mut body = frame.body();
        let portal = take_cstr(&mut body).unwrap_or_default();
        let Some(Portal { running, bytes, bind }) = self.portals.get(portal).cloned() else {
            self.forward(&frame, Request::Execute(Running::nothing(), 0));
            return Ok(());
        };
        let kind = running.kind();
        // The answers to earlier messages must be known: whether they were DDL, and whether a
        // transaction block is open.
        if self.unit.gated && (kind.is_ddl() || self.unit.ddl) || kind.may_conflict() && self.unit.began {
            self.barrier().await?;
            if self.unit.skipping() {
                return Ok(());
            }
        }
        self.unit.ddl |= kind.is_ddl();
        self.unit.began |= kind == Kind::Begin;
        let catalog = match running.get() {
            Some(statement) => self.check_catalog(statement).await?,
            None => Ok(()),
        };
        if let Err(error) = self.admit(kind).and(catalog).and_then(|()| self.take_unnest(running.get())) {
            self.refuse(error);
            return Ok(());
        }
        self.txn.touch();
        let text = running.get().map_or("", |s| s.text.as_str());
        if let Some(effect) = self.cluster.faults.strike(When::Statement, &[text]) {
            let Some(error) = effect.error() else { return self.strike(effect) };
            self.refuse(error);
            return Ok(());
        }
        match kind {
            Kind::Commit => return self.execute_commit(&frame, running).await,
            Kind::Begin | Kind::Rollback | Kind::Read | Kind::Session => {}
            Kind::Lock | Kind::Write | Kind::Ddl | Kind::IndexAsync | Kind::ValidateAsync => {
                self.unit.gated = true
            }
        }
        let hides = self.hides_rows(&running).await?;
        let statement = running.clone();
        let Some(statement) = statement.get().filter(|s| hides || s.computes) else {
            return self.execute(&frame, running, bytes, bind).await;
        };
        self.barrier().await?;
        if self.unit.skipping() {
            return Ok(());
        }
        let rows = self.txn.rows;
        let before = if hides { (self.changed_rows(false).await?, rows) } else { (0, rows) };
        let at = self.pipes.out.len();
        self.execute(&frame, running, bytes, bind).await?;
        self.barrier().await?;
        if hides {
            self.count_hidden(before, at, false).await?;
        }
        self.measure(statement, self.txn.rows.saturating_sub(rows), at, false).await
    }

    /// Whether a transaction block is open, or will be once PostgreSQL has answered.
    fn may_be_open(&self) -> bool {
        self.real == Real::Open || self.expected.iter().any(|e| e.kind() == Some(Kind::Begin))
    }

    /// Runs a bound statement, with a savepoint if it may lose a conflict that is reported only at
    /// COMMIT.
    async fn execute(&mut self, frame: &Frame, running: Running, bytes: u64, bind: Option<Frame>) -> Flow {
        let guarded = running.kind().may_conflict() && self.may_be_open();
        match bind.filter(|_| guarded && running.get().is_some_and(|s| s.shadow.is_some())) {
            Some(bind) => self.execute_guarded(frame, running, bytes, &bind).await,
            None => {
                self.forward(frame, Request::Execute(running, bytes));
                Ok(())
            }
        }
    }

    /// COMMIT by Execute: PostgreSQL commits at once, so the session decides here and not at Sync.
    async fn execute_commit(&mut self, frame: &Frame, running: Running) -> Flow {
        self.barrier().await?;
        if self.unit.skipping() {
            return Ok(());
        }
        if self.real != Real::Open || !self.txn.must_decide(self.cluster.age_limit) {
            self.forward(frame, Request::Execute(running, 0));
            return Ok(());
        }
        match self.before_commit().await? {
            Ok(after) => {
                let at = self.pipes.out.len();
                self.forward(frame, Request::Execute(running, 0));
                self.barrier().await?;
                if let Some(effect) = after.filter(|_| !self.unit.skipping()) {
                    let Some(error) = effect.error() else { return self.strike(effect) };
                    self.pipes.out.truncate(at);
                    self.emit_error(&error);
                    self.unit.outcome = Outcome::Skipping;
                }
            }
            Err(error) => {
                self.run_own("ROLLBACK", Show::Nothing);
                self.barrier().await?;
                self.real = Real::Idle;
                self.end_transaction(false);
                self.emit_error(&error);
                self.unit.outcome = Outcome::Skipping;
            }
        }
        Ok(())
    }

    pub(super) async fn on_sync(&mut self) -> Flow {
        let slow = self.slow();
        if !self.unit.gated && !self.unit.poison && !slow && !self.unit.skipping() {
            self.end_unit();
            self.send_sync();
            self.expect_ready(Request::Sync);
            return Ok(());
        }
        self.barrier().await?;
        if self.copying == Copying::Taken {
            self.copying = Copying::No;
            return Ok(());
        }
        let mut after = None;
        let implicit = self.real == Real::Idle && self.txn.changes();
        if implicit && !self.unit.skipping() {
            match self.before_commit().await? {
                Ok(effect) => after = effect,
                Err(error) => self.refuse(error),
            }
        }
        let commits = implicit && !self.unit.skipping();
        if self.unit.poison {
            self.send_parse(OWN, "dsql_local_poison", &[0, 0], Show::Nothing);
        }
        self.unit.outcome = Outcome::Fine;
        self.send_sync();
        self.expect(Request::Sync, Show::Errors);
        self.drain().await?;
        if commits
            && !self.unit.failed()
            && let Some(effect) = after
        {
            let Some(error) = effect.error() else { return self.strike(effect) };
            self.emit_error(&error);
        }
        if self.real == Real::Idle {
            self.end_transaction(commits && !self.unit.failed());
        }
        self.settle(None).await?;
        self.end_unit();
        if !commits {
            self.delay(false).await;
        }
        self.emit_ready();
        Ok(self.pipes.flush_client().await?)
    }

    /// Makes PostgreSQL fail here, with an error that becomes `error`.
    pub(super) fn refuse(&mut self, error: SqlError) {
        let text = self.refusal_text(error);
        self.send_parse(OWN, &text, &[0, 0], Show::All);
        self.unit.outcome = Outcome::Skipping;
        self.unit.gated = true;
    }

    /// `types` is the rest of the Parse message: the number of parameter types, and the types.
    pub(super) fn send_parse(&mut self, name: &str, text: &str, types: &[u8], show: Show) {
        message(self.pipes.backend_queue(), b'P', |out| {
            cstr(out, name);
            cstr(out, text);
            out.put_slice(types);
        });
        self.expect(Request::Parse, show);
    }

    pub(super) fn send_sync(&mut self) {
        message(self.pipes.backend_queue(), b'S', |_| {});
    }

    /// Runs a statement of the stand-in's own between those of the client, without using the
    /// unnamed statement and portal.
    pub(super) fn run_own(&mut self, text: &str, show: Show) {
        self.close_own();
        self.send_parse(OWN, text, &[0, 0], show);
        let mut out = BytesMut::new();
        message(&mut out, b'B', |out| {
            cstr(out, OWN);
            cstr(out, OWN);
            out.put_slice(&[0, 0, 0, 0, 0, 0]);
        });
        message(&mut out, b'E', |out| {
            cstr(out, OWN);
            out.put_u32(0);
        });
        self.pipes.send(&out);
        self.expect(Request::Bind, Show::Nothing);
        self.expect(Request::Execute(Running::nothing(), 0), show);
    }

    /// Closes the stand-in's own portal and statement before they are created again: they stay
    /// open, also after an error.
    pub(super) fn close_own(&mut self) {
        for kind in [b'P', b'S'] {
            message(self.pipes.backend_queue(), b'C', |out| {
                out.put_u8(kind);
                cstr(out, OWN);
            });
            self.expect(Request::Close, Show::Nothing);
        }
    }
}
