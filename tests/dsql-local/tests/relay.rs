//! The same random conversations with PostgreSQL itself and through the stand-in: every answer and every
//! transaction status must be the same, as long as no rule applies.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use bytes::BytesMut;
use common::raw::{self, Answer, Raw, encode_extended};
use dsql_local::wire::message;

/// Statements that Aurora DSQL accepts, correct and wrong ones.
const STATEMENTS: &[&str] = &[
    "SELECT count(*), min(v) FROM t",
    "SELECT id, v FROM t ORDER BY id LIMIT 3",
    "INSERT INTO t VALUES (1, 'a'), (2, 'b') ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v || t.v",
    "INSERT INTO t VALUES (1, 'dup')",
    "INSERT INTO t SELECT g, 'g' FROM generate_series(10, 20) g ON CONFLICT DO NOTHING",
    "INSERT INTO t VALUES (3, 'r') ON CONFLICT (id) DO UPDATE SET v = 'again' RETURNING id, v",
    "UPDATE t SET v = left(v || 'x', 20) WHERE id < 15",
    "DELETE FROM t WHERE id IN (1, 12) RETURNING id",
    "WITH gone AS (DELETE FROM t WHERE id = 2 RETURNING v) SELECT count(*) FROM gone",
    "SELECT * FROM t WHERE id = 1 FOR UPDATE",
    "SELECT 1 / 0",
    "SELECT * FROM missing",
    "SELEC 1",
    "INSERT INTO t VALUES ('no number', 'x')",
    "INSERT INTO t (id) VALUES (NULL)",
    "SHOW transaction_isolation",
    "SET application_name = 'relay'",
    "",
    "BEGIN",
    "BEGIN",
    "COMMIT",
    "COMMIT",
    "ROLLBACK",
    "SELECT 1; SELECT 2",
    "INSERT INTO t VALUES (30, 'm'); SELECT count(*) FROM t; DELETE FROM t WHERE id = 30",
    "INSERT INTO t VALUES (31, 'm'); SELECT 1 / 0; SELECT 2",
    "BEGIN; INSERT INTO t VALUES (32, 'm') ON CONFLICT DO NOTHING; COMMIT",
    "BEGIN; INSERT INTO t VALUES (33, 'm'); ROLLBACK; SELECT count(*) FROM t",
    "SELECT 1; BEGIN; UPDATE t SET v = 'y' WHERE id = 11",
    "COPY (SELECT id FROM t ORDER BY id) TO STDOUT",
    "EXPLAIN (COSTS OFF) SELECT 1",
    "SELECT 'it''s; -- no comment', $$;$$ /* ; */",
];

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_those_of_postgresql() {
    let server = common::start().await;
    let past = dsql_local::postgres::connect(server.postgres, "postgres").await.unwrap();
    let mut steps = 0;
    for seed in 1..=12u64 {
        for schema in ["one", "two"] {
            let fresh = format!(
                "DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema} AUTHORIZATION admin; SET ROLE admin;
                 CREATE TABLE {schema}.t (id int PRIMARY KEY, v text); RESET ROLE"
            );
            past.batch_execute(&fresh).await.unwrap();
        }
        let (mut plain, mut through) = (raw::direct(&server).await, raw::connect(&server).await);
        plain.simple("SET search_path = one; SET default_transaction_isolation = 'repeatable read'").await;
        through.simple("SET search_path = two").await;
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for step in 0..120 {
            let how = random.below(3);
            let count = 1 + random.below(4);
            let texts: Vec<&str> = (0..count).map(|_| STATEMENTS[random.below(STATEMENTS.len())]).collect();
            let expected = converse(&mut plain, how, &texts).await;
            let found = converse(&mut through, how, &texts).await;
            assert_eq!(found, expected, "seed {seed}, step {step}, how {how}: {texts:?}");
            assert_eq!(
                char::from(through.status),
                char::from(plain.status),
                "seed {seed}, step {step}: {texts:?}"
            );
            steps += 1;
        }
    }
    println!("{steps} conversations alike");
    server.stop().await.unwrap();
}

/// A query string; statements with a Sync each, sent at once; statements with one Sync for all.
async fn converse(client: &mut Raw, how: usize, texts: &[&str]) -> Vec<Vec<Answer>> {
    if how == 0 {
        return vec![client.simple(texts[0]).await];
    }
    let mut out = BytesMut::new();
    let mut syncs = 0;
    for (at, text) in texts.iter().enumerate() {
        encode_extended(&mut out, text, &[]);
        if how == 1 || at + 1 == texts.len() {
            message(&mut out, b'S', |_| {});
            syncs += 1;
        }
    }
    client.write(&out).await;
    let mut answers = Vec::new();
    for _ in 0..syncs {
        answers.push(client.until_ready().await.expect("the connection stays"));
    }
    answers
}
