//! Limits on single values and rows, checked on the values that a Bind carries.
//!
//! Text and JSON count by their compressed size, as on Aurora DSQL; its compression is not known,
//! LZ4 is used instead. `count` measures values that a statement computes itself. An array that
//! unnest turns into rows counts by its elements; a DELETE writes no values.

use std::borrow::Cow;

use bytes::BufMut;

use super::{Flow, Request, Running, Session, Show};
use crate::params::{self, Element, Param};
use crate::sql::scan::{Scanner, Token};
use crate::sql::{Kind, Statement};
use crate::txn::KEY_IN_OVERHEAD;
use crate::wire::{Frame, SqlError, cstr, message};

/// Largest stored size of one value.
const VALUE_LIMIT: usize = 1024 * 1024;
/// Largest size of one row.
const ROW_LIMIT: usize = 2 * 1024 * 1024;

impl Session<'_> {
    /// Refuses a Bind whose values are too large. Only a large message can contain one, so small
    /// ones are not checked.
    pub(super) async fn check_values(
        &mut self,
        frame: &Frame,
        values: &[u8],
        name: &str,
        running: &Running,
    ) -> Flow {
        let Some(statement) = running.get().filter(|s| s.kind == Kind::Write && !s.deletes) else {
            return Ok(());
        };
        if frame.0.len() <= VALUE_LIMIT {
            return Ok(());
        }
        let values: Vec<Param<'_>> = params::of(values).collect();
        let size = |v: &Param<'_>| v.value.map_or(0, <[u8]>::len);
        let width = values.len().div_ceil(statement.value_rows.max(1)).max(1);
        let widest = values.chunks(width).map(|row| row.iter().map(size).sum::<usize>()).max().unwrap_or(0);
        // No element of an array and no row of unnest is larger.
        if values.iter().all(|v| size(v) <= VALUE_LIMIT) && widest <= ROW_LIMIT {
            return Ok(());
        }
        let types = self.parameter_types(name).await?;
        if self.unit.skipping() {
            return Ok(());
        }
        let types = types.into_iter().chain(std::iter::repeat(0));
        let cells: Vec<Cells<'_>> = values.iter().zip(types).map(|(v, oid)| Cells::of(v, oid)).collect();
        let rows = rows(&cells, statement.unnest, width);
        let checked = cells.iter().try_for_each(Cells::check).and_then(|()| {
            let too_wide = rows.iter().any(|row| row_size(row) > ROW_LIMIT);
            if too_wide { Err(SqlError::error("54000", "maximum row size exceeded")) } else { Ok(()) }
        });
        if let Err(error) = checked {
            self.refuse(error);
        }
        Ok(())
    }

    /// The bytes of an INSERT's primary keys beyond the fixed cost of each row, if its parameters
    /// are the columns in order.
    pub(super) async fn key_bytes(&self, statement: &Statement, body: &[u8]) -> Flow<u64> {
        let inserts = !statement.may_cascade && !statement.deletes;
        let Some(table) = statement.table.as_ref().filter(|_| inserts) else { return Ok(0) };
        let table = self.cluster.table(table).await?;
        let columns = if statement.columns.is_empty() { &table.columns } else { &statement.columns };
        let in_key: Vec<bool> = columns.iter().map(|column| table.key.contains(column)).collect();
        Ok(key_bytes(&in_key, body, statement.unnest, statement.value_rows))
    }

    /// Types of the parameters of a prepared statement.
    async fn parameter_types(&mut self, name: &str) -> Flow<Vec<u32>> {
        let body = self.describe_parameters(name).await?;
        Ok(body
            .get(2..)
            .unwrap_or_default()
            .chunks_exact(4)
            .map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]))
            .collect())
    }

    /// The body of the ParameterDescription of a prepared statement.
    pub(super) async fn describe_parameters(&mut self, name: &str) -> Flow<Vec<u8>> {
        let keep = self.captured.replace(Vec::new());
        message(self.pipes.backend_queue(), b'D', |out| {
            out.put_u8(b'S');
            cstr(out, name);
        });
        self.expect(Request::Describe, Show::Nothing);
        self.barrier().await?;
        let described = std::mem::replace(&mut self.captured, keep).unwrap_or_default();
        Ok(described.iter().find(|f| f.tag() == b't').map_or(&[0, 0][..], Frame::body).to_vec())
    }
}

