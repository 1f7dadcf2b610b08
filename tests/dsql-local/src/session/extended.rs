//! The extended protocol: Parse, Bind, Execute, Sync.

use bytes::{BufMut, BytesMut};

use super::{Flow, Real, Request, Running, Session, Show};
use crate::faults::When;
use crate::sql::Kind;
use crate::wire::{Frame, SqlError, cstr, message, take_cstr};

/// Name of the stand-in's own statement and portal.
const OWN: &str = "dsql_local";

impl Session<'_> {
    pub(super) fn on_parse(&mut self, frame: &Frame) -> Flow {
        let mut body = frame.body();
        let (Some(name), Some(text)) = (take_cstr(&mut body), take_cstr(&mut body)) else {
            // Text that is no UTF-8: PostgreSQL says so.
            self.forward(frame, Request::Parse);
            return Ok(());
        };
        let running = Running { list: self.cluster.sql.analyse(text), index: 0 };
        // Several statements in one Parse are PostgreSQL's to refuse.
        let statement = running.get().filter(|_| running.list.len() == 1);
        match statement {
            Some(statement) if statement.refusal.is_some() => {
                if let Some(error) = statement.refusal.clone() {
                    self.refuse(error);
                }
            }
            Some(statement) if statement.rewritten => {
                let sent = statement.text.clone();
                self.send_parse(name, &sent, body, Show::All);
            }
            _ => self.forward(frame, Request::Parse),
        }
        self.prepared.insert(name.to_owned(), running);
        Ok(())
    }

    pub(super) fn on_bind(&mut self, frame: &Frame) -> Flow {
        let mut body = frame.body();
        if let (Some(portal), Some(name)) = (take_cstr(&mut body), take_cstr(&mut body))
            && let Some(running) = self.prepared.get(name)
        {
            let bytes = u64::try_from(body.len()).unwrap_or(0);
            // A literal INSERT has its values in the text, not in the Bind.
            let bytes = bytes + running.get().map_or(0, |s| s.literal_bytes);
            self.portals.insert(portal.to_owned(), (running.clone(), bytes));
        }
        self.forward(frame, Request::Bind);
        Ok(())
    }

    pub(super) async fn on_execute(&mut self, frame: Frame) -> Flow {
        let mut body = frame.body();
        let portal = take_cstr(&mut body).unwrap_or_default();
        let Some((running, bytes)) = self.portals.get(portal).cloned() else {
            let nothing = Running { list: [].into(), index: 0 };
            self.forward(&frame, Request::Execute(nothing, 0));
            return Ok(());
        };
        self.txn.touch();
        let text = running.get().map_or("", |s| s.text.as_str());
        if let Some(effect) = self.cluster.faults.strike(When::Statement, &[text]) {
            let Some(error) = effect.error() else { return self.strike(effect) };
            self.refuse(error);
            return Ok(());
        }
        match running.kind() {
            Kind::Commit => return self.execute_commit(&frame, running).await,
            Kind::Begin | Kind::Rollback | Kind::Read => {}
            Kind::Write | Kind::Ddl | Kind::IndexAsync | Kind::ValidateAsync => self.gated = true,
        }
        self.forward(&frame, Request::Execute(running, bytes));
        Ok(())
    }

    /// COMMIT by Execute: PostgreSQL commits at once, so the decision falls here and not at Sync.
    async fn execute_commit(&mut self, frame: &Frame, running: Running) -> Flow {
        self.barrier().await?;
        if self.skipping {
            return Ok(());
        }
        if self.real != Real::Open || !self.txn.changes() {
            self.forward(frame, Request::Execute(running, 0));
            return Ok(());
        }
        match self.before_commit().await? {
            Ok(after) => {
                let at = self.pipes.out.len();
                self.forward(frame, Request::Execute(running, 0));
                self.barrier().await?;
                if let Some(effect) = after.filter(|_| !self.skipping) {
                    let Some(error) = effect.error() else { return self.strike(effect) };
                    self.pipes.out.truncate(at);
                    self.emit_error(&error);
                    self.skipping = true;
                }
            }
            Err(error) => {
                self.run_own("ROLLBACK");
                self.barrier().await?;
                self.real = Real::Idle;
                self.end_transaction(false);
                self.emit_error(&error);
                self.skipping = true;
            }
        }
        Ok(())
    }

    pub(super) async fn on_sync(&mut self) -> Flow {
        let slow = self.cluster.faults.slow();
        if !self.gated && !self.poison && !slow && !self.skipping {
            self.send_sync();
            self.expect_ready(Request::Sync);
            return Ok(());
        }
        self.barrier().await?;
        if std::mem::take(&mut self.copied) {
            return Ok(());
        }
        let mut after = None;
        let implicit = self.real == Real::Idle && self.txn.changes();
        if implicit && !self.skipping {
            match self.before_commit().await? {
                Ok(effect) => after = effect,
                Err(error) => self.refuse(error),
            }
        }
        let commits = implicit && !self.skipping;
        if self.poison {
            self.send_parse("", "dsql_local_poison", &[0, 0], Show::Nothing);
        }
        self.failed = false;
        self.send_sync();
        self.expect(Request::Sync, Show::Errors);
        self.drain().await?;
        if commits
            && !self.failed
            && let Some(effect) = after
        {
            let Some(error) = effect.error() else { return self.strike(effect) };
            self.emit_error(&error);
        }
        if self.real == Real::Idle {
            self.end_transaction(commits && !self.failed);
        }
        (self.skipping, self.poison, self.gated, self.failed) = (false, false, false, false);
        self.refusals.clear();
        if !commits {
            self.delay(false).await;
        }
        self.emit_ready();
        Ok(self.pipes.flush_client().await?)
    }

    /// Makes PostgreSQL fail here, with an error that becomes `error`.
    pub(super) fn refuse(&mut self, error: SqlError) {
        let text = self.refusal_text(error);
        self.send_parse("", &text, &[0, 0], Show::All);
        self.skipping = true;
        self.gated = true;
    }

    /// `types` is the rest of the Parse message: the number of parameter types, and these.
    fn send_parse(&mut self, name: &str, text: &str, types: &[u8], show: Show) {
        message(self.pipes.backend_queue(), b'P', |out| {
            cstr(out, name);
            cstr(out, text);
            out.put_slice(types);
        });
        self.expect(Request::Parse, show);
    }

    fn send_sync(&mut self) {
        message(self.pipes.backend_queue(), b'S', |_| {});
    }

    /// Runs a statement of the stand-in's own amid the client's, leaving the unnamed statement and portal alone.
    pub(super) fn run_own(&mut self, text: &str) {
        self.send_parse(OWN, text, &[0, 0], Show::Nothing);
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
        message(&mut out, b'C', |out| {
            out.put_u8(b'S');
            cstr(out, OWN);
        });
        self.pipes.send(&out);
        self.expect(Request::Bind, Show::Nothing);
        self.expect(Request::Execute(Running { list: [].into(), index: 0 }, 0), Show::Nothing);
        self.expect(Request::Close, Show::Nothing);
    }
}
