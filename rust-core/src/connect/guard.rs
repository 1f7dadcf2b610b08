//! Limits on what a server may send. The client's library has no limits, so this stream in front of it inspects the
//! messages.
//!
//! It reads only the headers of PostgreSQL's messages. A message above a limit ends the connection before its first
//! byte is passed on. The error describes the message.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::limits;

/// Type byte and length.
const HEAD: usize = 5;
/// ReadyForQuery: the end of an answer, and of authentication.
const READY: u8 = b'Z';
/// ParameterStatus, of which the client keeps the last of each name.
const STATUS: u8 = b'S';

/// What the server sent above a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excess(String);

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Excess {}

/// A stream whose messages are limited.
#[derive(Debug)]
pub struct Guard<S> {
    stream: S,
    messages: Messages,
    found: Arc<OnceLock<Excess>>,
}

impl<S> Guard<S> {
    /// Inspects all messages from the first one on.
    pub fn new(stream: S) -> Self {
        Self { stream, messages: Messages::default(), found: Arc::default() }
    }

    /// Where an exceeded limit is stored.
    #[must_use]
    pub fn found(&self) -> Arc<OnceLock<Excess>> {
        self.found.clone()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = into.filled().len();
        std::task::ready!(Pin::new(&mut this.stream).poll_read(context, into))?;
        let Err(excess) = this.messages.read(&into.filled()[before..]) else { return Poll::Ready(Ok(())) };
        into.set_filled(before);
        let excess = this.found.get_or_init(|| excess).clone();
        Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, excess)))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// The stream's position in the flow of messages.
#[derive(Debug, Default)]
struct Messages {
    head: [u8; HEAD],
    /// Bytes of the header that have arrived.
    have: usize,
    /// Bytes of the body that are still missing.
    left: usize,
    /// True once the server has been ready for a statement.
    ready: bool,
    /// Bytes since the server was ready.
    answer: usize,
    /// ParameterStatus so far.
    statuses: usize,
}

impl Messages {
    fn read(&mut self, mut bytes: &[u8]) -> Result<(), Excess> {
        while !bytes.is_empty() {
            let body = self.left.min(bytes.len());
            self.left -= body;
            bytes = &bytes[body..];
            if self.left > 0 || bytes.is_empty() {
                break;
            }
            let part = (HEAD - self.have).min(bytes.len());
            self.head[self.have..self.have + part].copy_from_slice(&bytes[..part]);
            self.have += part;
            bytes = &bytes[part..];
            if self.have == HEAD {
                self.have = 0;
                self.begin()?;
            }
        }
        Ok(())
    }

    /// A message begins: its header is complete.
    fn begin(&mut self) -> Result<(), Excess> {
        let [tag, length @ ..] = self.head;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        // The length includes its own bytes. The client's library refuses a smaller one.
        self.left = length.saturating_sub(HEAD - 1);
        self.answer = self.answer.saturating_add(length).saturating_add(1);
        self.statuses += usize::from(tag == STATUS);
        let (message, answer, when) = if self.ready {
            (limits::SERVER_MESSAGE_BYTES, limits::SERVER_ANSWER_BYTES, "in one answer")
        } else {
            (limits::LOGIN_MESSAGE_BYTES, limits::LOGIN_BYTES, "before it has let us in")
        };
        let shown = char::from(tag).escape_default();
        let excess = if length > message {
            format!("a message of type '{shown}' with {length} bytes, more than {message}")
        } else if self.answer > answer {
            format!("more than {answer} bytes {when}")
        } else if self.statuses > limits::SERVER_STATUSES {
            format!("more than {} messages about its parameters", limits::SERVER_STATUSES)
        } else {
            if tag == READY {
                (self.ready, self.answer) = (true, 0);
            }
            return Ok(());
        };
        Err(Excess(excess))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(tag: u8, length: usize) -> Vec<u8> {
        let head = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
        [&[tag][..], &head, &vec![0; length - 4]].concat()
    }

    #[track_caller]
    fn check(flow: &[Vec<u8>], says: Option<&str>) {
        let bytes = flow.concat();
        // The result is the same for any division into pieces.
        for piece in [1, 3, 4096, bytes.len()] {
            let mut messages = Messages::default();
            let read = bytes.chunks(piece).try_for_each(|part| messages.read(part));
            let told = read.err().map(|excess| excess.to_string()).unwrap_or_default();
            assert!(says.map_or(told.is_empty(), |says| told.contains(says)), "{told}");
        }
    }

    #[test]
    fn messages_are_bounded_by_where_they_stand() {
        let ready = message(READY, 5);
        let large = message(b'D', 2 * limits::LOGIN_MESSAGE_BYTES);
        check(&[ready.clone(), large.clone(), ready.clone()], None);
        check(std::slice::from_ref(&large), Some("type 'D'"));
        check(&vec![message(b'N', 60_000); 20], Some("before it has let us in"));
        check(&vec![message(STATUS, 40); limits::SERVER_STATUSES + 1], Some("about its parameters"));
        let half = message(b'D', limits::SERVER_MESSAGE_BYTES);
        let answer = limits::SERVER_ANSWER_BYTES / limits::SERVER_MESSAGE_BYTES;
        check(&[vec![ready.clone()], vec![half; answer]].concat(), Some("in one answer"));
    }
}
