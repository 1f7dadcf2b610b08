//! Limits of a transaction: rows at the statement, bytes at COMMIT, and how they are counted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{assert_error, connect, db, start};
use dsql_local::server::Server;

const ABORTED: &str = "current transaction is aborted, commands ignored until end of transaction block";

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_bytes() {
    let server = start().await;
    row_limit(&server).await;
    size_limits(&server).await;
    copy(&server).await;
    hidden_rows(&server).await;
    index_cost(&server).await;
    computed(&server).await;
    keys(&server).await;
    server.stop().await.unwrap();
}

async fn row_limit(server: &Server) {
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

async fn size_limits(server: &Server) {
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

async fn copy(server: &Server) {
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

/// Rows that the tag does not include count too: a data changing WITH, cascades of foreign keys.
async fn hidden_rows(server: &Server) {
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
async fn index_cost(server: &Server) {
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

/// Values that a statement computes itself.
async fn computed(server: &Server) {
    let client = connect(server).await;
    client.batch_execute("CREATE TABLE made (id int PRIMARY KEY, v text, b bytea)").await.unwrap();
    // 32 random digits each; no value repeats another, so they do not compress well.
    let text = |digits: usize| {
        format!("(SELECT string_agg(md5(random()::text), '') FROM generate_series(1, {}))", digits / 32)
    };
    let size = "transaction size limit 10mb exceeded";
    let rows = |from: i32, rows: i32, bytes: usize| {
        format!(
            "INSERT INTO made SELECT g, {} || g FROM generate_series({from}, {}) g",
            text(bytes),
            from + rows - 1
        )
    };
    assert_error(client.batch_execute(&rows(1, 2900, 4096)).await, "54000", size);
    assert_error(client.execute(&rows(1, 2900, 4096), &[]).await, "54000", size);
    assert_eq!(client.execute(&rows(1, 1000, 4096), &[]).await.unwrap(), 1000);
    client.batch_execute("BEGIN").await.unwrap();
    client.batch_execute(&rows(5000, 1500, 4096)).await.unwrap();
    client.execute(&rows(7000, 1500, 4096), &[]).await.unwrap();
    assert_error(client.batch_execute("COMMIT").await, "54000", size);

    let value = "datatype limit greater than 1048576 bytes not supported for";
    let one = format!("INSERT INTO made (id, v) VALUES (9001, {})", text(4_000_000));
    assert_error(client.batch_execute(&one).await, "54000", &format!("{value} text"));
    assert_error(client.execute(&one, &[]).await, "54000", &format!("{value} text"));
    // The compressed text is small; bytea is not compressed.
    client.execute("INSERT INTO made (id, v) VALUES (9002, repeat('x', 2000000))", &[]).await.unwrap();
    let bytes = "INSERT INTO made (id, b) VALUES (9003, decode(repeat('00', 1048577), 'hex')) RETURNING id";
    assert_error(client.query(bytes, &[]).await, "54000", &format!("{value} bytea"));
    client.batch_execute("BEGIN").await.unwrap();
    assert_error(client.batch_execute(bytes).await, "54000", &format!("{value} bytea"));
    assert_error(client.batch_execute("SELECT 1").await, "25P02", ABORTED);
    client.batch_execute("ROLLBACK").await.unwrap();
    let count = client.query_one("SELECT count(*) FROM made", &[]).await.unwrap().get::<_, i64>(0);
    assert_eq!(count, 1001);
}

/// One limit for all columns of a key, 7 bytes less for every further one; a secondary index also carries the
/// primary key.
async fn keys(server: &Server) {
    let client = connect(server).await;
    let too_large = "key size too large";
    let text = |bytes: usize| "k".repeat(bytes);
    client.batch_execute("CREATE TABLE keyed (a text PRIMARY KEY, b text)").await.unwrap();
    let insert = "INSERT INTO keyed VALUES ($1, $2)";
    client.execute(insert, &[&text(1981), &text(5000)]).await.unwrap();
    assert_error(client.execute(insert, &[&text(1982), &""]).await, "54000", too_large);
    let upsert = format!("{insert} ON CONFLICT (a) DO UPDATE SET b = excluded.b");
    assert_error(client.execute(&upsert, &[&text(1982), &""]).await, "54000", too_large);
    let computed = "UPDATE keyed SET a = a || 'k'";
    assert_error(client.batch_execute(computed).await, "54000", too_large);

    let two = "CREATE TABLE pair (a text, b varchar(1000), v text, PRIMARY KEY (a, b))";
    client.batch_execute(two).await.unwrap();
    let insert = "INSERT INTO pair VALUES ($1, $2, '')";
    client.execute(insert, &[&text(1000), &text(974)]).await.unwrap();
    assert_error(client.execute(insert, &[&text(1001), &text(974)]).await, "54000", too_large);

    // The declared bytes of an index's columns count, without those of the primary key.
    let wide = "CREATE TABLE declared (id varchar(1900) PRIMARY KEY, a varchar(2000), b varchar(1))";
    client.batch_execute(wide).await.unwrap();
    client.query_one("CREATE INDEX ASYNC ON declared (a)", &[]).await.unwrap();
    let declared = "key size greater than 2000 bytes not supported";
    assert_error(client.query("CREATE INDEX ASYNC ON declared (a, b)", &[]).await, "54000", declared);

    // The index on v may use the bytes that the primary key leaves; without the index v is not part of a key.
    client.batch_execute("CREATE TABLE side (id bigint PRIMARY KEY, v text)").await.unwrap();
    let insert = "INSERT INTO side VALUES ($1, $2)";
    client.execute(insert, &[&1_i64, &text(1900)]).await.unwrap();
    let job: String = client.query_one("CREATE INDEX ASYNC side_v ON side (v)", &[]).await.unwrap().get(0);
    client.query_one(&format!("CALL sys.wait_for_job('{job}')"), &[]).await.unwrap();
    client.execute(insert, &[&2_i64, &text(1981 - 7 - 8)]).await.unwrap();
    assert_error(client.execute(insert, &[&3_i64, &text(1982 - 7 - 8)]).await, "54000", too_large);
    assert_error(client.execute(insert, &[&3_i64, &text(8000)]).await, "54000", too_large);
    let error = client.batch_execute("CREATE INDEX ASYNC ON nowhere (v)").await.unwrap_err();
    assert_eq!((db(&error).code().code(), db(&error).where_()), ("42P01", None));
    let triggers = "SELECT count(*) FROM information_schema.triggers";
    assert_eq!(client.query_one(triggers, &[]).await.unwrap().get::<_, i64>(0), 0);
    client.batch_execute("DROP INDEX side_v").await.unwrap();
    client.execute(insert, &[&3_i64, &text(8000)]).await.unwrap();
    let job: String = client.query_one("CREATE INDEX ASYNC ON keyed (b)", &[]).await.unwrap().get(0);
    client.query_one(&format!("CALL sys.wait_for_job('{job}')"), &[]).await.unwrap();
    client.batch_execute("ALTER TABLE keyed DROP COLUMN b").await.unwrap();
    client.execute("INSERT INTO keyed VALUES ($1)", &[&text(100)]).await.unwrap();
}
