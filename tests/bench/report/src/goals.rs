//! The goals of the sink, and whether it reached them.

use crate::results::{Median, Results};

/// The settings' names, as the harness writes them.
pub(crate) const SHORT_ROWS: &str = "rows of 290 bytes";
const LONG_ROWS: &str = "rows of 1.2 kB";
pub(crate) const NEAR: &str = "no added latency";
const REGION: &str = "in region";
const CONTINENT: &str = "across a continent";
pub(crate) const OCEAN: &str = "across an ocean";

/// The fastest published load into Aurora DSQL, that of AWS's own toolkit: 512 connections, 16 vCPU.
const PUBLISHED_LOAD: f64 = 131_000.0;

/// A measured number that has to be at least, or at most, the needed one.
#[derive(Debug)]
pub(crate) struct Goal {
    pub(crate) part: &'static str,
    pub(crate) what: String,
    pub(crate) measured: f64,
    pub(crate) needed: f64,
    pub(crate) at_least: bool,
    pub(crate) unit: &'static str,
}

impl Goal {
    pub(crate) fn reached(&self) -> bool {
        if self.at_least { self.measured >= self.needed } else { self.measured <= self.needed }
    }
}

/// Collects the goals whose measurements were made.
#[derive(Debug, Default)]
struct Goals(Vec<Goal>);

impl Goals {
    fn add(
        &mut self,
        part: &'static str,
        what: &str,
        measured: Option<f64>,
        at_least: bool,
        needed: f64,
        unit: &'static str,
    ) {
        self.0.extend(measured.map(|measured| Goal {
            part,
            what: what.to_owned(),
            measured,
            needed,
            at_least,
            unit,
        }));
    }

    fn at_least(
        &mut self,
        part: &'static str,
        what: &str,
        measured: Option<f64>,
        needed: f64,
        unit: &'static str,
    ) {
        self.add(part, what, measured, true, needed, unit);
    }

    fn at_most(
        &mut self,
        part: &'static str,
        what: &str,
        measured: Option<f64>,
        needed: f64,
        unit: &'static str,
    ) {
        self.add(part, what, measured, false, needed, unit);
    }
}

/// The goals whose measurements were made.
pub(crate) fn all(results: &Results) -> Vec<Goal> {
    let mut goals = Goals::default();
    load(&mut goals, results);
    streams(&mut goals, results);
    jobs(&mut goals, results);
    latency(&mut goals, results);
    distances(&mut goals, results);
    let answered = results.find("f", "ours", NEAR, 0).map(|median| median.rows_per_second);
    goals.at_least("f", "one writer against a server that only answers", answered, 800_000.0, "rows/s");
    let series: Vec<&Median> = results.of("h").filter(|m| m.line.contender == "ours, answers only").collect();
    let growth = "smallest growth when connections double, until 0.8 of the peak";
    goals.at_least("h", growth, smallest_growth(&series), 1.2, "x");
    goals.at_least("h", "64 connections, part of the peak", kept(&series), 0.8, "");
    comparisons(&mut goals, results);
    goals.0
}

fn load(goals: &mut Goals, results: &Results) {
    let ours = |setting| results.find("a", "ours", setting, 0);
    let rows = ours(SHORT_ROWS).map(|median| median.rows_per_second);
    goals.at_least("a", "defaults, rows of 290 bytes", rows, PUBLISHED_LOAD, "rows/s");
    for setting in [SHORT_ROWS, LONG_ROWS] {
        let part = ours(setting).zip(best(results, setting)).map(|(ours, best)| ours.rows_per_second / best);
        goals.at_least("a", &format!("defaults, {setting}: part of the best setting"), part, 0.95, "");
    }
    let bytes = ours(LONG_ROWS).map(Median::megabytes);
    goals.at_least("a", "defaults, rows of 1.2 kB: column values", bytes, 150.0, "MB/s");
}

