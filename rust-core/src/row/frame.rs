//! Reads the bytes from Java without trusting them.
//!
//! All numbers are big-endian; a string is a u32 length in bytes and UTF-8.
//!
//! | frame | layout |
//! |---|---|
//! | options | u8 version, u32 count, count x (string key, string value) |
//! | table | u8 version, string schema, string table, u8 mode, with mode query: string query, u16 count, count x (string column, string source type), u16 count, count x string key column |
//! | rows | u8 version, u32 table number, u32 count, count x (u8 row kind, u32 length, values) |
//!
//! A value is a tag and its payload, as [`crate::abi`] lists them. Every reader returns an error of
//! kind [`ErrorKind::Frame`] for bytes that do not follow this; none of them panics.

use crate::abi;
use crate::error::{ErrorKind, SinkError};
use crate::row::value::Value;

type Result<T> = std::result::Result<T, SinkError>;

/// Reads from the front of a frame.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or_else(|| ends_early(N))?;
        self.rest = rest;
        Ok(*head)
    }

    fn bytes(&mut self, length: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or_else(|| ends_early(length))?;
        self.rest = rest;
        Ok(head)
    }

    fn u8(&mut self) -> Result<u8> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    fn u16(&mut self) -> Result<usize> {
        Ok(u16::from_be_bytes(self.array()?).into())
    }

    fn u32(&mut self) -> Result<usize> {
        usize::try_from(u32::from_be_bytes(self.array()?)).map_err(|_| malformed("length"))
    }

    fn i32(&mut self) -> Result<i32> {
        Ok(i32::from_be_bytes(self.array()?))
    }

    fn i64(&mut self) -> Result<i64> {
        Ok(i64::from_be_bytes(self.array()?))
    }

    fn block(&mut self) -> Result<&'a [u8]> {
        let length = self.u32()?;
        self.bytes(length)
    }

    fn string(&mut self) -> Result<&'a str> {
        std::str::from_utf8(self.block()?).map_err(|_| malformed("text is not UTF-8"))
    }

    fn version(&mut self) -> Result<()> {
        match self.u8()? {
            abi::FRAME_VERSION => Ok(()),
            other => Err(malformed(&format!(
                "version {other} where {} is understood; the jar and the native library do not match",
                abi::FRAME_VERSION
            ))),
        }
    }

    fn end(&self) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(malformed("bytes after the end")) }
    }

    /// Reads one tagged value.
    ///
    /// # Errors
    /// Kind `Frame` for an unknown tag, a length beyond the frame or text that is not UTF-8.
    #[inline(always)] // called, it would return by memory, and copying a value from there stalls the processor
    pub fn value(&mut self) -> Result<Value<'a>> {
        Ok(match self.u8()? {
            abi::TAG_NULL => Value::Null,
            abi::TAG_BOOL => Value::Bool(self.u8()? != 0),
            abi::TAG_INT8 => Value::Int(i8::from_be_bytes(self.array()?).into()),
            abi::TAG_INT16 => Value::Int(i16::from_be_bytes(self.array()?).into()),
            abi::TAG_INT32 => Value::Int(self.i32()?.into()),
            abi::TAG_INT64 => Value::Int(self.i64()?),
            abi::TAG_FLOAT32 => Value::Float32(f32::from_be_bytes(self.array()?)),
            abi::TAG_FLOAT64 => Value::Float64(f64::from_be_bytes(self.array()?)),
            abi::TAG_DECIMAL => Value::Decimal { scale: self.i32()?, unscaled: self.i64()? },
            abi::TAG_BIG_DECIMAL => Value::BigDecimal { scale: self.i32()?, unscaled: self.string()? },
            abi::TAG_TEXT => Value::Text(self.string()?),
            abi::TAG_BYTES => Value::Bytes(self.block()?),
            abi::TAG_DATE => Value::Date { days: self.i64()? },
            abi::TAG_TIME => Value::Time { nanos: self.i64()? },
            abi::TAG_TIMESTAMP => Value::Timestamp { seconds: self.i64()?, nanos: self.i32()? },
            abi::TAG_TIMESTAMP_TZ => {
                Value::TimestampTz { seconds: self.i64()?, nanos: self.i32()?, offset: self.i32()? }
            }
            tag => return Err(malformed(&format!("unknown value tag {tag}"))),
        })
    }
}

/// Reads an options frame.
///
/// # Errors
/// Kind `Frame` if the bytes do not follow the layout.
pub fn options(bytes: &[u8]) -> Result<Vec<(String, String)>> {
    let mut reader = Reader::new(bytes);
    reader.version()?;
    let count = reader.u32()?;
    let mut pairs = Vec::new();
    for _ in 0..count {
        pairs.push((reader.string()?.to_owned(), reader.string()?.to_owned()));
    }
    reader.end()?;
    Ok(pairs)
}

