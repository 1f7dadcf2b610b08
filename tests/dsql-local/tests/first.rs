//! Startup, authentication, limits and faults, seen by a real client.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{assert_error, config, connect, ctl, db, start, try_connect};
use tokio_postgres::config::SslNegotiation;

const ABORTED: &str = "current transaction is aborted, commands ignored until end of transaction block";

#[tokio::test(flavor = "multi_thread")]
async fn everything() {
    let server = start().await;
    startup(&server).await;
    row_limit(&server).await;
    size_limits(&server).await;
    faults(&server).await;
    pipelining(&server).await;
    copy(&server).await;
    hidden_rows(&server).await;
    index_cost(&server).await;
    server.stop().await.unwrap();
}

async fn startup(server: &dsql_local::server::Server) {
    let mut direct = config(server, "admin");
    direct.ssl_negotiation(SslNegotiation::Direct);
    let client = try_connect(server, &direct).await.expect("direct TLS");
    assert_eq!(client.query_one("SHOW timezone", &[]).await.unwrap().get::<_, String>(0), "UTC");
    let isolation = client.query_one("SHOW transaction_isolation", &[]).await.unwrap();
    assert_eq!(isolation.get::<_, String>(0), "repeatable read");

    let access = |error: tokio_postgres::Error| {
        let error = db(&error);
        assert_eq!(error.code().code(), "08006");
        assert_eq!(error.message(), "unable to accept connection, access denied");
        error.hint().unwrap_or_default().to_owned()
    };
    let wrong_action = try_connect(server, config(server, "bob").password(common::token("admin"))).await;
    assert_eq!(
        access(wrong_action.err().unwrap()),
        "Wrong user to action mapping. user: bob, action: DbConnectAdmin"
    );
    ctl(server, "clock 3600").await;
    let stale = try_connect(server, &config(server, "admin")).await.err().unwrap();
    assert!(access(stale).starts_with("Signature expired: "));
    ctl(server, "clock 0").await;

    let unmapped = try_connect(server, &config(server, "bob")).await.err().unwrap();
    assert_eq!(access(unmapped), "IAM authentication failed for user \"bob\"");
    client.batch_execute("CREATE ROLE bob LOGIN").await.unwrap();
    client.batch_execute("AWS IAM GRANT bob TO 'arn:aws:iam::123456789012:user/local'").await.unwrap();
    let bob = try_connect(server, &config(server, "bob")).await.expect("bob is mapped now");
    assert_eq!(bob.query_one("SELECT current_user::text", &[]).await.unwrap().get::<_, String>(0), "bob");
    let create = bob.batch_execute("CREATE TABLE public.mine (id int)").await;
    assert_error(create, "42501", "permission denied for schema public");
    client.batch_execute("AWS IAM REVOKE bob FROM 'arn:aws:iam::123456789012:user/local'").await.unwrap();
    assert!(try_connect(server, &config(server, "bob")).await.is_err());

    let other_database = try_connect(server, config(server, "admin").dbname("app")).await;
    assert_error(other_database, "3D000", "database \"app\" does not exist");
    let option = try_connect(server, config(server, "admin").options("-c statement_timeout=5")).await;
    assert_error(option, "0A000", "setting configuration parameter \"statement_timeout\" not supported");
}

