//! The main job: MySQL-CDC from a throw-away MySQL into the schema. MySQL and the job are those of the demo, so a program
//! of `tests/e2e` runs them, `ClusterJob`; scripts/cluster.sh gives the command that starts it.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use crate::cli::Options;
use crate::place::Cluster;
use crate::report::Report;
use crate::stopped;

/// Bytes of a row with its entry in the unique index.
pub const ROW_BYTES: f64 = 400.0;
/// Changes of single rows, each in a transaction of its own at most.
pub const CHANGES: f64 = 1_000.0;

/// The program stops its children, the youngest first, and gives each some time.
const STOP: Duration = Duration::from_secs(120);

/// Runs the job, and tells what came of it. An error is only what kept it from being run.
pub async fn run(options: &Options, cluster: &Cluster, report: &mut Report) -> Result<()> {
    let Some((program, arguments)) = options.job() else {
        report.leave_out("the main job", "it was not asked for");
        return Ok(());
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| program.to_string_lossy().into_owned())?;
    let (Some(mut orders), Some(words)) = (child.stdin.take(), child.stdout.take()) else {
        bail!("{} has no pipes", program.to_string_lossy());
    };
    // The token is told here alone: the command line of a process can be seen by others.
    let order = json!({
        "url": cluster.url(),
        "endpoint": options.endpoint,
        "role": options.role,
        "region": cluster.region(),
        "schema": cluster.schema,
        "parameters": options.parameters,
        "token": cluster.token().await?,
        "rows": options.job_rows,
    });
    orders.write_all(format!("{order}\n").as_bytes()).await?;
    let found = tokio::select! {
        found = listen(BufReader::new(words)) => Some(found?),
        () = stopped() => None,
    };
    // The end of its orders is its word to stop: it also comes where this process is killed.
    drop(orders);
    tokio::time::timeout(STOP, child.wait()).await.context("the main job does not stop")??;
    match found {
        None => bail!("stopped"),
        Some(found) => report.job(found.as_ref(), options.endpoint.as_deref().unwrap_or_default()),
    }
    Ok(())
}

/// Passes on what the program says, and returns what it found, which is its line of JSON.
async fn listen(words: BufReader<tokio::process::ChildStdout>) -> Result<Option<Value>> {
    let mut lines = words.lines();
    let mut found = None;
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str(&line) {
            Ok(value @ Value::Object(_)) => found = Some(value),
            _ => println!("{line}"),
        }
    }
    Ok(found)
}
