//! State of a table's comparison. The tasks of a job share it. Each hashes its rows without the lock, and adds them in
//! portions.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ahash::RandomState;

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
    /// How often the source has it: more than once only in a table without a key.
    rows: u32,
    /// How often the target has it.
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

/// How the rows of a table are hashed.
pub(super) struct Form {
    pub(super) table: Arc<Table>,
    /// Positions of the key's values in a row.
    places: Vec<usize>,
    /// The buckets whose rows are kept by key; all if `None`.
    pub(super) wanted: Option<HashSet<BucketNumber>>,
}

/// The parts of a portion's rows that are kept besides their hashes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Kept {
    /// Keep the keys of the wanted buckets.
    keys: bool,
    /// Keep the keys whose hash ends in so many zeros, for the sample.
    sampled: Option<u32>,
}

/// Hashed rows, which are added later, under the lock of the table's state.
#[derive(Debug, Default)]
pub(super) struct Portion {
    changes: Vec<Change>,
    bytes: Vec<u8>,
    key: Vec<u8>,
}

#[derive(Debug)]
enum Change {
    Row {
        bucket: BucketNumber,
        hash: u128,
        /// True if its bucket is wanted. Then `key` and `row` are set; if it is only sampled, `key`.
        kept: bool,
        sampled: bool,
        key: Range<usize>,
        row: Range<usize>,
        /// Only for a row of the source.
        columns: Option<Box<[u32]>>,
    },
    /// The key of a deleted row.
    Gone(Range<usize>),
}

impl Portion {
    fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    /// A row that the source has deleted, by a run of its key.
    pub(super) fn gone(&mut self, key: &[u8]) {
        let key = self.keep(key);
        self.changes.push(Change::Gone(key));
    }
}

impl Form {
    pub(super) fn is_wanted(&self, bucket: BucketNumber) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.contains(&bucket))
    }

    /// A row of the source, as a run of all values.
    pub(super) fn source(&self, row: &[u8], what: Kept, out: &mut Portion) {
        self.hash(row, what, |row| Some(sums::columns(row)), out);
    }

    /// A row of the target, in the same form.
    pub(super) fn target(&self, row: &[u8], what: Kept, out: &mut Portion) {
        self.hash(row, what, |_| None, out);
    }

    fn hash(
        &self,
        row: &[u8],
        what: Kept,
        columns: impl FnOnce(&[u8]) -> Option<Box<[u32]>>,
        out: &mut Portion,
    ) {
        let mut key = std::mem::take(&mut out.key);
        canon::pick(&self.places, row, &mut key);
        let key_hash = sums::hash(&key);
        let bucket = sums::bucket(key_hash);
        let hash = sums::hash(row);
        let kept = what.keys && self.is_wanted(bucket);
        let sampled = what.sampled.is_some_and(|zeros| key_hash.trailing_zeros() >= zeros);
        let (mut key_at, mut row_at) = (0..0, 0..0);
        if kept || sampled {
            key_at = out.keep(&key);
        }
        if kept {
            row_at = out.keep(row);
        }
        let columns = if kept { columns(row) } else { None };
        out.key = key;
        out.changes.push(Change::Row { bucket, hash, kept, sampled, key: key_at, row: row_at, columns });
    }
}

/// A table and its rows so far.
pub(super) struct State {
    pub(super) form: Arc<Form>,
    pub(super) source: Vec<Bucket>,
    pub(super) target: Vec<Bucket>,
    /// The source's rows of the wanted buckets; `None` after they exceeded the memory.
    keys: Option<HashMap<Box<[u8]>, Entry, RandomState>>,
    bytes: usize,
    pub(super) refused: usize,
    /// Progress of reading the source.
    pub(super) read: Progress,
    /// Rows of the source whose key an earlier row had.
    pub(super) repeated: u64,
    found: Vec<Found>,
    pub(super) sample: Sample,
}

impl State {
    pub(super) fn new(table: Arc<Table>, wanted: Option<HashSet<BucketNumber>>) -> Self {
        Self {
            read: Progress::of_source(&table),
            form: Arc::new(Form { places: canon::key_places(&table), table, wanted }),
            source: vec![Bucket::default(); BUCKETS],
            target: vec![Bucket::default(); BUCKETS],
            keys: Some(HashMap::default()),
            bytes: 0,
            refused: 0,
            repeated: 0,
            found: Vec::new(),
            sample: Sample::default(),
        }
    }

