//! Counts connections, batches and statements: how many there are, when they are sent, how large
//! they are.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::{Cluster, Field, Rows, declare, flush, until};
use dsql_local::cli::Options;
use dsql_sink::abi::*;
use dsql_sink::error::ErrorKind;
use dsql_sink::sink::Sink;

/// Longer than any test, so that no batch is sent because of its age.
const NEVER: (&str, &str) = ("batch_interval_ms", "3600000");

fn ids(table: u32, ids: std::ops::Range<i64>) -> Rows {
    ids.fold(Rows::new(table), |rows, id| rows.row(ROW_INSERT, &[id.into()]))
}

#[test]
fn a_hundred_tables_with_few_rows_use_one_connection() {
    let cluster = Cluster::start();
    let sink = cluster.sink(&[]);
    assert_eq!(cluster.stat("connections_accepted"), 0, "connections are opened only when they are needed");
    for number in 0..100 {
        cluster.sql(&format!("CREATE TABLE t{number} (id bigint PRIMARY KEY)"));
        let table = declare(&sink, &format!("t{number}"), &["id"], &["id"]).unwrap();
        ids(table, 0..50).write(&sink).unwrap();
        flush(&sink).unwrap();
    }
    let count = "SELECT sum((xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM ' || relname, false, true, \
                 '')))[1]::text::int) FROM pg_class WHERE relname ~ '^t[0-9]+$'";
    assert_eq!(cluster.rows(count), ["5000"]);
    // There is more than one connection only if this machine is so slow that a batch had to wait.
    assert!(sink.stats()[STAT_CONNECTIONS_OPENED] <= 4, "{}", sink.stats()[STAT_CONNECTIONS_OPENED]);
    sink.close();
}

#[test]
fn connections_follow_the_load_and_stay_below_the_rate_limit() {
    // dsql-local refuses more than 60 at once and 60 per second; a cluster accepts 100 from all its
    // clients together.
    let cluster = Cluster::with(Options { connection_rate: 60, ..Options::default() });
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY)");
    let sink = cluster.sink(&[("max_connections", "150"), ("batch_size", "10")]);
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    cluster.control("latency commit 5000");
    ids(table, 0..5_000).write(&sink).unwrap();
    until("all connections are open", || sink.stats()[STAT_CONNECTIONS_OPEN] == 150);
    cluster.control("latency commit 0");
    flush(&sink).unwrap();
    assert_eq!(cluster.stat("connections_refused"), 0);
    assert_eq!(sink.stats()[STAT_CONNECTIONS_OPENED], 150);
    sink.close();
}

#[test]
fn connections_without_work_are_closed_and_opened_again_when_there_is_some() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY)");
    let mut config = cluster.config(&[("batch_size", "10")]).unwrap();
    // In place of a minute.
    config.connection_idle = Duration::from_millis(500);
    let sink = Sink::open(config).unwrap();
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    cluster.control("latency commit 300");
    ids(table, 0..200).write(&sink).unwrap();
    until("several connections are open", || sink.stats()[STAT_CONNECTIONS_OPEN] > 3);
    flush(&sink).unwrap();
    until("all are closed", || sink.stats()[STAT_CONNECTIONS_OPEN] == 0);
    ids(table, 200..201).write(&sink).unwrap();
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), ["201"]);
    sink.close();
}

#[test]
fn a_batch_waits_shortly_for_a_busy_connection_before_another_is_opened() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY)");
    let sink = cluster.sink(&[("batch_size", "10")]);
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    for round in 0..20 {
        ids(table, round * 20..round * 20 + 20).write(&sink).unwrap();
        flush(&sink).unwrap();
    }
    // There are two batches each time, and the first one takes a few milliseconds.
    assert!(sink.stats()[STAT_CONNECTIONS_OPENED] <= 3, "{}", sink.stats()[STAT_CONNECTIONS_OPENED]);
    sink.close();
}

