//! Converts a row frame to operations with encoded parameters.
//!
//! This runs on the calling Java thread, so the caller gets the error for a value that does not fit at once.

use parking_lot::Mutex;
use std::fmt::Write;
use std::ops::Range;

use ahash::RandomState;
use serde_json::{Map, Value as Json};

use crate::error::{ErrorKind, SinkError};
use crate::limits;
use crate::queue::change::{CHANGE_BYTES, Op};
use crate::queue::refused::Refused;
use crate::queue::unique::{self, Image, Marks};
use crate::row::encode;
use crate::row::frame::{self, Reader, RowKind, Rows};
use crate::row::json;
use crate::row::value::Value;
use crate::table::schema::{Index, Table};
use crate::tell::Values;

/// Number of areas kept for later frames. If more writers run at the same time, they allocate new ones.
const AREAS: usize = 8;

/// A frame from Java has 64 KiB plus one row. The memory of a frame with a huge row is not kept.
const FRAME_BYTES: usize = 256 * 1024;

/// Reusable areas in which frames are staged.
#[derive(Debug, Default)]
pub struct Staging {
    areas: Mutex<Vec<Staged>>,
}

impl Staging {
    /// An area for a frame.
    #[must_use]
    pub fn take(&self) -> Staged {
        self.areas.lock().pop().unwrap_or_default()
    }

    /// Keeps an area for a later frame.
    pub fn keep(&self, mut area: Staged) {
        if area.frame.len() > FRAME_BYTES {
            area.frame = Vec::new();
        }
        let mut areas = self.areas.lock();
        if areas.len() < AREAS {
            areas.push(area);
        }
    }
}

/// A row before its update, with its operation. The row after the update comes next.
struct Before<'a> {
    values: Reader<'a>,
    /// The key's parameters in the arena.
    key: Range<usize>,
}

/// The operations of one frame.
#[derive(Debug, Default)]
pub struct Staged {
    /// The operations, in order.
    pub ops: Vec<Op>,
    /// Their bytes: each row's parameters, followed by its key's parameters.
    pub arena: Vec<u8>,
    /// The frame's bytes. The buffer may be longer because of earlier frames.
    pub frame: Vec<u8>,
    /// Number of rows read.
    pub rows: usize,
    /// Number of those rows that are only the old row of an update.
    pub merged: usize,
    /// Rows that cannot be written, where they do not stop the job.
    pub refused: Vec<Refused>,
    /// Which values of those rows may be shown.
    tells: Values,
    ends: Vec<usize>,
    /// The unique values of a row before its change.
    before: (Vec<u8>, Vec<usize>),
}

/// A row that was encoded.
struct Encoded {
    start: usize,
    /// Start of the key's parameters, which end where the arena does.
    key: usize,
    /// Whether a value can only go in text format.
    text: bool,
}

