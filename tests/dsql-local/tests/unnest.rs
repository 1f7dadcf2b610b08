//! Rows that are sent as arrays: the rules of VALUES also apply to `INSERT .. SELECT .. FROM unnest(..)`, `=
//! ANY($1)` and `DELETE .. USING unnest(..)`, and these can be refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{assert_error, connect, ctl, start};
use dsql_local::server::Server;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error};

const ROWS: &str = "transaction row limit exceeded";
const SIZE: &str = "transaction size limit 10mb exceeded";
const UPSERT: &str =
    "INSERT INTO u (id, v, b) SELECT * FROM unnest($1::int8[], $2::text[], $3::bytea[]) AS x(id, v, b)
    ON CONFLICT (id) DO UPDATE SET v = excluded.v, b = excluded.b";
const DELETES: [&str; 2] = [
    "DELETE FROM u WHERE id = ANY($1::int8[])",
    "DELETE FROM u USING unnest($1::int8[]) AS d(k) WHERE u.id = d.k",
];
const MIB: usize = 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn arrays_have_the_same_rules_as_rows() {
    let server = start().await;
    let client = connect(&server).await;
    client.batch_execute("CREATE TABLE u (id bigint PRIMARY KEY, v text, b bytea)").await.unwrap();
    row_limit(&client).await;
    nulls_and_empty_arrays(&client).await;
    value_limits(&client).await;
    size_limit(&client).await;
    keys(&client).await;
    conflicts(&server, &client).await;
    server.stop().await.unwrap();
}

/// Upserts rows with these keys, each with the same value.
async fn upsert(
    client: &Client,
    ids: &[i64],
    text: Option<&str>,
    bytes: Option<&[u8]>,
) -> Result<u64, Error> {
    client.execute(UPSERT, &[&ids, &vec![text; ids.len()], &vec![bytes; ids.len()]]).await
}

fn ids(count: i64) -> Vec<i64> {
    (1..=count).collect()
}

async fn count(client: &Client) -> i64 {
    client.query_one("SELECT count(*) FROM u", &[]).await.unwrap().get(0)
}

async fn row_limit(client: &Client) {
    assert_error(upsert(client, &ids(3001), None, None).await, "54000", ROWS);
    assert_eq!(upsert(client, &ids(3000), None, None).await.unwrap(), 3000);
    // Updated rows count like new ones; the limit is per transaction.
    client.batch_execute("BEGIN").await.unwrap();
    assert_eq!(upsert(client, &ids(2000), Some("a"), None).await.unwrap(), 2000);
    assert_error(upsert(client, &ids(1001), None, None).await, "54000", ROWS);
    client.batch_execute("ROLLBACK").await.unwrap();
    client.execute("INSERT INTO u (id) VALUES (3001)", &[]).await.unwrap();
    let texts: Vec<String> = ids(3001).iter().map(i64::to_string).collect();
    for delete in DELETES {
        assert_error(client.execute(delete, &[&ids(3001)]).await, "54000", ROWS);
        let literal = delete.replace("$1", &format!("'{{{}}}'", texts.join(",")));
        assert_error(client.batch_execute(&literal).await, "54000", ROWS);
        // Only existing rows count.
        assert_eq!(client.execute(delete, &[&(3001..9000).collect::<Vec<i64>>()]).await.unwrap(), 1);
        client.execute("INSERT INTO u (id) VALUES (3001)", &[]).await.unwrap();
    }
    assert_eq!(count(client).await, 3001);
    client.batch_execute("BEGIN").await.unwrap();
    assert_eq!(client.execute(DELETES[0], &[&ids(1500)]).await.unwrap(), 1500);
    assert_error(upsert(client, &ids(1501), None, None).await, "54000", ROWS);
    client.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(client.execute(DELETES[1], &[&ids(3000)]).await.unwrap(), 3000);
    assert_eq!(client.execute(DELETES[0], &[&ids(3001)]).await.unwrap(), 1);
}

async fn nulls_and_empty_arrays(client: &Client) {
    assert_eq!(upsert(client, &[], None, None).await.unwrap(), 0);
    assert_eq!(client.execute(DELETES[0], &[&Vec::<i64>::new()]).await.unwrap(), 0);
    let (texts, bytes) = (vec![None, Some("v"), Some("")], vec![Some(&b"b"[..]), None, Some(&[])]);
    assert_eq!(client.execute(UPSERT, &[&ids(3), &texts, &bytes]).await.unwrap(), 3);
    let rows = client.query("SELECT v, b FROM u ORDER BY id", &[]).await.unwrap();
    let found: Vec<(Option<&str>, Option<&[u8]>)> = rows.iter().map(|r| (r.get(0), r.get(1))).collect();
    assert_eq!(found, texts.into_iter().zip(bytes).collect::<Vec<_>>());
    let null =
        client.execute("INSERT INTO u SELECT * FROM unnest($1::int8[])", &[&vec![Some(9i64), None]]).await;
    let message = "null value in column \"id\" of relation \"u\" violates not-null constraint";
    assert_error(null, "23502", message);
    client.execute(DELETES[0], &[&ids(3)]).await.unwrap();
}

