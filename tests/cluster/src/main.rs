//! Checks the project's assumptions about Aurora DSQL on a real cluster. scripts/cluster.sh starts it.
//!
//! The recorded facts and the code that checks them are those of dsql-local's own test. So the stand-in and a cluster
//! are compared with the same facts. The report says where the stand-in is wrong.
#![allow(unreachable_pub)]

mod cli;
mod facts;
mod job;
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

use anyhow::{Context, Result, anyhow};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use cli::Options;
use place::Cluster;
use report::Report;

fn main() -> ExitCode {
    let options = Options::parse();
    if options.playground {
        print!("{}", playground::text());
        return ExitCode::SUCCESS;
    }
    let checked = tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| {
        let checked = runtime.block_on(check(&options));
        // A stopped load may still write.
        runtime.shutdown_background();
        checked
    });
    match checked {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

/// True if the cluster behaves as assumed.
async fn check(options: &Options) -> Result<bool> {
    let dollars = price::dollars(options);
    println!("this costs about ${dollars:.2} {}", price::TOLD);
    if dollars > price::ASKED_FROM && !options.yes && !agreed()? {
        anyhow::bail!("nothing was done; --rows N loads fewer rows");
    }
    let cluster = Cluster::connect(options).await?;
    let mut told = tokio::select! {
        told = tell(options, &cluster) => told,
        () = stopped() => Err(anyhow!("stopped")),
    };
    if let Ok(report) = &mut told {
        // Not in the select above: the job has to stop its processes, so it handles a stop itself.
        if let Err(error) = job::run(options, &cluster, report).await {
            told = Err(error);
        }
    }
    // The schema is always dropped, whatever happened. A second signal stops that too.
    tokio::select! {
        cleaned = cluster.clean_up() => cleaned?,
        () = stopped() => anyhow::bail!("schema {} was not dropped", cluster.schema),
    }
    let report = told?;
    let text = report.text(dollars);
    std::fs::write(&options.report, text).with_context(|| format!("{}", options.report.display()))?;
    println!("report: {}", options.report.display());
    Ok(report.as_believed())
}

/// Everything but the main job.
async fn tell(options: &Options, cluster: &Cluster) -> Result<Report> {
    cluster.create_schema().await?;
    let mut report = Report::new(cluster).await?;
    if !options.no_facts {
        facts::check(cluster, &mut report).await?;
    }
    if !options.no_questions {
        questions::ask(cluster, &mut report).await?;
    }
    load::measure(options, cluster, &mut report).await?;
    Ok(report)
}

/// Returns when this program gets SIGINT or SIGTERM.
async fn stopped() {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn agreed() -> Result<bool> {
    print!("go on? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}
