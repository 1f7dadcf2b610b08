//! The worker that runs asynchronous jobs: index builds and validation of constraints.
//!
//! On a real cluster a build takes 20 to 50 s even on a tiny table; here it takes the delay that the options set.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio_postgres::Client;

use crate::cluster::Cluster;
use crate::postgres;

/// If the worker could not connect, it looks for jobs again after this time.
const RETRY: Duration = Duration::from_secs(1);

const NEXT: &str = "SELECT job_id, work, job_type FROM dsql_local.jobs WHERE status = 'submitted' ORDER BY start_time LIMIT 1";
const MARK: &str =
    "UPDATE dsql_local.jobs SET status = $2, details = $3, update_time = clock_timestamp() WHERE job_id = $1";

/// Runs until the task is dropped.
pub async fn work(cluster: Arc<Cluster>, backend: SocketAddr) {
    loop {
        if let Err(e) = run(&cluster, backend).await {
            eprintln!("jobs: {e:#}");
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn run(cluster: &Cluster, backend: SocketAddr) -> Result<()> {
    let client = postgres::connect(backend, "postgres").await?;
    loop {
        while let Some(row) = client.query_opt(NEXT, &[]).await? {
            let (id, work): (String, String) = (row.get(0), row.get(1));
            tokio::time::sleep(cluster.job_delay).await;
            client.execute(MARK, &[&id, &"processing", &""]).await?;
            let (status, details) = match client.batch_execute(&work).await {
                Ok(()) => ("completed", String::new()),
                Err(e) => ("failed", failure(&client, &e).await),
            };
            cluster.job_done();
            client.execute(MARK, &[&id, &status, &details]).await?;
        }
        cluster.job_waits.notified().await;
    }
}

async fn failure(client: &Client, error: &tokio_postgres::Error) -> String {
    // The failed work was one transaction of several statements: it is rolled back as a whole.
    client.batch_execute("ROLLBACK").await.ok();
    match error.as_db_error() {
        Some(e) if e.code().code() == "23505" => {
            "found duplicate key(s) while validating index uniqueness".to_owned()
        }
        // The recorded message does not name the table, because the job names it.
        Some(e) if e.code().code() == "23514" => {
            let table = e.table().map(|table| format!(" of relation \"{table}\"")).unwrap_or_default();
            e.message().replacen(&table, "", 1)
        }
        Some(e) => e.message().to_owned(),
        None => error.to_string(),
    }
}
