//! A network that is away and servers that restart: the job waits, goes on by itself, and nothing is lost, doubled or
//! reordered.

use std::time::{Duration, Instant};

use crate::common::journal::Submitted;
use crate::common::network::Network;
use crate::common::{Cluster, Rows, SLICE, declare, flush, until};
use dsql_local::cli::Options;
use dsql_sink::abi::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// How long the network is away. Longer than the kernel waits for an acknowledgement, so connections are given up.
const PARTITION: Duration = Duration::from_secs(60);

#[test]
fn a_partition_of_a_minute_is_survived() {
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
    // Commits take a while, so that the cut meets statements in every state: some committed, none of them told.
    cluster.control("latency commit 100");
    write(0..100);
    let started = cluster.stat("commits");
    until("a statement is committed", || cluster.stat("commits") > started);
    network.cut();
    let cut = Instant::now();
    write(50..150);
    let ticket = sink.flush().unwrap();
    while cut.elapsed() < PARTITION {
        assert!(!sink.wait(ticket, SLICE).unwrap(), "nothing arrives, so nothing can be durable");
    }
    let retries = sink.stats()[STAT_RETRIES_CONNECTION];
    assert!(retries > 0, "dead connections are noticed while nothing answers");
    network.heal();
    until("all is durable", || sink.wait(ticket, SLICE).unwrap());
    cluster.control("latency commit 0");
    write(0..200);
    flush(&sink).unwrap();
    submitted.prove(&cluster.changes("t"), "partition");
    sink.close();
}

#[test]
fn a_server_that_does_not_answer_for_a_while_is_waited_for() {
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
fn a_crash_of_the_server_is_survived() {
    let folder = tempfile::tempdir().unwrap();
    let mut cluster = Cluster::with(Options { dir: Some(folder.path().to_owned()), ..Options::default() });
    // What is told to be committed must survive the crash, as it does on Aurora DSQL.
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
            // At the second crash the rows are on their way, at the first they wait.
            cluster.control("latency commit 50");
        }
        let ticket = sink.flush().unwrap();
        cluster.crash();
        submitted.churn(Rows::new(table), 0..200, &mut rng).write(&sink).unwrap();
        until("the rows are durable after all", || sink.wait(ticket, SLICE).unwrap());
        flush(&sink).unwrap();
    }
    // Read once: a crash makes PostgreSQL forget how far its log was read.
    submitted.prove(&cluster.changes("t"), "crash");
    assert!(sink.stats()[STAT_RETRIES_CONNECTION] > 0);
    sink.close();
}
