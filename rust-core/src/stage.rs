//! From a row frame to operations with ready parameters, grouped by lane.
//!
//! This runs on the calling Java thread, so a value that does not fit is the caller's error at once.

use std::fmt::Write;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::coalesce::{self, Op};
use crate::error::{ErrorKind, SinkError};
use crate::limits;
use crate::refused::Refused;
use crate::route::Router;
use crate::row::encode;
use crate::row::frame::{self, Reader, RowKind, Rows};
use crate::row::value::Value;
use crate::schema::Table;

/// Areas kept for the next frame; more writers than this at one moment allocate their own.
const AREAS: usize = 8;

/// A frame of Java's has 64 KiB and a row more; one with a huge row leaves no memory behind.
const FRAME_BYTES: usize = 256 * 1024;

/// Areas that frames are staged in, one after the other.
#[derive(Debug, Default)]
pub struct Staging {
    areas: Mutex<Vec<Staged>>,
}

impl Staging {
    /// An area for a frame.
    #[must_use]
    pub fn take(&self) -> Staged {
        self.lock().pop().unwrap_or_default()
    }

    /// Keeps an area for a later frame.
    pub fn keep(&self, mut area: Staged) {
        if area.frame.len() > FRAME_BYTES {
            area.frame = Vec::new();
        }
        let mut areas = self.lock();
        if areas.len() < AREAS {
            areas.push(area);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Staged>> {
        self.areas.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A row before its update, whose row after it comes next, and its operation.
struct Before<'a> {
    values: Reader<'a>,
    /// The key's parameters in the arena.
    key: Range<usize>,
    lane: usize,
}

/// The operations of one frame.
#[derive(Debug, Default)]
pub struct Staged {
    /// For each lane its operations, in order.
    pub lanes: Vec<Vec<Op>>,
    /// Their bytes: each row's parameters and behind them its key's.
    pub arena: Vec<u8>,
    /// The frame's bytes, at the start of what longer ones left.
    pub frame: Vec<u8>,
    /// Number of rows read.
    pub rows: usize,
    /// Number of operations.
    pub count: usize,
    /// Rows that cannot be written, where they do not stop the job.
    pub refused: Vec<Refused>,
    ends: Vec<usize>,
}

impl Staged {
    /// Memory that the operations will take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        coalesce::memory(self.arena.len(), self.count)
    }

    /// Reads all rows of a frame in place of what was staged before. With `skip` a row that cannot be
    /// written goes to `refused`.
    ///
    /// # Errors
    /// Without `skip` kind `Data` or `Limit` for the first row that cannot be written, naming table,
    /// column and key; kind `Frame` for malformed bytes.
    pub fn fill(
        &mut self,
        mut rows: Rows<'_>,
        table: &Table,
        lanes: usize,
        router: &Router,
        skip: bool,
    ) -> Result<(), SinkError> {
        self.lanes.resize_with(lanes, Vec::new);
        self.lanes.iter_mut().for_each(Vec::clear);
        self.arena.clear();
        (self.rows, self.count) = (rows.count, 0);
        self.refused.clear();
        let number = rows.table;
        let mut updated: Option<Before<'_>> = None;
        while let Some((kind, values)) = rows.next()? {
            if table.query.is_some() && kind == RowKind::UpdateBefore {
                // The statement runs with the row as it is after the update.
                continue;
            }
            let start = self.arena.len();
            let before = updated.take().filter(|_| kind == RowKind::UpdateAfter);
            let key = match self.encode(kind, values, table)? {
                Ok(key) => key,
                Err(mut row) => {
                    self.arena.truncate(start);
                    if let Some(before) = before {
                        if self.same_key(values, table, &before)? {
                            // The update is not made, so neither is the delete of the row before it.
                            self.lanes[before.lane].pop();
                            self.count -= 1;
                        } else {
                            row.old_key = key_text(table, before.values);
                        }
                    }
                    if !skip {
                        return Err(row.into());
                    }
                    self.refused.push(row);
                    continue;
                }
            };
            let end = self.arena.len();
            if let Some(Before { key: old, .. }) = before
                && self.arena[old.clone()] != self.arena[key..end]
            {
                self.arena.extend_from_within(old);
            }
            let route = router.route(number, &self.arena[key..end]);
            if kind == RowKind::UpdateBefore {
                updated = Some(Before { values, key: key..end, lane: route.lane });
            }
            let op = Op {
                kind,
                hash: route.hash,
                start,
                key,
                end,
                old: (end, self.arena.len()),
                weight: self.weigh(table, start),
                came: 0,
            };
            self.lanes[route.lane].push(op);
            self.count += 1;
        }
        Ok(())
    }

    fn same_key(
        &mut self,
        values: Reader<'_>,
        table: &Table,
        before: &Before<'_>,
    ) -> Result<bool, SinkError> {
        let start = self.arena.len();
        // As a delete it is encoded by its key alone.
        let key = self.encode(RowKind::Delete, values, table)?;
        let same = key.is_ok_and(|key| self.arena[key..] == self.arena[before.key.clone()]);
        self.arena.truncate(start);
        Ok(same)
    }

    /// Appends a row's parameters and its key's; returns where the key's start, or why the row cannot be
    /// written.
    fn encode(
        &mut self,
        kind: RowKind,
        values: Reader<'_>,
        table: &Table,
    ) -> Result<Result<usize, Refused>, SinkError> {
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
        for column in &table.columns {
            let value = reader.value()?;
            if (column.key || !deletes && column.sent)
                && let Err(misfit) = encode::encode(value, column, &mut self.arena)
            {
                return Ok(Err(Refused {
                    kind: ErrorKind::Data,
                    column: Some(column.name.clone()),
                    ..refused(table, values, misfit.to_string())
                }));
            }
            self.ends.push(self.arena.len());
        }
        frame::row_end(reader)?;
        let bytes = self.arena.len() - start;
        if bytes > limits::ROW_MESSAGE_BYTES {
            let reason = format!(
                "the row has {bytes} bytes; Aurora DSQL takes messages of at most 10 MiB and rows of at most 2 MiB"
            );
            return Ok(Err(refused(table, values, reason)));
        }
        // A delete's row part holds the key columns in table order; the key follows in the key's order.
        let key = self.arena.len();
        for column in &table.keys {
            let from = column.checked_sub(1).map_or(start, |before| self.ends[before]);
            self.arena.extend_from_within(from..self.ends[*column]);
        }
        Ok(Ok(key))
    }

    /// What the database will account for the row just encoded: its bytes, and for each secondary index
    /// those of the index and of the key that every index carries.
    fn weigh(&self, table: &Table, start: usize) -> usize {
        let size = |column: &usize| {
            let from = column.checked_sub(1).map_or(start, |before| self.ends[before]);
            self.ends[*column] - from
        };
        let row: usize = self.ends.last().map_or(0, |end| end - start);
        let key: usize = table.keys.iter().map(size).sum();
        let index =
            |columns: &Vec<usize>| columns.iter().map(size).sum::<usize>() + key + limits::ROW_OVERHEAD;
        row + limits::ROW_OVERHEAD + table.indexes.iter().map(index).sum::<usize>()
    }
}

fn refused(table: &Table, row: Reader<'_>, reason: String) -> Refused {
    Refused {
        kind: ErrorKind::Limit,
        table: table.to_string(),
        column: None,
        key: key_text(table, row),
        old_key: String::new(),
        reason,
        sqlstate: None,
    }
}

/// `id = 42`, for messages.
fn key_text(table: &Table, mut row: Reader<'_>) -> String {
    let mut values = Vec::with_capacity(table.columns.len());
    while values.len() < table.columns.len() {
        values.push(row.value().unwrap_or(Value::Null));
    }
    let mut text = String::new();
    for key in &table.keys {
        let comma = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{comma}{} = {}", table.columns[*key].name, values[*key]);
    }
    text
}