/// The content of a table frame: the target table and the columns of its rows, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Schema of the target table.
    pub schema: String,
    /// Name of the target table.
    pub table: String,
    /// True if rows are only appended.
    pub append: bool,
    /// The user's own statement, instead of the sink's.
    pub query: Option<String>,
    /// Column name and the source's type of it, as the source writes it.
    pub columns: Vec<(String, String)>,
    /// Names of the key columns.
    pub keys: Vec<String>,
}

/// Reads a table frame.
///
/// # Errors
/// Kind `Frame` if the bytes do not follow the layout.
pub fn declaration(bytes: &[u8]) -> Result<Declaration> {
    let mut reader = Reader::new(bytes);
    reader.version()?;
    let schema = reader.string()?.to_owned();
    let table = reader.string()?.to_owned();
    let (append, query) = match reader.u8()? {
        abi::MODE_UPSERT => (false, None),
        abi::MODE_INSERT => (true, None),
        abi::MODE_QUERY => (true, Some(reader.string()?.to_owned())),
        mode => return Err(malformed(&format!("unknown mode {mode}"))),
    };
    let mut columns = Vec::new();
    for _ in 0..reader.u16()? {
        columns.push((reader.string()?.to_owned(), reader.string()?.to_owned()));
    }
    let mut keys = Vec::new();
    for _ in 0..reader.u16()? {
        keys.push(reader.string()?.to_owned());
    }
    reader.end()?;
    let declaration = Declaration { schema, table, append, query, columns, keys };
    declaration.check_names()?;
    Ok(declaration)
}

impl Declaration {
    /// A NUL ends a text of the protocol, so a name with one would break the connection.
    fn check_names(&self) -> Result<()> {
        let columns = self.columns.iter().map(|(name, _)| ("column", name));
        let keys = self.keys.iter().map(|name| ("key column", name));
        let mut names =
            [("schema", &self.schema), ("table", &self.table)].into_iter().chain(columns).chain(keys);
        match names.find(|(_, name)| name.contains('\0')) {
            None => Ok(()),
            Some((what, name)) => Err(SinkError::new(
                ErrorKind::Config,
                format!(
                    "{what} '{name}' has a NUL character in its name, which Aurora DSQL does not allow in names; rename it"
                ),
            )),
        }
    }
}

/// How a row changed at the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// Inserted.
    Insert,
    /// As it was before an update.
    UpdateBefore,
    /// As it is after an update.
    UpdateAfter,
    /// Deleted.
    Delete,
}

impl RowKind {
    /// SeaTunnel's name for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Insert => "INSERT",
            Self::UpdateBefore => "UPDATE_BEFORE",
            Self::UpdateAfter => "UPDATE_AFTER",
            Self::Delete => "DELETE",
        }
    }
}

/// A row frame whose head was read.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// Number that declaring the table returned.
    pub table: usize,
    /// Rows in the frame.
    pub count: usize,
    reader: Reader<'a>,
}

/// Reads the head of a row frame.
///
/// # Errors
/// Kind `Frame` if the bytes do not follow the layout.
pub fn rows(bytes: &[u8]) -> Result<Rows<'_>> {
    let mut reader = Reader::new(bytes);
    reader.version()?;
    Ok(Rows { table: reader.u32()?, count: reader.u32()?, reader })
}

impl<'a> Rows<'a> {
    /// Reads the next row: its kind and a reader of its values; `None` after the last.
    ///
    /// # Errors
    /// Kind `Frame` if the bytes do not follow the layout.
    #[allow(clippy::should_implement_trait)] // an Iterator of Results would go on after an error
    pub fn next(&mut self) -> Result<Option<(RowKind, Reader<'a>)>> {
        if self.count == 0 {
            self.reader.end()?;
            return Ok(None);
        }
        self.count -= 1;
        let kind = match self.reader.u8()? {
            abi::ROW_INSERT => RowKind::Insert,
            abi::ROW_UPDATE_BEFORE => RowKind::UpdateBefore,
            abi::ROW_UPDATE_AFTER => RowKind::UpdateAfter,
            abi::ROW_DELETE => RowKind::Delete,
            kind => return Err(malformed(&format!("unknown row kind {kind}"))),
        };
        Ok(Some((kind, Reader::new(self.reader.block()?))))
    }
}

/// Checks that a row has no more values than the table has columns.
///
/// # Errors
/// Kind `Frame` if bytes are left.
pub fn row_end(reader: Reader<'_>) -> Result<()> {
    reader.end()
}

fn ends_early(wanted: usize) -> SinkError {
    malformed(&format!("ends where {wanted} more bytes are expected"))
}

fn malformed(what: &str) -> SinkError {
    SinkError::new(ErrorKind::Frame, format!("malformed frame from Java: {what}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