/// Random text that does not compress.
fn noise(length: usize) -> String {
    let mut state = 1u64;
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b' ' + u8::try_from(state % 94).unwrap())
    };
    (0..length).map(|_| letter()).collect()
}

async fn value_limits(client: &Client) {
    let refused = |kind: &str| format!("datatype limit greater than 1048576 bytes not supported for {kind}");
    let (bytes, text) = (vec![7u8; MIB + 1], noise(MIB * 3 / 2));
    assert_error(upsert(client, &[1], None, Some(&bytes)).await, "54000", &refused("bytea"));
    assert_error(upsert(client, &[1, 2], Some(&text), None).await, "54000", &refused("text"));
    assert_eq!(upsert(client, &[1], None, Some(&bytes[..MIB])).await.unwrap(), 1);
    // An array may be larger than each of its elements, and compressed text is small.
    assert_eq!(upsert(client, &[1, 2, 3, 4], None, Some(&bytes[..MIB])).await.unwrap(), 4);
    assert_eq!(upsert(client, &[1], Some(&"x".repeat(2_000_000)), None).await.unwrap(), 1);
    // Arrays that a statement only compares are not written values.
    let many: Vec<String> = (0..300).map(|n| format!("{n}{}", &text[..10_000])).collect();
    client.execute("DELETE FROM u WHERE v = ANY($1)", &[&many]).await.unwrap();
    client.query("SELECT id FROM u WHERE v = ANY($1) FOR UPDATE", &[&many]).await.unwrap();
    let literal = format!(
        "INSERT INTO u (id, v) SELECT 5, x FROM unnest('{{{0},{0}}}'::text[]) x LIMIT 1",
        "y".repeat(MIB - 9)
    );
    client.batch_execute(&literal).await.unwrap();

    // Rows of 2 MiB, both by arrays and by VALUES: two values of 1 MiB fit, three do not.
    client.batch_execute("CREATE TABLE w (id int PRIMARY KEY, a bytea, b bytea, c bytea)").await.unwrap();
    let (most, some) = (&bytes[..MIB - 100], &bytes[..1000]);
    let arrays = "INSERT INTO w SELECT * FROM unnest($1::int[], $2::bytea[], $3::bytea[], $4::bytea[])";
    let values = "INSERT INTO w VALUES ($1, $2, $3, $4), ($5, $6, $7, $8)";
    let two = |value| vec![value, value];
    client.execute(arrays, &[&vec![1, 2], &two(most), &two(most), &vec![None::<&[u8]>; 2]]).await.unwrap();
    client
        .execute(values, &[&3, &most, &most, &None::<&[u8]>, &4, &most, &most, &None::<&[u8]>])
        .await
        .unwrap();
    let wide = "maximum row size exceeded";
    let done = client.execute(arrays, &[&vec![5, 6], &two(most), &two(most), &two(some)]).await;
    assert_error(done, "54000", wide);
    let done = client.execute(values, &[&5, &most, &most, &None::<&[u8]>, &6, &most, &most, &some]).await;
    assert_error(done, "54000", wide);
}

/// Recorded: nine values of 1 MiB commit, ten do not; deletes have no bytes.
async fn size_limit(client: &Client) {
    let value = vec![7u8; MIB];
    assert_eq!(upsert(client, &ids(9), None, Some(&value)).await.unwrap(), 9);
    for (more, fits) in [(10, false), (9, true)] {
        client.batch_execute("BEGIN").await.unwrap();
        for id in 1..=more {
            upsert(client, &[id], None, Some(&value)).await.unwrap();
        }
        // Deleted rows, locked rows, and the values that select them have no bytes.
        let keys: Vec<String> = (0..900).map(|n| format!("{n:01000}")).collect();
        client.execute("DELETE FROM u WHERE v = ANY($1)", &[&keys]).await.unwrap();
        client.query("SELECT id FROM u WHERE v = ANY($1) OR id < 10 FOR UPDATE", &[&keys]).await.unwrap();
        match client.batch_execute("COMMIT").await {
            Ok(()) => assert!(fits),
            refused => assert_error(refused, if fits { "fits" } else { "54000" }, SIZE),
        }
    }
    assert_eq!(client.execute(DELETES[0], &[&ids(9)]).await.unwrap(), 9);
    // Many small rows: each has a fixed cost.
    let text = noise(3_200);
    assert_eq!(upsert(client, &ids(3000), Some(&text), None).await.unwrap(), 3000);
    client.batch_execute("BEGIN").await.unwrap();
    upsert(client, &ids(1500), Some(&noise(3_360)), None).await.unwrap();
    upsert(client, &(1501..=3000).collect::<Vec<i64>>(), Some(&noise(3_360)), None).await.unwrap();
    assert_error(client.batch_execute("COMMIT").await, "54000", SIZE);
    client.execute(DELETES[1], &[&ids(3000)]).await.unwrap();
    // The primary key counts twice; the same number of bytes in another column fits.
    client.batch_execute("CREATE TABLE twice (v text, id text PRIMARY KEY)").await.unwrap();
    let long = (0..3000).map(|n| format!("{n:01900}")).collect::<Vec<String>>();
    let short = (0..3000).map(|n| n.to_string()).collect::<Vec<String>>();
    let arrays = "INSERT INTO twice (v, id) SELECT * FROM unnest($1::text[], $2::text[])";
    assert_error(client.execute(arrays, &[&short, &long]).await, "54000", SIZE);
    assert_eq!(client.execute(arrays, &[&long, &short]).await.unwrap(), 3000);
    let values: Vec<String> = (0..3000).map(|n| format!("(${}, ${})", 2 * n + 1, 2 * n + 2)).collect();
    let values = format!("INSERT INTO twice VALUES {}", values.join(","));
    let both = |vs: &[String], ids: &[String]| -> Vec<String> {
        vs.iter().zip(ids).flat_map(|(v, id)| [v.clone(), format!("x{id}")]).collect()
    };
    for (rows, fits) in [(both(&short, &long), false), (both(&long, &short), true)] {
        let rows: Vec<&(dyn ToSql + Sync)> = rows.iter().map(|v| v as &(dyn ToSql + Sync)).collect();
        match client.execute(&values, &rows).await {
            Ok(rows) => assert!(fits && rows == 3000),
            refused => assert_error(refused, if fits { "fits" } else { "54000" }, SIZE),
        }
    }
}

