//! Several sessions at once: lost updates, schema changes, one key written by many. The journal proves the
//! result.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use common::{assert_error, connect, ctl, db, start};
use dsql_local::server::Server;

const DATA: &str = "change conflicts with another transaction (OC000)";
const SCHEMA: &str = "schema has been updated by another transaction (OC001)";

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_sessions() {
    let server = start().await;
    the_loser_gets_the_conflict_at_commit(&server).await;
    bound_values_and_own_writes(&server).await;
    no_waiting(&server).await;
    counters(&server).await;
    schema_changes(&server).await;
    many_changes_by_one_session(&server).await;
    one_ddl(&server).await;
    server.stop().await.unwrap();
}

async fn the_loser_gets_the_conflict_at_commit(server: &Server) {
    let (a, b) = (connect(server).await, connect(server).await);
    a.batch_execute("CREATE TABLE acc (id int PRIMARY KEY, v int, note text)").await.unwrap();
    a.batch_execute("INSERT INTO acc SELECT g, 0, 'x' FROM generate_series(1, 5) g").await.unwrap();
    for winner_commits_first in [true, false] {
        a.batch_execute("BEGIN").await.unwrap();
        b.batch_execute("BEGIN").await.unwrap();
        assert_eq!(a.execute("UPDATE acc SET v = v + 1 WHERE id IN (1, 2)", &[]).await.unwrap(), 2);
        if winner_commits_first {
            // The loser's snapshot is older than this commit.
            b.query("SELECT 1 FROM acc", &[]).await.unwrap();
            a.batch_execute("COMMIT").await.unwrap();
        }
        assert_eq!(b.execute("UPDATE acc SET v = v + 10 WHERE id <= 3", &[]).await.unwrap(), 3);
        assert_eq!(b.execute("DELETE FROM acc WHERE id = 2", &[]).await.unwrap(), 1);
        assert_error(b.batch_execute("COMMIT").await, "40001", DATA);
        if !winner_commits_first {
            a.batch_execute("COMMIT").await.unwrap();
        }
        b.batch_execute("SELECT 1").await.unwrap();
    }
    let row = a.query_one("SELECT sum(v), count(*) FROM acc", &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (4, 5));
}

/// Recorded: one client's DDL got OC001 once in 54 statements, without another client.
async fn many_changes_by_one_session(server: &Server) {
    let client = connect(server).await;
    let mut met = 0;
    for number in 0..54 {
        let create = format!("CREATE TABLE many_{number} (id int PRIMARY KEY)");
        if let Err(error) = client.batch_execute(&create).await {
            assert_eq!((db(&error).code().code(), db(&error).message()), ("40001", SCHEMA));
            client.batch_execute(&create).await.unwrap();
            met += 1;
        }
    }
    assert_eq!(met, 1);
}

/// The read-only form of a bound statement keeps the types of all its parameters, and sees earlier writes of
/// the session.
async fn bound_values_and_own_writes(server: &Server) {
    let (a, b) = (connect(server).await, connect(server).await);
    let update = b.prepare("UPDATE acc SET note = $1, v = $2 WHERE id = ANY($3) AND v >= $4").await.unwrap();
    let select = b.prepare("SELECT id, v FROM acc WHERE id = $1 FOR UPDATE").await.unwrap();
    a.batch_execute("BEGIN; UPDATE acc SET v = 100 WHERE id = 1").await.unwrap();
    b.batch_execute("BEGIN").await.unwrap();
    b.execute("INSERT INTO acc VALUES (6, 6, 'own')", &[]).await.unwrap();
    let count = b.execute(&update, &[&"note", &7i32, &vec![1i32, 6, 99], &0i32]).await.unwrap();
    assert_eq!(count, 2);
    let row = b.query_one(&select, &[&1i32]).await.unwrap();
    assert_eq!(row.get::<_, i32>(0), 1);
    let upsert =
        "INSERT INTO acc VALUES ($1, $2, 'u'), (7, 7, 'u') ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v";
    assert_eq!(b.execute(upsert, &[&1i32, &1i32]).await.unwrap(), 2);
    assert_error(b.batch_execute("COMMIT").await, "40001", DATA);
    a.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(b.execute(&update, &[&"n", &7i32, &vec![1i32], &0i32]).await.unwrap(), 1);
}

async fn no_waiting(server: &Server) {
    let (a, b) = (connect(server).await, connect(server).await);
    a.batch_execute("BEGIN; UPDATE acc SET v = 1 WHERE id = 1; INSERT INTO acc VALUES (50, 0, '')")
        .await
        .unwrap();
    let begun = Instant::now();
    assert_error(b.execute("UPDATE acc SET v = 2 WHERE id = 1", &[]).await, "40001", DATA);
    assert_error(b.batch_execute("INSERT INTO acc VALUES (50, 0, '')").await, "40001", DATA);
    assert_error(b.execute("DELETE FROM acc WHERE id = 1", &[]).await, "40001", DATA);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    a.batch_execute("COMMIT").await.unwrap();
    // A duplicate of an earlier row is not a conflict.
    let error = b.execute("INSERT INTO acc VALUES (50, 0, '')", &[]).await.unwrap_err();
    assert_eq!(db(&error).code().code(), "23505");
}

