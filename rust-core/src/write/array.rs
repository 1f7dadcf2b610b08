//! Columns of a batch as array parameters, in PostgreSQL's binary format: i32 dimensions (1), i32 flags (1 if there are
//! NULLs), u32 type of the elements, i32 length, i32 lower bound (1), then each element as i32 length and bytes, with
//! length -1 for NULL.

use parking_lot::Mutex;
use std::error::Error;
use std::sync::Arc;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

use crate::row::tuple::Params;

/// One column of all rows. Columns must be encoded in order, as each one continues where the previous one stopped.
#[derive(Debug)]
pub struct Column<'a> {
    rows: Arc<Mutex<Vec<Params<'a>>>>,
    /// Columns of the rows between the previous one and this one.
    skip: usize,
    element: u32,
    /// Space to reserve for all columns, if this is the first.
    room: usize,
}

/// The columns at `places`, ascending, of rows whose elements have these types. `room` is the space to reserve for all
/// of them.
pub fn columns<'a>(
    rows: impl Iterator<Item = Params<'a>>,
    places: &[usize],
    elements: &[u32],
    room: usize,
) -> Vec<Column<'a>> {
    let rows = Arc::new(Mutex::new(rows.collect::<Vec<_>>()));
    let mut next = 0;
    let column = |(place, element): (&usize, &u32)| {
        let skip = place - next;
        let room = if next == 0 { room } else { 0 };
        next = place + 1;
        Column { rows: rows.clone(), skip, element: *element, room }
    };
    places.iter().zip(elements).map(column).collect()
}

impl ToSql for Column<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let mut rows = self.rows.lock();
        out.reserve(self.room);
        let start = out.len();
        out.put_i32(1);
        out.put_i32(0);
        out.put_u32(self.element);
        out.put_i32(i32::try_from(rows.len())?);
        out.put_i32(1);
        let mut nulls = false;
        for row in rows.iter_mut() {
            let param = row.nth(self.skip).ok_or("a row ends early")?;
            if param.text {
                return Err("a parameter in text format cannot be an element".into());
            }
            match param.bytes {
                None => {
                    out.put_i32(-1);
                    nulls = true;
                }
                Some(bytes) => {
                    out.put_i32(i32::try_from(bytes.len())?);
                    out.extend_from_slice(bytes);
                }
            }
        }
        if nulls {
            out[start + 4..start + 8].copy_from_slice(&1i32.to_be_bytes());
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        // The bytes are already in the format of the column's type.
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Binary
    }

    to_sql_checked!();
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::row::tuple;

    fn encoded(column: &Column<'_>) -> Vec<u8> {
        let mut out = BytesMut::new();
        column.to_sql(&Type::INT4_ARRAY, &mut out).unwrap();
        out.to_vec()
    }

    #[test]
    fn elements_follow_their_head_and_columns_may_be_left_out() {
        let row = |id: i32, note: Option<[u8; 2]>, count: [u8; 1]| {
            let mut run = Vec::new();
            tuple::push_array(id.to_be_bytes(), &mut run);
            match note {
                None => tuple::push_null(&mut run),
                Some(note) => tuple::push_array(note, &mut run),
            }
            tuple::push_array(count, &mut run);
            run
        };
        let rows = [row(7, None, [5]), row(8, Some(*b"ab"), [6])];
        let rows = || rows.iter().map(|row| tuple::params(row));
        let all = columns(rows(), &[0, 1, 2], &[23, 25, 21], 0);
        let head =
            |nulls: u8, element: u8| [0, 0, 0, 1, 0, 0, 0, nulls, 0, 0, 0, element, 0, 0, 0, 2, 0, 0, 0, 1];
        assert_eq!(
            encoded(&all[0]),
            [&head(0, 23)[..], &[0, 0, 0, 4, 0, 0, 0, 7, 0, 0, 0, 4, 0, 0, 0, 8]].concat()
        );
        assert_eq!(
            encoded(&all[1]),
            [&head(1, 25)[..], &[255, 255, 255, 255, 0, 0, 0, 2, b'a', b'b']].concat()
        );
        let last = columns(rows(), &[2], &[21], 100);
        assert_eq!(encoded(&last[0]), [&head(0, 21)[..], &[0, 0, 0, 1, 5, 0, 0, 0, 1, 6]].concat());
    }
}
