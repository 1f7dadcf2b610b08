//! `--answer-only`: what goes to PostgreSQL all the same, and which of its answers are still owed.

use bytes::BufMut;

use super::answer::{Answering, Block};
use super::pace::Bill;
use super::{Flow, Session, Stop};
use crate::cluster::count;
use crate::wire::{Frame, cstr, message, take_cstr};

impl Session<'_> {
    /// Passes a message on to PostgreSQL, which has the transaction block from then on.
    pub(super) async fn relay_frame(&mut self, state: &mut Answering, frame: &Frame) -> Flow {
        let tag = frame.tag();
        if state.block == Block::Here {
            self.ask(state, "BEGIN", false).await?;
        }
        if matches!(tag, b'S' | b'Q') {
            // What PostgreSQL does here takes the time that it takes.
            self.unit.bill = Bill::default();
        }
        match tag {
            // PostgreSQL ignores them while it takes COPY data.
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

    /// The body of a Parse or Query around the text that PostgreSQL gets instead, where Aurora DSQL has its own form. The
    /// tag of the answer stays PostgreSQL's.
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

    /// A query string of the session's own; the client sees its answer but not the ReadyForQuery.
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

    /// Waits for what PostgreSQL owes: its answers come before ours.
    pub(super) async fn settle_relayed(&mut self, state: &mut Answering) -> Flow {
        if state.asked.is_empty() {
            return Ok(());
        }
        message(self.pipes.backend_queue(), b'H', |_| {});
        loop {
            self.pipes.flush_backend().await?;
            self.take_relayed(state);
            // The data of COPY comes with the client's next messages.
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

    /// The schema may have changed with the end of a transaction. What was in it is not looked at: little goes here, and
    /// all that a change costs is to read the catalog again.
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

    /// Notes which message a frame of PostgreSQL answers.
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
                // PostgreSQL skips up to Sync; so do we, if the client has not sent it yet.
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
