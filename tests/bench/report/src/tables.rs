//! The measurements and the goals as Markdown tables.

use std::fmt::Write;

use crate::cost;
use crate::goals::Goal;
use crate::results::{Median, Results};

/// A table: its heads, and the cells of each row.
struct Table {
    heads: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new(heads: &'static [&'static str]) -> Self {
        Self { heads, rows: Vec::new() }
    }

    /// Writes nothing if there is no row.
    fn write(&self, title: &str, out: &mut String) {
        if self.rows.is_empty() {
            return;
        }
        if !title.is_empty() {
            let _ = writeln!(out, "\n**{title}**");
        }
        let _ = writeln!(out, "\n| {} |\n|{}", self.heads.join(" | "), "---|".repeat(self.heads.len()));
        for row in &self.rows {
            let _ = writeln!(out, "| {} |", row.join(" | "));
        }
    }
}

fn number(value: f64) -> String {
    let digits = if value >= 100.0 { 0 } else { 2 };
    format!("{value:.digits$}")
}

/// Its rows per second divided by the peer's; empty if the peer was not measured.
fn times(median: &Median, peer: Option<&Median>) -> String {
    peer.map(|peer| number(median.rows_per_second / peer.rows_per_second)).unwrap_or_default()
}

pub(crate) fn measurements(results: &Results) -> String {
    let mut out = String::new();
    load(results).write("a: load under the cost model, in region", &mut out);
    streams(results).write("b: streams under the cost model, in region, default options", &mut out);
    jobs(results).write("c: whole jobs, MySQL to target", &mut out);
    latency(results).write("d: a change through the streaming job, 100 changes/s", &mut out);
    writers(results).write("e to h: writers", &mut out);
    comparisons(results).write("i: verify against the load, MySQL to target", &mut out);
    out
}

fn load(results: &Results) -> Table {
    let mut table = Table::new(&[
        "rows",
        "writer",
        "rows/s",
        "MB/s",
        "x stock",
        "x stock, rewriting",
        "CPU s per million rows",
        "CPUs busy, all in all",
    ]);
    for median in results.of("a") {
        let line = &median.line;
        let peer = |name| results.find("a", name, &line.setting, 0);
        table.rows.push(vec![
            line.setting.clone(),
            line.contender.clone(),
            number(median.rows_per_second),
            number(median.megabytes()),
            times(median, peer("stock")),
            times(median, peer("stock, rewriting")),
            number(median.cpu),
            number(median.busy),
        ]);
    }
    table
}

fn streams(results: &Results) -> Table {
    let mut table = Table::new(&[
        "",
        "transactions/s",
        "rows a transaction",
        "DPU per million rows",
        "median ms",
        "99th percentile ms",
        "changes watched",
        "most connections",
    ]);
    for median in results.of("b") {
        let line = &median.line;
        table.rows.push(vec![
            line.setting.clone(),
            number(median.transactions_per_second),
            number(median.rows_per_transaction),
            number(cost::dpu_per_million_rows(median.rows_per_transaction, line.row_bytes)),
            number(line.p50_ms),
            number(line.p99_ms),
            line.changes.to_string(),
            line.connections.to_string(),
        ]);
    }
    table
}

fn jobs(results: &Results) -> Table {
    let mut table = Table::new(&[
        "source",
        "sink",
        "rows/s",
        "part of thrown away",
        "x stock",
        "x stock, rewriting",
        "JVM's CPU s per million rows",
        "the sink's share of it, sampled",
        "the same by difference",
        "CPUs busy, all in all",
    ]);
    for median in results.of("c") {
        let line = &median.line;
        let peer = |name| results.find("c", name, &line.setting, 0);
        let ours = line.contender.starts_with("ours");
        let difference = peer("thrown away").map(|nothing| number((median.cpu - nothing.cpu) / median.cpu));
        table.rows.push(vec![
            line.setting.clone(),
            line.contender.clone(),
            number(median.rows_per_second),
            times(median, peer("thrown away")),
            times(median, peer("stock")),
            times(median, peer("stock, rewriting")),
            number(median.cpu),
            number(median.sink_share),
            difference.filter(|_| ours).unwrap_or_default(),
            number(median.busy),
        ]);
    }
    table
}

fn latency(results: &Results) -> Table {
    let mut table = Table::new(&[
        "sink",
        "changes",
        "median ms",
        "99th percentile ms",
        "transactions/s",
        "rows a transaction",
    ]);
    for median in results.of("d") {
        let line = &median.line;
        let counted = line.contender == "ours";
        table.rows.push(vec![
            line.contender.clone(),
            line.changes.to_string(),
            number(line.p50_ms),
            number(line.p99_ms),
            if counted { number(median.transactions_per_second) } else { String::new() },
            if counted { number(median.rows_per_transaction) } else { String::new() },
        ]);
    }
    table
}

fn comparisons(results: &Results) -> Table {
    let mut table = Table::new(&[
        "tasks",
        "job",
        "rows/s",
        "part of the load's",
        "JVM's CPU s per million rows",
        "CPUs busy, all in all",
    ]);
    for median in results.of("i") {
        let line = &median.line;
        table.rows.push(vec![
            line.setting.clone(),
            line.contender.clone(),
            number(median.rows_per_second),
            times(median, results.find("i", "load", &line.setting, 0)),
            number(median.cpu),
            number(median.busy),
        ]);
    }
    table
}

/// The reference that a contender of the parts e to h is compared with.
fn peer<'a>(results: &'a Results, median: &Median) -> Option<&'a Median> {
    let line = &median.line;
    let name = match (line.part.as_str(), line.contender.as_str()) {
        ("e", _) => "stock",
        ("g", _) => "copy",
        ("h", "ours") => "stock, rewriting",
        _ => return None,
    };
    results.find(&line.part, name, &line.setting, line.connections)
}

fn writers(results: &Results) -> Table {
    let mut table = Table::new(&[
        "",
        "setting",
        "round trip + commit",
        "writer",
        "connections",
        "rows/s",
        "ratio",
        "CPU s per million rows",
        "its part of the stock writer's",
        "the server's CPU s per million rows",
        "CPUs busy, all in all",
    ]);
    for median in ["e", "f", "g", "h"].into_iter().flat_map(|part| results.of(part)) {
        let line = &median.line;
        let stock = results.find("e", "stock", &line.setting, 0).filter(|_| line.part == "e");
        table.rows.push(vec![
            line.part.clone(),
            line.setting.clone(),
            format!("{} + {} ms", line.round_trip_ms, line.commit_ms),
            line.contender.clone(),
            if line.connections == 0 { String::new() } else { line.connections.to_string() },
            number(median.rows_per_second),
            times(median, peer(results, median)),
            number(median.cpu),
            stock.map(|stock| number(median.cpu / stock.cpu)).unwrap_or_default(),
            number(median.busy / median.rows_per_second * 1e6 - median.cpu),
            number(median.busy),
        ]);
    }
    table
}

pub(crate) fn goals(goals: &[Goal]) -> String {
    let mut table = Table::new(&["", "goal", "measured", "needed", ""]);
    for goal in goals {
        let with_unit = |value: f64| format!("{} {}", number(value), goal.unit).trim_end().to_owned();
        table.rows.push(vec![
            goal.part.to_owned(),
            goal.what.clone(),
            with_unit(goal.measured),
            format!("{} {}", if goal.at_least { "at least" } else { "at most" }, with_unit(goal.needed)),
            if goal.reached() { "ok" } else { "missed" }.to_owned(),
        ]);
    }
    let mut out = String::new();
    table.write("", &mut out);
    out
}
