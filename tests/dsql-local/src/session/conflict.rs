//! Optimistic concurrency inside a transaction block: a statement that loses to another session
//! returns its true row count, and the transaction fails at COMMIT.
//!
//! Where this differs from Aurora DSQL: PostgreSQL locks rows, so here the first writer wins and
//! not the first to commit. A loser fails even if the winner rolls back. A statement with
//! RETURNING, a data changing WITH, and every autocommit statement get the conflict at once. After
//! a wait of 25 ms for a row a conflict is assumed. Rows that ON CONFLICT DO NOTHING would have
//! skipped are counted.

use bytes::BufMut;

use super::answers::complete;
use super::extended::OWN;
use super::{Flow, Guard, Outcome, Real, Request, Running, Session, Show};
use crate::sql::statement::Shadow;
use crate::txn;
use crate::wire::{Frame, cstr, message, take_cstr};

const SAVEPOINT: &str = "SAVEPOINT dsql_local";
const UNDO: &str = "ROLLBACK TO SAVEPOINT dsql_local";
const RELEASE: &str = "RELEASE SAVEPOINT dsql_local";

impl Session<'_> {
    /// Runs a statement of a query string with a savepoint, so that a lost conflict can be undone.
    pub(super) async fn query_guarded(&mut self, running: Running, shadow: &Shadow) -> Flow {
        let text = running.get().map(|s| s.text.clone()).unwrap_or_default();
        self.query(SAVEPOINT, None, Show::Nothing).await?;
        self.guard = Guard::Watching;
        self.query(&text, Some(running), Show::All).await?;
        if std::mem::replace(&mut self.guard, Guard::Off) != Guard::Lost {
            if !self.unit.failed() {
                self.query(RELEASE, None, Show::Nothing).await?;
            }
            return Ok(());
        }
        self.query(UNDO, None, Show::Nothing).await?;
        self.unit.outcome = Outcome::Fine;
        self.txn.doomed = Some(txn::data_conflict());
        match shadow {
            Shadow::Rows(tag, rows) => self.answer_rows(tag, *rows),
            Shadow::Count(tag, query) => {
                self.captured = Some(Vec::new());
                self.query(query, None, Show::Nothing).await?;
                let rows = self.take_count();
                self.answer_rows(tag, rows);
            }
            Shadow::Query(query) => self.query(query, None, Show::All).await?,
        }
        Ok(())
    }

    /// Runs a bound statement with a savepoint, so that a lost conflict can be undone.
    pub(super) async fn execute_guarded(
        &mut self,
        frame: &Frame,
        running: Running,
        bytes: u64,
        bind: &Frame,
    ) -> Flow {
        let shadow = running.get().and_then(|s| s.shadow.clone());
        self.barrier().await?;
        if self.unit.skipping() {
            return Ok(());
        }
        if self.real != Real::Open {
            // A COMMIT or an error was among the answers.
            self.forward(frame, Request::Execute(running, bytes));
            return Ok(());
        }
        self.run_own(SAVEPOINT, Show::Nothing);
        self.guard = Guard::Watching;
        self.forward(frame, Request::Execute(running, bytes));
        self.barrier().await?;
        if std::mem::replace(&mut self.guard, Guard::Off) != Guard::Lost {
            if !self.unit.skipping() {
                self.run_own(RELEASE, Show::Nothing);
            }
            return Ok(());
        }
        self.resync().await?;
        self.run_own(UNDO, Show::Nothing);
        self.resync().await?;
        (self.unit.outcome, self.real) = (Outcome::Fine, Real::Open);
        self.txn.doomed = Some(txn::data_conflict());
        match shadow {
            Some(Shadow::Rows(tag, rows)) => self.answer_rows(tag, rows),
            Some(Shadow::Count(tag, query)) => {
                self.captured = Some(Vec::new());
                self.execute_shadow(&query, bind, Show::Nothing).await?;
                let rows = self.take_count();
                self.answer_rows(tag, rows);
            }
            Some(Shadow::Query(query)) => self.execute_shadow(&query, bind, Show::All).await?,
            None => {}
        }
        Ok(())
    }

    /// Sends a Sync of the session's own, inside a transaction block.
    async fn resync(&mut self) -> Flow {
        self.send_sync();
        self.expect(Request::Sync, Show::Nothing);
        self.drain().await
    }

    /// Runs the read-only form of a bound statement with the same values. Its parameters keep the
    /// types of the original, because some may not occur in it.
    async fn execute_shadow(&mut self, query: &str, bind: &Frame, show: Show) -> Flow {
        let mut body = bind.body();
        take_cstr(&mut body);
        let name = take_cstr(&mut body).unwrap_or_default().to_owned();
        let types = self.describe_parameters(&name).await?;
        self.close_own();
        self.send_parse(OWN, query, &types, Show::Nothing);
        // The count is requested as text, whatever format the client requested for the original.
        let counted = show == Show::Nothing;
        let values = if counted { without_result_formats(body) } else { body };
        message(self.pipes.backend_queue(), b'B', |out| {
            cstr(out, OWN);
            cstr(out, OWN);
            out.put_slice(values);
            if counted {
                out.put_u16(0);
            }
        });
        self.expect(Request::Bind, Show::Nothing);
        message(self.pipes.backend_queue(), b'E', |out| {
            cstr(out, OWN);
            out.put_u32(0);
        });
        self.expect(Request::Execute(Running::nothing(), 0), show);
        self.barrier().await
    }

    fn answer_rows(&mut self, tag: &str, rows: u64) {
        let frame = complete(&format!("{tag} {rows}"));
        self.pipes.out.extend_from_slice(&frame.0);
    }

    /// Takes the number from the captured DataRow.
    pub(super) fn take_count(&mut self) -> u64 {
        let frames = self.captured.take().unwrap_or_default();
        let row = frames.iter().find(|f| f.tag() == b'D');
        let text = row.and_then(|f| f.body().get(6..)).and_then(|b| std::str::from_utf8(b).ok());
        text.and_then(|t| t.parse().ok()).unwrap_or(0)
    }
}

/// The body of a Bind after its names, cut before the result formats.
fn without_result_formats(body: &[u8]) -> &[u8] {
    let number =
        |at: usize| body.get(at..at + 2).map_or(0, |b| usize::from(u16::from_be_bytes([b[0], b[1]])));
    let mut at = 2 + 2 * number(0);
    let values = number(at);
    at += 2;
    for _ in 0..values {
        let length = body.get(at..at + 4).map_or(-1, |b| i32::from_be_bytes([b[0], b[1], b[2], b[3]]));
        at += 4 + usize::try_from(length).unwrap_or(0);
    }
    body.get(..at).unwrap_or(body)
}