/// The rows per second of the best of our settings, including the defaults.
fn best(results: &Results, setting: &str) -> Option<f64> {
    let ours = results.of("a").filter(|m| m.line.setting == setting && m.line.contender.starts_with("ours"));
    ours.map(|median| median.rows_per_second).max_by(f64::total_cmp)
}

fn streams(goals: &mut Goals, results: &Results) {
    let hundred = results.find("b", "ours", "100 changes/s", 0);
    let transactions = hundred.map(|median| median.transactions_per_second);
    goals.at_most("b", "100 changes/s: transactions a second", transactions, 6.0, "");
    goals.at_most(
        "b",
        "100 changes/s: writer's call to visible, median",
        hundred.map(|m| m.line.p50_ms),
        800.0,
        "ms",
    );
}

/// With a server that only answers: PostgreSQL would take processors from source and sink.
fn jobs(goals: &mut Goals, results: &Results) {
    for setting in ["Jdbc batch", "CDC first load"] {
        let ours = results.find("c", "ours, answers only", setting, 0);
        let nothing = results.find("c", "thrown away", setting, 0);
        let part = ours.zip(nothing).map(|(ours, nothing)| ours.rows_per_second / nothing.rows_per_second);
        let what = format!("{setting}: part of the rows/s of a sink that throws rows away");
        goals.at_least("c", &what, part, 0.95, "");
        let what = format!("{setting}: the sink's share of the JVM's CPU");
        goals.at_most("c", &what, ours.map(|median| median.sink_share), 0.1, "");
    }
}

fn latency(goals: &mut Goals, results: &Results) {
    let job = results.of("d").find(|median| median.line.contender == "ours");
    goals.at_most("d", "MySQL's commit to visible, median", job.map(|m| m.line.p50_ms), 800.0, "ms");
    goals.at_most(
        "d",
        "MySQL's commit to visible, 99th percentile",
        job.map(|m| m.line.p99_ms),
        2000.0,
        "ms",
    );
    let transactions = job.map(|median| median.transactions_per_second);
    goals.at_most("d", "100 changes/s: transactions a second", transactions, 6.0, "");
}

fn distances(goals: &mut Goals, results: &Results) {
    for (setting, peer, needed) in [
        (NEAR, "stock", 2.5),
        (REGION, "stock", 4.0),
        (REGION, "stock, rewriting", 2.0),
        (CONTINENT, "stock", 8.0),
        (CONTINENT, "stock, rewriting", 4.0),
        (OCEAN, "stock", 25.0),
        (OCEAN, "stock, rewriting", 10.0),
    ] {
        let ours = results.find("e", "ours", setting, 0);
        let times =
            ours.zip(results.find("e", peer, setting, 0)).map(|(o, p)| o.rows_per_second / p.rows_per_second);
        let whom = if peer == "stock" { "" } else { " that rewrites batches" };
        let what = format!("{setting}: rows/s against the stock writer{whom}");
        goals.at_least("e", &what, times, needed, "x");
    }
}

fn comparisons(goals: &mut Goals, results: &Results) {
    for load in results.of("i").filter(|median| median.line.contender == "load") {
        let setting = &load.line.setting;
        let verify = results.find("i", "verify", setting, 0);
        let part = verify.map(|verify| verify.rows_per_second / load.rows_per_second);
        goals.at_least("i", &format!("{setting}: verify's part of the load's rows/s"), part, 0.5, "");
    }
}

/// The smallest growth below the peak. When the processors are full, nothing grows any more.
fn smallest_growth(series: &[&Median]) -> Option<f64> {
    let peak = peak(series)?;
    let pairs = series.windows(2).filter(|pair| pair[0].rows_per_second < 0.8 * peak);
    pairs.map(|pair| pair[1].rows_per_second / pair[0].rows_per_second).min_by(f64::total_cmp)
}

fn kept(series: &[&Median]) -> Option<f64> {
    Some(series.last()?.rows_per_second / peak(series)?)
}

fn peak(series: &[&Median]) -> Option<f64> {
    series.iter().map(|median| median.rows_per_second).max_by(f64::total_cmp)
}
