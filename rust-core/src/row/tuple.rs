//! A sequence of parameters in the layout of a Bind message: a 4-byte head and the value's bytes.
//!
//! The head is -1 for NULL, otherwise the length. [`TEXT`] marks a parameter in text format, which lets
//! the database parse what only it can (a text for an interval column, say).

/// Bit of a head that marks the text format. Lengths stay below it: a message has at most 10 MiB.
const TEXT: i32 = 1 << 30;

/// One parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param<'a> {
    /// The value's bytes; `None` for NULL.
    pub bytes: Option<&'a [u8]>,
    /// True for text format, false for binary.
    pub text: bool,
}

/// Bytes of one parameter's head.
const HEAD: usize = 4;

/// Appends NULL.
pub fn push_null(out: &mut Vec<u8>) {
    out.extend_from_slice(&(-1i32).to_be_bytes());
}

/// Appends a value of fixed size in binary format.
#[inline]
pub fn push_array<const N: usize>(value: [u8; N], out: &mut Vec<u8>) {
    // N is at most 16 (uuid, interval).
    let length = i32::try_from(N).unwrap_or(0);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&value);
}

/// Appends the bytes from `fill` with their own head. If `fill` fails or the value is too long for a message, returns
/// `false` and appends nothing.
#[inline]
pub fn push_with<E>(
    out: &mut Vec<u8>,
    text: bool,
    too_long: E,
    fill: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let start = out.len();
    out.extend_from_slice(&[0; HEAD]);
    let result = fill(out).and_then(|()| {
        let length = out.len() - start - HEAD;
        if length > crate::limits::MESSAGE_BYTES { Err(too_long) } else { Ok(length) }
    });
    match result {
        Ok(length) => {
            let mark = if text { TEXT } else { 0 };
            // At most MESSAGE_BYTES, checked above.
            let head = i32::try_from(length).unwrap_or(0) | mark;
            out[start..start + HEAD].copy_from_slice(&head.to_be_bytes());
            Ok(())
        }
        Err(error) => {
            out.truncate(start);
            Err(error)
        }
    }
}

/// Iterates over the parameters of a run written by this module.
#[derive(Debug, Clone)]
pub struct Params<'a> {
    rest: &'a [u8],
}

/// The parameters of `run`.
#[must_use]
pub fn params(run: &[u8]) -> Params<'_> {
    Params { rest: run }
}

impl<'a> Iterator for Params<'a> {
    type Item = Param<'a>;

    #[inline]
    fn next(&mut self) -> Option<Param<'a>> {
        let (head, rest) = self.rest.split_first_chunk::<HEAD>()?;
        let head = i32::from_be_bytes(*head);
        if head < 0 {
            self.rest = rest;
            return Some(Param { bytes: None, text: false });
        }
        let length = usize::try_from(head & !TEXT).ok()?;
        let (bytes, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some(Param { bytes: Some(bytes), text: head & TEXT != 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pushed_is_read() {
        let mut run = Vec::new();
        push_null(&mut run);
        push_array(7i64.to_be_bytes(), &mut run);
        let filled: Result<(), ()> = push_with(&mut run, true, (), |out| {
            out.extend_from_slice(b"1 day");
            Ok(())
        });
        assert_eq!(filled, Ok(()));
        let failed = push_with(&mut run, false, "long", |out| {
            out.push(1);
            Err("bad")
        });
        assert_eq!(failed, Err("bad"));
        let read: Vec<_> = params(&run).collect();
        assert_eq!(
            read,
            [
                Param { bytes: None, text: false },
                Param { bytes: Some(&7i64.to_be_bytes()), text: false },
                Param { bytes: Some(b"1 day"), text: true },
            ]
        );
    }

    #[test]
    fn a_value_longer_than_a_message_is_refused() {
        let mut run = vec![1];
        let result = push_with(&mut run, false, "too long", |out| {
            out.resize(crate::limits::MESSAGE_BYTES + 6, 0);
            Ok(())
        });
        assert_eq!((result, run), (Err("too long"), vec![1]));
    }
}
