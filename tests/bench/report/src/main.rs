//! Reads the measurements of a run of `scripts/bench.sh`, prints them as tables, compares them with the goals, and
//! draws plots. Each row of a table has its ratio to the reference in the same run.
//!
//! Usage: `bench-report RESULTS.jsonl FOLDER [--strict]`. With `--strict` a missed goal is exit code 2.

mod cost;
mod goals;
mod plots;
mod results;
mod tables;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};

use results::Results;

fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let file = PathBuf::from(arguments.next().context("the results' file is missing")?);
    let folder = PathBuf::from(arguments.next().context("the folder for plots is missing")?);
    let strict = arguments.next().as_deref() == Some("--strict");
    let results = Results::read(&file)?;
    let goals = goals::all(&results);
    println!("{}{}", tables::measurements(&results), tables::goals(&goals));
    plots::draw(&results, &folder)?;
    let missed = goals.iter().any(|goal| !goal.reached());
    Ok(ExitCode::from(if strict && missed { 2 } else { 0 }))
}