async fn keys(client: &Client) {
    client.batch_execute("CREATE TABLE k (id text PRIMARY KEY)").await.unwrap();
    let insert = "INSERT INTO k SELECT unnest($1::text[])";
    client.execute(insert, &[&vec!["a".repeat(1981), "b".repeat(1981)]]).await.unwrap();
    let long = client.execute(insert, &[&vec!["c".repeat(10), "d".repeat(1982)]]).await;
    assert_error(long, "54000", "key size too large");
}

/// In a transaction block the loser returns its row count, and COMMIT fails.
async fn conflicts(server: &Server, first: &Client) {
    let second = connect(server).await;
    while second.query("SELECT FROM u", &[]).await.is_err() {}
    upsert(first, &ids(4), Some("old"), None).await.unwrap();
    let conflict = "change conflicts with another transaction (OC000)";
    for delete in [None, Some(DELETES[0]), Some(DELETES[1])] {
        first.batch_execute("BEGIN").await.unwrap();
        second.batch_execute("BEGIN").await.unwrap();
        upsert(first, &ids(2), Some("first"), None).await.unwrap();
        let rows = match delete {
            None => upsert(&second, &ids(4), Some("second"), None).await.unwrap(),
            Some(delete) => second.execute(delete, &[&ids(4)]).await.unwrap(),
        };
        assert_eq!(rows, 4);
        first.batch_execute("COMMIT").await.unwrap();
        assert_error(second.batch_execute("COMMIT").await, "40001", conflict);
        let kept = "SELECT count(*) FROM u WHERE v = 'first'";
        assert_eq!(first.query_one(kept, &[]).await.unwrap().get::<_, i64>(0), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unnest_can_be_refused() {
    let server = start().await;
    let client = connect(&server).await;
    client.batch_execute("CREATE TABLE u (id bigint PRIMARY KEY, v text, b bytea)").await.unwrap();
    let message = "unsupported function: unnest";
    let simple = "INSERT INTO u (id) SELECT * FROM unnest('{1,2}'::int8[])";
    let before = client.prepare(UPSERT).await.unwrap();
    let none: (Vec<Option<&str>>, Vec<Option<&[u8]>>) = (vec![None; 2], vec![None; 2]);
    let execute = async |statement| client.execute(statement, &[&ids(2), &none.0, &none.1]).await;

    ctl(&server, "refuse unnest").await;
    assert_error(client.prepare(UPSERT).await, "0A000", message);
    assert_error(execute(&before).await, "0A000", message);
    assert_error(client.batch_execute(simple).await, "0A000", message);
    assert_error(client.batch_execute("SELECT unnest('{1}'::int[])").await, "0A000", message);
    client.batch_execute("BEGIN; INSERT INTO u (id) VALUES (1)").await.unwrap();
    assert_error(client.prepare(DELETES[1]).await, "0A000", message);
    assert!(client.execute("SELECT 1", &[]).await.is_err(), "the transaction has failed");
    client.batch_execute("ROLLBACK").await.unwrap();
    // Other forms of statements with many rows are not affected.
    client
        .execute("INSERT INTO u (id, v) VALUES ($1, 'unnest($1)'), ($2, '')", &[&1i64, &2i64])
        .await
        .unwrap();
    assert_eq!(client.execute(DELETES[0], &[&ids(2)]).await.unwrap(), 2);

    ctl(&server, "refuse unnest-execute").await;
    let prepared = client.prepare(UPSERT).await.unwrap();
    assert_error(execute(&prepared).await, "0A000", message);
    assert_error(client.batch_execute(simple).await, "0A000", message);

    // Refused statements are not faults, so `faults clear` keeps them.
    assert_eq!(ctl(&server, "faults clear").await["refuse"], "unnest-execute");
    ctl(&server, "refuse nothing").await;
    assert_eq!(execute(&prepared).await.unwrap(), 2);
    server.stop().await.unwrap();
}
