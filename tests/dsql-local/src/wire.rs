//! The part of the PostgreSQL wire protocol that the stand-in needs: it splits a byte stream into
//! frames, and writes a few messages. It contains nothing about Aurora DSQL.

use std::io;

use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes read from a socket at once. A TLS record has up to 16 KiB; several fit, so that a large
/// Bind needs few reads.
const READ_CHUNK: usize = 128 * 1024;

/// A complete protocol message: type byte, length, body.
#[derive(Debug, Clone)]
pub struct Frame(pub Bytes);

impl Frame {
    /// The type byte.
    pub fn tag(&self) -> u8 {
        self.0.first().copied().unwrap_or(0)
    }

    /// The bytes after the length.
    pub fn body(&self) -> &[u8] {
        self.0.get(5..).unwrap_or(&[])
    }
}

/// Why no further frame can be read from a stream.
#[derive(Debug)]
pub enum FrameError {
    /// The announced length is over the limit given to [`FrameReader::new`].
    TooLong(usize),
    /// The announced length is impossible.
    Malformed,
}

/// Splits a byte stream into frames. `fill` is cancel safe.
#[derive(Debug)]
pub struct FrameReader<R> {
    inner: R,
    buffer: BytesMut,
    limit: usize,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// A reader that refuses frames longer than `limit` bytes.
    pub fn new(inner: R, limit: usize) -> Self {
        FrameReader { inner, buffer: BytesMut::with_capacity(READ_CHUNK), limit }
    }

    /// Reads more bytes; 0 means the end of the stream.
    pub async fn fill(&mut self) -> io::Result<usize> {
        // The buffer of a frame that is known to be long is allocated at once instead of by
        // repeated doubling.
        let missing = self.announced().map_or(0, |n| n.min(self.limit).saturating_sub(self.buffer.len()));
        self.buffer.reserve(missing.max(READ_CHUNK));
        self.inner.read_buf(&mut self.buffer).await
    }

    fn announced(&self) -> Option<usize> {
        let length = self.buffer.get(1..5)?;
        let length = u32::from_be_bytes(length.try_into().ok()?);
        usize::try_from(length).ok()?.checked_add(1)
    }

    /// The next complete frame, or `None` when more bytes are needed.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        let Some(total) = self.announced() else { return Ok(None) };
        if total < 5 {
            return Err(FrameError::Malformed);
        }
        if total > self.limit {
            return Err(FrameError::TooLong(total));
        }
        if self.buffer.len() < total {
            return Ok(None);
        }
        Ok(Some(Frame(self.buffer.split_to(total).freeze())))
    }

    /// Waits for a frame; `None` is the end of the stream.
    pub async fn read_frame(&mut self) -> io::Result<Option<Frame>> {
        loop {
            match self.next_frame() {
                Ok(Some(frame)) => return Ok(Some(frame)),
                Ok(None) => {}
                Err(e) => return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{e:?}"))),
            }
            if self.fill().await? == 0 {
                return Ok(None);
            }
        }
    }

    /// The stream itself.
    pub fn get_mut(&mut self) -> &mut R {
        &mut self.inner
    }
}

/// An error in the form that is sent to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlError {
    /// `ERROR` or `FATAL`.
    pub severity: &'static str,
    /// SQLSTATE, five characters.
    pub code: String,
    /// Primary message.
    pub message: String,
    /// DETAIL field.
    pub detail: Option<String>,
    /// HINT field.
    pub hint: Option<String>,
}

impl SqlError {
    /// An ERROR without detail or hint.
    pub fn error(code: &str, message: impl Into<String>) -> Self {
        SqlError {
            severity: "ERROR",
            code: code.to_owned(),
            message: message.into(),
            detail: None,
            hint: None,
        }
    }

    /// A FATAL without detail or hint.
    pub fn fatal(code: &str, message: impl Into<String>) -> Self {
        SqlError { severity: "FATAL", ..SqlError::error(code, message) }
    }

    /// The same with a HINT.
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        SqlError { hint: Some(hint.into()), ..self }
    }

    /// The same with a DETAIL.
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        SqlError { detail: Some(detail.into()), ..self }
    }

    /// Appends the ErrorResponse message.
    pub fn encode(&self, out: &mut BytesMut) {
        message(out, b'E', |out| {
            let fields = [
                (b'S', Some(self.severity)),
                (b'V', Some(self.severity)),
                (b'C', Some(self.code.as_str())),
                (b'M', Some(self.message.as_str())),
                (b'D', self.detail.as_deref()),
                (b'H', self.hint.as_deref()),
            ];
            for (field, value) in fields {
                if let Some(value) = value {
                    out.put_u8(field);
                    cstr(out, value);
                }
            }
            out.put_u8(0);
        });
    }
}

/// Appends one message; `body` writes the bytes after the length.
pub fn message(out: &mut BytesMut, tag: u8, body: impl FnOnce(&mut BytesMut)) {
    out.put_u8(tag);
    let at = out.len();
    out.put_u32(0);
    body(out);
    let length = u32::try_from(out.len() - at).unwrap_or(u32::MAX);
    out[at..at + 4].copy_from_slice(&length.to_be_bytes());
}

/// Appends a zero-terminated string.
pub fn cstr(out: &mut BytesMut, text: &str) {
    out.put_slice(text.as_bytes());
    out.put_u8(0);
}

/// Splits a zero-terminated string off the front.
pub fn take_cstr<'a>(body: &mut &'a [u8]) -> Option<&'a str> {
    let end = body.iter().position(|b| *b == 0)?;
    let text = std::str::from_utf8(&body[..end]).ok()?;
    *body = &body[end + 1..];
    Some(text)
}

/// One field of an ErrorResponse or NoticeResponse body.
pub fn error_field(body: &[u8], field: u8) -> Option<&str> {
    let mut rest = body;
    while let Some((kind, tail)) = rest.split_first() {
        if *kind == 0 {
            return None;
        }
        rest = tail;
        let value = take_cstr(&mut rest)?;
        if *kind == field {
            return Some(value);
        }
    }
    None
}
