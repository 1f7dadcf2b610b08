//! Faults of the database and the network, requested from dsql-local: nothing is lost, duplicated
//! or reordered.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common::journal::Submitted;
use common::{Cluster, Field, Rows, SLICE, declare, flush, until};
use dsql_sink::abi::*;
use dsql_sink::error::ErrorKind;
use rand::SeedableRng;
use rand::rngs::StdRng;

fn thousand(table: u32) -> Rows {
    (0..1_000).fold(Rows::new(table), |rows, id| rows.row(ROW_INSERT, &[Field::Int(id)]))
}

/// Writes random operations on 30 keys in 12 rounds, calls `disturb` after the fourth, and proves
/// by the journal that each key got them in order up to the last one. Returns how many images were
/// committed twice, and the sink's counters.
fn survive(
    cluster: &Cluster,
    what: &str,
    changes: &[(&str, &str)],
    disturb: impl Fn(),
) -> (usize, [i64; STAT_COUNT]) {
    cluster.sql("DROP TABLE IF EXISTS t; CREATE TABLE t (id bigint PRIMARY KEY, v bigint)");
    let usual = [("max_connections", "3"), ("batch_size", "8"), ("batch_interval_ms", "2")];
    let sink = cluster.sink(&[&usual[..], changes].concat());
    let table = declare(&sink, "t", &["id", "v"], &["id"]).unwrap();
    cluster.control("journal start");
    let (mut submitted, mut rng) = (Submitted::default(), StdRng::seed_from_u64(7));
    for round in 0..12 {
        submitted.churn(Rows::new(table), 0..30, &mut rng).write(&sink).unwrap();
        if round % 2 == 1 {
            flush(&sink).unwrap_or_else(|error| panic!("{what}: {error}"));
        }
        if round == 3 {
            disturb();
        }
    }
    let again = submitted.prove(&cluster.changes("t"), what);
    let stats = sink.stats();
    sink.close();
    (again, stats)
}

#[test]
fn the_sink_survives_every_fault_at_a_commit() {
    let cluster = Cluster::start();
    for (fault, slot) in [
        ("OC000", STAT_RETRIES_CONFLICT),
        ("OC001", STAT_RETRIES_CONFLICT),
        ("XX000", STAT_RETRIES_UNAVAILABLE),
        ("EOF", STAT_RETRIES_CONNECTION),
        ("RESET", STAT_RETRIES_CONNECTION),
    ] {
        for when in ["statement", "before", "after"] {
            let order = format!("faults add {fault} --when {when} --skip 1 --count 3");
            // Another connection could get some of the faults while it is opened.
            let one = [("max_connections", "1")];
            let (again, stats) = survive(&cluster, &order, &one, || drop(cluster.control(&order)));
            // A transaction of several statements can get all three at once.
            let least = if when == "statement" { 1 } else { 3 };
            assert!((least..=3).contains(&stats[slot]), "{order}: {}", stats[slot]);
            if when != "after" {
                assert_eq!(again, 0, "{order}: rows that were not committed are committed once");
            }
        }
    }
}

#[test]
fn the_sink_survives_every_fault_at_connecting() {
    let cluster = Cluster::start();
    let impatient = format!("{}&connectTimeout=1", cluster.url());
    for how in ["refuse 4", "hang 1", "waking-up 2", "too-many 2", "rate 2"] {
        let disturb = || {
            cluster.control(&format!("connects {how}"));
            cluster.control("drop-all");
        };
        let (_, stats) = survive(&cluster, how, &[("url", &impatient), ("max_connections", "1")], disturb);
        let count: i64 = how.split(' ').next_back().unwrap().parse().unwrap();
        let slot = match how {
            "refuse 4" | "hang 1" => STAT_RETRIES_CONNECTION,
            _ => STAT_RETRIES_UNAVAILABLE,
        };
        assert!(stats[slot] >= count, "{how}: {}", stats[slot]);
    }
}

#[test]
fn a_stale_token_is_replaced_by_a_fresh_one() {
    let cluster = Cluster::start();
    let disturb = || {
        // Only one login: a clock that stays wrong is an error.
        cluster.control("clock 3600 1");
        cluster.control("drop-all");
    };
    let refused = cluster.stat("connections_refused");
    survive(&cluster, "stale token", &[], disturb);
    assert_eq!(cluster.stat("connections_refused"), refused + 1);
}

