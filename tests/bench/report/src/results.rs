//! The lines that the harness wrote, and their medians.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// One measurement. Parts a to d and f have rows, part e has changes.
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
    #[serde(default)]
    seconds: f64,
    #[serde(default)]
    cpu_seconds: f64,
    #[serde(default)]
    busy_seconds: f64,
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
    /// Processors of the machine that were busy, with client, server and database.
    pub(crate) busy: f64,
}

/// All measurements of a run.
#[derive(Debug)]
pub(crate) struct Results {
    /// In the order in which they were first made.
    pub(crate) medians: Vec<Median>,
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

    /// The contender's measurement in a setting of a part; `connections` of 0 for any.
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
    let rows_per_second = median(group.iter().map(|line| line.rows / line.seconds).collect());
    let cpu = median(group.iter().map(|line| line.cpu_seconds / line.rows * 1e6).collect());
    let busy = median(group.iter().map(|line| line.busy_seconds / line.seconds).collect());
    Median { line: group[0].clone(), rows_per_second, cpu, busy }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
