//! The report, in the form of an issue.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use crate::common::raw;
use crate::place::{Cluster, told};

/// Characters of an answer that are shown.
const SHOWN: usize = 400;

/// The results so far.
pub struct Report {
    region: String,
    version: String,
    held: usize,
    wrong: String,
    wrongs: usize,
    answers: String,
    surprises: usize,
    times: String,
    loads: String,
    job: String,
    job_failed: bool,
    left_out: String,
}

impl Report {
    /// An empty report about this cluster.
    pub async fn new(cluster: &Cluster) -> Result<Self> {
        let mut session = raw::connect(cluster).await;
        let answer = session.simple("SELECT version()").await.pop().unwrap_or_default();
        let version = answer.rows.first().and_then(|row| row.first().cloned().flatten());
        Ok(Self {
            region: cluster.region().to_owned(),
            version: version.unwrap_or_else(|| told(&answer)),
            held: 0,
            wrong: String::new(),
            wrongs: 0,
            answers: String::new(),
            surprises: 0,
            times: String::new(),
            loads: String::new(),
            job: String::new(),
            job_failed: false,
            left_out: String::new(),
        })
    }

    /// True if no result contradicts an assumption.
    pub fn as_believed(&self) -> bool {
        self.wrongs + self.surprises == 0 && !self.job_failed
    }

    /// Adds a recorded fact, with the reason if it does not hold.
    pub fn fact(&mut self, name: &str, fact: &Value, outcome: Result<(), String>) {
        let Err(why) = outcome else {
            self.held += 1;
            return;
        };
        self.wrongs += 1;
        // Writing to a String cannot fail.
        let _ = write!(
            self.wrong,
            "\n### {name}\n\n* steps: `{}`\n* recorded: `{}` ({}, {})\n* here: {}\n",
            cut(&fact["steps"].to_string()),
            cut(&fact["observations"].to_string()),
            fact["source"].as_str().unwrap_or_default(),
            fact["recorded_at"].as_str().unwrap_or_default(),
            cut(&why)
        );
    }

    /// Adds what was not checked.
    pub fn leave_out(&mut self, name: &str, why: &str) {
        let _ = writeln!(self.left_out, "* {name}: {why}");
    }

    /// Adds an open question.
    pub fn answer(&mut self, question: &str, believed: &str, said: &str, as_believed: bool) {
        self.surprises += usize::from(!as_believed);
        let mark = if as_believed { "" } else { "**differs**" };
        println!("{question}: {said}{}", if as_believed { "" } else { " (differs)" });
        let _ = writeln!(self.answers, "| {question} | {believed} | {} | {mark} |", cut(said));
    }

    /// Adds the median time of a transaction on one connection.
    pub fn time(&mut self, rows: usize, model: Duration, took: Duration) {
        let _ = writeln!(self.times, "| {rows} | {} | {} |", model.as_millis(), took.as_millis());
    }

    /// Adds the rate of a load.
    pub fn load(&mut self, connections: u16, opened: i64, rows: u32, seconds: f64) {
        let rate = f64::from(rows) / seconds;
        let _ = writeln!(self.loads, "| {connections} | {opened} | {rows} | {seconds:.1} | {rate:.0} |");
    }

    /// Adds the result of the main job's program; None if it printed no result. Log lines may name the endpoint.
    pub fn job(&mut self, found: Option<&Value>, endpoint: &str) {
        let number = |key: &str| found.and_then(|found| found[key].as_f64());
        let told = |key: &str| found.and_then(|found| found[key].as_str());
        if let Some(rows) = number("rows") {
            let cell = |key: &str, decimals: usize| {
                number(key).map_or("-".to_owned(), |value| format!("{value:.decimals$}"))
            };
            let _ = writeln!(
                self.job,
                "| {rows:.0} | {} | {} | {} | {} | {} | {} |",
                cell("first", 1),
                cell("seconds", 1),
                cell("rate", 0),
                cell("changes", 0),
                cell("median_ms", 0),
                cell("differences", 0),
            );
        }
        let mut lines: Vec<String> = Vec::new();
        let failure = if found.is_some() { told("failure") } else { Some("its program printed no result") };
        lines.extend(failure.map(|why| format!("**failed**: {}", cut(why))));
        lines.extend(told("log").map(|line| format!("last error of its log: `{}`", cut(line))));
        let different = found.and_then(|found| found["different"].as_array());
        lines.extend(
            different.into_iter().flatten().filter_map(Value::as_str).map(|row| format!("`{}`", cut(row))),
        );
        self.job_failed = failure.is_some() || number("differences") != Some(0.0);
        for line in lines {
            let _ = write!(self.job, "\n* {}", line.replace(endpoint, "ENDPOINT"));
        }
        self.job.push('\n');
    }

    /// The whole report.
    pub fn text(&self, dollars: f64) -> String {
        let Self { held, wrongs, surprises, .. } = self;
        let mut text = format!(
            "# Aurora DSQL compared with the project's assumptions\n\n\
             Region {}; {}; cost about ${dollars:.2} {}.\n\n\
             {held} recorded facts hold, {wrongs} do not; {surprises} answers differ from the assumptions.{}\n",
            self.region,
            self.version,
            crate::price::TOLD,
            if self.job_failed { " The main job failed, or left rows that differ." } else { "" }
        );
        let mut section = |title: &str, head: &str, body: &str| {
            if !body.is_empty() {
                let _ = write!(text, "\n## {title}\n\n{head}{body}");
            }
        };
        section("Where dsql-local is wrong", "", &self.wrong);
        section("Open questions", "| question | assumed | answer | |\n|---|---|---|---|\n", &self.answers);
        section(
            "Time of a transaction, one connection",
            "| rows | ms in the model of dsql-local (`--profile region`) | ms here, median |\n|---|---|---|\n",
            &self.times,
        );
        section(
            "Load, by the number of connections",
            "| connections at most | opened | rows of about 300 bytes | s | rows/s |\n|---|---|---|---|---|\n",
            &self.loads,
        );
        section(
            "The main job, MySQL-CDC from MySQL 8 on SeaTunnel 2.3.4",
            "| rows of the first load | s from the start to the first | s from the first to the last | rows/s | changes \
             timed | ms from commit to visible, median | differences, every row and column |\n\
             |---|---|---|---|---|---|---|\n",
            &self.job,
        );
        section("Left out", "", &self.left_out);
        text
    }
}

fn cut(text: &str) -> String {
    let line = text.replace(['\n', '|', '`'], " ");
    dsql_sink::tell::cut(&line, SHOWN)
}
