//! Counters and gauges, for each table and for events without a table. Java polls them as arrays of numbers; Prometheus
//! reads them if a port is set. Counters are updated once per frame or transaction, never per row.
//!
//! Layout of the block of all tables: u32 count, then for each table u32 length and UTF-8 name, and its slots as i64.

pub mod exposition;
pub mod latency;
pub mod port;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::RwLock;

use crate::abi;
use crate::failure::classify::Fault;
use crate::metrics::exposition::Distributions;
use crate::metrics::latency::Latency;

/// The slots of [`abi`] that start with `STAT_`, of a table or of events without a table.
#[derive(Debug, Default)]
pub struct Counters {
    /// The table as schema.name; empty for what belongs to none.
    name: String,
    slots: [AtomicU64; abi::STAT_COUNT],
    /// When the first row arrived.
    began: OnceLock<Instant>,
    distributions: Option<Distributions>,
}

/// A committed transaction.
#[derive(Debug, Clone, Copy)]
pub struct Committed {
    /// Its rows.
    pub rows: usize,
    /// Its parameter bytes.
    pub bytes: usize,
    /// How long the longest waiting row waited.
    pub waited: Duration,
    /// The time from sending to the answer.
    pub took: Duration,
}

/// All counters of a sink.
#[derive(Debug, Default)]
pub struct Metrics {
    rest: Arc<Counters>,
    tables: RwLock<Tables>,
    latency: Latency,
    /// Whether distributions are kept for Prometheus.
    exposed: bool,
}

#[derive(Debug, Default)]
struct Tables {
    /// The counters by table number. A table that is declared again keeps its counters.
    numbers: Vec<Arc<Counters>>,
    /// Each table once.
    names: Vec<Arc<Counters>>,
}

impl Counters {
    fn new(name: &str, exposed: bool) -> Self {
        let distributions = exposed.then(Distributions::default);
        Self { name: name.to_owned(), distributions, ..Self::default() }
    }

    /// The table as schema.name; empty for what belongs to none.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Adds to a slot.
    pub fn add(&self, slot: usize, amount: usize) {
        let amount = u64::try_from(amount).unwrap_or(u64::MAX);
        self.slots[slot].fetch_add(amount, Ordering::Relaxed);
    }

    /// The value of a slot.
    #[must_use]
    pub fn get(&self, slot: usize) -> u64 {
        self.slots[slot].load(Ordering::Relaxed)
    }

    /// Counts retries after a fault.
    pub fn retried(&self, fault: Fault) {
        let slot = match fault {
            Fault::Conflict | Fault::SchemaChanged => abi::STAT_RETRIES_CONFLICT,
            Fault::Unavailable | Fault::Throttled | Fault::Waking | Fault::Rejected => {
                abi::STAT_RETRIES_UNAVAILABLE
            }
            _ => abi::STAT_RETRIES_CONNECTION,
        };
        self.add(slot, 1);
    }

    /// What was kept for Prometheus.
    #[must_use]
    pub fn distributions(&self) -> Option<&Distributions> {
        self.distributions.as_ref()
    }

    fn active(&self, now: Instant) {
        if let Some(began) = self.began.get() {
            let micros = micros(now.saturating_duration_since(*began));
            self.slots[abi::STAT_ACTIVE_MICROS].fetch_max(micros, Ordering::Relaxed);
        }
    }
}

impl Metrics {
    /// Counters, with distributions where Prometheus asks for them.
    #[must_use]
    pub fn new(exposed: bool) -> Self {
        Self { exposed, ..Self::default() }
    }

    /// A table has the next number.
    pub fn declare(&self, name: &str) {
        let mut tables = self.tables.write();
        let known = tables.names.iter().find(|table| table.name == name).cloned();
        let counters = known.unwrap_or_else(|| {
            let counters = Arc::new(Counters::new(name, self.exposed));
            tables.names.push(counters.clone());
            counters
        });
        tables.numbers.push(counters);
    }

    /// The counters of a table, or of what belongs to none.
    #[must_use]
    pub fn of(&self, number: Option<usize>) -> Arc<Counters> {
        let table = number.and_then(|number| self.tables.read().numbers.get(number).cloned());
        table.unwrap_or_else(|| self.rest.clone())
    }

