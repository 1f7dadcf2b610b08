//! Faults of the database and the network, ordered from dsql-local: nothing is lost, doubled or reordered.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use common::{Cluster, Field, Rows, SLICE, declare, flush, until};
use dsql_sink::border::*;
use dsql_sink::error::ErrorKind;
use dsql_sink::sink::Sink;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

fn thousand(table: u32) -> Rows {
    (0..1_000).fold(Rows::new(table), |rows, id| rows.row(ROW_INSERT, &[Field::Int(id)]))
}

/// Orders a fault, writes 1,000 rows and returns the change of a counter.
fn survive(fault: &str, slot: usize) -> i64 {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY)");
    let sink = cluster.sink(&[("max_connections", "2")]);
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    cluster.control(fault);
    thousand(table).write(&sink).unwrap();
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), ["1000"], "{fault}");
    assert_eq!(sink.stats()[STAT_ROWS_COMMITTED], 1_000);
    let count = sink.stats()[slot];
    sink.close();
    count
}

#[test]
fn conflicts_are_sent_again() {
    assert_eq!(survive("faults add OC000 --count 5", STAT_RETRIES_CONFLICT), 5);
    assert_eq!(survive("faults add OC001 --count 3", STAT_RETRIES_CONFLICT), 3);
}

#[test]
fn an_unavailable_server_is_asked_again_whether_it_committed_or_not() {
    assert_eq!(survive("faults add XX000 --count 2", STAT_RETRIES_UNAVAILABLE), 2);
    assert_eq!(survive("faults add XX000 --when after --count 2", STAT_RETRIES_UNAVAILABLE), 2);
}

#[test]
fn a_lost_connection_is_opened_again_whether_it_committed_or_not() {
    assert_eq!(survive("faults add EOF --count 2", STAT_RETRIES_CONNECTION), 2);
    assert_eq!(survive("faults add RESET --when after --count 2", STAT_RETRIES_CONNECTION), 2);
}

#[test]
fn a_cluster_that_wakes_up_or_throttles_is_waited_for() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY)");
    cluster.control("connects waking-up 1");
    let sink = cluster.sink(&[]);
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    cluster.control("connects rate 2");
    thousand(table).write(&sink).unwrap();
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), ["1000"]);
    assert!(common::notices(&sink).contains("waking up"));
    sink.close();
}

#[test]
fn a_unique_value_can_move_between_lanes() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, mail text UNIQUE)");
    let sink = cluster.sink(&[("max_connections", "8")]);
    let table = declare(&sink, "t", &["id", "mail"], &["id"]).unwrap();
    for id in 0..50 {
        Rows::new(table).row(ROW_INSERT, &[id.into(), Field::Text(format!("m{id}"))]).write(&sink).unwrap();
    }
    flush(&sink).unwrap();
    // Each mail leaves its row and goes to a new one, mostly in another lane.
    for id in 0..50 {
        Rows::new(table)
            .row(ROW_DELETE, &[id.into(), Field::Null])
            .row(ROW_INSERT, &[(id + 100).into(), Field::Text(format!("m{id}"))])
            .write(&sink)
            .unwrap();
    }
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT count(*), min(id) FROM t"), ["50|100"]);
    sink.close();
}

#[test]
fn appended_rows_of_unknown_outcome_are_not_sent_again() {
    for when in ["before", "after"] {
        let cluster = Cluster::start();
        cluster.sql("CREATE TABLE log (id bigint)");
        let sink = cluster.sink(&[]);
        let table = declare(&sink, "log", &["id"], &[]).unwrap();
        cluster.control(&format!("faults add EOF --when {when}"));
        thousand(table).write(&sink).unwrap();
        let error = flush(&sink).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error}");
        assert!(
            error.message().contains("public.log") && error.message().contains("'primary_keys'"),
            "{error}"
        );
        sink.close();
    }
}

#[test]
fn conflicts_that_do_not_end_fail_in_time() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY)");
    let sink = cluster.sink(&[("retry_timeout_ms", "300")]);
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    cluster.control("faults add OC000 --count 100000");
    thousand(table).write(&sink).unwrap();
    let error = flush(&sink).unwrap_err();
    assert_eq!((error.kind(), error.sqlstate()), (ErrorKind::Conflict, Some("40001")), "{error}");
    assert!(error.message().contains("public.t"), "{error}");
    assert!(cluster.rows("SELECT * FROM t").is_empty());
}

#[test]
fn a_full_buffer_holds_writers_back_until_the_server_goes_on() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, body bytea)");
    let sink = cluster.sink(&[("max_buffer_bytes", "20971520"), ("max_connections", "2")]);
    let table = declare(&sink, "t", &["id", "body"], &["id"]).unwrap();
    cluster.control("pause");
    let row =
        |id: i64| Rows::new(table).row(ROW_INSERT, &[id.into(), Field::Bytes(vec![1; 1_000_000])]).bytes();
    let mut written = 0;
    while sink.write(&row(written), SLICE).unwrap() {
        written += 1;
        assert!(written < 30, "the buffer has no end");
    }
    assert!(sink.stats()[STAT_BUFFERED_BYTES] <= 20_971_520);
    cluster.control("resume");
    until("there is room", || sink.write(&row(written), SLICE).unwrap());
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), [(written + 1).to_string()]);
    sink.close();
}

