//! The main job: MySQL-CDC from a temporary MySQL into the schema. MySQL and the job are those of the demo, so
//! `ClusterJob`, a program of `tests/e2e`, runs them. scripts/cluster.sh passes the command that starts it.

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
/// Changes of single rows. At most each of them is one transaction.
pub const CHANGES: f64 = 1_000.0;

/// Time to stop. The program stops its children, the last started first, and each needs some time.
const STOP: Duration = Duration::from_secs(120);

/// Runs the job, and adds its result to the report. An error means that the job could not be run.
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
    // The token is passed here only, because other users can see the command line of a process.
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
    // The program stops when its input ends. So it also stops if this process is killed.
    drop(orders);
    tokio::time::timeout(STOP, child.wait()).await.context("the main job does not stop")??;
    match found {
        None => bail!("stopped"),
        Some(found) => report.job(found.as_ref(), options.endpoint.as_deref().unwrap_or_default()),
    }
    Ok(())
}

/// Prints the program's output, and returns its result, which is a line of JSON.
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