/// The cells of a parameter: one value, or the elements of an array.
struct Cells<'v> {
    /// Type of the value or of each element; 0 is unknown.
    oid: u32,
    array: bool,
    values: Vec<Element<'v>>,
}

impl<'v> Cells<'v> {
    fn of(param: &Param<'v>, oid: u32) -> Self {
        let element = ARRAYS.iter().find(|(array, _)| *array == oid).map(|(_, element)| *element);
        // PostgreSQL refuses an array that cannot be read.
        match element.and_then(|element| Some((element, param.elements()?))) {
            Some((oid, values)) => Cells { oid, array: true, values },
            None => {
                let value = param.value.map(|value| if oid == BYTEA { sent(param, value) } else { value });
                Cells { oid, array: false, values: vec![value.map(Cow::Borrowed)] }
            }
        }
    }

    fn check(&self) -> Result<(), SqlError> {
        self.values.iter().flatten().try_for_each(|value| check_value(value, self.oid))
    }
}

/// The values of the rows that a statement writes, with their types.
fn rows<'c>(cells: &'c [Cells<'_>], unnest: bool, width: usize) -> Vec<Vec<(&'c [u8], u32)>> {
    fn value<'c>(cells: &'c Cells<'_>, at: usize) -> Option<(&'c [u8], u32)> {
        cells.values.get(at)?.as_deref().map(|value| (value, cells.oid))
    }
    if !unnest {
        // Here an array is one value, however it is used.
        let all = |c: &'c Cells<'_>| c.values.iter().flatten().map(|value| (value.as_ref(), c.oid));
        return cells.chunks(width).map(|row| row.iter().flat_map(all).collect()).collect();
    }
    let count = cells.iter().filter(|c| c.array).map(|c| c.values.len()).max().unwrap_or(1);
    // A value that is not an array is in every row.
    let at = |c: &Cells<'_>, row: usize| if c.array { row } else { 0 };
    (0..count).map(|row| cells.iter().filter_map(|c| value(c, at(c, row))).collect()).collect()
}

/// A part of the value that is as long as the bytes it stands for, because bytes may be sent as
/// hexadecimal text.
fn sent<'v>(param: &Param<'v>, value: &'v [u8]) -> &'v [u8] {
    match value.strip_prefix(b"\\x") {
        Some(digits) if !param.binary => &digits[..digits.len() / 2],
        _ => value,
    }
}

/// Stored size of a row; only a row that is large as sent must be compressed to find it.
fn row_size(row: &[(&[u8], u32)]) -> usize {
    let sent: usize = row.iter().map(|(value, _)| value.len()).sum();
    if sent <= ROW_LIMIT { sent } else { row.iter().map(|(value, oid)| stored(value, *oid)).sum() }
}

/// Bytes of the keys beyond the fixed cost of each row. `in_key`: which columns are in the key.
fn key_bytes(in_key: &[bool], body: &[u8], unnest: bool, value_rows: usize) -> u64 {
    let params: Vec<Param<'_>> = params::of(body).collect();
    let number = |n: usize| u64::try_from(n).unwrap_or(0);
    let (rows, width) = if unnest { (1, in_key.len()) } else { (value_rows, in_key.len()) };
    if width == 0 || params.len() != rows * width {
        return 0;
    }
    let keys =
        params.iter().zip(in_key.iter().cycle()).filter(|(_, is_key)| **is_key).map(|(param, _)| param);
    let size = |v: &Param<'_>| number(v.value.map_or(0, <[u8]>::len));
    let (bytes, rows) = if unnest {
        let arrays: Vec<Vec<Element<'_>>> = keys.filter_map(Param::elements).collect();
        let bytes = arrays.iter().flatten().flatten().map(|e| number(e.len())).sum::<u64>();
        (bytes, arrays.first().map_or(0, |a| number(a.len())))
    } else {
        (keys.map(size).sum(), number(rows))
    };
    bytes.saturating_sub(rows * KEY_IN_OVERHEAD)
}

