//! The counters for Prometheus: names, help and labels. The official client library creates the text.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::abi;
use crate::config::Exposure;
use crate::metrics::{Committed, Counters, Metrics};

/// Bounds of times, in seconds: from a commit within the region to the time that a transaction may take.
const SECONDS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];
/// Bounds of a transaction's rows, up to what one takes.
const ROWS: [f64; 9] = [1.0, 10.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_000.0, 3_000.0];

/// What each transaction of a table adds to.
#[derive(Debug)]
pub struct Distributions {
    transaction: Histogram,
    wait: Histogram,
    rows: Histogram,
    bytes: Histogram,
}

impl Default for Distributions {
    fn default() -> Self {
        Self {
            transaction: Histogram::new(SECONDS),
            wait: Histogram::new(SECONDS),
            rows: Histogram::new(ROWS),
            // 1 KiB to 16 MiB.
            bytes: Histogram::new(exponential_buckets(1_024.0, 4.0, 8)),
        }
    }
}

impl Distributions {
    pub(super) fn observe(&self, what: &Committed) {
        self.transaction.observe(what.took.as_secs_f64());
        self.wait.observe(what.waited.as_secs_f64());
        self.rows.observe(float(what.rows));
        self.bytes.observe(float(what.bytes));
    }
}

/// Exact up to 4 GiB, which no transaction has.
fn float(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// The counters of one sink.
pub struct Source {
    /// Whose they are.
    pub exposure: Exposure,
    /// Those of its tables.
    pub metrics: Arc<Metrics>,
    /// All slots of the sink, gauges included.
    pub stats: Box<dyn Fn() -> [i64; abi::STAT_COUNT] + Send + Sync>,
}

/// Counters of tables: name, slot, help.
const COUNTERS: [(&str, usize, &str); 8] = [
    ("rows_received", abi::STAT_ROWS_RECEIVED, "Rows given to the sink"),
    (
        "rows_coalesced",
        abi::STAT_ROWS_COALESCED,
        "Rows that a later change of the same key replaced before they were sent",
    ),
    ("rows_committed", abi::STAT_ROWS_COMMITTED, "Rows in committed transactions"),
    ("rows_dead", abi::STAT_ROWS_DEAD, "Rows skipped by row_error_policy = skip"),
    ("rows_displaced", abi::STAT_ROWS_DISPLACED, "Rows deleted for unique_conflict = replace"),
    ("transactions", abi::STAT_BATCHES_COMMITTED, "Committed transactions"),
    ("committed_bytes", abi::STAT_BYTES_COMMITTED, "Parameter bytes of committed transactions"),
    (
        "transaction_splits",
        abi::STAT_BATCH_SPLITS,
        "Transactions sent again in two parts because the database refused them",
    ),
];

/// Kinds of retries.
const RETRIES: [(&str, usize); 3] = [
    ("conflict", abi::STAT_RETRIES_CONFLICT),
    ("unavailable", abi::STAT_RETRIES_UNAVAILABLE),
    ("connection", abi::STAT_RETRIES_CONNECTION),
];

/// Counters of a sink.
const WHOLE: [(&str, usize, &str); 3] = [
    ("connections_opened", abi::STAT_CONNECTIONS_OPENED, "Connections opened since the start"),
    ("flushes", abi::STAT_FLUSHES, "Completed flushes, such as those of checkpoints"),
    (
        "flush_microseconds",
        abi::STAT_FLUSH_MICROS,
        "Time from a flush to its last commit, summed over all flushes",
    ),
];

/// Gauges of a sink.
const GAUGES: [(&str, usize, &str); 3] = [
    ("connections_open", abi::STAT_CONNECTIONS_OPEN, "Connections open now"),
    ("connections_busy", abi::STAT_CONNECTIONS_BUSY, "Connections that have work now"),
    ("buffered_bytes", abi::STAT_BUFFERED_BYTES, "Bytes of rows that wait or are in flight now"),
];

/// A distribution of a table.
type Distribution = fn(&Distributions) -> &Histogram;

/// Distributions of tables.
const DISTRIBUTIONS: [(&str, Distribution, &str); 4] = [
    (
        "transaction_seconds",
        |of| &of.transaction,
        "Time of a committed transaction, from sending to the answer",
    ),
    ("wait_seconds", |of| &of.wait, "How long the longest waiting row of a transaction waited"),
    ("transaction_rows", |of| &of.rows, "Rows of a transaction"),
    ("transaction_bytes", |of| &of.bytes, "Parameter bytes of a transaction"),
];

/// What Prometheus reads of these sinks.
///
/// # Errors
/// None that is known: a text takes what is written to it.
pub fn text(sources: Vec<Arc<Source>>) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("dsql_sink");
    registry.register_collector(Box::new(Sinks(sources)));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry)?;
    Ok(text)
}

struct Sinks(Vec<Arc<Source>>);

impl fmt::Debug for Sinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|source| &source.exposure)).finish()
    }
}

impl Source {
    fn labels(&self) -> [(&'static str, &str); 2] {
        [("job_id", &self.exposure.job), ("task", &self.exposure.task)]
    }

    fn labels_of<'a>(&'a self, table: &'a Counters) -> [(&'static str, &'a str); 3] {
        let [job, task] = self.labels();
        [job, task, ("table", table.name())]
    }
}

impl Collector for Sinks {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        // What belongs to no table stands at the end, with an empty name.
        let all: Vec<_> = self.0.iter().map(|source| (source, source.metrics.all())).collect();
        let tables = || all.iter().flat_map(|(source, all)| all.iter().map(move |table| (*source, table)));
        for (name, slot, help) in COUNTERS {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            for (source, table) in tables().filter(|(_, table)| !table.name().is_empty()) {
                family
                    .encode_family(&source.labels_of(table))?
                    .encode_counter::<NoLabelSet, _, u64>(&table.get(slot), None)?;
            }
        }
        let help = "Tries after the first, by cause";
        let mut family = encoder.encode_descriptor("retries", help, None, MetricType::Counter)?;
        for (source, table) in tables() {
            for (kind, slot) in RETRIES {
                let [job, task, name] = source.labels_of(table);
                family
                    .encode_family(&[job, task, name, ("kind", kind)])?
                    .encode_counter::<NoLabelSet, _, u64>(&table.get(slot), None)?;
            }
        }
        for (name, of, help) in DISTRIBUTIONS {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
            for (source, table) in tables() {
                if let Some(distributions) = table.distributions() {
                    of(distributions).encode(family.encode_family(&source.labels_of(table))?)?;
                }
            }
        }
        let stats: Vec<_> = self.0.iter().map(|source| (source.labels(), (source.stats)())).collect();
        for (name, slot, help) in WHOLE {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            for (labels, slots) in &stats {
                let value = u64::try_from(slots[slot]).unwrap_or(0);
                family.encode_family(labels)?.encode_counter::<NoLabelSet, _, u64>(&value, None)?;
            }
        }
        for (name, slot, help) in GAUGES {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            for (labels, slots) in &stats {
                family.encode_family(labels)?.encode_gauge(&slots[slot])?;
            }
        }
        Ok(())
    }
}
