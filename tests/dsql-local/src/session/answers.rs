//! PostgreSQL's answers: passed on, dropped, counted, or replaced by those of Aurora DSQL.

use std::time::Duration;

use bytes::BytesMut;
use tokio::time::timeout;

use super::pipes::OUT_ENOUGH;
use super::{Copying, Expect, Flow, Guard, Opener, Outcome, Real, Request, Running, Session, Show, Stop};
use crate::cluster::count;
use crate::sql::Kind;
use crate::txn;
use crate::wire::{Frame, SqlError, cstr, error_field, message, take_cstr};

/// Start of the text that is sent instead of a refused statement; the number of the refusal follows.
const MARKER: &str = "dsql_local_refusal_";
/// Aurora DSQL's answer to a key beyond its limit.
const KEY_TOO_LARGE: &str = "key size too large";

/// A statement that takes longer than this is checked: it may be waiting for another writer, and no
/// statement of Aurora DSQL waits.
const WAIT_CHECK: Duration = Duration::from_millis(25);

/// CommandComplete.
pub(super) fn complete(tag: &str) -> Frame {
    let mut out = BytesMut::new();
    message(&mut out, b'C', |out| cstr(out, tag));
    Frame(out.freeze())
}

impl Session<'_> {
    /// Handles every answer that has arrived.
    pub(super) fn take_answers(&mut self) -> Flow {
        loop {
            match self.pipes.backend.next_frame() {
                Ok(Some(frame)) => self.on_answer(&frame)?,
                Ok(None) => return Ok(()),
                Err(e) => return Err(anyhow::anyhow!("PostgreSQL sent a bad frame: {e:?}").into()),
            }
        }
    }

    /// Waits until PostgreSQL has answered everything. The client's next messages stay unread,
    /// except COPY data.
    pub(super) async fn drain(&mut self) -> Flow {
        loop {
            self.pipes.flush_backend().await?;
            self.take_answers()?;
            if self.expected.is_empty() {
                return Ok(());
            }
            if self.copying == Copying::Data {
                self.relay_copy().await?;
                continue;
            }
            if self.pipes.out.len() > OUT_ENOUGH {
                self.pipes.flush_client().await?;
            }
            let watched = self.expected.iter().any(Expect::may_conflict);
            let fill = self.pipes.backend.fill();
            let filled = if watched { timeout(WAIT_CHECK, fill).await } else { Ok(fill.await) };
            match filled {
                Ok(read) => {
                    if read? == 0 {
                        self.pipes.flush_client().await?;
                        return Err(Stop::Quiet);
                    }
                }
                Err(_) => self.unit.evicted |= self.cluster.end_row_wait(self.backend_pid).await?,
            }
        }
    }

    /// Makes PostgreSQL answer all requests so far, and waits for the answers.
    pub(super) async fn barrier(&mut self) -> Flow {
        if !self.expected.is_empty() {
            message(self.pipes.backend_queue(), b'H', |_| {});
        }
        self.drain().await
    }

    /// One step of COPY FROM STDIN, for a message of either side.
    async fn relay_copy(&mut self) -> Flow {
        self.pipes.flush_client().await?;
        while let Ok(Some(frame)) = self.pipes.client.next_frame() {
            match frame.tag() {
                b'd' => self.pipes.send(&frame.0),
                b'c' | b'f' => {
                    self.pipes.send(&frame.0);
                    // The Flush that requested the answer was lost in the COPY data.
                    message(self.pipes.backend_queue(), b'H', |_| {});
                    self.copying = Copying::Taken;
                    return Ok(());
                }
                // PostgreSQL ignores Flush and Sync while it takes COPY data.
                b'H' | b'S' => {}
                tag => return Err(anyhow::anyhow!("message type {tag} during COPY").into()),
            }
            self.txn.bytes += u64::try_from(frame.0.len()).unwrap_or(0);
        }
        self.pipes.flush_backend().await?;
        tokio::select! {
            n = self.pipes.client.fill() => if n? == 0 { return Err(Stop::Quiet) },
            n = self.pipes.backend.fill() => if n? == 0 { return Err(Stop::Quiet) },
        }
        Ok(())
    }

    fn on_answer(&mut self, frame: &Frame) -> Flow {
        let quiet = self.expected.front().is_some_and(|e| e.show != Show::All);
        match frame.tag() {
            b'S' => self.forward_parameter(frame),
            b'E' => self.on_error(frame),
            b'Z' => self.on_ready(frame),
            b'C' | b'I' | b's' => {
                let tag = self.expected.front().and_then(Expect::tag).filter(|_| frame.tag() == b'C');
                match tag {
                    Some(tag) => self.on_complete(&complete(tag)),
                    None => self.on_complete(frame),
                }
            }
            b'1' | b'2' | b'3' => {
                self.expected.pop_front();
                self.pass(frame, quiet);
            }
            b'T' | b'n' => {
                if matches!(self.expected.front().map(|e| &e.request), Some(Request::Describe)) {
                    self.expected.pop_front();
                }
                self.pass(frame, quiet);
            }
            b'G' => {
                self.copying = Copying::Data;
                self.pass(frame, quiet);
            }
            _ => self.pass(frame, quiet),
        }
        Ok(())
    }

    fn pass(&mut self, frame: &Frame, quiet: bool) {
        if !quiet {
            self.pipes.out.extend_from_slice(&frame.0);
        } else if let Some(captured) = &mut self.captured {
            captured.push(frame.clone());
        }
    }

    /// Passes on a ParameterStatus, with the version replaced.
    pub(super) fn forward_parameter(&mut self, frame: &Frame) {
        let mut body = frame.body();
        if frame.tag() == b'S' && take_cstr(&mut body) == Some("server_version") {
            message(&mut self.pipes.out, b'S', |out| out.extend_from_slice(b"server_version\x0016.15\x00"));
        } else {
            self.pass(frame, false);
        }
    }

    fn on_complete(&mut self, frame: &Frame) {
        self.copying.stop();
        let (running, bytes, quiet, simple) = match self.expected.front() {
            Some(expect) => match &expect.request {
                Request::Execute(running, bytes) => {
                    (Some(running.clone()), *bytes, expect.show != Show::All, false)
                }
                Request::Query(running, bytes) => (running.clone(), *bytes, expect.show != Show::All, true),
                _ => (None, 0, false, true),
            },
            None => (None, 0, false, true),
        };
        if !simple {
            self.expected.pop_front();
        }
        if quiet {
            return;
        }
        count(&self.cluster.stats.statements);
        if let (b'C', Some(running)) = (frame.tag(), running)
            && let Err(error) = self.account(&running, frame, bytes)
        {
            self.fail_completed(&error, simple);
            return;
        }
        if simple && self.opener == Opener::Session {
            self.release_held();
            self.held = Some(frame.clone());
        } else {
            self.pass(frame, false);
        }
    }

    /// What a completed statement means for the transaction.
    fn account(&mut self, running: &Running, frame: &Frame, bytes: u64) -> Result<(), SqlError> {
        let mut body = frame.body();
        let tag = take_cstr(&mut body).unwrap_or_default();
        match running.kind() {
            Kind::Begin => self.real = Real::Open,
            Kind::Commit | Kind::Rollback => {
                self.real = Real::Idle;
                self.end_transaction(tag == "COMMIT");
            }
            Kind::Write => {
                self.ran.push(running.clone());
                let counted = !tag.starts_with("SELECT") && !tag.starts_with("EXPLAIN");
                let rows =
                    tag.rsplit(' ').next().and_then(|n| n.parse().ok()).filter(|_| counted).unwrap_or(0);
                let statement = running.get();
                let table = statement.and_then(|s| s.table.as_ref());
                let deletes = statement.is_some_and(|s| s.deletes);
                self.note(Kind::Write, deletes, table.map(String::as_str), rows);
                self.txn.wrote = true;
                match table {
                    // Recorded: deleted rows count as rows, but have no bytes.
                    _ if deletes => {}
                    Some(table) => {
                        let written = self.txn.tables.entry(table.clone()).or_default();
                        written.rows += rows;
                        written.bytes += bytes;
                    }
                    None => self.txn.bytes += bytes,
                }
                return self.txn.add_rows(rows, !deletes);
            }
            Kind::Ddl | Kind::IndexAsync | Kind::ValidateAsync => {
                self.txn.ddl += 1;
                self.ran.push(running.clone());
            }
            kind @ (Kind::Read | Kind::Lock) => self.note(kind, false, None, 0),
            Kind::Session => {}
        }
        Ok(())
    }

    /// Sends the client an error instead of the completion, so PostgreSQL must not keep the
    /// changes.
    pub(super) fn fail_completed(&mut self, error: &SqlError, simple: bool) {
        self.emit_error(error);
        self.unit.poison = true;
        if simple {
            self.unit.fail();
        } else {
            self.unit.outcome = Outcome::Skipping;
            // The client must not see answers to messages that it sent after the failed statement.
            self.expected.iter_mut().for_each(|e| e.show = Show::Nothing);
        }
    }

    fn on_error(&mut self, frame: &Frame) {
        let quiet = self.expected.front().is_some_and(|e| e.show == Show::Nothing);
        let simple = matches!(self.expected.front().map(|e| &e.request), Some(Request::Query(..)));
        let conflict = self.is_conflict(error_field(frame.body(), b'C').unwrap_or_default());
        if self.guard == Guard::Watching && conflict {
            self.guard = Guard::Lost;
        } else if !quiet {
            match self.replacement(frame.body()) {
                Some(error) => self.emit_error(&error),
                None => {
                    self.release_held();
                    self.pass(frame, false);
                }
            }
        }
        self.copying.stop();
        if self.real == Real::Open {
            self.real = Real::Failed;
        }
        if simple {
            self.unit.fail();
        } else {
            // PostgreSQL skips all messages up to Sync.
            while self.expected.front().is_some_and(|e| !matches!(e.request, Request::Sync)) {
                self.expected.pop_front();
            }
            let sync_sent = !self.expected.is_empty();
            self.unit.outcome = if sync_sent { Outcome::Failed } else { Outcome::Skipping };
        }
    }

    /// Whether another writer caused an error of PostgreSQL.
    fn is_conflict(&self, code: &str) -> bool {
        matches!(code, "40001" | "40P01" | "55P03") || code == "57014" && self.unit.evicted
    }

    /// Aurora DSQL's error for one of PostgreSQL's.
    fn replacement(&mut self, body: &[u8]) -> Option<SqlError> {
        let code = error_field(body, b'C')?;
        let text = error_field(body, b'M')?;
        if self.is_conflict(code) {
            return Some(txn::data_conflict());
        }
        match code {
            "42601" => {
                let number = text.split(MARKER).nth(1)?.trim_end_matches('"').parse().ok()?;
                let refusal = self.unit.refusals.remove(&number)?;
                // Recorded: in a failed transaction this error comes before all other checks.
                Some(if self.real == Real::Failed { txn::aborted() } else { refusal })
            }
            // PostgreSQL's own limit, where no trigger checks the size (an expression).
            "54000" if text.starts_with("index row ") => Some(SqlError::error("54000", KEY_TOO_LARGE)),
            // Raised by the stand-in's own functions, which the client must not see.
            _ if error_field(body, b'W').is_some_and(|context| context.contains("dsql_local.")) => {
                Some(SqlError::error(code, text))
            }
            _ => None,
        }
    }

    fn on_ready(&mut self, frame: &Frame) {
        let shown = self.expected.pop_front().is_some_and(|e| e.ready);
        self.real = match frame.body().first() {
            Some(b'I') => Real::Idle,
            Some(b'T') => Real::Open,
            _ => Real::Failed,
        };
        if shown {
            self.pass(frame, false);
            count(&self.cluster.stats.round_trips);
            if self.real == Real::Idle {
                self.end_transaction(false);
            }
        }
    }

    /// Text that PostgreSQL answers with an error which [`Session::replacement`] turns into `error`.
    pub(super) fn refusal_text(&mut self, error: SqlError) -> String {
        self.next_refusal += 1;
        self.unit.refusals.insert(self.next_refusal, error);
        format!("{MARKER}{}", self.next_refusal)
    }

    /// Sends ReadyForQuery as the client must see it.
    pub(super) fn emit_ready(&mut self) {
        let status = match self.real {
            Real::Idle => b'I',
            Real::Open => b'T',
            Real::Failed => b'E',
        };
        message(&mut self.pipes.out, b'Z', |out| out.extend_from_slice(&[status]));
        count(&self.cluster.stats.round_trips);
    }
}