/// Bytes of the values that a Bind sends, from its format codes on. `unnest`: arrays count by their elements.
pub(super) fn sent_bytes(body: &[u8], unnest: bool) -> u64 {
    let size = |param: Param<'_>| {
        // Other texts do not begin like hexadecimal bytes either.
        let whole = param.value.map_or(0, |value| sent(&param, value).len());
        // The type is not known here, but other values cannot be read as an array.
        let elements = if unnest { param.elements().filter(|e| !e.is_empty()) } else { None };
        elements.map_or(whole, |all| all.iter().flatten().map(|e| e.len()).sum::<usize>().min(whole))
    };
    u64::try_from(params::of(body).map(size).sum::<usize>()).unwrap_or(0)
}

/// The type bytea: `pg_type.dat`.
const BYTEA: u32 = 17;

/// The types of arrays that a value can be sent in, and those of their elements: `pg_type.dat`. Types that a column cannot
/// have are left out.
const ARRAYS: [(u32, u32); 20] = [
    (1000, 16),    // boolean
    (1001, BYTEA), // bytea
    (1005, 21),    // smallint
    (1007, 23),    // integer
    (1016, 20),    // bigint
    (1021, 700),   // real
    (1022, 701),   // double precision
    (1231, 1700),  // numeric
    (1009, 25),    // text
    (1014, 1042),  // char
    (1015, 1043),  // varchar
    (1003, 19),    // name
    (199, 114),    // json
    (3807, 3802),  // jsonb
    (2951, 2950),  // uuid
    (1182, 1082),  // date
    (1183, 1083),  // time
    (1115, 1114),  // timestamp
    (1185, 1184),  // timestamptz
    (1187, 1186),  // interval
];

/// The literals of a query string. Their types are not known here: text is assumed, and with unnest
/// an array of texts if the literal is one.
pub(super) fn check_literals(statement: &Statement) -> Result<(), SqlError> {
    let text = &statement.text;
    if text.len() <= VALUE_LIMIT || statement.kind != Kind::Write || statement.deletes {
        return Ok(());
    }
    let mut literals = Scanner::new(text).filter(|(token, _)| *token == Token::Quoted);
    literals.try_for_each(|(_, range)| {
        let literal = text[range].as_bytes();
        let array = Param { value: Some(literal), binary: false };
        match array.elements().filter(|_| statement.unnest && literal.starts_with(b"'{")) {
            Some(elements) => elements.iter().flatten().try_for_each(|element| check_value(element, 25)),
            None => check_value(literal, 25),
        }
    })
}

fn check_value(value: &[u8], oid: u32) -> Result<(), SqlError> {
    if value.len() <= VALUE_LIMIT || stored(value, oid) <= VALUE_LIMIT {
        return Ok(());
    }
    let name = match oid {
        BYTEA => "bytea",
        114 => "json",
        1042 => "character",
        1043 => "character varying",
        3802 => "jsonb",
        _ => "text",
    };
    Err(SqlError::error(
        "54000",
        format!("datatype limit greater than {VALUE_LIMIT} bytes not supported for {name}"),
    ))
}

/// Size as stored: bytea is stored unchanged, the other types are compressed.
fn stored(value: &[u8], oid: u32) -> usize {
    if oid == BYTEA { value.len() } else { lz4_flex::compress(value).len().min(value.len()) }
}