#[test]
fn the_sink_survives_connections_that_break_all_the_time() {
    let cluster = Cluster::start();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                cluster.control("drop-all");
                std::thread::sleep(Duration::from_millis(150));
            }
        });
        for _ in 0..3 {
            survive(&cluster, "drop-all", &[], || {});
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn appended_rows_are_committed_once_and_in_order_or_the_job_fails() {
    let cluster = Cluster::start();
    for (fault, when, fails) in [
        ("OC000", "statement", false),
        ("OC000", "before", false),
        ("OC001", "before", false),
        ("XX000", "before", true),
        ("XX000", "after", true),
        ("EOF", "before", true),
        ("EOF", "after", true),
        ("RESET", "before", true),
        ("RESET", "after", true),
    ] {
        let order = format!("faults add {fault} --when {when} --skip 2");
        cluster.sql("DROP TABLE IF EXISTS log; CREATE TABLE log (id bigint, v bigint)");
        // One connection sends one batch after the other.
        let sink = cluster.sink(&[("batch_size", "10"), ("max_connections", "1")]);
        let table = declare(&sink, "log", &["id", "v"], &[]).unwrap();
        cluster.control("journal start");
        cluster.control(&order);
        let rows =
            |table| (0..100).fold(Rows::new(table), |rows, v| rows.row(ROW_INSERT, &[1.into(), v.into()]));
        rows(table).write(&sink).unwrap();
        let flushed = flush(&sink);
        let committed: Vec<i64> = cluster.changes("log").iter().filter_map(|change| change.image).collect();
        if fails {
            let error = flushed.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{order}: {error}");
            for part in ["public.log", "'primary_keys'", "may or may not have happened"] {
                assert!(error.message().contains(part), "{order}: {error}");
            }
            let most = if when == "after" { 30 } else { 20 };
            assert_eq!(committed, (0..most).collect::<Vec<_>>(), "{order}: nothing is sent after it");
        } else {
            flushed.unwrap();
            assert_eq!(committed, (0..100).collect::<Vec<_>>(), "{order}");
        }
        sink.close();
    }
}

#[test]
fn a_unique_value_can_move_between_rows() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, mail text UNIQUE)");
    let sink = cluster.sink(&[("max_connections", "8")]);
    let table = declare(&sink, "t", &["id", "mail"], &["id"]).unwrap();
    for id in 0..50 {
        Rows::new(table).row(ROW_INSERT, &[id.into(), Field::Text(format!("m{id}"))]).write(&sink).unwrap();
    }
    flush(&sink).unwrap();
    // Each mail leaves its row and goes to a new one.
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
fn a_full_buffer_blocks_writers_until_the_server_continues() {
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
        assert!(written < 30, "the buffer has no limit");
    }
    assert!(sink.stats()[STAT_BUFFERED_BYTES] <= 20_971_520);
    cluster.control("resume");
    until("there is room", || sink.write(&row(written), SLICE).unwrap());
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), [(written + 1).to_string()]);
    sink.close();
}

#[test]
fn a_buffer_full_of_rows_before_their_update_is_written() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY); INSERT INTO t VALUES (1)");
    let sink = cluster.sink(&[("max_buffer_bytes", "20971520")]);
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    // More keys than the buffer holds, and no key twice: as if every key of a large table changed.
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
        until("the rows are being sent", || sink.stats()[STAT_CONNECTIONS_OPEN] > 0);
        sink.close();
        assert_eq!(waiter.join().unwrap().unwrap_err().kind(), ErrorKind::Closed);
    });
    cluster.control("resume");
}

#[test]
fn an_outage_logs_two_lines_for_any_number_of_connections() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY)");
    cluster.control("latency commit 100");
    let sink = cluster.sink(&[("max_connections", "8"), ("batch_size", "10"), ("batch_interval_ms", "1")]);
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    thousand(table).write(&sink).unwrap();
    until("all connections are open", || sink.stats()[STAT_CONNECTIONS_OPEN] == 8);
    assert_eq!(common::warnings(&sink), [""; 0]);
    cluster.control("connects refuse 1000000");
    cluster.control("drop-all");
    until("connections fail many times", || sink.stats()[STAT_RETRIES_CONNECTION] >= 32);
    cluster.control("connects accept");
    flush(&sink).unwrap();
    let told = common::warnings(&sink);
    let [begins, back] = &told[..] else { panic!("{told:?}") };
    assert!(begins.starts_with("outage: ") && begins.ends_with("; trying again"), "{begins}");
    assert!(back.starts_with("back after ") && back.contains(" tries had failed"), "{back}");
}