#[test]
fn a_buffer_full_of_tentative_deletes_is_written() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY); INSERT INTO t VALUES (1)");
    let sink = cluster.sink(&[("max_buffer_bytes", "20971520")]);
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    // More keys than the buffer holds, and none comes back: as if every key of a large table changed.
    for frame in 0..30 {
        (0..10_000)
            .fold(Rows::new(table), |rows, id| rows.row(ROW_UPDATE_BEFORE, &[(frame * 10_000 + id).into()]))
            .write(&sink)
            .unwrap();
    }
    flush(&sink).unwrap();
    assert!(cluster.rows("SELECT id FROM t").is_empty());
    sink.close();
}

#[test]
fn connections_are_replaced_before_their_end() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY)");
    let mut config = cluster.config(&[("max_connections", "1")]).unwrap();
    config.connection_age = Duration::from_millis(100);
    let sink = Sink::open(config).unwrap();
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    let mut id = 0;
    until("the third connection is open", || {
        id += 1;
        Rows::new(table).row(ROW_INSERT, &[id.into()]).write(&sink).unwrap();
        flush(&sink).unwrap();
        sink.stats()[STAT_CONNECTIONS_OPENED] >= 3
    });
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), [id.to_string()]);
    assert_eq!(sink.stats()[STAT_RETRIES_CONNECTION], 0, "no batch met a closed connection");
    sink.close();
}

#[test]
fn closing_ends_a_flush_that_waits() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY)");
    let sink = cluster.sink(&[]);
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    cluster.control("pause");
    thousand(table).write(&sink).unwrap();
    let ticket = sink.flush().unwrap();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| sink.wait(ticket, Duration::from_secs(3_600)));
        until("the rows are on their way", || sink.stats()[STAT_CONNECTIONS_OPEN] > 0);
        sink.close();
        assert_eq!(waiter.join().unwrap().unwrap_err().kind(), ErrorKind::Closed);
    });
    cluster.control("resume");
}

/// Any operations on any keys, cut by flushes and faults at any place, end like applying them one by one.
#[test]
fn random_histories_end_in_the_same_table() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE model (id bigint PRIMARY KEY, v bigint)");
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    // A fault about every tenth row: each costs a pause of the retry.
    let step = (0u8..8, 0i64..20, any::<i64>(), 0u8..40);
    let history = (1usize..6, 1usize..40, prop::collection::vec(step, 1..120));
    runner
        .run(&history, |(lanes, batch, steps)| {
            cluster.sql("TRUNCATE model");
            let sink = cluster.sink(&[
                ("max_connections", &lanes.to_string()),
                ("batch_size", &batch.to_string()),
                ("batch_interval_ms", "3"),
            ]);
            let table = declare(&sink, "model", &["id", "v"], &["id"]).unwrap();
            let mut model = BTreeMap::new();
            for (kind, key, value, event) in steps {
                let fault = match event {
                    0 => "faults add OC000",
                    1 => "faults add EOF",
                    2 => "faults add RESET --when after",
                    3 => "faults add XX000 --when after",
                    _ => "",
                };
                if !fault.is_empty() {
                    cluster.control(fault);
                }
                if event == 4 {
                    flush(&sink).unwrap();
                }
                let row = |kind| Rows::new(table).row(kind, &[key.into(), value.into()]);
                match kind {
                    0 | 1 => {
                        row(ROW_DELETE).write(&sink).unwrap();
                        model.remove(&key);
                    }
                    2 => {
                        row(ROW_UPDATE_BEFORE).write(&sink).unwrap();
                        row(ROW_UPDATE_AFTER).write(&sink).unwrap();
                        model.insert(key, value);
                    }
                    3 => {
                        // The key changes.
                        row(ROW_UPDATE_BEFORE).write(&sink).unwrap();
                        Rows::new(table)
                            .row(ROW_UPDATE_AFTER, &[(key + 1).into(), value.into()])
                            .write(&sink)
                            .unwrap();
                        model.remove(&key);
                        model.insert(key + 1, value);
                    }
                    _ => {
                        row(ROW_INSERT).write(&sink).unwrap();
                        model.insert(key, value);
                    }
                }
            }
            flush(&sink).unwrap();
            sink.close();
            cluster.control("faults clear");
            let expected: Vec<String> = model.iter().map(|(key, value)| format!("{key}|{value}")).collect();
            prop_assert_eq!(cluster.rows("SELECT id, v FROM model ORDER BY id"), expected);
            Ok(())
        })
        .unwrap();
}
