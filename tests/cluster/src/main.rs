//! Checks the project's assumptions about Aurora DSQL on a real cluster. scripts/cluster.sh starts it.
//!
//! The recorded facts and the code that tells them again are those of dsql-local's own test, so that the stand-in and a
//! cluster are held against the same. The report says where the stand-in is wrong.
#![allow(unreachable_pub)]

mod cli;
mod facts;
mod load;
mod place;
mod playground;
mod price;
mod questions;
mod report;

#[path = "../../dsql-local/tests/common/mod.rs"]
mod common;
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "../../dsql-local/tests/recorded/compare.rs"]
mod compare;
#[allow(clippy::unwrap_used)]
#[path = "../../dsql-local/tests/recorded/conflict.rs"]
mod conflict;
#[allow(clippy::unwrap_used)]
#[path = "../../dsql-local/tests/recorded/probe.rs"]
mod probe;
#[path = "../../dsql-local/tests/recorded/run.rs"]
mod run;
#[allow(clippy::unwrap_used)]
#[path = "../../dsql-local/tests/recorded/special.rs"]
mod special;
#[allow(clippy::unwrap_used)]
#[path = "../../dsql-local/tests/recorded/steps.rs"]
mod steps;
#[path = "../../dsql-local/tests/recorded/tables.rs"]
mod tables;

use std::io::{BufRead, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;

use cli::Options;
use place::Cluster;
use report::Report;

fn main() -> ExitCode {
    let options = Options::parse();
    if options.playground {
        print!("{}", playground::text());
        return ExitCode::SUCCESS;
    }
    match tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(check(&options)))
    {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

/// True if the cluster is as believed.
async fn check(options: &Options) -> Result<bool> {
    let dollars = price::dollars(options);
    println!("this costs about ${dollars:.2} {}", price::TOLD);
    if dollars > price::ASKED_FROM && !options.yes && !agreed()? {
        anyhow::bail!("nothing was done; --rows N loads fewer rows");
    }
    let cluster = Cluster::connect(options).await?;
    let mut report = Report::new(&cluster).await?;
    let done = tell(options, &cluster, &mut report).await;
    // What was made goes away whatever happened.
    cluster.clean_up().await?;
    done?;
    let text = report.text(dollars);
    std::fs::write(&options.report, text).with_context(|| format!("{}", options.report.display()))?;
    println!("report: {}", options.report.display());
    Ok(report.as_believed())
}

async fn tell(options: &Options, cluster: &Cluster, report: &mut Report) -> Result<()> {
    if !options.no_facts {
        facts::check(cluster, report).await?;
    }
    if !options.no_questions {
        questions::ask(cluster, report).await?;
    }
    load::measure(options, cluster, report).await
}

fn agreed() -> Result<bool> {
    print!("go on? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}
