//! Many sinks that connect at once: a job that starts again with all its tasks.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{Cluster, Field, Rows, declare, flush};
use dsql_local::cli::Options;
use dsql_sink::border::*;
use dsql_sink::sink::Sink;

const SINKS: usize = 8;
const LANES: i64 = 8;
/// Enough keys that each lane has some.
const KEYS: i64 = 400;

/// Opens all sinks, lets all their lanes write at once, and returns how many connections the cluster refused and how
/// many retries the sinks counted for it.
fn storm(rate: u32) -> (i64, i64) {
    let cluster = Cluster::with(Options { connection_rate: rate, ..Options::default() });
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, sink bigint)");
    let sinks: Vec<Sink> = (0..SINKS).map(|_| cluster.sink(&[("max_connections", "8")])).collect();
    std::thread::scope(|scope| {
        for (number, sink) in (0_i64..).zip(&sinks) {
            scope.spawn(move || {
                let table = declare(sink, "t", &["id", "sink"], &["id"]).unwrap();
                let row = |rows: Rows, key: i64| {
                    rows.row(ROW_INSERT, &[Field::Int(number * KEYS + key), Field::Int(number)])
                };
                (0..KEYS).fold(Rows::new(table), row).write(sink).unwrap();
                flush(sink).unwrap();
            });
        }
    });
    let total = |slot: usize| sinks.iter().map(|sink| sink.stats()[slot]).sum::<i64>();
    assert_eq!(total(STAT_CONNECTIONS_OPEN), i64::try_from(SINKS).unwrap() * LANES);
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), [(i64::try_from(SINKS).unwrap() * KEYS).to_string()]);
    let retries = total(STAT_RETRIES_UNAVAILABLE);
    sinks.iter().for_each(Sink::close);
    (cluster.stat("connections_refused"), retries)
}

/// 64 connections would be too many at once: the cluster takes 30, and 30 more each second.
#[test]
fn the_sinks_of_a_process_connect_at_one_pace() {
    assert_eq!(storm(30), (0, 0));
}

/// Sinks of other processes do not share the pace. What the cluster then refuses is tried again, later each time and
/// not together, until all are connected.
#[test]
fn refused_connections_come_back_later() {
    let (refused, retries) = storm(8);
    assert!(refused > 0);
    assert_eq!(retries, refused, "each refusal is one retry");
    // 64 connections at 8 a second, with pauses of half a second that double: few of them are refused three times.
    assert!(refused < 3 * 64, "{refused} refused");
}
