//! The measurements and the goals as Markdown tables.

use std::fmt::Write;

use crate::goals::Goal;
use crate::results::{Median, Results};

/// Whom a contender is compared with in its part.
fn peer<'a>(results: &'a Results, median: &Median) -> Option<&'a Median> {
    let line = &median.line;
    let name = match (line.part.as_str(), line.contender.as_str()) {
        ("a", _) => "stock",
        ("d", _) => "copy",
        ("f", "ours") => "stock, rewriting",
        _ => return None,
    };
    results.find(&line.part, name, &line.setting, line.connections)
}

pub(crate) fn measurements(results: &Results) -> String {
    let mut out = String::new();
    let rows: Vec<&Median> = results.medians.iter().filter(|median| median.line.part != "e").collect();
    if !rows.is_empty() {
        out.push_str("| | setting | round trip + commit | writer | connections | rows/s | ratio | CPU s per million rows | CPUs busy, all in all |\n");
        out.push_str("|---|---|---|---|---|---|---|---|---|\n");
    }
    for median in rows {
        let line = &median.line;
        let ratio = peer(results, median)
            .map(|peer| format!("{:.2}", median.rows_per_second / peer.rows_per_second))
            .unwrap_or_default();
        let connections = if line.connections == 0 { String::new() } else { line.connections.to_string() };
        let _ = writeln!(
            out,
            "| {} | {} | {} + {} ms | {} | {connections} | {:.0} | {ratio} | {:.2} | {:.2} |",
            line.part,
            line.setting,
            line.round_trip_ms,
            line.commit_ms,
            line.contender,
            median.rows_per_second,
            median.cpu,
            median.busy
        );
    }
    if results.of("e").next().is_some() {
        out.push_str(
            "\n| | change latency | round trip + commit | changes | median ms | 99th percentile ms |\n",
        );
        out.push_str("|---|---|---|---|---|---|\n");
    }
    for median in results.of("e") {
        let line = &median.line;
        let _ = writeln!(
            out,
            "| e | {} | {} + {} ms | {} | {:.0} | {:.0} |",
            line.contender, line.round_trip_ms, line.commit_ms, line.changes, line.p50_ms, line.p99_ms
        );
    }
    out
}

pub(crate) fn goals(goals: &[Goal]) -> String {
    let mut out = String::from("\n| | goal | measured | needed | |\n|---|---|---|---|---|\n");
    for goal in goals {
        let number = |value: f64| {
            let digits = if value >= 100.0 { 0 } else { 2 };
            format!("{value:.digits$} {}", goal.unit).trim_end().to_owned()
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} {} | {} |",
            goal.part,
            goal.what,
            number(goal.measured),
            if goal.at_least { "at least" } else { "at most" },
            number(goal.needed),
            if goal.reached() { "ok" } else { "missed" }
        );
    }
    out
}
