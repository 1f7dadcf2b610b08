//! A server that only answers: an INSERT is read and answered as if it had been done, everything else goes to PostgreSQL.
//! So the speed that a client reaches is its own. It costs as little as possible: the values are not looked at.

use std::collections::HashMap;

use anyhow::Context;
use bytes::{BufMut, Bytes};

use super::{Flow, Session};
use crate::wire::{Frame, FrameError, cstr, message, take_cstr};

/// An INSERT that was parsed.
#[derive(Debug, Clone)]
struct Insert {
    tag: String,
    /// Number of parameter types and these, as Parse brought them.
    types: Bytes,
}

/// What is known between two messages.
#[derive(Debug, Default)]
pub(super) struct Answering {
    inserts: HashMap<String, Insert>,
    bound: Option<Insert>,
    /// The messages up to the next Sync are answered here.
    own: bool,
    wrote: bool,
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
            while let Ok(Some(frame)) = self.pipes.backend.next_frame() {
                self.pipes.out.extend_from_slice(&frame.0);
            }
            self.pipes.flush_client().await?;
            tokio::select! {
                n = self.pipes.client.fill() => if n? == 0 { return Ok(()) },
                n = self.pipes.backend.fill() => if n? == 0 { return Ok(()) },
            }
        }
    }

    async fn answer_frame(&mut self, state: &mut Answering, frame: &Frame) -> Flow {
        let mut body = frame.body();
        let out = &mut self.pipes.out;
        match frame.tag() {
            b'P' => {
                let name = take_cstr(&mut body).context("malformed Parse")?;
                let text = take_cstr(&mut body).context("malformed Parse")?;
                state.own = text.starts_with("INSERT ");
                if state.own {
                    let tag = format!("INSERT 0 {}", text.matches("($").count());
                    let insert = Insert { tag, types: frame.0.slice_ref(body) };
                    state.inserts.insert(name.to_owned(), insert);
                    message(out, b'1', |_| {});
                } else {
                    state.inserts.remove(name);
                }
            }
            b'B' => {
                take_cstr(&mut body);
                let name = take_cstr(&mut body).context("malformed Bind")?;
                state.bound = state.inserts.get(name).cloned();
                state.own = state.bound.is_some();
                if state.own {
                    message(out, b'2', |_| {});
                }
            }
            b'D' if state.own => {
                let insert = body.strip_prefix(b"S").map(|mut name| take_cstr(&mut name).unwrap_or_default());
                if let Some(insert) = insert.and_then(|name| state.inserts.get(name)) {
                    message(out, b't', |out| out.put_slice(&insert.types));
                }
                message(out, b'n', |_| {});
            }
            b'E' if state.own => {
                let tag = state.bound.as_ref().map_or("INSERT 0 0", |insert| &insert.tag);
                message(out, b'C', |out| cstr(out, tag));
                state.wrote = true;
            }
            b'C' if let Some(mut name) = body.strip_prefix(b"S") => {
                let known = take_cstr(&mut name).and_then(|name| state.inserts.remove(name));
                state.own = known.is_some();
                if state.own {
                    message(out, b'3', |_| {});
                }
            }
            b'S' if state.own => {
                state.own = false;
                self.delay(std::mem::take(&mut state.wrote)).await;
                message(&mut self.pipes.out, b'Z', |out| out.put_u8(b'I'));
                return Ok(());
            }
            _ => {}
        }
        if !state.own {
            self.pipes.send(&frame.0);
        }
        Ok(())
    }
}
