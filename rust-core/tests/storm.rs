//! Many sinks that connect at once, as after a restart of a job with many tasks.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::io::Write;
use std::process::{Child, Command, Stdio};

use common::{Cluster, Field, Rows, SECRET_ACCESS_KEY, declare, flush, until};
use dsql_local::cli::Options;
use dsql_sink::abi::*;
use dsql_sink::error::{ErrorKind, SinkError};
use dsql_sink::sink::Sink;

const SINKS: i64 = 8;
/// Connections of a sink. It opens all of them because of many batches that each take some time.
const CONNECTIONS: i64 = 8;
const LOAD: [(&str, &str); 2] = [("max_connections", "8"), ("batch_size", "10")];
const SLOW: &str = "latency commit 1000";
const KEYS: i64 = 400;

/// Writes rows until all connections are open.
fn fill(sink: &Sink, number: i64) -> Result<(), SinkError> {
    let table = declare(sink, "t", &["id", "sink"], &["id"])?;
    let row =
        |rows: Rows, key: i64| rows.row(ROW_INSERT, &[Field::Int(number * KEYS + key), Field::Int(number)]);
    (0..KEYS).fold(Rows::new(table), row).write(sink)?;
    until("all connections are open", || sink.stats()[STAT_CONNECTIONS_OPEN] == CONNECTIONS);
    flush(sink)
}

/// Opens all sinks, lets all of them write at once, and returns the number of connections that the
/// cluster refused, and of retries that the sinks counted.
fn storm(rate: u32) -> (i64, i64) {
    let cluster = Cluster::with(Options { connection_rate: rate, ..Options::default() });
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, sink bigint)");
    cluster.control(SLOW);
    let sinks: Vec<Sink> = (0..SINKS).map(|_| cluster.sink(&LOAD)).collect();
    std::thread::scope(|scope| {
        for (number, sink) in (0_i64..).zip(&sinks) {
            scope.spawn(move || fill(sink, number).unwrap());
        }
    });
    let total = |slot: usize| sinks.iter().map(|sink| sink.stats()[slot]).sum::<i64>();
    assert_eq!(total(STAT_CONNECTIONS_OPEN), SINKS * CONNECTIONS);
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), [(SINKS * KEYS).to_string()]);
    let retries = total(STAT_RETRIES_UNAVAILABLE);
    sinks.iter().for_each(Sink::close);
    (cluster.stat("connections_refused"), retries)
}

/// 64 connections would be too many at once: the cluster accepts 60, and 60 more each second. A
/// process opens 50 at once.
#[test]
fn the_sinks_of_a_process_share_one_pace_of_connecting() {
    assert_eq!(storm(60), (0, 0));
}

/// Sinks of other processes do not share the pace. Refused connections are retried after growing,
/// random pauses, until all are open.
#[test]
fn refused_connections_are_retried_later() {
    let (refused, retries) = storm(8);
    assert!(refused > 0);
    assert_eq!(retries, refused, "each refusal is one retry");
    // 64 connections at 8 per second, with doubling pauses from half a second on: few of them are
    // refused three times.
    assert!(refused < 3 * 64, "{refused} refused");
}

const URL: &str = "DSQL_STORM_URL";
const NUMBER: &str = "DSQL_STORM_NUMBER";
const SECRET: &str = "DSQL_STORM_SECRET";

/// Starts processes, each with a sink on the cluster, lets all write at once, and returns the sum
/// of the retries that they print.
fn processes(cluster: &Cluster, secret: &str) -> i64 {
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, sink bigint)");
    cluster.control(SLOW);
    let start = |number: i64| {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_sink", "--ignored", "--nocapture"])
            .envs([(URL, cluster.url()), (NUMBER, number.to_string()), (SECRET, secret.to_owned())])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let mut children: Vec<Child> = (0..SINKS).map(start).collect();
    for child in &mut children {
        writeln!(child.stdin.as_mut().unwrap()).unwrap();
    }
    let retries = |child: Child| {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}");
        let count = said.lines().find_map(|line| line.split_once("retries=")).unwrap().1;
        count.parse::<i64>().unwrap()
    };
    children.into_iter().map(retries).sum()
}

/// A process of a job.
#[test]
#[ignore = "run by the tests below"]
fn child_sink() {
    let number = std::env::var(NUMBER).unwrap().parse().unwrap();
    let secret = std::env::var(SECRET).unwrap();
    let changes = [&LOAD[..], &[("secret_access_key", secret.as_str())]].concat();
    let sink = Sink::open(common::config_at(std::env::var(URL).unwrap(), &changes).unwrap()).unwrap();
    std::io::stdin().read_line(&mut String::new()).unwrap();
    if secret == SECRET_ACCESS_KEY {
        fill(&sink, number).unwrap();
        assert_eq!(sink.stats()[STAT_CONNECTIONS_OPEN], CONNECTIONS);
    } else {
        // A caller that tries again after each error.
        for _ in 0..20 {
            assert_eq!(fill(&sink, number).unwrap_err().kind(), ErrorKind::Authentication);
        }
    }
    println!("\nretries={}", sink.stats()[STAT_RETRIES_UNAVAILABLE]);
    sink.close();
}

fn written(cluster: &Cluster) -> i64 {
    cluster.rows("SELECT count(*) FROM t")[0].parse().unwrap()
}

#[test]
fn processes_that_start_together_stay_below_the_quota() {
    let cluster = Cluster::start();
    assert_eq!(processes(&cluster, SECRET_ACCESS_KEY), 0);
    assert_eq!(written(&cluster), SINKS * KEYS);
    assert_eq!(cluster.stat("connections_accepted"), SINKS * CONNECTIONS);
    assert_eq!(cluster.stat("connections_refused"), 0);
}

/// The same number of processes, each with its own pace, on a cluster that accepts fewer
/// connections than one of them opens.
#[test]
fn refused_processes_retry_later() {
    let cluster = Cluster::with(Options { connection_rate: 8, ..Options::default() });
    let retries = processes(&cluster, SECRET_ACCESS_KEY);
    assert_eq!(written(&cluster), SINKS * KEYS);
    let refused = cluster.stat("connections_refused");
    assert!(refused > 0);
    assert_eq!(retries, refused, "each refusal is one retry");
    assert!(refused < 3 * SINKS * CONNECTIONS, "{refused} refused");
}

/// A sink tries only once, however often it is called.
#[test]
fn processes_with_a_wrong_key_do_not_try_again() {
    let cluster = Cluster::start();
    assert_eq!(processes(&cluster, "not-the-secret"), 0);
    assert_eq!(cluster.stat("connections_authenticated"), 0);
    assert_eq!(cluster.stat("connections_accepted"), SINKS);
}
