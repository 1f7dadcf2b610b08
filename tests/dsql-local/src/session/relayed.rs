//! `--answer-only`: the messages that go to PostgreSQL in spite of it, and the answers that are
//! still missing.

use bytes::BufMut;

use super::answer::{Answering, Block};
use super::pace::Bill;
use super::{Flow, Session, Stop};
use crate::cluster::count;
use crate::wire::{Frame, cstr, message, take_cstr};

impl Session<'_> {
    /// Passes a message on to PostgreSQL, which has the transaction block too from then on.
    pub(super) async fn relay_frame(&mut self, state: &mut Answering, frame: &Frame) -> Flow {
        let tag = frame.tag();
        if state.block == Block::Here {
            self.ask(state, "BEGIN", false).await?;
        }
        if matches!(tag, b'S' | b'Q') {
            // No time of the model is added to what PostgreSQL does here.
            self.unit.bill = Bill::default();
        }
        match tag {
            // PostgreSQL ignores them while it accepts COPY data.
            b'S' | b'H' if state.copying => return Ok(()),
            b'c' | b'f' => state.copying = false,
            b'P' | b'B' | b'D' | b'E' | b'C' => {
                state.relayed = true;
                state.asked.push_back(tag);
            }
            b'S' => {
                state.relayed = false;
                state.asked.push_back(tag);
            }
            b'Q' => state.asked.push_back(tag),
            _ => {}
        }
        match self.rewritten(frame) {
            Some((head, text, rest)) => message(self.pipes.backend_queue(), tag, |out| {
                out.put_slice(head);
                cstr(out, &text);
                out.put_slice(rest);
            }),
            None => self.pipes.send(&frame.0),
        }
        Ok(())
    }

    /// The text that PostgreSQL gets instead of a form that only Aurora DSQL has, and the parts of
    /// the Parse or Query body before and after it. The tag of the answer stays PostgreSQL's.
    fn rewritten<'f>(&self, frame: &'f Frame) -> Option<(&'f [u8], String, &'f [u8])> {
        let mut rest = frame.body();
        if !matches!(frame.tag(), b'P' | b'Q') {
            return None;
        }
        if frame.tag() == b'P' {
            take_cstr(&mut rest)?;
        }
        let head = frame.body().len() - rest.len();
        let list = self.cluster.sql.analyse(take_cstr(&mut rest)?);
        let [statement] = &list[..] else { return None };
        statement.rewritten.then(|| (&frame.body()[..head], statement.text.clone(), rest))
    }

    /// Sends a query string of the session's own; the client may see its answer but not the
    /// ReadyForQuery.
    pub(super) async fn ask(&mut self, state: &mut Answering, text: &str, show: bool) -> Flow {
        self.settle_relayed(state).await?;
        message(self.pipes.backend_queue(), b'Q', |out| cstr(out, text));
        self.pipes.flush_backend().await?;
        loop {
            let Some(frame) = self.pipes.backend.read_frame().await? else { return Err(Stop::Quiet) };
            if frame.tag() == b'Z' {
                state.ready(&frame);
                self.note_schema(state);
                return Ok(());
            }
            state.skipping |= frame.tag() == b'E';
            if show {
                self.pipes.out.extend_from_slice(&frame.0);
            }
        }
    }

    /// Waits for PostgreSQL's answers, which must come before those of the session.
    pub(super) async fn settle_relayed(&mut self, state: &mut Answering) -> Flow {
        if state.asked.is_empty() {
            return Ok(());
        }
        message(self.pipes.backend_queue(), b'H', |_| {});
        loop {
            self.pipes.flush_backend().await?;
            self.take_relayed(state);
            // COPY data arrives in the client's next messages.
            if state.asked.is_empty() || state.copying {
                return Ok(());
            }
            self.pipes.flush_client().await?;
            if self.pipes.backend.fill().await? == 0 {
                self.pipes.flush_client().await?;
                return Err(Stop::Quiet);
            }
        }
    }

    /// The end of a transaction may have changed the schema. Its statements are not checked for
    /// that: they are few, and a change costs only another read of the catalog.
    fn note_schema(&self, state: &Answering) {
        if state.block == Block::None {
            self.cluster.schema_changed();
            self.cluster.job_waits.notify_one();
        }
    }

    pub(super) fn take_relayed(&mut self, state: &mut Answering) {
        while let Ok(Some(frame)) = self.pipes.backend.next_frame() {
            state.on_relayed(&frame);
            if frame.tag() == b'Z' {
                count(&self.cluster.stats.round_trips);
                self.note_schema(state);
            }
            self.pipes.out.extend_from_slice(&frame.0);
        }
    }
}

impl Answering {
    fn ready(&mut self, frame: &Frame) {
        self.block = match frame.body().first() {
            Some(b'I') | None => Block::None,
            Some(status) => Block::There(*status),
        };
        self.failed = false;
    }

    /// Finds the message that a frame of PostgreSQL answers.
    fn on_relayed(&mut self, frame: &Frame) {
        let front = self.asked.front().copied();
        match (frame.tag(), front) {
            (b'Z', _) => {
                let end = self.asked.iter().position(|tag| matches!(tag, b'S' | b'Q'));
                self.asked.drain(..end.map_or(0, |end| end + 1));
                self.ready(frame);
            }
            (b'1', Some(b'P')) | (b'2', Some(b'B')) | (b'3', Some(b'C')) => {
                self.asked.pop_front();
            }
            (b'T' | b'n', Some(b'D')) | (b'C' | b'I' | b's', Some(b'E')) => {
                self.asked.pop_front();
            }
            (b'E', Some(tag)) if tag != b'Q' => {
                // PostgreSQL skips messages up to Sync, and so does the session if the client has
                // not sent it yet.
                let end = self.asked.iter().position(|tag| *tag == b'S');
                self.asked.drain(..end.unwrap_or(self.asked.len()));
                self.skipping |= end.is_none();
            }
            (b'G', _) => {
                self.copying = true;
                if front == Some(b'E')
                    && let Some(sync) = self.asked.iter().position(|tag| *tag == b'S')
                {
                    self.asked.remove(sync);
                }
            }
            _ => {}
        }
    }
}
