//! A server that only answers. It answers INSERTs and DELETEs with parameters, and BEGIN, COMMIT
//! and ROLLBACK around them, without executing them; everything else goes to PostgreSQL. So the
//! measured speed is that of the client alone. It does as little as possible: of the values it
//! reads at most the length of an array.
//!
//! A transaction block begins in PostgreSQL only with the first statement that is sent there.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use anyhow::Context;
use bytes::{BufMut, Bytes};

use super::{Flow, Session, Stop};
use crate::cluster::count;
use crate::faults::Refuse;
use crate::sql::Kind;
use crate::sql::answerable::{self, Answerable, Rows};
use crate::wire::{Frame, FrameError, SqlError, cstr, message, take_cstr};

/// A statement that was parsed here.
#[derive(Debug)]
struct Known {
    answerable: Answerable,
    unnest: bool,
    /// The number of parameter types and the types, as in the Parse message.
    types: Bytes,
}

/// The transaction block, as the client sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Block {
    #[default]
    None,
    /// PostgreSQL does not know of it.
    Here,
    /// PostgreSQL has it too; the status is that of its last ReadyForQuery.
    There(u8),
}

/// The state between two messages.
#[derive(Debug, Default)]
pub(super) struct Answering {
    known: HashMap<String, Arc<Known>>,
    bound: HashMap<String, (Arc<Known>, u64)>,
    pub(super) block: Block,
    /// The block here has failed.
    pub(super) failed: bool,
    /// An error was sent; messages up to Sync are ignored.
    pub(super) skipping: bool,
    /// Messages since the last Sync went to PostgreSQL, so it must get the next Sync.
    pub(super) relayed: bool,
    /// Types of the messages that PostgreSQL has not answered yet.
    pub(super) asked: VecDeque<u8>,
    pub(super) copying: bool,
}

