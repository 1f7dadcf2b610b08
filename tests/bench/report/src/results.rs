//! The lines that the harness wrote, and their medians.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// One measurement. Its fields depend on its part.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Line {
    pub(crate) part: String,
    pub(crate) contender: String,
    #[serde(default)]
    pub(crate) setting: String,
    #[serde(default)]
    pub(crate) round_trip_ms: u32,
    #[serde(default)]
    pub(crate) commit_ms: u32,
    #[serde(default)]
    pub(crate) connections: u32,
    #[serde(default)]
    rows: f64,
    /// Bytes of column values in a row.
    #[serde(default)]
    pub(crate) row_bytes: f64,
    #[serde(default)]
    seconds: f64,
    #[serde(default)]
    cpu_seconds: f64,
    /// The part of them that was the sink's.
    #[serde(default)]
    sink_cpu_seconds: f64,
    #[serde(default)]
    busy_seconds: f64,
    #[serde(default)]
    transactions: f64,
    #[serde(default)]
    pub(crate) changes: u32,
    #[serde(default)]
    pub(crate) p50_ms: f64,
    #[serde(default)]
    pub(crate) p99_ms: f64,
}

/// The repetitions of one measurement together.
#[derive(Debug, Clone)]
pub(crate) struct Median {
    pub(crate) line: Line,
    pub(crate) rows_per_second: f64,
    /// Processor seconds of the client per million rows.
    pub(crate) cpu: f64,
    /// The part of them that was the sink's.
    pub(crate) sink_share: f64,
    /// Processors of the machine that were busy, with client, server and database.
    pub(crate) busy: f64,
    pub(crate) transactions_per_second: f64,
    pub(crate) rows_per_transaction: f64,
}

impl Median {
    /// Megabytes of column values per second.
    pub(crate) fn megabytes(&self) -> f64 {
        self.rows_per_second * self.line.row_bytes / 1e6
    }
}

/// All measurements of a run.
#[derive(Debug)]
pub(crate) struct Results {
    /// In the order of the first measurement of each.
    medians: Vec<Median>,
}

impl Results {
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
        let mut groups: Vec<Vec<Line>> = Vec::new();
        for line in text.lines() {
            let line: Line = serde_json::from_str(line).with_context(|| line.to_owned())?;
            let key = |l: &Line| (l.part.clone(), l.contender.clone(), l.setting.clone(), l.connections);
            match groups.iter_mut().find(|group| key(&group[0]) == key(&line)) {
                Some(group) => group.push(line),
                None => groups.push(vec![line]),
            }
        }
        Ok(Self { medians: groups.into_iter().map(together).collect() })
    }

    pub(crate) fn of(&self, part: &str) -> impl Iterator<Item = &Median> {
        self.medians.iter().filter(move |median| median.line.part == part)
    }

    /// A contender's measurement in a setting of a part; `connections` 0 means any.
    pub(crate) fn find(
        &self,
        part: &str,
        contender: &str,
        setting: &str,
        connections: u32,
    ) -> Option<&Median> {
        self.of(part).find(|median| {
            let line = &median.line;
            line.contender == contender
                && line.setting == setting
                && (connections == 0 || line.connections == connections)
        })
    }
}

fn together(group: Vec<Line>) -> Median {
    let of = |value: &dyn Fn(&Line) -> f64| median(group.iter().map(value).collect());
    Median {
        rows_per_second: of(&|line| line.rows / line.seconds),
        cpu: of(&|line| line.cpu_seconds / line.rows * 1e6),
        sink_share: of(&|line| line.sink_cpu_seconds / line.cpu_seconds),
        busy: of(&|line| line.busy_seconds / line.seconds),
        transactions_per_second: of(&|line| line.transactions / line.seconds),
        rows_per_transaction: of(&|line| line.rows / line.transactions),
        line: group[0].clone(),
    }
}

/// For an even number of values, the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}