    /// The parts of a source row that are kept.
    pub(super) fn of_source(&self) -> Kept {
        let sampled = (!self.form.table.keys.is_empty()).then_some(self.sample.zeros);
        Kept { keys: self.keys.is_some(), sampled }
    }

    /// The parts of a target row that are kept.
    pub(super) fn of_target(&self) -> Kept {
        Kept { keys: self.keys.is_some(), sampled: None }
    }

    /// Adds rows of the source.
    pub(super) fn add_source(&mut self, portion: Portion, space: &Space) {
        let Portion { changes, bytes, .. } = portion;
        for change in changes {
            match change {
                Change::Gone(key) => self.gone(&bytes[key], space),
                Change::Row { bucket, hash, kept, sampled, key, columns, .. } => {
                    self.source[usize::from(bucket)].add(hash);
                    if sampled {
                        self.sample.add(&bytes[key.clone()]);
                    }
                    if kept {
                        self.keep(&bytes[key], hash, columns.unwrap_or_default(), space);
                    }
                }
            }
        }
    }

    fn keep(&mut self, key: &[u8], hash: u128, columns: Box<[u32]>, space: &Space) {
        let Some(keys) = &mut self.keys else { return };
        if let Some(entry) = keys.get_mut(key) {
            if self.form.table.keys.is_empty() {
                entry.rows += 1;
            } else {
                // As in a write: the later row replaces the earlier one.
                self.repeated += 1;
                (entry.row, entry.columns) = (hash, columns);
            }
            return;
        }
        let bytes = key.len() + columns.len() * size_of::<u32>() + ROW_BYTES;
        self.bytes += bytes;
        if space.take(bytes) {
            keys.insert(key.into(), Entry { row: hash, columns, rows: 1, seen: 0 });
        } else {
            self.keys = None;
            space.give(std::mem::take(&mut self.bytes));
        }
    }

    /// The hash of a deleted row stays in the sum. If rows are not kept by key, another look corrects that.
    fn gone(&mut self, key: &[u8], space: &Space) {
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

    /// Adds rows of the target.
    pub(super) fn add_target(&mut self, portion: &Portion) {
        for change in &portion.changes {
            let Change::Row { bucket, hash, kept, key, row, .. } = change else { continue };
            self.target[usize::from(*bucket)].add(*hash);
            if *kept {
                self.find(&portion.bytes[key.clone()], &portion.bytes[row.clone()], *hash);
            }
        }
    }

    fn find(&mut self, key: &[u8], row: &[u8], hash: u128) {
        let Some(keys) = &mut self.keys else { return };
        match keys.get_mut(key) {
            Some(entry) if entry.seen < entry.rows => {
                entry.seen += 1;
                if entry.row != hash {
                    let columns = changed(&self.form.table, &entry.columns, &sums::columns(row));
                    let source = entry.row;
                    let key = key.to_vec();
                    self.found.push(Found { kind: Kind::Different, key, columns, source, target: hash });
                }
            }
            _ => self.found.push(Found {
                kind: Kind::Extra,
                key: key.to_vec(),
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

/// Some keys of the source, spread evenly. They divide the target into ranges for several connections.
#[derive(Debug, Default)]
pub(super) struct Sample {
    pub(super) keys: Vec<Box<[u8]>>,
    zeros: u32,
}

/// Most keys of a sample.
const SAMPLED: usize = 512;

impl Sample {
    fn add(&mut self, key: &[u8]) {
        if sums::hash(key).trailing_zeros() < self.zeros {
            return;
        }
        self.keys.push(key.into());
        while self.keys.len() > SAMPLED {
            self.zeros += 1;
            let zeros = self.zeros;
            self.keys.retain(|key| sums::hash(key).trailing_zeros() >= zeros);
        }
    }
}

fn changed(table: &Table, source: &[u32], target: &[u32]) -> Vec<String> {
    let names = canon::columns(table).map(|column| &column.name);
    let both = source.iter().zip(target);
    names.zip(both).filter(|(_, (source, target))| source != target).map(|(name, _)| name.clone()).collect()
}
#[cfg(test)]
mod tests;
