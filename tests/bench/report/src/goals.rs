//! What the sink is to reach, and whether it did.

use crate::results::{Median, Results};

/// The settings' names, as the harness writes them.
pub(crate) const NEAR: &str = "no added latency";
const REGION: &str = "in region";
const CONTINENT: &str = "across a continent";
pub(crate) const OCEAN: &str = "across an ocean";

/// A number that is to be at least, or at most, what is needed.
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

/// The goals whose measurements were made.
pub(crate) fn all(results: &Results) -> Vec<Goal> {
    let mut goals = Vec::new();
    let mut add = |part, what: &str, measured: Option<f64>, at_least, needed, unit| {
        goals.extend(measured.map(|measured| Goal {
            part,
            what: what.to_owned(),
            measured,
            needed,
            at_least,
            unit,
        }));
    };
    let times = |part, peer, setting, connections| {
        let ours = results.find(part, "ours", setting, connections)?;
        Some(ours.rows_per_second / results.find(part, peer, setting, connections)?.rows_per_second)
    };
    let off = "rows/s against the stock writer";
    let on = "rows/s against the stock writer that rewrites batches";
    for (setting, peer, needed) in [
        (NEAR, "stock", 2.5),
        (REGION, "stock", 4.0),
        (REGION, "stock, rewriting", 2.0),
        (CONTINENT, "stock", 8.0),
        (CONTINENT, "stock, rewriting", 4.0),
        (OCEAN, "stock", 25.0),
        (OCEAN, "stock, rewriting", 10.0),
    ] {
        let what = format!("{setting}: {}", if peer == "stock" { off } else { on });
        add("a", &what, times("a", peer, setting, 0), true, needed, "x");
    }
    let cpu = |contender| results.find("a", contender, NEAR, 0).map(|median| median.cpu);
    add("b", "client CPU per million rows", cpu("ours"), false, 1.2, "s");
    for (peer, what) in [
        ("stock", "client CPU, part of the stock writer's"),
        ("stock, rewriting", "client CPU, part of the stock writer's that rewrites batches"),
    ] {
        let part = cpu("ours").zip(cpu(peer)).map(|(ours, stock)| ours / stock);
        add("b", what, part, false, 0.2, "");
    }
    let answered = results.find("c", "ours", NEAR, 0).map(|median| median.rows_per_second);
    add("c", "one writer against a server that only answers", answered, true, 800_000.0, "rows/s");
    let copy = times("d", "copy", NEAR, 4);
    add("d", "part of COPY BINARY's rows/s on 4 connections", copy, true, 0.6, "");
    let job = results.of("e").find(|median| median.line.contender == "ours").map(|median| &median.line);
    add("e", "streaming job, change latency, median", job.map(|line| line.p50_ms), false, 800.0, "ms");
    add(
        "e",
        "streaming job, change latency, 99th percentile",
        job.map(|line| line.p99_ms),
        false,
        2000.0,
        "ms",
    );
    for median in results.of("e").filter(|median| median.line.contender == "sink alone") {
        let line = &median.line;
        let commit = f64::from(line.round_trip_ms + line.commit_ms);
        let what = format!("{}: of it the sink, 99th percentile without the commit", line.setting);
        add("e", &what, Some(line.p99_ms - commit), false, 250.0, "ms");
    }
    let series: Vec<&Median> = results.of("f").filter(|m| m.line.contender == "ours, answers only").collect();
    let growth = "smallest growth when connections double, until 0.8 of the peak";
    add("f", growth, smallest_growth(&series), true, 1.2, "x");
    add("f", "64 connections, part of the peak", kept(&series), true, 0.8, "");
    goals
}

/// Once the processors are full nothing grows any more: only what is below the peak counts.
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