async fn row_limit(server: &dsql_local::server::Server) {
    let client = connect(server).await;
    client.batch_execute("CREATE TABLE bulk (id int PRIMARY KEY)").await.unwrap();
    let count = async || client.query_one("SELECT count(*) FROM bulk", &[]).await.unwrap().get::<_, i64>(0);

    let insert = "INSERT INTO bulk SELECT generate_series($1::int, $2::int)";
    assert_eq!(client.execute(insert, &[&1, &3000]).await.unwrap(), 3000);
    let limit = "transaction row limit exceeded";
    assert_error(client.execute(insert, &[&10_001, &13_001]).await, "54000", limit);
    assert_error(
        client.batch_execute("INSERT INTO bulk SELECT generate_series(10001, 13001)").await,
        "54000",
        limit,
    );
    assert_eq!(count().await, 3000);

    client.batch_execute("BEGIN").await.unwrap();
    client.execute(insert, &[&20_001, &22_000]).await.unwrap();
    assert_error(client.execute(insert, &[&30_001, &31_001]).await, "54000", limit);
    assert_error(client.execute("SELECT 1", &[]).await, "25P02", ABORTED);
    client.batch_execute("COMMIT").await.unwrap();
    assert_eq!(count().await, 3000);

    client.batch_execute("BEGIN").await.unwrap();
    let all = client.batch_execute("DELETE FROM bulk; INSERT INTO bulk VALUES (1)").await;
    assert_error(all, "54000", limit);
    client.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(count().await, 3000);

    // Several statements in one query string are one transaction.
    let several = "DELETE FROM bulk WHERE id <= 2000; INSERT INTO bulk SELECT generate_series(5001, 6001)";
    assert_error(client.batch_execute(several).await, "54000", limit);
    assert_eq!(count().await, 3000);
    client.batch_execute("BEGIN; DELETE FROM bulk; COMMIT").await.unwrap();
    assert_eq!(count().await, 0);
}

async fn size_limits(server: &dsql_local::server::Server) {
    let client = connect(server).await;
    client.batch_execute("CREATE TABLE wide (id int PRIMARY KEY, v bytea)").await.unwrap();
    let half = vec![7u8; 1_000_000];
    client.batch_execute("BEGIN").await.unwrap();
    for id in 0..11 {
        client.execute("INSERT INTO wide VALUES ($1, $2)", &[&id, &half]).await.unwrap();
    }
    let error = client.batch_execute("COMMIT").await.unwrap_err();
    assert_eq!(db(&error).message(), "transaction size limit 10mb exceeded");
    assert_eq!(db(&error).detail(), Some("Current transaction size 11mb > 10mb"));
    assert_eq!(client.query_one("SELECT count(*) FROM wide", &[]).await.unwrap().get::<_, i64>(0), 0);

    let huge = vec![0u8; 10 * 1024 * 1024];
    let error = client.execute("INSERT INTO wide VALUES (1, $1)", &[&huge]).await.unwrap_err();
    assert!(error.as_db_error().is_none(), "{error:?}");
}