#[test]
fn connections_are_replaced_under_load_without_a_failure() {
    let cluster = Cluster::with(Options { connection_lifetime: 5, ..Options::default() });
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY); CREATE TABLE log (id bigint)");
    let mut config = cluster.config(&[("max_connections", "3"), ("batch_interval_ms", "1")]).unwrap();
    // In place of 55 minutes.
    config.connection_age = Duration::from_secs(3);
    let sink = Sink::open(config).unwrap();
    let keyed = declare(&sink, "t", &["id"], &["id"]).unwrap();
    let appended = declare(&sink, "log", &["id"], &[]).unwrap();
    let mut written = 0;
    // It is at least the third connection; the server would have closed the first ones.
    until("connections were replaced", || {
        ids(keyed, written..written + 30).write(&sink).unwrap();
        // The sink could not send these again if a connection ended.
        ids(appended, written..written + 1).write(&sink).unwrap();
        flush(&sink).unwrap();
        written += 30;
        sink.stats()[STAT_CONNECTIONS_OPENED] >= 4
    });
    assert_eq!(sink.stats()[STAT_RETRIES_CONNECTION], 0, "no batch met a closed connection");
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), [written.to_string()]);
    assert_eq!(cluster.rows("SELECT count(*) FROM log"), [(written / 30).to_string()]);
    sink.close();
}

#[test]
fn a_full_batch_takes_one_round_trip_and_nothing_else() {
    let cluster = Cluster::start();
    let sink = cluster.sink(&[("max_connections", "1"), ("batch_size", "50"), NEVER]);
    let tables: Vec<u32> = (0..30)
        .map(|number| {
            cluster.sql(&format!("CREATE TABLE t{number} (id bigint PRIMARY KEY)"));
            declare(&sink, &format!("t{number}"), &["id"], &["id"]).unwrap()
        })
        .collect();
    let count = || ["parses", "describes", "round_trips", "commits"].map(|name| cluster.stat(name));
    let write = |to: i64, from: i64| {
        tables.iter().for_each(|table| ids(*table, from..to).write(&sink).unwrap());
        until("all rows are sent", || sink.stats()[STAT_ROWS_COMMITTED] == 30 * to);
    };
    let start = count();
    write(50, 0);
    let first = count();
    assert_eq!(first[0] - start[0], 30, "the statement of each table is prepared once");
    write(5_000, 50);
    let after = count();
    let [parses, describes, round_trips, commits] = std::array::from_fn(|at| after[at] - first[at]);
    assert_eq!((parses, describes), (0, 0));
    assert_eq!((round_trips, commits), (30 * 99, 30 * 99));
    sink.close();
}

#[test]
fn rows_that_come_after_a_full_batch_are_collected_until_it_is_written() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY)");
    let sink = cluster.sink(&[("max_connections", "1"), ("batch_size", "100"), ("batch_interval_ms", "1")]);
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    let parses = cluster.stat("parses");
    let write = |rows| ids(table, rows).write(&sink).unwrap();
    let until_committed = |rows| {
        until("rows are committed", || sink.stats()[STAT_ROWS_COMMITTED] == rows);
    };
    // Long enough for the rows to arrive during a commit, even on a slow machine.
    cluster.control("latency commit 2000");
    write(0..100);
    write(100..250);
    until_committed(100);
    write(250..300);
    until_committed(300);
    assert_eq!(sink.stats()[STAT_BATCHES_COMMITTED], 3);
    assert_eq!(cluster.stat("parses") - parses, 1, "all batches are alike");
    sink.close();
}