impl Session<'_> {
    /// Serves until either side ends.
    pub(super) async fn answer(&mut self) -> Flow {
        let mut state = Answering::default();
        loop {
            loop {
                match self.pipes.client.next_frame() {
                    Ok(Some(frame)) => self.answer_frame(&mut state, &frame).await?,
                    Ok(None) => break,
                    Err(FrameError::TooLong(_) | FrameError::Malformed) => return Ok(()),
                }
            }
            self.pipes.flush_backend().await?;
            self.take_relayed(&mut state);
            self.pipes.flush_client().await?;
            tokio::select! {
                n = self.pipes.client.fill() => if n? == 0 { return Ok(()) },
                n = self.pipes.backend.fill() => if n? == 0 { return Ok(()) },
            }
        }
    }

    async fn answer_frame(&mut self, state: &mut Answering, frame: &Frame) -> Flow {
        self.unit.bill.begin();
        let mut body = frame.body();
        match frame.tag() {
            b'X' => return Err(Stop::Left),
            b'S' => return self.answer_sync(state, frame).await,
            _ if state.skipping => {}
            b'Q' => {
                let control = take_cstr(&mut body).and_then(answerable::control);
                let Some(control) = control else { return self.relay_frame(state, frame).await };
                self.settle_relayed(state).await?;
                self.answer_control(state, &control).await?;
                state.skipping = false;
                self.answer_ready(state);
            }
            b'P' => {
                count(&self.cluster.stats.parses);
                let name = take_cstr(&mut body).context("malformed Parse")?;
                let text = take_cstr(&mut body).context("malformed Parse")?;
                let Some(answerable) = answerable::of(text) else {
                    state.known.remove(name);
                    return self.relay_frame(state, frame).await;
                };
                self.settle_relayed(state).await?;
                // Statements with arrays are short.
                let arrays = matches!(&answerable, Answerable::Write { rows: Rows::Arrays(_), .. });
                let unnest = arrays && text.to_ascii_lowercase().contains("unnest");
                if unnest && self.cluster.faults.refuse() == Refuse::Unnest {
                    self.answer_error(state, &Refuse::error()).await?;
                    return Ok(());
                }
                let known = Known { answerable, unnest, types: frame.0.slice_ref(body) };
                state.known.insert(name.to_owned(), Arc::new(known));
                message(&mut self.pipes.out, b'1', |_| {});
            }
            b'B' => {
                let portal = take_cstr(&mut body).context("malformed Bind")?;
                let name = take_cstr(&mut body).context("malformed Bind")?;
                let Some(known) = state.known.get(name).cloned() else {
                    state.bound.remove(portal);
                    return self.relay_frame(state, frame).await;
                };
                self.settle_relayed(state).await?;
                let rows =
                    if let Answerable::Write { rows, .. } = &known.answerable { rows.count(body) } else { 0 };
                state.bound.insert(portal.to_owned(), (known, rows));
                message(&mut self.pipes.out, b'2', |_| {});
            }
            b'D' => {
                count(&self.cluster.stats.describes);
                let (kind, mut name) = body.split_first().context("malformed Describe")?;
                let name = take_cstr(&mut name).unwrap_or_default();
                let known = if *kind == b'S' { state.known.get(name) } else { None };
                if known.is_none() && !(*kind == b'P' && state.bound.contains_key(name)) {
                    return self.relay_frame(state, frame).await;
                }
                let types = known.map(|known| known.types.clone());
                self.settle_relayed(state).await?;
                if let Some(types) = types {
                    message(&mut self.pipes.out, b't', |out| out.put_slice(&types));
                }
                message(&mut self.pipes.out, b'n', |_| {});
            }
            b'E' => {
                let portal = take_cstr(&mut body).context("malformed Execute")?;
                let Some((known, rows)) = state.bound.get(portal).cloned() else {
                    return self.relay_frame(state, frame).await;
                };
                self.settle_relayed(state).await?;
                self.answer_execute(state, &known, rows).await?;
            }
            b'C' => {
                let (kind, mut name) = body.split_first().context("malformed Close")?;
                let name = take_cstr(&mut name).unwrap_or_default();
                let own = match kind {
                    b'S' => state.known.remove(name).is_some(),
                    _ => state.bound.remove(name).is_some(),
                };
                if !own {
                    return self.relay_frame(state, frame).await;
                }
                self.settle_relayed(state).await?;
                message(&mut self.pipes.out, b'3', |_| {});
            }
            b'H' if !state.relayed => {}
            _ => return self.relay_frame(state, frame).await,
        }
        Ok(())
    }

    async fn answer_execute(&mut self, state: &mut Answering, known: &Known, rows: u64) -> Flow {
        let Answerable::Write { tag, table, .. } = &known.answerable else {
            return self.answer_control(state, &known.answerable).await;
        };
        if state.failed || state.block == Block::There(b'E') {
            let aborted = "current transaction is aborted, commands ignored until end of transaction block";
            self.answer_error(state, &SqlError::error("25P02", aborted)).await?;
            return Ok(());
        }
        if known.unnest && self.cluster.faults.refuse() == Refuse::UnnestExecute {
            self.answer_error(state, &Refuse::error()).await?;
            return Ok(());
        }
        count(&self.cluster.stats.statements);
        message(&mut self.pipes.out, b'C', |out| cstr(out, &format!("{tag} {rows}")));
        self.note(Kind::Write, *tag == "DELETE", Some(table), rows);
        self.txn.wrote = true;
        self.txn.rows += rows;
        Ok(())
    }

    async fn answer_error(&mut self, state: &mut Answering, error: &SqlError) -> Flow {
        self.emit_error(error);
        state.skipping = true;
        state.failed |= state.block == Block::Here;
        match state.block {
            Block::None => self.end_transaction(false),
            Block::Here => {}
            // PostgreSQL's transaction must fail too.
            Block::There(_) => self.ask(state, "dsql_local_poison", false).await?,
        }
        Ok(())
    }

    /// BEGIN, COMMIT or ROLLBACK, without ReadyForQuery.
    async fn answer_control(&mut self, state: &mut Answering, control: &Answerable) -> Flow {
        let mut tag = match control {
            Answerable::Begin => "BEGIN",
            Answerable::Commit => "COMMIT",
            Answerable::Write { .. } | Answerable::Rollback => "ROLLBACK",
        };
        if let Block::There(_) = state.block {
            if *control == Answerable::Commit && self.txn.wrote {
                self.answer_commit().await?;
            }
            return self.ask(state, tag, true).await;
        }
        match control {
            Answerable::Begin => state.block = Block::Here,
            Answerable::Commit if state.failed => tag = "ROLLBACK",
            Answerable::Commit => self.answer_commit().await?,
            Answerable::Write { .. } | Answerable::Rollback => {}
        }
        if *control != Answerable::Begin {
            self.end_transaction(false);
            (state.block, state.failed) = (Block::None, false);
        }
        message(&mut self.pipes.out, b'C', |out| cstr(out, tag));
        Ok(())
    }

    async fn answer_commit(&mut self) -> Flow {
        if self.txn.wrote {
            self.settle(Some(self.txn.rows)).await?;
            self.delay(true).await;
        }
        self.end_transaction(true);
        Ok(())
    }

    async fn answer_sync(&mut self, state: &mut Answering, frame: &Frame) -> Flow {
        if state.relayed {
            self.relay_frame(state, frame).await?;
            self.settle_relayed(state).await?;
            state.skipping = false;
            return Ok(());
        }
        state.skipping = false;
        if state.block == Block::None && self.txn.wrote {
            self.answer_commit().await?;
        } else {
            self.settle(None).await?;
            self.delay(false).await;
        }
        self.answer_ready(state);
        Ok(())
    }

    fn answer_ready(&mut self, state: &Answering) {
        let status = match state.block {
            Block::None => b'I',
            Block::Here if state.failed => b'E',
            Block::Here => b'T',
            Block::There(status) => status,
        };
        message(&mut self.pipes.out, b'Z', |out| out.put_u8(status));
        count(&self.cluster.stats.round_trips);
        self.end_unit();
    }
}
