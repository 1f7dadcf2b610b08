//! A change of a row between its frame and the database.

use std::sync::Arc;
use std::time::Instant;

use crate::queue::budget::Reservation;
use crate::queue::buffer::Buffer;
use crate::queue::progress::Ticket;
use crate::queue::unique::Marks;
use crate::row::frame::RowKind;

/// Memory of a change in addition to its bytes: the struct, its index entry, and its key in the set of keys in flight.
pub const CHANGE_BYTES: usize = size_of::<Option<Change>>() + 3 * size_of::<u64>() + 16;

/// Bytes of a frame's changes, and the memory reserved for them until the last one is durable.
#[derive(Debug)]
pub struct Segment {
    /// Each row's parameters, followed by its key's parameters.
    pub bytes: Buffer,
    /// Returned with the segment.
    pub reserved: Reservation,
}

/// A change of a row, as read from its frame.
#[derive(Debug, Clone)]
pub struct Op {
    /// How the row changed.
    pub kind: RowKind,
    /// Hash of the key.
    pub hash: u64,
    /// Start of the row's parameters; they end at `key`. A delete has only those of the key columns.
    pub start: usize,
    /// Start of the key's parameters; they end at `end`.
    pub key: usize,
    /// End of the row's and the key's parameters.
    pub end: usize,
    /// Bytes that the database counts for it.
    pub weight: usize,
    /// Whether a parameter can only go in text format.
    pub text: bool,
    /// The key's parameters from before an update that changed it.
    pub old_key: Option<Box<[u8]>>,
    /// Unique values that it takes and releases.
    pub marks: Option<Box<Marks>>,
}

impl Op {
    /// True if the row does not exist after it.
    #[must_use]
    pub fn deletes(&self) -> bool {
        matches!(self.kind, RowKind::UpdateBefore | RowKind::Delete)
    }

    /// Marks of the unique values that it takes.
    #[must_use]
    pub fn takes(&self) -> &[u64] {
        self.marks.as_ref().map_or(&[], |marks| &marks.takes)
    }

    /// Marks of the unique values that it releases.
    #[must_use]
    pub fn frees(&self) -> &[u64] {
        self.marks.as_ref().map_or(&[], |marks| &marks.frees)
    }
}

/// A change that waits or is in flight.
#[derive(Debug, Clone)]
pub struct Change {
    /// What it does.
    pub op: Op,
    segment: Arc<Segment>,
    /// The first flush that has to make it durable.
    pub ticket: Ticket,
    /// When it arrived, or when the first change arrived that it replaced.
    pub came: Instant,
}

impl Change {
    /// A change whose bytes are in `segment`.
    #[must_use]
    pub fn new(op: Op, segment: &Arc<Segment>, ticket: Ticket, came: Instant) -> Self {
        Self { op, segment: segment.clone(), ticket, came }
    }

    /// The row's parameters; those of the key columns if it is deleted.
    #[must_use]
    pub fn row(&self) -> &[u8] {
        &self.segment.bytes[self.op.start..self.op.key]
    }

    /// The key's parameters.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        &self.segment.bytes[self.op.key..self.op.end]
    }

    /// Rows of a transaction that it may count as: a change that releases a unique value may be a delete and an insert.
    #[must_use]
    pub fn rows(&self) -> usize {
        if self.op.frees().is_empty() || self.op.deletes() { 1 } else { 2 }
    }

    /// Its bytes in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.op.end - self.op.start
    }

    /// Replaces it by a later change of the same key.
    pub fn replace(&mut self, mut op: Op, segment: &Arc<Segment>) {
        if op.old_key.is_none() && op.kind == RowKind::UpdateAfter {
            // It is still the row that had another key when it was last written.
            op.old_key = self.op.old_key.take();
        }
        if let Some(former) = self.op.marks.take() {
            let marks = op.marks.get_or_insert_default();
            marks.frees.extend(former.frees);
            if !matches!(op.kind, RowKind::Delete | RowKind::UpdateBefore) {
                // It keeps the values that the replaced change takes.
                marks.takes = former.takes;
            }
        }
        self.op = op;
        self.segment = segment.clone();
    }
}
