//! A network failure and restarts of the server: the job waits and continues by itself, and nothing
//! is lost, duplicated or reordered.

use std::time::{Duration, Instant};

use crate::common::journal::Submitted;
use crate::common::network::Network;
use crate::common::{Cluster, Rows, SLICE, declare, flush, until};
use dsql_local::cli::Options;
use dsql_sink::abi::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// How long the network is cut. Longer than the kernel waits for an acknowledgement, so connections
/// fail.
const PARTITION: Duration = Duration::from_secs(60);

#[test]
fn the_sink_survives_a_partition_of_a_minute() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, v bigint)");
    let network = Network::start(cluster.address());
    let sink = cluster.sink(&[
        ("url", &cluster.url_at(network.address)),
        ("max_connections", "4"),
        ("batch_size", "20"),
        ("batch_interval_ms", "5"),
    ]);
    let table = declare(&sink, "t", &["id", "v"], &["id"]).unwrap();
    cluster.control("journal start");
    let (mut submitted, mut rng) = (Submitted::default(), StdRng::seed_from_u64(1));
    let mut write = |keys| submitted.churn(Rows::new(table), keys, &mut rng).write(&sink).unwrap();
    write(0..200);
    flush(&sink).unwrap();
    // Commits take some time, so that the cut finds statements in every state: some are committed,
    // but the sink knows of none.
    cluster.control("latency commit 100");
    write(0..100);
    let started = cluster.stat("commits");
    until("a statement is committed", || cluster.stat("commits") > started);
    network.cut();
    let cut = Instant::now();
    write(50..150);
    let ticket = sink.flush().unwrap();
    while cut.elapsed() < PARTITION {
        assert!(!sink.wait(ticket, SLICE).unwrap(), "no packet arrives, so nothing can be durable");
    }
    let retries = sink.stats()[STAT_RETRIES_CONNECTION];
    assert!(retries > 0, "dead connections are detected while nothing answers");
    network.heal();
    until("all is durable", || sink.wait(ticket, SLICE).unwrap());
    cluster.control("latency commit 0");
    write(0..200);
    flush(&sink).unwrap();
    submitted.prove(&cluster.changes("t"), "partition");
    sink.close();
}

#[test]
fn the_sink_waits_for_a_server_that_pauses() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, v bigint)");
    let sink = cluster.sink(&[("max_connections", "4"), ("batch_interval_ms", "5")]);
    let table = declare(&sink, "t", &["id", "v"], &["id"]).unwrap();
    cluster.control("journal start");
    let (mut submitted, mut rng) = (Submitted::default(), StdRng::seed_from_u64(2));
    for round in 0..20 {
        if round % 5 == 2 {
            cluster.control("pause");
        }
        submitted.churn(Rows::new(table), 0..100, &mut rng).write(&sink).unwrap();
        if round % 5 == 4 {
            let ticket = sink.flush().unwrap();
            assert!(!sink.wait(ticket, SLICE).unwrap());
            cluster.control("resume");
        }
    }
    flush(&sink).unwrap();
    assert_eq!(submitted.prove(&cluster.changes("t"), "pause"), 0, "nothing was sent twice");
    sink.close();
}

#[test]
fn the_sink_survives_a_crash_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let mut cluster = Cluster::with(Options { dir: Some(folder.path().to_owned()), ..Options::default() });
    // Rows that were reported as committed must survive the crash, as on Aurora DSQL.
    cluster.sql(
        "ALTER ROLE admin SET synchronous_commit = on; CREATE TABLE t (id bigint PRIMARY KEY, v bigint)",
    );
    let sink = cluster.sink(&[("max_connections", "4"), ("batch_size", "20"), ("batch_interval_ms", "5")]);
    let table = declare(&sink, "t", &["id", "v"], &["id"]).unwrap();
    cluster.control("journal start");
    let (mut submitted, mut rng) = (Submitted::default(), StdRng::seed_from_u64(3));
    for crash in 0..2 {
        for _ in 0..20 {
            submitted.churn(Rows::new(table), 0..200, &mut rng).write(&sink).unwrap();
        }
        if crash == 0 {
            // During the second crash the rows are being sent; during the first they wait.
            cluster.control("latency commit 50");
        }
        let ticket = sink.flush().unwrap();
        cluster.crash();
        submitted.churn(Rows::new(table), 0..200, &mut rng).write(&sink).unwrap();
        until("the rows are durable", || sink.wait(ticket, SLICE).unwrap());
        flush(&sink).unwrap();
    }
    // The journal is read only once, because PostgreSQL forgets the read position in a crash.
    submitted.prove(&cluster.changes("t"), "crash");
    assert!(sink.stats()[STAT_RETRIES_CONNECTION] > 0);
    sink.close();
}