impl Staged {
    /// Memory that the operations will take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.arena.len() + self.ops.len() * CHANGE_BYTES
    }

    /// Reads all rows of a frame and replaces the previous content. With `skip` a row that cannot be written goes to
    /// `refused`.
    ///
    /// If an UPDATE_AFTER with the same key follows an UPDATE_BEFORE, both are one operation. Otherwise the
    /// UPDATE_BEFORE is a delete: the key changed, and another writer may have got the UPDATE_AFTER.
    ///
    /// # Errors
    /// Without `skip` kind `Data` or `Limit` for the first row that cannot be written, naming table,
    /// column and key; kind `Frame` for malformed bytes.
    pub fn fill(
        &mut self,
        mut rows: Rows<'_>,
        table: &Table,
        hasher: &RandomState,
        skip: bool,
        tells: Values,
    ) -> Result<(), SinkError> {
        self.tells = tells;
        self.ops.clear();
        self.arena.clear();
        (self.rows, self.merged) = (rows.count, 0);
        self.refused.clear();
        let mut updated: Option<Before<'_>> = None;
        while let Some((kind, values)) = rows.next()? {
            if table.query.is_some() && kind == RowKind::UpdateBefore {
                // The user's statement runs with the row after the update.
                continue;
            }
            let before = updated.take().filter(|_| kind == RowKind::UpdateAfter);
            let start = self.arena.len();
            let encoded = match self.encode(kind, values, table)? {
                Ok(encoded) => encoded,
                Err(mut row) => {
                    self.arena.truncate(start);
                    if let Some(before) = before {
                        if self.same_key(values, table, &before)? {
                            // The update is skipped, so the delete of its old row is skipped as well.
                            self.ops.pop();
                        } else {
                            let before = all(table, before.values);
                            row.old_key = key_text(tells, table, &before);
                            row.old_keys = Some(key_values(table, &before));
                        }
                    }
                    if !skip {
                        return Err(row.into());
                    }
                    self.refused.push(row);
                    continue;
                }
            };
            if kind == RowKind::UpdateBefore {
                updated = Some(Before { values, key: encoded.key..self.arena.len() });
            }
            self.add(kind, values, table, hasher, &encoded, before);
        }
        Ok(())
    }

    /// Adds the operation of the row just encoded.
    fn add(
        &mut self,
        kind: RowKind,
        values: Reader<'_>,
        table: &Table,
        hasher: &RandomState,
        encoded: &Encoded,
        before: Option<Before<'_>>,
    ) {
        let key = &self.arena[encoded.key..];
        let mut old_key = None;
        let mut was = None;
        if let Some(before) = before {
            let old = &self.arena[before.key];
            if old == key {
                // This operation includes the old row.
                self.ops.pop();
                self.merged += 1;
                was = Some(before.values);
            } else {
                old_key = Some(Box::from(old));
            }
        }
        let hash = hasher.hash_one(key);
        let marks = if table.uniques.is_empty() {
            None
        } else {
            Some(self.marks(kind, values, table, hasher, encoded.start, was, old_key.is_some()))
                .filter(|marks| !marks.is_empty())
        };
        self.ops.push(Op {
            kind,
            hash,
            start: encoded.start,
            key: encoded.key,
            end: self.arena.len(),
            weight: self.weigh(kind, table, encoded.start),
            text: encoded.text,
            old_key,
            marks: marks.map(Box::new),
        });
    }

    /// The unique values that the row just encoded takes and releases. `was` is the row before its update. `new_key` is
    /// true if an update changed its key.
    #[allow(clippy::too_many_arguments)] // all of a row
    fn marks(
        &mut self,
        kind: RowKind,
        values: Reader<'_>,
        table: &Table,
        hasher: &RandomState,
        start: usize,
        was: Option<Reader<'_>>,
        new_key: bool,
    ) -> Marks {
        let deletes = matches!(kind, RowKind::Delete | RowKind::UpdateBefore);
        let (bytes, ends) = &mut self.before;
        let before = match was.or(deletes.then_some(values)) {
            Some(row) if unique::encode_before(table, row, bytes, ends) => {
                unique::Before::Row(Image::new(bytes, 0, ends))
            }
            None if kind == RowKind::Insert || new_key => unique::Before::Absent,
            _ => unique::Before::Unknown,
        };
        let after = (!deletes).then(|| Image::new(&self.arena, start, &self.ends));
        unique::marks(hasher, table, before, after)
    }

    fn same_key(
        &mut self,
        values: Reader<'_>,
        table: &Table,
        before: &Before<'_>,
    ) -> Result<bool, SinkError> {
        let start = self.arena.len();
        // A delete is encoded only by its key.
        let encoded = self.encode(RowKind::Delete, values, table)?;
        let same = encoded.is_ok_and(|row| self.arena[row.key..] == self.arena[before.key.clone()]);
        self.arena.truncate(start);
        Ok(same)
    }

    /// Appends a row's parameters and its key's; returns their positions, or why the row cannot be written.
    fn encode(
        &mut self,
        kind: RowKind,
        values: Reader<'_>,
        table: &Table,
    ) -> Result<Result<Encoded, Refused>, SinkError> {
        let deletes = matches!(kind, RowKind::Delete | RowKind::UpdateBefore);
        if table.query.is_some() && kind == RowKind::Delete {
            return Err(SinkError::new(
                ErrorKind::Data,
                format!(
                    "table {table}: a row of kind DELETE came, but option 'query' does not say how to delete; drop such \
                     rows by the transform FilterRowKind, or remove 'query' and set 'primary_keys'"
                ),
            ));
        }
        if table.append() && table.query.is_none() && kind != RowKind::Insert {
            return Err(SinkError::new(
                ErrorKind::Data,
                format!(
                    "table {table}: a row of kind {} came, but the table is written without a key, to which rows \
                     are only appended; set the option 'primary_keys'",
                    kind.name()
                ),
            ));
        }
        let start = self.arena.len();
        self.ends.clear();
        let mut reader = values;
        let mut text = false;
        for column in &table.columns {
            let value = reader.value()?;
            if column.key || !deletes && column.sent {
                if let Err(misfit) = encode::encode(value, column, &mut self.arena) {
                    return Ok(Err(Refused {
                        kind: ErrorKind::Data,
                        column: Some(column.name.clone()),
                        told: misfit.told(self.tells, column.key),
                        ..refused(self.tells, kind, table, values, misfit.to_string())
                    }));
                }
                text |= matches!(value, Value::Text(_)) && encode::in_text_format(column.ty);
            }
            self.ends.push(self.arena.len());
        }
        frame::row_end(reader)?;
        let bytes = self.arena.len() - start;
        if bytes > limits::ROW_MESSAGE_BYTES {
            let reason = format!(
                "the row has {bytes} bytes; Aurora DSQL takes messages of at most 10 MiB and rows of at most 2 MiB"
            );
            return Ok(Err(refused(self.tells, kind, table, values, reason)));
        }
        // A delete's row part holds the key columns in table order; the key follows in the key's order.
        let key = self.arena.len();
        for column in &table.keys {
            let from = column.checked_sub(1).map_or(start, |before| self.ends[before]);
            self.arena.extend_from_within(from..self.ends[*column]);
        }
        Ok(Ok(Encoded { start, key, text }))
    }

    /// Bytes that the database will count for the row just encoded: the row, the key once more, and for each secondary
    /// index its columns and the key, which every index includes. A deleted row counts nothing.
    fn weigh(&self, kind: RowKind, table: &Table, start: usize) -> usize {
        if matches!(kind, RowKind::Delete | RowKind::UpdateBefore) {
            return 0;
        }
        let size = |column: &usize| {
            let from = column.checked_sub(1).map_or(start, |before| self.ends[before]);
            self.ends[*column] - from
        };
        let row: usize = self.ends.last().map_or(0, |end| end - start);
        let key: usize = table.keys.iter().map(size).sum();
        let index = |index: &Index| {
            index.columns.iter().map(size).sum::<usize>() + key + limits::INDEX_ENTRY_OVERHEAD
        };
        row + key + limits::ROW_OVERHEAD + table.indexes.iter().map(index).sum::<usize>()
    }
}

