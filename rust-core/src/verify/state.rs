//! State of a table's comparison.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::table::schema::Table;
use crate::verify::canon;
use crate::verify::progress::Progress;
use crate::verify::report::Kind;
use crate::verify::sums::{self, BUCKETS, Bucket, BucketNumber};

/// Memory of a source row besides its key and the hashes of its columns.
pub(super) const ROW_BYTES: usize = 96;

/// Bytes for the keys of all tables.
#[derive(Debug)]
pub(super) struct Space {
    pub(super) most: usize,
    used: AtomicUsize,
}

impl Space {
    pub(super) fn new(most: usize) -> Self {
        Self { most, used: AtomicUsize::new(0) }
    }

    fn take(&self, bytes: usize) -> bool {
        self.used.fetch_add(bytes, Ordering::Relaxed) + bytes <= self.most
    }

    fn give(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// A row of the source, by its hashes.
#[derive(Debug)]
struct Entry {
    row: u128,
    columns: Box<[u32]>,
    /// Number of times that the source has it: more than one only without a key.
    rows: u32,
    /// Number of times that the target has it.
    seen: u32,
}

/// A row that differs.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kind: Kind,
    /// Run of the key's values.
    pub(super) key: Vec<u8>,
    pub(super) columns: Vec<String>,
    pub(super) source: u128,
    pub(super) target: u128,
}

/// A table and its rows so far.
pub(super) struct State {
    pub(super) table: Arc<Table>,
    places: Vec<usize>,
    pub(super) source: Vec<Bucket>,
    pub(super) target: Vec<Bucket>,
    /// The buckets whose rows are kept by key; all if `None`.
    pub(super) wanted: Option<HashSet<BucketNumber>>,
    /// The source's rows of these buckets; `None` after they exceeded the memory.
    keys: Option<HashMap<Box<[u8]>, Entry>>,
    bytes: usize,
    pub(super) refused: usize,
    /// Progress of reading the source.
    pub(super) read: Progress,
    /// Rows of the source whose key an earlier row had.
    pub(super) repeated: u64,
    found: Vec<Found>,
    key: Vec<u8>,
}

impl State {
    pub(super) fn new(table: Arc<Table>, wanted: Option<HashSet<BucketNumber>>) -> Self {
        Self {
            places: canon::key_places(&table),
            read: Progress::of_source(&table),
            table,
            source: vec![Bucket::default(); BUCKETS],
            target: vec![Bucket::default(); BUCKETS],
            wanted,
            keys: Some(HashMap::new()),
            bytes: 0,
            refused: 0,
            repeated: 0,
            found: Vec::new(),
            key: Vec::new(),
        }
    }

    fn is_wanted(&self, bucket: BucketNumber) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.contains(&bucket))
    }

    /// A row of the source, as a run of all values.
    pub(super) fn source(&mut self, row: &[u8], space: &Space) {
        canon::pick(&self.places, row, &mut self.key);
        let bucket = sums::bucket(sums::hash(&self.key));
        let hash = sums::hash(row);
        self.source[usize::from(bucket)].add(hash);
        if !self.is_wanted(bucket) {
            return;
        }
        let Some(keys) = &mut self.keys else { return };
        if let Some(entry) = keys.get_mut(self.key.as_slice()) {
            if self.table.keys.is_empty() {
                entry.rows += 1;
            } else {
                // As in a write: the later row replaces the earlier one.
                self.repeated += 1;
                (entry.row, entry.columns) = (hash, sums::columns(row));
            }
            return;
        }
        let columns = sums::columns(row);
        let bytes = self.key.len() + columns.len() * size_of::<u32>() + ROW_BYTES;
        self.bytes += bytes;
        if space.take(bytes) {
            keys.insert(self.key.as_slice().into(), Entry { row: hash, columns, rows: 1, seen: 0 });
        } else {
            self.keys = None;
            space.give(std::mem::take(&mut self.bytes));
        }
    }

    /// A row that the source has deleted, by a run of its key. If rows are not kept by key, its hash stays in the sum,
    /// and another look finds the truth.
    pub(super) fn gone(&mut self, key: &[u8], space: &Space) {
        let Some(entry) = self.keys.as_mut().and_then(|keys| keys.remove(key)) else { return };
        let bytes = key.len() + entry.columns.len() * size_of::<u32>() + ROW_BYTES;
        self.bytes -= bytes;
        space.give(bytes);
    }

    /// Reading the target starts again.
    pub(super) fn restart(&mut self) {
        self.target.fill(Bucket::default());
        self.found.clear();
        if let Some(keys) = &mut self.keys {
            keys.values_mut().for_each(|entry| entry.seen = 0);
        }
    }

    /// A row of the target, in the same form.
    pub(super) fn target(&mut self, row: &[u8]) {
        canon::pick(&self.places, row, &mut self.key);
        let bucket = sums::bucket(sums::hash(&self.key));
        let hash = sums::hash(row);
        self.target[usize::from(bucket)].add(hash);
        if !self.is_wanted(bucket) {
            return;
        }
        let Some(keys) = &mut self.keys else { return };
        let key = self.key.clone();
        match keys.get_mut(key.as_slice()) {
            Some(entry) if entry.seen < entry.rows => {
                entry.seen += 1;
                if entry.row != hash {
                    let columns = changed(&self.table, &entry.columns, &sums::columns(row));
                    let source = entry.row;
                    self.found.push(Found { kind: Kind::Different, key, columns, source, target: hash });
                }
            }
            _ => self.found.push(Found {
                kind: Kind::Extra,
                key,
                columns: Vec::new(),
                source: 0,
                target: hash,
            }),
        }
    }

    /// The rows that differ; `None` if the source's keys did not fit into memory.
    pub(super) fn end(&mut self, space: &Space) -> Option<Vec<Found>> {
        let keys = self.keys.take()?;
        let mut found = std::mem::take(&mut self.found);
        for (key, entry) in keys {
            for _ in entry.seen..entry.rows {
                let (key, source) = (key.to_vec(), entry.row);
                found.push(Found { kind: Kind::Missing, key, columns: Vec::new(), source, target: 0 });
            }
        }
        space.give(std::mem::take(&mut self.bytes));
        Some(found)
    }
}

fn changed(table: &Table, source: &[u32], target: &[u32]) -> Vec<String> {
    let names = canon::columns(table).map(|column| &column.name);
    let both = source.iter().zip(target);
    names.zip(both).filter(|(_, (source, target))| source != target).map(|(name, _)| name.clone()).collect()
}
