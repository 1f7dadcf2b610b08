//! `--answer-only`: INSERTs and DELETEs get the same answers as from PostgreSQL, and nothing is written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::{Duration, Instant};

use bytes::BytesMut;
use common::raw::{self, Answer, encode_extended};
use common::{assert_error, connect, ctl, start_with};
use dsql_local::cli::Options;
use dsql_local::cost::Costs;
use dsql_local::wire::{cstr, message};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

fn answering() -> Options {
    Options { answer_only: true, ..Options::default() }
}

async fn rows(client: &Client) -> i64 {
    client.query_one("SELECT count(*) FROM t WHERE id > $1", &[&0]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn inserts_are_answered_and_not_executed() {
    let server = start_with(answering()).await;
    let client = connect(&server).await;
    client.batch_execute("CREATE TABLE t (id int PRIMARY KEY, v text)").await.unwrap();

    let text = "INSERT INTO t (id, v) VALUES ($1, $2), ($3, $4)";
    let types = [Type::INT4, Type::TEXT, Type::INT4, Type::TEXT];
    let insert = client.prepare_typed(text, &types).await.unwrap();
    assert_eq!(insert.params(), types);
    for _ in 0..3 {
        assert_eq!(client.execute(&insert, &[&1, &"a", &2, &"b"]).await.unwrap(), 2);
    }
    // Prepared, bound and executed in one round trip, and then closed.
    let one = "INSERT INTO t (id, v) VALUES ($1, $2)";
    assert_eq!(client.execute_typed(one, &[(&1, Type::INT4), (&"a", Type::TEXT)]).await.unwrap(), 1);
    drop(insert);

    let unnest =
        "INSERT INTO t (id, v) SELECT * FROM unnest($1::int[], $2::text[]) AS x ON CONFLICT (id) DO NOTHING";
    let arrays = async |ids: &[i32], texts: &[Option<&str>]| {
        client.execute_typed(unnest, &[(&ids, Type::INT4_ARRAY), (&texts, Type::TEXT_ARRAY)]).await
    };
    assert_eq!(arrays(&[1, 2, 3], &[Some("a"), None, None]).await.unwrap(), 3);
    assert_eq!(arrays(&[], &[]).await.unwrap(), 0);
    let delete = async |text: &str, ids: &[i32]| {
        client.execute_typed(text, &[(&ids, Type::INT4_ARRAY)]).await.unwrap()
    };
    assert_eq!(delete("DELETE FROM t WHERE id = ANY($1)", &[7, 8]).await, 2);
    assert_eq!(delete("DELETE FROM t USING unnest($1::int[]) AS d(k) WHERE t.id = d.k", &[7, 8, 9]).await, 3);

    assert_eq!(rows(&client).await, 0);
    // Other statements are executed, inside the transaction block.
    client.batch_execute("INSERT INTO t VALUES (1, 'real')").await.unwrap();
    assert_eq!(rows(&client).await, 1);
    client.batch_execute("BEGIN").await.unwrap();
    assert_eq!(client.execute_typed(one, &[(&1, Type::INT4), (&"a", Type::TEXT)]).await.unwrap(), 1);
    client.batch_execute("INSERT INTO t VALUES (2, 'real')").await.unwrap();
    assert_eq!(client.execute_typed(one, &[(&1, Type::INT4), (&"a", Type::TEXT)]).await.unwrap(), 1);
    assert_eq!(rows(&client).await, 2);
    client.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(rows(&client).await, 1);
    let stats = ctl(&server, "stats").await;
    assert_eq!(stats["rows_committed"], 6 + 1 + 3 + 2 + 3);

    ctl(&server, "refuse unnest").await;
    assert_error(arrays(&[1], &[None]).await, "0A000", "unsupported function: unnest");
    ctl(&server, "refuse unnest-execute").await;
    assert_error(arrays(&[1], &[None]).await, "0A000", "unsupported function: unnest");
    ctl(&server, "refuse nothing").await;
    assert_eq!(arrays(&[1], &[None]).await.unwrap(), 1);
    server.stop().await.unwrap();
}

fn tags(answers: &[Answer]) -> Vec<String> {
    answers.iter().map(|a| a.tag.clone().unwrap_or_else(|| format!("{:?}", a.error))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pipelines_are_answered_in_order() {
    let server = start_with(answering()).await;
    let mut client = raw::connect(&server).await;
    client.simple("CREATE TABLE t (id int PRIMARY KEY, v text)").await;
    let query = |out: &mut BytesMut, text: &str| message(out, b'Q', |out| cstr(out, text));
    let sync = |out: &mut BytesMut| message(out, b'S', |_| {});

    // Two transactions at once, with BEGIN and COMMIT in the simple protocol and the other statements in the
    // extended one.
    let mut out = BytesMut::new();
    for _ in 0..2 {
        query(&mut out, "BEGIN");
        encode_extended(&mut out, "DELETE FROM t WHERE id IN ($1,$2)", &[b"1", b"2"]);
        encode_extended(&mut out, "INSERT INTO t SELECT * FROM unnest($1::int[])", &[b"{1,2,3}"]);
        sync(&mut out);
        query(&mut out, "COMMIT");
    }
    client.write(&out).await;
    for _ in 0..2 {
        for (expect, status) in
            [(vec!["BEGIN"], b'T'), (vec!["DELETE 2", "INSERT 0 3"], b'T'), (vec!["COMMIT"], b'I')]
        {
            assert_eq!(tags(&client.until_ready().await.unwrap()), expect);
            assert_eq!(client.status, status);
        }
    }
    assert_eq!(ctl(&server, "stats").await["commits"], 2);

    // With one Sync for all, mixed with statements that PostgreSQL answers.
    let mut out = BytesMut::new();
    for text in ["BEGIN", "SELECT 1", "INSERT INTO t VALUES ($1)", "SELECT 2", "COMMIT"] {
        let values: &[&[u8]] = if text.contains('$') { &[b"1"] } else { &[] };
        encode_extended(&mut out, text, values);
    }
    sync(&mut out);
    client.write(&out).await;
    let answers = client.until_ready().await.unwrap();
    assert_eq!(tags(&answers), ["BEGIN", "SELECT 1", "INSERT 0 1", "SELECT 1", "COMMIT"]);
    assert_eq!(client.status, b'I');

    // After an error of PostgreSQL all messages up to Sync are skipped, also those that the stand-in would
    // answer.
    let mut out = BytesMut::new();
    for text in ["SELECT 1 / 0", "INSERT INTO t VALUES ($1)", "SELECT 2"] {
        let values: &[&[u8]] = if text.contains('$') { &[b"1"] } else { &[] };
        encode_extended(&mut out, text, values);
    }
    sync(&mut out);
    query(&mut out, "SELECT 3");
    client.write(&out).await;
    let answers = client.until_ready().await.unwrap();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(answers[0].error.as_ref().unwrap().code, "22012");
    assert_eq!(tags(&client.until_ready().await.unwrap()), ["SELECT 1"]);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_take_the_time_of_the_profile() {
    let profile = Costs::profile("region").unwrap();
    let options = Options { profile, cost: vec![("jitter".to_owned(), 0)], ..answering() };
    let server = start_with(options).await;
    let client = connect(&server).await;
    client.batch_execute("CREATE TABLE t (id int PRIMARY KEY, v text)").await.unwrap();
    let job: String = client.query_one("CREATE INDEX ASYNC ON t (v)", &[]).await.unwrap().get(0);
    client.query_one(&format!("CALL sys.wait_for_job('{job}')"), &[]).await.unwrap();
    let ids: Vec<i32> = (0..1000).collect();
    let unnest = "INSERT INTO t (id) SELECT * FROM unnest($1::int[])";
    let start = Instant::now();
    assert_eq!(client.execute_typed(unnest, &[(&ids, Type::INT4_ARRAY)]).await.unwrap(), 1000);
    assert!(start.elapsed() >= Duration::from_millis(576), "{:?}", start.elapsed());
    let start = Instant::now();
    client.batch_execute("BEGIN").await.unwrap();
    client.execute_typed("DELETE FROM t WHERE id = ANY($1)", &[(&ids, Type::INT4_ARRAY)]).await.unwrap();
    client.batch_execute("COMMIT").await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(652), "{:?}", start.elapsed());
    server.stop().await.unwrap();
}
