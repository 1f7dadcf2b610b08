//! Indexes and jobs as clients see them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::{Duration, Instant};

use common::{assert_error, connect, start_with};
use dsql_local::cli::Options;
use dsql_local::sql::rewrite::CATALOGS;

const KEY: &str = "CREATE UNIQUE INDEX t_pkey ON public.t USING btree_index (a, b) INCLUDE (v, late)";

/// Recorded: the index of a primary key carries every other column.
#[tokio::test(flavor = "multi_thread")]
async fn indexes_and_jobs() {
    let server = start_with(Options { job_memory: 2, ..Options::default() }).await;
    let client = connect(&server).await;
    client
        .batch_execute("CREATE TABLE t (v text, b bigint, gone int, a int, PRIMARY KEY (a, b))")
        .await
        .unwrap();
    client.batch_execute("ALTER TABLE t DROP COLUMN gone").await.unwrap();
    client.batch_execute("ALTER TABLE t ADD COLUMN late jsonb").await.unwrap();
    let keys = async |from: &str| {
        let query = format!(
            "SELECT i.indkey::text, i.indnatts, i.indnkeyatts FROM {from} i WHERE i.indrelid = $1::text::regclass AND i.indisprimary"
        );
        let row = client.query_one(&query, &[&"t"]).await.unwrap();
        (row.get::<_, String>(0), row.get::<_, i16>(1), row.get::<_, i16>(2))
    };
    for from in ["pg_index", "pg_catalog.pg_index", "PG_CATALOG . \"pg_index\"", "(SELECT * FROM pg_index)"] {
        assert_eq!(keys(from).await, ("4 2 1 5".to_owned(), 4, 2), "{from}");
    }
    let simple = "SELECT pg_index.indnatts FROM pg_index WHERE indrelid = 't'::regclass; SELECT 1";
    client.batch_execute(simple).await.unwrap();
    // Only the view of the index has changed: every value still fits into a row, and the key is found.
    let upsert = "INSERT INTO t (a, b, v) VALUES (1, 1, $1) ON CONFLICT (a, b) DO UPDATE SET v = excluded.v";
    for value in ["x".repeat(500_000), "y".to_owned()] {
        assert_eq!(client.execute(upsert, &[&value]).await.unwrap(), 1);
    }

    let text = async |query: &str| client.query_one(query, &[]).await.unwrap().get::<_, String>(0);
    for (query, definition) in [
        ("pg_get_indexdef('t_pkey'::regclass)", KEY),
        ("pg_catalog.pg_get_indexdef('t_pkey'::regclass, 0, true)", KEY),
        ("pg_get_indexdef('t_pkey'::regclass, 2, false)", "b"),
        ("pg_get_indexdef('t_pkey'::regclass, 4, false)", "late"),
        ("pg_get_indexdef('t_pkey'::regclass, 5, false)", ""),
        ("(SELECT indexdef FROM pg_indexes WHERE indexname = 't_pkey')", KEY),
        (
            "(SELECT Pg_Get_ConstraintDef(oid) FROM pg_constraint WHERE conname = 't_pkey')",
            "PRIMARY KEY (a, b) INCLUDE (v, late)",
        ),
        (
            "(SELECT amname::text FROM pg_class c JOIN pg_am m ON m.oid = relam WHERE relname = 't_pkey')",
            "btree_index",
        ),
        (
            "(SELECT string_agg(attcompression::text, '.') FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0)",
            "l....l",
        ),
        // Text in a literal is not a call.
        ("'pg_get_indexdef(1)'", "pg_get_indexdef(1)"),
        // Indexes of the system catalog are PostgreSQL's.
        ("substring(pg_get_indexdef('pg_class_oid_index'::regclass) FROM 'btree.*')", "btree (oid)"),
    ] {
        assert_eq!(text(&format!("SELECT {query}")).await, definition, "{query}");
    }

    let job: String = client.query_one("CREATE INDEX ASYNC ON t (v)", &[]).await.unwrap().get(0);
    let secondary =
        "SELECT indkey::text, indnatts FROM pg_index WHERE indrelid = 't'::regclass AND NOT indisprimary";
    let row = client.query_one(secondary, &[]).await.unwrap();
    assert_eq!((row.get(0), row.get(1)), ("1", 1i16));
    let wait = format!("CALL sys.wait_for_job('{job}')");
    assert!(client.query_one(&wait, &[]).await.unwrap().get::<_, bool>(0));
    let known = async || client.query("SELECT FROM sys.jobs WHERE job_id = $1", &[&job]).await.unwrap().len();
    assert_eq!(known().await, 1);
    let end = Instant::now() + Duration::from_secs(30);
    while known().await > 0 {
        assert!(Instant::now() < end, "a finished job is removed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_error(client.query(&wait, &[]).await, "22023", &format!("job {job} not found"));
    server.stop().await.unwrap();
}

/// Checks the objects that a tool finds which lists everything.
#[tokio::test(flavor = "multi_thread")]
async fn the_stand_ins_own_schema_is_hidden() {
    let server = common::start().await;
    let client = connect(&server).await;
    client.batch_execute("CREATE TABLE t (v text PRIMARY KEY)").await.unwrap();
    for query in [
        "SELECT nspname FROM pg_namespace WHERE nspname ~ 'dsql'",
        "SELECT n.tableoid, n.oid, n.nspname FROM pg_catalog.pg_namespace n WHERE nspname ~ 'dsql'",
        "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relname = 'role_mappings'",
        "SELECT relname FROM pg_class WHERE relname = 'role_mappings'",
        "SELECT proname FROM pg_proc WHERE proname = 'guard_keys'",
        "SELECT typname FROM pg_type WHERE typname = 'role_mappings'",
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 't'::regclass",
        "SELECT evtname FROM pg_event_trigger",
        "SELECT conname FROM pg_constraint WHERE conname = 'jobs_pkey'",
        "SELECT tablename FROM pg_tables WHERE schemaname = 'dsql_local'",
        "SELECT schema_name FROM information_schema.schemata WHERE schema_name ~ 'dsql'",
        "SELECT table_name FROM information_schema.tables t WHERE t.table_schema = 'dsql_local'",
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'dsql_local'",
        "SELECT table_name FROM information_schema.views WHERE table_schema = 'dsql_local'",
        "SELECT grantee FROM information_schema.routine_privileges WHERE routine_schema = 'dsql_local'",
        "SELECT sequence_name FROM information_schema.sequences WHERE sequence_schema = 'dsql_local'",
        "SELECT sequencename FROM pg_sequences WHERE schemaname = 'dsql_local'",
        "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'dsql_local'",
        "SELECT attname FROM pg_attribute WHERE attname = 'pg_role_oid' AND attrelid NOT IN (SELECT oid FROM pg_class)",
        "SELECT indexrelid FROM pg_index WHERE indrelid NOT IN (SELECT oid FROM pg_class)",
        "SELECT seqrelid FROM pg_sequence WHERE seqrelid NOT IN (SELECT oid FROM pg_class)",
        "SELECT routine_name FROM INFORMATION_SCHEMA.ROUTINES WHERE routine_schema = 'dsql_local'",
        "WITH all_of_it AS (SELECT * FROM pg_namespace) SELECT nspname FROM all_of_it WHERE nspname ~ 'dsql'",
    ] {
        assert_eq!(client.query(query, &[]).await.unwrap().len(), 0, "{query}");
    }
    let behind = dsql_local::postgres::connect(server.postgres, "postgres").await.unwrap();
    let views = "SELECT relname::text FROM pg_class WHERE relkind = 'v' AND relnamespace = 'dsql_local'::regnamespace";
    let mut views: Vec<String> =
        behind.query(views, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    let mut known: Vec<&str> = CATALOGS.iter().flat_map(|(_, names)| *names).copied().collect();
    views.sort_unstable();
    known.sort_unstable();
    assert_eq!(views, known, "every view replaces a catalog, and every replaced catalog has a view");
    // Existing objects are found as before.
    for query in [
        "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'public' AND relname = 't'",
        "SELECT 1 FROM pg_class WHERE oid = 't'::regclass",
        "SELECT 1 FROM information_schema.tables WHERE table_name = 't'",
        "SELECT 1 FROM pg_constraint WHERE conname = 't_pkey'",
        "SELECT 1 FROM pg_namespace WHERE nspname = 'sys'",
    ] {
        assert_eq!(client.query(query, &[]).await.unwrap().len(), 1, "{query}");
    }
    server.stop().await.unwrap();
}
