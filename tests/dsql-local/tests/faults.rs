//! Faults on demand, before and after the real commit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::pin::pin;
use std::time::{Duration, Instant};

use common::{assert_error, config, connect, ctl, db, join_all, start, try_connect};
use dsql_local::postgres;
use dsql_local::server::Server;
use tokio::time::timeout;

#[tokio::test(flavor = "multi_thread")]
async fn faults_happen_where_they_are_requested() {
    let server = start().await;
    faults(&server).await;
    server.stop().await.unwrap();
}

async fn faults(server: &Server) {
    let client = connect(server).await;
    client.batch_execute("CREATE TABLE f (id int PRIMARY KEY)").await.unwrap();
    let count = async |client: &tokio_postgres::Client| {
        client.query_one("SELECT count(*) FROM f", &[]).await.unwrap().get::<_, i64>(0)
    };
    let conflict = "change conflicts with another transaction (OC000)";

    ctl(server, "faults add OC000 --when before --count 2").await;
    assert_error(client.execute("INSERT INTO f VALUES (1)", &[]).await, "40001", conflict);
    assert_error(client.batch_execute("INSERT INTO f VALUES (1)").await, "40001", conflict);
    client.execute("INSERT INTO f VALUES (1)", &[]).await.unwrap();
    ctl(server, "faults add OC001 --when before").await;
    client.batch_execute("BEGIN; INSERT INTO f VALUES (2)").await.unwrap();
    let schema = "schema has been updated by another transaction (OC001)";
    assert_error(client.execute("COMMIT", &[]).await, "40001", schema);
    assert_eq!(count(&client).await, 1);

    ctl(server, "faults add XX000 --when after").await;
    assert_error(client.execute("INSERT INTO f VALUES (2)", &[]).await, "XX000", "server unavailable");
    assert_eq!(count(&client).await, 2);
    ctl(server, "faults add XX000 --when after").await;
    client.batch_execute("BEGIN; INSERT INTO f VALUES (3)").await.unwrap();
    assert_error(client.execute("COMMIT", &[]).await, "XX000", "server unavailable");
    assert_eq!(count(&client).await, 3);
    ctl(server, "faults add XX000 --when statement --match FROM f").await;
    assert_error(client.query("SELECT * FROM f", &[]).await, "XX000", "server unavailable");

    ctl(server, "faults add EOF --when after").await;
    let error = client.execute("INSERT INTO f VALUES (4)", &[]).await.unwrap_err();
    assert!(error.is_closed() || error.as_db_error().is_none());
    let client = connect(server).await;
    assert_eq!(count(&client).await, 4);
    ctl(server, "faults add RESET --when before").await;
    assert!(client.execute("INSERT INTO f VALUES (5)", &[]).await.is_err());
    let client = connect(server).await;
    assert_eq!(count(&client).await, 4);

    ctl(server, "faults add EOF --when late").await;
    assert!(client.execute("INSERT INTO f VALUES (5)", &[]).await.is_err());
    let client = connect(server).await;
    assert_eq!(count(&client).await, 4, "the client reconnects before the commit");
    let found = async {
        while count(&client).await == 4 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(20), found).await.expect("the late commit happens");
    client.execute("DELETE FROM f WHERE id = 5", &[]).await.unwrap();

    ctl(server, "connects waking-up 1").await;
    let waking = try_connect(server, &config(server, "admin")).await.err().unwrap();
    assert_eq!(db(&waking).message(), "unable to accept connection, waking up cluster, please retry later");
    ctl(server, "connects refuse 1").await;
    assert!(try_connect(server, &config(server, "admin")).await.is_err());
    connect(server).await;

    ctl(server, "latency commit 80").await;
    let start = std::time::Instant::now();
    client.execute("INSERT INTO f VALUES (6)", &[]).await.unwrap();
    assert!(start.elapsed().as_millis() >= 80);
    ctl(server, "faults clear").await;
    assert!(ctl(server, "drop-all").await["dropped"].as_u64().unwrap() >= 1);
    assert!(client.execute("SELECT 1", &[]).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_come_at_once_are_all_dropped() {
    const NUMBER: usize = 64;
    let server = start().await;
    let clients = join_all((0..NUMBER).map(|_| connect(&server))).await;
    assert_eq!(ctl(&server, "stats").await["connections_open"], NUMBER);
    assert_eq!(ctl(&server, "drop-all").await["dropped"], NUMBER);
    for client in &clients {
        assert!(client.execute("SELECT 1", &[]).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_passes_a_cut_network() {
    let server = start().await;
    let behind = postgres::connect(server.postgres, "postgres").await.unwrap();
    let count = async || behind.query_one("SELECT count(*) FROM n", &[]).await.unwrap().get::<_, i64>(0);
    let client = connect(&server).await;
    client.batch_execute("CREATE TABLE n (id int PRIMARY KEY)").await.unwrap();
    let a_while = Duration::from_secs(1);

    ctl(&server, "network cut").await;
    let mut insert = pin!(client.execute("INSERT INTO n VALUES (1)", &[]));
    assert!(timeout(a_while, &mut insert).await.is_err(), "no answer");
    let config = config(&server, "admin");
    assert!(timeout(a_while, try_connect(&server, &config)).await.is_err(), "no new connection");
    assert_eq!(count().await, 0, "no statement has arrived");
    ctl(&server, "network heal").await;
    insert.await.unwrap();
    assert_eq!(count().await, 1);

    // A statement that has arrived is executed, but the client does not get the answer.
    ctl(&server, "latency commit 500").await;
    let mut insert = pin!(client.execute("INSERT INTO n VALUES (2)", &[]));
    assert!(timeout(Duration::from_millis(200), &mut insert).await.is_err());
    ctl(&server, "network cut").await;
    assert!(timeout(a_while, &mut insert).await.is_err(), "no answer");
    assert_eq!(count().await, 2);
    ctl(&server, "network heal").await;
    insert.await.unwrap();
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_of_postgresql_ends_only_sessions() {
    let server = start().await;
    let client = connect(&server).await;
    let behind = postgres::connect(server.postgres, "postgres").await.unwrap();
    // Commits do not wait for the log here (synchronous_commit=off), and the first ones create the role
    // admin.
    behind.batch_execute("CHECKPOINT").await.unwrap();
    let pid: i32 = behind.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
    // If one of its processes is killed, PostgreSQL restarts all of them.
    std::process::Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
    let end = Instant::now() + Duration::from_secs(30);
    while client.batch_execute("SELECT 1").await.is_ok() {
        assert!(Instant::now() < end, "the session ends");
    }
    while let Err(error) = try_connect(&server, &config(&server, "admin")).await {
        assert!(Instant::now() < end, "clients can connect again: {error:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(ctl(&server, "journal start").await["journal"], "started");
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_can_be_paused() {
    let server = start().await;
    let (client, other) = (connect(&server).await, connect(&server).await);
    client.batch_execute("CREATE TABLE h (id int PRIMARY KEY)").await.unwrap();
    let count = async || other.query_one("SELECT count(*) FROM h", &[]).await.unwrap().get::<_, i64>(0);
    // The other session gets OC001 once because of the table's DDL.
    while other.execute("SELECT * FROM h", &[]).await.is_err() {}
    let a_while = Duration::from_millis(300);

    ctl(&server, "pause commits").await;
    let mut insert = pin!(client.execute("INSERT INTO h VALUES (1)", &[]));
    assert!(timeout(a_while, &mut insert).await.is_err(), "an autocommit write waits");
    assert_eq!(count().await, 0, "reads do not wait");
    other.batch_execute("BEGIN; INSERT INTO h VALUES (2); ROLLBACK").await.unwrap();
    other.batch_execute("BEGIN; INSERT INTO h VALUES (3)").await.unwrap();
    let mut commit = pin!(other.batch_execute("COMMIT"));
    assert!(timeout(a_while, &mut commit).await.is_err(), "COMMIT waits");
    ctl(&server, "resume commits").await;
    insert.await.unwrap();
    commit.await.unwrap();
    assert_eq!(count().await, 2);
    server.stop().await.unwrap();
}
