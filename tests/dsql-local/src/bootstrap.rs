//! What a fresh PostgreSQL needs to look like an Aurora DSQL cluster: the role `admin`. Runs at every start and changes
//! nothing that is already there.

use anyhow::Result;
use tokio_postgres::Client;

const ROLES: &str = "
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'admin') THEN
    CREATE ROLE admin LOGIN CREATEROLE;
  END IF;
END $$;
ALTER SCHEMA public OWNER TO admin;
GRANT CREATE, CONNECT, TEMPORARY ON DATABASE postgres TO admin;
";

/// Prepares the database.
pub async fn run(client: &Client) -> Result<()> {
    client.batch_execute(ROLES).await?;
    Ok(())
}
