//! The cost model end to end. Only lower bounds are checked: a sleep is never shorter than requested, but may
//! be longer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::{Duration, Instant};

use common::{connect, ctl, join_all, start_with};
use dsql_local::cli::Options;
use dsql_local::cost::Costs;

/// The profile region without jitter, so that the shortest times are known.
fn region() -> Options {
    let profile = Costs::profile("region").unwrap();
    Options { profile, cost: vec![("jitter".to_owned(), 0)], ..Options::default() }
}

async fn least<T>(millis: f64, what: &str, work: impl Future<Output = T>) -> T {
    let start = Instant::now();
    let done = work.await;
    let took = start.elapsed();
    assert!(took >= Duration::from_secs_f64(millis / 1e3), "{what} took {took:?}, not {millis} ms");
    // Far more than any cost here: finds a sleep that adds up or never ends.
    assert!(took < Duration::from_secs(60), "{what} took {took:?}");
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn the_profile_region_takes_its_times() {
    let server = start_with(region()).await;
    let client = least(15.5, "connect", connect(&server)).await;
    client.batch_execute("CREATE TABLE t (id int PRIMARY KEY, v int)").await.unwrap();
    let insert =
        client.prepare("INSERT INTO t SELECT g, g FROM generate_series($1::int, $2::int) g").await.unwrap();
    let one = client.prepare("INSERT INTO t VALUES ($1, $2)").await.unwrap();
    let look = client.prepare("SELECT v FROM t WHERE id = $1").await.unwrap();

    least(7.0, "one row", client.execute(&one, &[&0, &0])).await.unwrap();
    least(7.0, "one row, simple", client.batch_execute("INSERT INTO t VALUES (-1, 0)")).await.unwrap();
    least(1.9, "a look-up", client.query(&look, &[&0])).await.unwrap();
    least(1.9, "a look-up, simple", client.simple_query("SELECT v FROM t WHERE id = 0")).await.unwrap();
    least(330.0, "1,000 rows", client.execute(&insert, &[&1, &1000])).await.unwrap();
    // The cached number of the table's indexes is not used after the job.
    let other =
        client.prepare("INSERT INTO t SELECT g, g FROM generate_series($1::int, $2::int) g").await.unwrap();
    client.batch_execute("DELETE FROM t WHERE id < 1").await.unwrap();
    let job: String = client.query_one("CREATE UNIQUE INDEX ASYNC ON t (v)", &[]).await.unwrap().get(0);
    // Read while the job runs.
    client.execute(&one, &[&5000, &5000]).await.unwrap();
    client.query_one(&format!("CALL sys.wait_for_job('{job}')"), &[]).await.unwrap();
    least(576.0, "1,000 rows with an index", client.execute(&other, &[&1001, &2000])).await.unwrap();

    client.batch_execute("BEGIN").await.unwrap();
    least(559.0, "1,000 rows in a block", client.execute(&insert, &[&2001, &3000])).await.unwrap();
    least(1.9, "another statement", client.execute(&insert, &[&1, &0])).await.unwrap();
    least(17.0, "commit of 1,000 rows", client.batch_execute("COMMIT")).await.unwrap();
    least(650.0, "deletes", client.execute("DELETE FROM t WHERE id BETWEEN 2001 AND 3000", &[]))
        .await
        .unwrap();
    let several =
        "BEGIN; DELETE FROM t WHERE id BETWEEN 1901 AND 2000; INSERT INTO t VALUES (1950, 0); COMMIT";
    least(70.0, "several statements", client.batch_execute(several)).await.unwrap();

    // Sessions sleep in parallel: one after the other these would take 100 s.
    assert_eq!(ctl(&server, "cost transaction 5000000").await["transaction"], 5_000_000);
    let clients: Vec<_> = join_all((0..20).map(|_| connect(&server))).await;
    let inserts = clients.iter().enumerate().map(|(n, client)| {
        let id = 10_000 + i32::try_from(n).unwrap();
        async move { client.execute("INSERT INTO t VALUES ($1, $1)", &[&id]).await }
    });
    let done = least(5_000.0, "20 at once", join_all(inserts)).await;
    assert!(done.into_iter().all(|rows| rows.unwrap() == 1));

    let stats = ctl(&server, "profile none").await;
    assert!(stats.as_object().unwrap().values().all(|figure| figure == 0), "{stats}");
    assert_eq!(ctl(&server, "profile region").await["read"], 1_900);
    server.stop().await.unwrap();
}