#[test]
fn a_connection_keeps_a_bounded_number_of_statements() {
    let cluster = Cluster::start();
    let sink = cluster.sink(&[("max_connections", "1"), ("statement_form", "values"), NEVER]);
    let names: Vec<String> = (0..20).map(|column| format!("c{column}")).collect();
    let columns: Vec<&str> = names.iter().map(String::as_str).collect();
    let tables: Vec<u32> = (0..6)
        .map(|number| {
            let columns_ddl = columns.join(" smallint, ");
            cluster.sql(&format!("CREATE TABLE t{number} ({columns_ddl} smallint, PRIMARY KEY (c0))"));
            declare(&sink, &format!("t{number}"), &columns, &["c0"]).unwrap()
        })
        .collect();
    let (parses, trips) = (cluster.stat("parses"), cluster.stat("round_trips"));
    for batch in 1..=2 {
        for table in &tables {
            let row =
                |rows: Rows, id: i64| rows.row(ROW_INSERT, &[&[id.into()][..], &vec![1.into(); 19]].concat());
            (0..3_000).fold(Rows::new(*table), row).write(&sink).unwrap();
        }
        until("all rows are sent", || sink.stats()[STAT_ROWS_COMMITTED] == 6 * 3_000 * batch);
    }
    // A connection keeps four statements of 60,000 parameters; those of the other two tables are
    // parsed each time.
    assert_eq!(cluster.stat("parses") - parses, 4 + 2 * 2);
    assert_eq!(cluster.stat("round_trips") - trips, 12 + 4);
    sink.close();
}

#[test]
fn full_batches_by_rows_or_bytes_are_sent_at_once() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, body bytea)");
    let sink = cluster.sink(&[("max_connections", "1"), NEVER]);
    let table = declare(&sink, "t", &["id", "body"], &["id"]).unwrap();
    let commits = cluster.stat("commits");
    let rows = |ids: std::ops::Range<i64>, bytes: usize| {
        let row = |rows: Rows, id: i64| rows.row(ROW_INSERT, &[id.into(), Field::Bytes(vec![1; bytes])]);
        ids.fold(Rows::new(table), row)
    };
    rows(0..499, 1).write(&sink).unwrap();
    assert_eq!(cluster.stat("commits"), commits);
    rows(499..500, 1).write(&sink).unwrap();
    until("500 rows are sent", || sink.stats()[STAT_ROWS_COMMITTED] == 500);
    rows(500..3_500, 1).write(&sink).unwrap();
    until("3,000 rows are sent", || sink.stats()[STAT_ROWS_COMMITTED] == 3_500);
    assert_eq!(sink.stats()[STAT_BATCHES_COMMITTED], 2, "each is one batch");
    // 8.5 MiB are a full batch.
    (3_500..3_520).for_each(|id| rows(id..id + 1, 1_000_000).write(&sink).unwrap());
    until("full batches are sent", || sink.stats()[STAT_ROWS_COMMITTED] >= 3_516);
    assert_eq!(sink.stats()[STAT_BATCHES_COMMITTED], 4);
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), ["3520"]);
    assert_eq!(sink.stats()[STAT_BATCH_SPLITS], 0);
    sink.close();
}

/// Writes whole batches one after the other and returns how many rows each transaction had.
fn batches(cluster: &Cluster, sink: &Sink, table: u32, kind: u8, count: i64) -> Vec<usize> {
    cluster.control("journal start");
    let rows = (0..count).fold(Rows::new(table), |rows, id| rows.row(kind, &[id.into(), 1.into()]));
    rows.write(sink).unwrap();
    flush(sink).unwrap();
    let mut sizes: Vec<(u64, usize)> = Vec::new();
    for change in cluster.changes("t") {
        match sizes.last_mut() {
            Some((transaction, rows)) if *transaction == change.transaction => *rows += 1,
            _ => sizes.push((change.transaction, 1)),
        }
    }
    sizes.into_iter().map(|(_, rows)| rows).collect()
}