/// Four sessions add to the same counters and retry; the journal shows every step once and in order.
async fn counters(server: &Server) {
    let client = connect(server).await;
    client.batch_execute("CREATE TABLE counter (id int PRIMARY KEY, v int)").await.unwrap();
    client.batch_execute("INSERT INTO counter VALUES (1, 0), (2, 0), (3, 0)").await.unwrap();
    ctl(server, "journal start").await;
    let conflicts = Arc::new(AtomicU64::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..4 {
        let client = connect(server).await;
        let conflicts = Arc::clone(&conflicts);
        tasks.spawn(async move {
            for turn in 0..25 {
                let id: i32 = (worker + turn) % 3 + 1;
                loop {
                    match client.execute("UPDATE counter SET v = v + 1 WHERE id = $1", &[&id]).await {
                        Ok(count) => break assert_eq!(count, 1),
                        Err(e) => assert_eq!(db(&e).code().code(), "40001"),
                    }
                    conflicts.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    }
    tasks.join_all().await;
    let sum = client.query_one("SELECT sum(v) FROM counter", &[]).await.unwrap().get::<_, i64>(0);
    assert_eq!(sum, 100);
    let journal = ctl(server, "journal read").await;
    assert_eq!(journal["transactions"], 100);
    let mut last: HashMap<String, i64> = HashMap::new();
    for change in journal["changes"].as_array().unwrap() {
        assert_eq!((&change["table"], &change["operation"]), (&"public.counter".into(), &"update".into()));
        let seen = last.entry(change["key"]["id"].as_str().unwrap().to_owned()).or_default();
        let v: i64 = change["row"]["v"].as_str().unwrap().parse().unwrap();
        assert_eq!(v, *seen + 1, "{change}");
        *seen = v;
    }
    ctl(server, "journal stop").await;
    println!("{} conflicts meanwhile", conflicts.load(Ordering::Relaxed));
}

async fn schema_changes(server: &Server) {
    let (a, b, idle) = (connect(server).await, connect(server).await, connect(server).await);
    b.query("SELECT 1 FROM acc", &[]).await.unwrap();
    b.batch_execute("BEGIN").await.unwrap();
    b.execute("INSERT INTO acc VALUES (70, 0, '')", &[]).await.unwrap();
    a.batch_execute("CREATE TABLE other (id int)").await.unwrap();
    // During its transaction: at COMMIT. A session that has not used the schema has nothing to refresh.
    assert_error(b.batch_execute("COMMIT").await, "40001", SCHEMA);
    idle.query("SELECT 1 FROM acc", &[]).await.unwrap();
    a.batch_execute("DROP TABLE other").await.unwrap();
    assert_error(b.query("SELECT 1 FROM acc", &[]).await, "40001", SCHEMA);
    assert_error(idle.batch_execute("SELECT 1 FROM acc").await, "40001", SCHEMA);
    b.query("SELECT 1 FROM acc", &[]).await.unwrap();
    idle.batch_execute("SELECT 1 FROM acc").await.unwrap();
    a.query("SELECT 1 FROM acc", &[]).await.unwrap();
}

async fn one_ddl(server: &Server) {
    let client = connect(server).await;
    client.batch_execute("BEGIN").await.unwrap();
    client.execute("CREATE TABLE d1 (id int)", &[]).await.unwrap();
    let second = client.execute("CREATE TABLE d2 (id int)", &[]).await;
    assert_error(second, "0A000", "multiple ddl statements not supported in a transaction");
    client.batch_execute("ROLLBACK; BEGIN").await.unwrap();
    client.execute("INSERT INTO acc VALUES (80, 0, '')", &[]).await.unwrap();
    let both = "ddl and dml are not supported in the same transaction";
    assert_error(client.execute("CREATE TABLE d1 (id int)", &[]).await, "0A000", both);
    client.batch_execute("ROLLBACK").await.unwrap();
    assert_error(
        client.batch_execute("CREATE TABLE d3 (id int); INSERT INTO d3 VALUES (1)").await,
        "0A000",
        both,
    );
    let id: String = client.query_one("CREATE INDEX ASYNC acc_note ON acc (note)", &[]).await.unwrap().get(0);
    let done = client.query_one(&format!("CALL sys.wait_for_job('{id}')"), &[]).await.unwrap();
    assert!(done.get::<_, bool>(0));
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'acc_note'::regclass";
    assert!(client.query_one(valid, &[]).await.unwrap().get::<_, bool>(0));
}
