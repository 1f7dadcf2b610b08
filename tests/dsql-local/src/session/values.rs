//! Limits on single values and rows, checked on the values that a Bind carries.
//!
//! Text and JSON count by their compressed size, as on Aurora DSQL; its compression is not known, LZ4 stands in. Values
//! that a statement computes itself are measured in `count`.

use bytes::BufMut;

use super::{Flow, Request, Running, Session, Show};
use crate::sql::scan::{Scanner, Token};
use crate::wire::{Frame, SqlError, cstr, message};

/// Stored size of one value.
const VALUE_LIMIT: usize = 1024 * 1024;
/// Size of one row.
const ROW_LIMIT: usize = 2 * 1024 * 1024;

impl Session<'_> {
    /// Refuses a Bind whose values are too large. Only a large message can hold one, so small ones cost nothing.
    pub(super) async fn check_values(
        &mut self,
        frame: &Frame,
        values: &[u8],
        name: &str,
        running: &Running,
    ) -> Flow {
        if frame.0.len() <= VALUE_LIMIT || !running.kind().may_conflict() {
            return Ok(());
        }
        let values = values_of(values);
        let rows = running.get().map_or(1, |s| s.value_rows).max(1);
        let row_size = |row: &[&[u8]]| row.iter().map(|v| v.len()).sum::<usize>();
        let widest = values.chunks(values.len().div_ceil(rows).max(1)).map(row_size).max().unwrap_or(0);
        if values.iter().all(|v| v.len() <= VALUE_LIMIT) && widest <= ROW_LIMIT {
            return Ok(());
        }
        let types = self.parameter_types(name).await?;
        if self.skipping {
            return Ok(());
        }
        for (value, oid) in values.iter().zip(types.into_iter().chain(std::iter::repeat(0))) {
            if let Err(error) = check_value(value, oid) {
                self.refuse(error);
                return Ok(());
            }
        }
        if widest > ROW_LIMIT && values.iter().map(|v| stored(v, 25)).sum::<usize>() / rows > ROW_LIMIT {
            self.refuse(SqlError::error("54000", "maximum row size exceeded"));
        }
        Ok(())
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

/// The literals of a query string. Their types are not known here; text is assumed.
pub(super) fn check_literals(text: &str) -> Result<(), SqlError> {
    if text.len() <= VALUE_LIMIT {
        return Ok(());
    }
    let mut literals = Scanner::new(text).filter(|(token, _)| *token == Token::Quoted);
    literals.try_for_each(|(_, range)| check_value(text[range].as_bytes(), 25))
}

fn check_value(value: &[u8], oid: u32) -> Result<(), SqlError> {
    if value.len() <= VALUE_LIMIT || stored(value, oid) <= VALUE_LIMIT {
        return Ok(());
    }
    let name = match oid {
        17 => "bytea",
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

/// Size as stored: bytea is kept as it is, the other types are compressed.
fn stored(value: &[u8], oid: u32) -> usize {
    if oid == 17 { value.len() } else { lz4_flex::compress(value).len().min(value.len()) }
}

/// The values of a Bind, from its format codes on; NULL counts as empty.
fn values_of(body: &[u8]) -> Vec<&[u8]> {
    let number =
        |at: usize| body.get(at..at + 2).map_or(0, |b| usize::from(u16::from_be_bytes([b[0], b[1]])));
    let mut at = 2 + 2 * number(0);
    let count = number(at);
    at += 2;
    let mut values = Vec::with_capacity(count);
    for _ in 0..count {
        let Some(length) = body.get(at..at + 4) else { return values };
        let length = i32::from_be_bytes([length[0], length[1], length[2], length[3]]);
        let length = usize::try_from(length).unwrap_or(0);
        at += 4;
        values.push(body.get(at..at + length).unwrap_or_default());
        at += length;
    }
    values
}