#[test]
fn batches_shrink_when_rows_keep_conflicting_and_grow_again() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, v bigint)");
    let sink = cluster.sink(&[("max_connections", "1"), ("batch_size", "400"), NEVER]);
    let table = declare(&sink, "t", &["id", "v"], &["id"]).unwrap();
    assert_eq!(batches(&cluster, &sink, table, ROW_INSERT, 800), [400, 400]);
    // Four retries after a pause, then the batch is halved repeatedly until a part succeeds.
    cluster.control("faults add OC000 --count 10");
    let halved = batches(&cluster, &sink, table, ROW_INSERT, 400);
    assert_eq!(halved, [100, 100, 200]);
    assert_eq!(sink.stats()[STAT_BATCH_SPLITS], 2);
    let grown = batches(&cluster, &sink, table, ROW_INSERT, 12_000);
    assert_eq!(grown.iter().sum::<usize>(), 12_000);
    assert_eq!((grown[0], grown.iter().max()), (100, Some(&400)));
    sink.close();
}

#[test]
fn batches_shrink_when_a_transaction_becomes_too_large() {
    let cluster = Cluster::start();
    // Each row writes four others, which count as rows of the transaction.
    cluster.sql(
        "CREATE TABLE t (id bigint PRIMARY KEY, v bigint);
         CREATE TABLE line (id bigint REFERENCES t ON DELETE CASCADE, n bigint, PRIMARY KEY (id, n));
         INSERT INTO t SELECT id, 1 FROM generate_series(0, 2999) id;
         INSERT INTO line SELECT id, n FROM generate_series(0, 2999) id, generate_series(1, 4) n",
    );
    let sink = cluster.sink(&[("max_connections", "1")]);
    let table = declare(&sink, "t", &["id", "v"], &["id"]).unwrap();
    assert_eq!(batches(&cluster, &sink, table, ROW_DELETE, 3_000), [375; 8]);
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), ["0"]);
    assert_eq!(cluster.rows("SELECT count(*) FROM line"), ["0"]);
    sink.close();
}

#[test]
fn rejected_batches_are_tried_as_often_as_the_job_says() {
    let cluster = Cluster::start();
    // The first statement is rejected for an unknown reason; a sequence counts the tries, because a
    // rollback does not reset it.
    let reset = "DROP TABLE IF EXISTS t; DROP SEQUENCE IF EXISTS tries; CREATE SEQUENCE tries;
         CREATE TABLE t (id bigint PRIMARY KEY)";
    let refuse = "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN IF nextval('tries') = 1 THEN RAISE EXCEPTION 'not now' USING ERRCODE = 'P0001'; END IF; RETURN NEW; END $$;
         CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION refuse()";
    for (retries, works) in [("0", false), ("1", true)] {
        cluster.sql(reset);
        let sink = cluster.sink(&[("max_retries", retries)]);
        let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
        cluster.sql(refuse);
        ids(table, 7..8).write(&sink).unwrap();
        let flushed = flush(&sink);
        if works {
            assert_eq!(flushed, Ok(()));
        } else {
            let error = flushed.unwrap_err();
            assert_eq!((error.kind(), error.sqlstate()), (ErrorKind::Rejected, Some("P0001")), "{error}");
        }
        assert_eq!(cluster.rows("SELECT count(*) FROM t"), [if works { "1" } else { "0" }]);
        sink.close();
    }
}

#[test]
fn a_missing_privilege_fails_at_once() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY); REVOKE INSERT ON t FROM admin");
    let sink = cluster.sink(&[("max_retries", "5")]);
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    ids(table, 0..1).write(&sink).unwrap();
    let error = flush(&sink).unwrap_err();
    assert_eq!((error.kind(), error.sqlstate()), (ErrorKind::Permission, Some("42501")), "{error}");
    assert!(error.message().contains("role 'admin'") && error.message().contains("public.t"), "{error}");
    let stats = sink.stats();
    let retries =
        [STAT_RETRIES_CONFLICT, STAT_RETRIES_UNAVAILABLE, STAT_RETRIES_CONNECTION].map(|slot| stats[slot]);
    assert_eq!(retries, [0; 3]);
    sink.close();
}
