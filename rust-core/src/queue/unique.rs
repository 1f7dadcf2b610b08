//! Secondary unique indexes: which unique values a change of a row takes, and which it releases.
//!
//! A value is identified by its mark, a hash of index and value. A change must not be sent before or in parallel with
//! an earlier change that releases a value it takes; [`crate::queue::window`] enforces this. Each index has two more
//! marks for values that cannot be compared: a change takes or releases `UNKNOWN` if its value is not known, and each
//! change releases `ANY`.
//!
//! | | takes | releases |
//! |---|---|---|
//! | a known value | its mark, UNKNOWN | its mark, ANY |
//! | an unknown one | UNKNOWN, ANY | UNKNOWN, ANY |

use ahash::RandomState;
use smallvec::{SmallVec, smallvec};

use crate::row::column::ColumnType;
use crate::row::encode;
use crate::row::frame::Reader;
use crate::row::tuple;
use crate::row::value::Value;
use crate::table::schema::{Table, UniqueIndex};

/// Position of the display scale in a binary numeric. It is ignored, because 1.0 and 1.00 are equal in an index.
const NUMERIC_SCALE: std::ops::Range<usize> = 6..8;

/// Marks of the values that a change takes, and of those that it releases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Values that the row has after the change but not before it.
    pub takes: SmallVec<[u64; 4]>,
    /// Values that the row has before the change but not after it.
    pub frees: SmallVec<[u64; 4]>,
}

impl Marks {
    /// True if it takes and releases no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.takes.is_empty() && self.frees.is_empty()
    }
}

/// A row's value in an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    /// NULL: any number of rows may have it.
    Nothing,
    Value(u64),
    Unknown,
}

/// The encoded columns of a row; a column that was not encoded is empty.
#[derive(Debug, Clone, Copy)]
pub struct Image<'a> {
    bytes: &'a [u8],
    start: usize,
    ends: &'a [usize],
}

impl<'a> Image<'a> {
    /// Columns that end at `ends` in `bytes`, the first of which starts at `start`.
    #[must_use]
    pub fn new(bytes: &'a [u8], start: usize, ends: &'a [usize]) -> Self {
        Self { bytes, start, ends }
    }

    fn column(&self, at: usize) -> &'a [u8] {
        let from = at.checked_sub(1).map_or(self.start, |before| self.ends[before]);
        &self.bytes[from..self.ends[at]]
    }
}

/// The row as it was before a change.
#[derive(Debug, Clone, Copy)]
pub enum Before<'a> {
    /// There was no row, according to the source.
    Absent,
    /// The source does not send it.
    Unknown,
    /// The row.
    Row(Image<'a>),
}

/// The marks of a change of a row from `before` to `after`; `after` is `None` for a delete.
#[must_use]
pub fn marks(hasher: &RandomState, table: &Table, before: Before<'_>, after: Option<Image<'_>>) -> Marks {
    let mut marks = Marks::default();
    for (number, index) in table.uniques.iter().enumerate() {
        let mark = |what: u8| hasher.hash_one((number, what));
        let (unknown, any) = (mark(0), mark(1));
        let held = |image: Image<'_>| held(hasher, number, index, table, image);
        let old = match before {
            Before::Absent => Held::Nothing,
            Before::Unknown => Held::Unknown,
            Before::Row(image) => held(image),
        };
        let new = after.map_or(Held::Nothing, held);
        if old == new && old != Held::Unknown {
            continue;
        }
        let frees: SmallVec<[u64; 2]> = match old {
            Held::Nothing => smallvec![],
            Held::Value(value) => smallvec![value, any],
            Held::Unknown => smallvec![unknown, any],
        };
        let takes: SmallVec<[u64; 2]> = match new {
            Held::Nothing => smallvec![],
            Held::Value(value) => smallvec![value, unknown],
            Held::Unknown => smallvec![unknown, any],
        };
        marks.frees.extend(frees);
        marks.takes.extend(takes);
    }
    marks
}

fn held(hasher: &RandomState, number: usize, index: &UniqueIndex, table: &Table, image: Image<'_>) -> Held {
    let Some(columns) = &index.columns else { return Held::Unknown };
    let mut values: SmallVec<[(usize, &[u8]); 4]> = SmallVec::new();
    for column in columns {
        let Some(param) = tuple::params(image.column(*column)).next() else { return Held::Unknown };
        match param.bytes {
            None if index.nulls_distinct => return Held::Nothing,
            None => values.push((0, &[])),
            // Values that only the database can parse can only be compared by the database.
            Some(_) if param.text => return Held::Unknown,
            Some(bytes) => {
                let (head, tail) = comparable(table.columns[*column].ty, bytes);
                values.push((head.len() + 1, head));
                values.push((tail.len() + 1, tail));
            }
        }
    }
    Held::Value(hasher.hash_one((number, 2u8, values)))
}

/// Bytes that are equal if the values are equal in an index.
fn comparable(ty: ColumnType, bytes: &[u8]) -> (&[u8], &[u8]) {
    match ty {
        ColumnType::Numeric(_) if bytes.len() >= NUMERIC_SCALE.end => {
            (&bytes[..NUMERIC_SCALE.start], &bytes[NUMERIC_SCALE.end..])
        }
        ColumnType::Bpchar(_) => {
            let length = bytes.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
            (&bytes[..length], &[])
        }
        // -0.0 equals 0.0, but has another sign bit.
        ColumnType::Float4 | ColumnType::Float8 => match bytes.split_first() {
            Some((0x80, rest)) if rest.iter().all(|byte| *byte == 0) => (&[0], rest),
            Some(_) => bytes.split_at(1),
            None => (bytes, &[]),
        },
        _ => (bytes, &[]),
    }
}

/// Encodes the columns of a row's unique indexes into `bytes` and `ends`, emptied first. False if the source does not
/// send the old row: some sources send only the key of a row before its change.
pub fn encode_before(table: &Table, mut row: Reader<'_>, bytes: &mut Vec<u8>, ends: &mut Vec<usize>) -> bool {
    bytes.clear();
    ends.clear();
    let mut told = table.columns.iter().all(|column| column.key);
    for (at, column) in table.columns.iter().enumerate() {
        let Ok(value) = row.value() else { return false };
        told |= !column.key && value != Value::Null;
        let indexed = table.uniques.iter().any(|index| index.columns.iter().flatten().any(|of| *of == at));
        if indexed && encode::encode(value, column, bytes).is_err() {
            return false;
        }
        ends.push(bytes.len());
    }
    told
}

#[cfg(test)]
mod tests;