/// `reason` has no value.
fn refused(tells: Values, kind: RowKind, table: &Table, row: Reader<'_>, reason: String) -> Refused {
    let values = all(table, row);
    let shown = table.columns.iter().zip(&values).map(|(column, value)| (column, json::of_value(*value)));
    Refused {
        kind: ErrorKind::Limit,
        operation: kind.name(),
        keys: key_values(table, &values),
        old_keys: None,
        values: json::object(shown),
        table: table.to_string(),
        column: None,
        key: key_text(tells, table, &values),
        old_key: String::new(),
        told: reason.clone(),
        reason,
        sqlstate: None,
    }
}

/// `id = 42`, for messages; `id` where values are not shown.
fn key_text(tells: Values, table: &Table, values: &[Value<'_>]) -> String {
    let mut text = String::new();
    for key in &table.keys {
        let comma = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{comma}{}", table.columns[*key].name);
        if tells.keys() {
            let _ = write!(text, " = {}", values[*key]);
        }
    }
    text
}

fn key_values(table: &Table, values: &[Value<'_>]) -> Map<String, Json> {
    json::object(table.keys.iter().map(|key| (&table.columns[*key], json::of_value(values[*key]))))
}

/// The values of a row, in the order of the table's columns.
fn all<'a>(table: &Table, mut row: Reader<'a>) -> Vec<Value<'a>> {
    table.columns.iter().map(|_| row.value().unwrap_or(Value::Null)).collect()
}