    /// All counters, each table once and at last those that belong to none.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Counters>> {
        self.each(&self.tables.read()).cloned().collect()
    }

    fn each<'a>(&'a self, tables: &'a Tables) -> impl Iterator<Item = &'a Arc<Counters>> {
        tables.names.iter().chain([&self.rest])
    }

    /// Adds to a slot of no table.
    pub fn add(&self, slot: usize, amount: usize) {
        self.rest.add(slot, amount);
    }

    /// Subtracts from a gauge.
    pub fn subtract(&self, slot: usize, amount: usize) {
        let amount = u64::try_from(amount).unwrap_or(u64::MAX);
        self.rest.slots[slot].fetch_sub(amount, Ordering::Relaxed);
    }

    /// Rows of a frame have arrived. `merged` of them are sent with a later change of their key.
    pub fn received(&self, number: usize, rows: usize, merged: usize) {
        let table = self.of(Some(number));
        for counters in [&table, &self.rest] {
            counters.began.get_or_init(Instant::now);
        }
        table.add(abi::STAT_ROWS_RECEIVED, rows);
        table.add(abi::STAT_ROWS_COALESCED, merged);
    }

    /// A transaction of a table is committed.
    pub fn committed(&self, number: usize, what: &Committed) {
        let table = self.of(Some(number));
        table.add(abi::STAT_ROWS_COMMITTED, what.rows);
        table.add(abi::STAT_BATCHES_COMMITTED, 1);
        table.add(abi::STAT_BYTES_COMMITTED, what.bytes);
        table.slots[abi::STAT_TRANSACTION_MICROS].fetch_add(micros(what.took), Ordering::Relaxed);
        let now = Instant::now();
        table.active(now);
        self.rest.active(now);
        self.latency.record(what.took, what.waited);
        if let Some(distributions) = &table.distributions {
            distributions.observe(what);
        }
    }

    /// Counts completed flushes and their duration.
    pub fn flushed(&self, times: &[Duration]) {
        for time in times {
            self.add(abi::STAT_FLUSHES, 1);
            self.rest.slots[abi::STAT_FLUSH_MICROS].fetch_add(micros(*time), Ordering::Relaxed);
        }
    }

    /// The sum of a slot over all tables and events without a table.
    #[must_use]
    pub fn get(&self, slot: usize) -> u64 {
        if slot == abi::STAT_ACTIVE_MICROS {
            return self.rest.get(slot);
        }
        let tables = self.tables.read();
        self.each(&tables).map(|counters| counters.get(slot)).sum()
    }

    /// All slots at about one moment.
    #[must_use]
    pub fn snapshot(&self) -> [i64; abi::STAT_COUNT] {
        let mut sums = [0_u64; abi::STAT_COUNT];
        for counters in self.each(&self.tables.read()) {
            for (slot, sum) in sums.iter_mut().enumerate() {
                *sum = sum.saturating_add(counters.get(slot));
            }
        }
        // Times of tables that are written in parallel cannot be added.
        sums[abi::STAT_ACTIVE_MICROS] = self.rest.get(abi::STAT_ACTIVE_MICROS);
        sums.map(|sum| i64::try_from(sum).unwrap_or(i64::MAX))
    }

    /// The slots of each table, laid out as said above.
    #[must_use]
    pub fn tables(&self) -> Vec<u8> {
        let tables = self.tables.read().names.clone();
        let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
        let mut block = Vec::new();
        block.extend_from_slice(&length(tables.len()));
        for table in tables {
            block.extend_from_slice(&length(table.name.len()));
            block.extend_from_slice(table.name.as_bytes());
            for slot in 0..abi::STAT_COUNT {
                block.extend_from_slice(&i64::try_from(table.get(slot)).unwrap_or(i64::MAX).to_be_bytes());
            }
        }
        block
    }

    /// How long transactions took and rows waited since the last call: the slots of [`abi`] that start with `LATENCY_`.
    #[must_use]
    pub fn latencies(&self) -> [i64; abi::LATENCY_COUNT] {
        self.latency.take()
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMITTED: Committed =
        Committed { rows: 5, bytes: 70, waited: Duration::from_millis(200), took: Duration::from_millis(8) };

    #[test]
    fn a_table_that_is_declared_anew_counts_on() {
        let metrics = Metrics::default();
        for name in ["public.a", "public.b", "public.a"] {
            metrics.declare(name);
        }
        metrics.received(0, 10, 0);
        metrics.received(2, 3, 1);
        metrics.received(1, 4, 0);
        metrics.committed(2, &COMMITTED);
        metrics.add(abi::STAT_CONNECTIONS_OPENED, 2);
        let names: Vec<_> = metrics.all().iter().map(|table| table.name().to_owned()).collect();
        assert_eq!(names, ["public.a", "public.b", ""]);
        assert_eq!(metrics.of(Some(0)).get(abi::STAT_ROWS_RECEIVED), 13);
        assert_eq!(metrics.of(Some(1)).get(abi::STAT_ROWS_RECEIVED), 4);
        let whole = metrics.snapshot();
        assert_eq!(whole[abi::STAT_ROWS_RECEIVED], 17);
        assert_eq!(whole[abi::STAT_ROWS_COALESCED], 1);
        assert_eq!(whole[abi::STAT_ROWS_COMMITTED], 5);
        assert_eq!(whole[abi::STAT_TRANSACTION_MICROS], 8_000);
        assert_eq!(whole[abi::STAT_CONNECTIONS_OPENED], 2);
        assert!(whole[abi::STAT_ACTIVE_MICROS] >= 0);
    }

    #[test]
    fn what_has_no_table_is_counted_in_the_whole() {
        let metrics = Metrics::default();
        metrics.of(None).retried(Fault::Unreachable);
        metrics.of(Some(7)).retried(Fault::Conflict);
        assert_eq!(metrics.get(abi::STAT_RETRIES_CONNECTION), 1);
        assert_eq!(metrics.get(abi::STAT_RETRIES_CONFLICT), 1);
        assert_eq!(metrics.tables(), [0, 0, 0, 0]);
    }
}