async fn faults(server: &dsql_local::server::Server) {
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

async fn pipelining(server: &dsql_local::server::Server) {
    let client = connect(server).await;
    client.batch_execute("CREATE TABLE p (id int PRIMARY KEY, v text)").await.unwrap();
    let insert =
        client.prepare("INSERT INTO p VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v").await;
    let insert = insert.unwrap();
    let futures: Vec<_> = (0..50)
        .map(|i| {
            let (client, insert) = (&client, &insert);
            async move { client.execute(insert, &[&(i % 10), &format!("v{i}")]).await }
        })
        .collect();
    // Polled together, so that tokio-postgres sends all of them before the first answer.
    for result in common::join_all(futures).await {
        assert_eq!(result.unwrap(), 1);
    }
    let rows = client.query("SELECT id, v FROM p ORDER BY id", &[]).await.unwrap();
    assert_eq!(rows.len(), 10);
    assert_eq!(rows[3].get::<_, String>(1), "v43");
    // An error in the middle of a pipeline concerns its own statement alone.
    let (a, b, c) = tokio::join!(
        client.execute("INSERT INTO p VALUES (100, 'a')", &[]),
        client.execute("INSERT INTO p VALUES (100, 'b')", &[]),
        client.execute("INSERT INTO p VALUES (101, 'c')", &[]),
    );
    // Which of the two comes first is the client's business.
    let lost = if a.is_ok() { b } else { a };
    assert_eq!(db(&lost.unwrap_err()).code().code(), "23505");
    assert_eq!(c.unwrap(), 1);
}

async fn copy(server: &dsql_local::server::Server) {
    use bytes::Bytes;
    let client = connect(server).await;
    client.batch_execute("CREATE TABLE c (id int PRIMARY KEY)").await.unwrap();
    for (rows, fits) in [(3000, true), (3001, false)] {
        let sink = client.copy_in("COPY c FROM STDIN").await.unwrap();
        let text: String = (0..rows).map(|i| format!("{}\n", i + rows * 10)).collect();
        let mut sink = Box::pin(sink);
        futures_send(&mut sink, Bytes::from(text)).await;
        assert_eq!(sink.as_mut().finish().await.is_ok(), fits);
    }
    assert_eq!(client.query_one("SELECT count(*) FROM c", &[]).await.unwrap().get::<_, i64>(0), 3000);
}

async fn futures_send(
    sink: &mut std::pin::Pin<Box<tokio_postgres::CopyInSink<bytes::Bytes>>>,
    data: bytes::Bytes,
) {
    use futures_sink::Sink;
    std::future::poll_fn(|cx| sink.as_mut().poll_ready(cx)).await.unwrap();
    sink.as_mut().start_send(data).unwrap();
    std::future::poll_fn(|cx| sink.as_mut().poll_flush(cx)).await.unwrap();
}

/// Rows that the tag does not tell count as well: a data changing WITH, cascades of foreign keys.
async fn hidden_rows(server: &dsql_local::server::Server) {
    let client = connect(server).await;
    client.batch_execute("CREATE TABLE head (id int PRIMARY KEY)").await.unwrap();
    let line = "CREATE TABLE line (id int PRIMARY KEY, head int REFERENCES head(id) ON DELETE CASCADE)";
    client.batch_execute(line).await.unwrap();
    client.batch_execute("INSERT INTO head VALUES (1), (2)").await.unwrap();
    client.batch_execute("INSERT INTO line SELECT g, 1 FROM generate_series(1, 3000) g").await.unwrap();
    client.batch_execute("INSERT INTO line SELECT g, 2 FROM generate_series(3001, 5999) g").await.unwrap();
    let limit = "transaction row limit exceeded";
    for _ in 0..2 {
        assert_error(client.batch_execute("DELETE FROM head WHERE id = 1").await, "54000", limit);
        assert_error(client.execute("DELETE FROM head WHERE id = $1", &[&1]).await, "54000", limit);
    }
    assert_eq!(client.execute("DELETE FROM head WHERE id = $1", &[&2]).await.unwrap(), 1);
    let with =
        "WITH gone AS (DELETE FROM line RETURNING id), kept AS (INSERT INTO head VALUES (9) RETURNING id)
        SELECT count(*) FROM gone";
    assert_error(client.query(with, &[]).await, "54000", limit);
    client.batch_execute("BEGIN").await.unwrap();
    assert_error(client.query(with, &[]).await, "54000", limit);
    client.batch_execute("ROLLBACK").await.unwrap();
    let count = client.query_one("SELECT count(*) FROM line", &[]).await.unwrap().get::<_, i64>(0);
    assert_eq!(count, 3000);
}

/// The same bytes fit without indexes and do not fit with four.
async fn index_cost(server: &dsql_local::server::Server) {
    let client = connect(server).await;
    client
        .batch_execute("CREATE TABLE ix (id int PRIMARY KEY, a text, b text, c text, d text, v bytea)")
        .await
        .unwrap();
    let write = async |base: i32| {
        client.batch_execute("BEGIN").await.unwrap();
        let insert = client.prepare("INSERT INTO ix VALUES ($1, $2, $2, $2, $2, $3)").await.unwrap();
        let (text, bytes) = ("t".repeat(100), vec![1u8; 19_900]);
        for id in 0..500 {
            client.execute(&insert, &[&(base + id), &text, &bytes]).await.unwrap();
        }
        client.batch_execute("COMMIT").await
    };
    write(0).await.unwrap();
    for column in ["a", "b", "c", "d"] {
        let job: String =
            client.query_one(&format!("CREATE INDEX ASYNC ON ix ({column})"), &[]).await.unwrap().get(0);
        client.query_one(&format!("CALL sys.wait_for_job('{job}')"), &[]).await.unwrap();
    }
    assert_error(write(1000).await, "54000", "transaction size limit 10mb exceeded");
}
