//! The commit ledger: commits in doubt for tables without a key.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{Cluster, Rows, declare, declare_query, flush, notices, warnings};
use dsql_sink::abi::*;
use dsql_sink::error::ErrorKind;
use dsql_sink::sink::Sink;

const LEDGER: (&str, &str) = ("commit_ledger", "dsql_commit_ledger");

fn append(sink: &Sink, table: u32, rows: std::ops::Range<i64>) {
    rows.fold(Rows::new(table), |rows, id| rows.row(ROW_INSERT, &[id.into()])).write(sink).unwrap();
}

#[test]
fn the_ledger_shows_the_outcome_of_a_commit_in_doubt() {
    let cluster = Cluster::start();
    for order in [
        "XX000 --when before",
        "XX000 --when after",
        "EOF --when before",
        "EOF --when after",
        "EOF --when late",
    ] {
        cluster.sql("DROP TABLE IF EXISTS log; CREATE TABLE log (id bigint)");
        let sink = cluster.sink(&[LEDGER, ("max_connections", "1")]);
        let table = declare(&sink, "log", &["id"], &[]).unwrap();
        append(&sink, table, 0..10);
        flush(&sink).unwrap();
        cluster.control(&format!("faults add {order}"));
        append(&sink, table, 10..20);
        flush(&sink).unwrap();
        assert_eq!(cluster.rows("SELECT count(*), count(DISTINCT id) FROM log"), ["20|20"], "{order}");
        let told = notices(&sink);
        let outcome = if order.ends_with("before") { "was not committed" } else { "was committed" };
        assert!(
            told.contains(&format!("an insert of 10 rows {outcome}, as the commit ledger")),
            "{order}: {told}"
        );
        sink.close();
    }
    assert_eq!(cluster.rows("SELECT count(*), min(slot), max(slot) FROM dsql_commit_ledger"), ["5|0|0"]);
}

#[test]
fn the_users_own_query_runs_once() {
    let cluster = Cluster::start();
    for order in ["XX000 --when before", "EOF --when after"] {
        cluster.sql("DROP TABLE IF EXISTS total; CREATE TABLE total (id bigint PRIMARY KEY, n bigint)");
        cluster.sql("INSERT INTO total VALUES (1, 0)");
        let sink = cluster.sink(&[("commit_ledger", "public.own"), ("max_connections", "1")]);
        let query = "UPDATE total SET n = n + :n WHERE id = :id";
        let table = declare_query(&sink, query, &["id", "n"]).unwrap();
        cluster.control(&format!("faults add {order}"));
        Rows::new(table).row(ROW_INSERT, &[1.into(), 5.into()]).write(&sink).unwrap();
        flush(&sink).unwrap();
        assert_eq!(cluster.rows("SELECT n FROM total"), ["5"], "{order}");
        sink.close();
    }
}

#[test]
fn a_full_transaction_has_room_for_its_entry() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE log (id bigint)");
    let sink = cluster.sink(&[LEDGER, ("max_connections", "1"), ("batch_interval_ms", "60000")]);
    let table = declare(&sink, "log", &["id"], &[]).unwrap();
    let commits = cluster.stat("commits");
    cluster.control("pause");
    append(&sink, table, 0..7_000);
    cluster.control("resume");
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT count(*) FROM log"), ["7000"]);
    assert_eq!(sink.stats()[STAT_BATCH_SPLITS], 0);
    assert!(cluster.stat("commits") - commits <= 6);
    sink.close();
}

#[test]
fn a_role_that_may_not_create_it_writes_without_it() {
    let cluster = Cluster::start();
    cluster.sql(
        "CREATE ROLE writer LOGIN; CREATE TABLE log (id bigint); CREATE TABLE log2 (id bigint);
         GRANT SELECT, INSERT, UPDATE, DELETE ON log, log2 TO writer;
         CALL dsql_local.iam_grant('writer', 'arn:aws:iam::123456789012:user/local')",
    );
    let sink = cluster.sink(&[LEDGER, ("username", "writer")]);
    let table = declare(&sink, "log", &["id"], &[]).unwrap();
    declare(&sink, "log2", &["id"], &[]).unwrap();
    let told = warnings(&sink);
    assert_eq!(told.len(), 1, "{told:?}");
    for part in
        ["commit ledger \"public\".\"dsql_commit_ledger\" cannot be used", "CREATE", "'commit_ledger'"]
    {
        assert!(told[0].contains(part), "{told:?}");
    }
    cluster.control("faults add XX000 --when after");
    append(&sink, table, 0..10);
    let error = flush(&sink).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error}");
    sink.close();
}

#[test]
fn a_dropped_ledger_stops_the_job_if_a_commit_is_in_doubt() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE log (id bigint)");
    let sink = cluster.sink(&[LEDGER, ("max_connections", "1")]);
    let table = declare(&sink, "log", &["id"], &[]).unwrap();
    append(&sink, table, 0..10);
    flush(&sink).unwrap();
    cluster.sql("ALTER TABLE dsql_commit_ledger RENAME TO away");
    append(&sink, table, 10..20);
    let error = flush(&sink).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Schema, "{error}");
    assert!(error.message().contains("commit ledger"), "{error}");
    assert_eq!(cluster.rows("SELECT count(*) FROM log"), ["10"]);
    sink.close();
}

#[test]
fn rows_of_ended_writers_are_deleted() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE log (id bigint)");
    let use_it = || {
        let sink = cluster.sink(&[LEDGER, ("max_connections", "1")]);
        let table = declare(&sink, "log", &["id"], &[]).unwrap();
        append(&sink, table, 0..1);
        flush(&sink).unwrap();
        sink.close();
    };
    (0..3).for_each(|_| use_it());
    cluster.sql("UPDATE dsql_commit_ledger SET written_at = now() - interval '8 days' WHERE attempt < 5");
    use_it();
    assert_eq!(cluster.rows("SELECT count(*) FROM dsql_commit_ledger"), ["1"]);
}

#[test]
fn no_ledger_is_created_if_none_is_needed() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE keyed (id bigint PRIMARY KEY); CREATE TABLE log (id bigint)");
    for (options, table, keys) in [
        (&[LEDGER][..], "keyed", &["id"][..]),
        (&[("commit_ledger", "off")], "log", &[]),
        (&[LEDGER, ("verify", "true")], "keyed", &["id"]),
    ] {
        let sink = cluster.sink(options);
        declare(&sink, table, &["id"], keys).unwrap();
        sink.close();
    }
    assert_eq!(cluster.rows("SELECT count(*) FROM pg_class WHERE relname = 'dsql_commit_ledger'"), ["0"]);
    for wrong in ["a.b.c", ".a", "a."] {
        let error = cluster.config(&[("commit_ledger", wrong)]).unwrap_err();
        assert!(error.message().contains("option 'commit_ledger'"), "{error}");
    }
}
