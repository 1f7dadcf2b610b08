//! `--answer-only`: INSERTs are answered like PostgreSQL's own, and nothing is written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use dsql_local::cli::Options;
use tokio_postgres::types::Type;

#[tokio::test(flavor = "multi_thread")]
async fn inserts_are_answered_and_not_done() {
    let server = common::start_with(Options { answer_only: true, ..Options::default() }).await;
    let client = common::connect(&server).await;
    client.batch_execute("CREATE TABLE t (id int PRIMARY KEY, v text)").await.unwrap();

    let text = "INSERT INTO t (id, v) VALUES ($1, $2), ($3, $4)";
    let types = [Type::INT4, Type::TEXT, Type::INT4, Type::TEXT];
    let insert = client.prepare_typed(text, &types).await.unwrap();
    assert_eq!(insert.params(), types);
    for _ in 0..3 {
        assert_eq!(client.execute(&insert, &[&1, &"a", &2, &"b"]).await.unwrap(), 2);
    }
    // Prepared, bound and executed in one round trip, and then forgotten.
    let one = "INSERT INTO t (id, v) VALUES ($1, $2)";
    assert_eq!(client.execute_typed(one, &[(&1, Type::INT4), (&"a", Type::TEXT)]).await.unwrap(), 1);
    drop(insert);

    let count = client.query_one("SELECT count(*) FROM t WHERE id > $1", &[&0]).await.unwrap();
    assert_eq!(count.get::<_, i64>(0), 0);
    server.stop().await.unwrap();
}
