//! Prepares the database: the role `admin`, schema `sys`, jobs, and what PostgreSQL must answer differently.

use anyhow::Result;
use tokio_postgres::Client;

const SCHEMA: &str = include_str!("bootstrap.sql");

/// `version()` as recorded. Used only in an embedded PostgreSQL, because it changes the system
/// catalog. STABLE, so that the planner inlines it; a call as a built-in would run PostgreSQL's own
/// code.
const VERSION: &str = "
SET allow_system_table_mods = on;
CREATE OR REPLACE FUNCTION pg_catalog.version() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT 'PostgreSQL 16'::text $$;
RESET allow_system_table_mods;
";

/// Runs at every start and does not change what exists already.
pub async fn run(client: &Client, embedded: bool, job_memory: u64) -> Result<()> {
    client.batch_execute(SCHEMA).await?;
    let memory = format!(
        "CREATE OR REPLACE FUNCTION dsql_local.job_memory() RETURNS interval LANGUAGE sql STABLE
         AS $$ SELECT interval '{job_memory} seconds' $$"
    );
    client.batch_execute(&memory).await?;
    if embedded {
        client.batch_execute(VERSION).await?;
    }
    Ok(())
}
