//! Writes rows through a sink into dsql-local: which arrive, and which are refused.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::path::Path;
use std::time::Duration;

use common::{Cluster, Field, Rows, declare, flush, until};
use dsql_sink::abi::*;
use dsql_sink::error::ErrorKind;
use serde_json::json;

const SECRET: &str = "wJalrXUtnFEMI";

#[test]
fn rows_and_their_changes_arrive() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE orders (id bigint PRIMARY KEY, note text)");
    let sink = cluster.sink(&[]);
    let table = declare(&sink, "orders", &["id", "note"], &["id"]).unwrap();
    let mut rows = Rows::new(table);
    for id in 0..5_000 {
        rows = rows.row(ROW_INSERT, &[Field::Int(id), Field::from("new")]);
    }
    rows.write(&sink).unwrap();
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT count(*), sum(id) FROM orders WHERE note = 'new'"), ["5000|12497500"]);

    Rows::new(table)
        .row(ROW_UPDATE_BEFORE, &[1.into(), "new".into()])
        .row(ROW_UPDATE_AFTER, &[1.into(), "😀".into()])
        .row(ROW_DELETE, &[2.into(), "new".into()])
        .row(ROW_UPDATE_BEFORE, &[3.into(), "new".into()])
        .row(ROW_UPDATE_AFTER, &[30_000.into(), Field::Null])
        .row(ROW_DELETE, &[4.into(), "new".into()])
        .row(ROW_INSERT, &[4.into(), "again".into()])
        .write(&sink)
        .unwrap();
    flush(&sink).unwrap();
    let changed = cluster.rows("SELECT id, note FROM orders WHERE id < 5 OR id >= 5000 ORDER BY id");
    assert_eq!(changed, ["0|new", "1|😀", "4|again", "30000|NULL"]);
    let stats = sink.stats();
    assert_eq!(stats[STAT_ROWS_RECEIVED], 5_007);
    assert_eq!(stats[STAT_ROWS_COALESCED], 2);
    assert_eq!(stats[STAT_BUFFERED_BYTES], 0);
    sink.close();
}

#[test]
fn rows_do_not_wait_for_a_flush() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY)");
    let sink = cluster.sink(&[("batch_interval_ms", "20")]);
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    Rows::new(table).row(ROW_INSERT, &[7.into()]).write(&sink).unwrap();
    until("the row is there", || cluster.rows("SELECT id FROM t") == ["7"]);
    sink.close();
}

#[test]
fn batches_stay_within_the_limits_of_the_database() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE big (a bigint, b bigint, body bytea, PRIMARY KEY (b, a))");
    let sink = cluster.sink(&[("max_connections", "1")]);
    let table = declare(&sink, "big", &["a", "b", "body"], &["b", "a"]).unwrap();
    // 30 MB need at least four transactions, and so do 10,000 rows.
    for id in 0..30 {
        Rows::new(table)
            .row(ROW_INSERT, &[id.into(), 1.into(), Field::Bytes(vec![7; 1_000_000])])
            .write(&sink)
            .unwrap();
    }
    let mut small = Rows::new(table);
    for id in 0..10_000 {
        small = small.row(ROW_INSERT, &[id.into(), 2.into(), Field::Null]);
    }
    small.write(&sink).unwrap();
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT count(*), sum(length(body)) FROM big"), ["10030|30000000"]);
    let mut deletes = Rows::new(table);
    for id in 0..10_000 {
        deletes = deletes.row(ROW_DELETE, &[id.into(), 2.into(), Field::Null]);
    }
    deletes.write(&sink).unwrap();
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT count(*) FROM big"), ["30"]);
    assert_eq!(sink.stats()[STAT_BATCH_SPLITS], 0);
    sink.close();
}

#[test]
fn a_connection_appends_rows_without_a_key_in_order() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE log (line text, at bigserial)");
    // With several connections the order would not be fixed.
    let sink = cluster.sink(&[("batch_size", "10"), ("max_connections", "1")]);
    let table = declare(&sink, "log", &["line"], &[]).unwrap();
    let mut rows = Rows::new(table);
    for line in 0..95 {
        rows = rows.row(ROW_INSERT, &[Field::Text(format!("{line:02}"))]);
    }
    rows.write(&sink).unwrap();
    flush(&sink).unwrap();
    assert_eq!(
        cluster.rows(
            "SELECT count(*), string_agg(line, '' ORDER BY at) = string_agg(line, '' ORDER BY line) FROM log"
        ),
        ["95|t"]
    );
    let error = Rows::new(table).row(ROW_DELETE, &["01".into()]).write(&sink).unwrap_err();
    assert!(error.message().contains("'primary_keys'") && error.message().contains("DELETE"), "{error}");
}

#[test]
fn a_row_that_does_not_fit_stops_the_sink_and_is_named() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, n smallint, s varchar(3))");
    let sink = cluster.sink(&[]);
    let table = declare(&sink, "t", &["id", "n", "s"], &["id"]).unwrap();
    let bad = Rows::new(table).row(ROW_INSERT, &[42.into(), 70_000.into(), "abc".into()]);
    let error = bad.write(&sink).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    for part in ["public.t", "\"n\"", "id = 42", "70000", "smallint"] {
        assert!(error.message().contains(part), "{error}");
    }
    let good = Rows::new(table).row(ROW_INSERT, &[1.into(), 1.into(), "abc".into()]);
    assert_eq!(good.write(&sink), Err(error.clone()), "every later call returns the failure");
    assert_eq!(sink.flush(), Err(error));
    assert!(cluster.rows("SELECT id FROM t").is_empty());
}

#[test]
fn a_row_that_the_database_refuses_is_isolated_and_named() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, n bigint CHECK (n <> 13))");
    let sink = cluster.sink(&[("max_connections", "1")]);
    let table = declare(&sink, "t", &["id", "n"], &["id"]).unwrap();
    let mut rows = Rows::new(table);
    for id in 0..100 {
        rows = rows.row(ROW_INSERT, &[id.into(), id.into()]);
    }
    rows.write(&sink).unwrap();
    let error = flush(&sink).unwrap_err();
    assert_eq!((error.kind(), error.sqlstate()), (ErrorKind::Data, Some("23514")));
    assert!(error.message().contains("public.t, key (id = 13)"), "{error}");
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), ["13"], "the rows before it are written");
}

#[test]
fn a_row_that_is_too_large_for_an_index_names_it() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, url text, note text); CREATE INDEX t_url ON t (url)");
    let refused = |cells: &[common::Field]| {
        let sink = cluster.sink(&[]);
        let table = declare(&sink, "t", &["id", "url", "note"], &["id"]).unwrap();
        Rows::new(table).row(ROW_INSERT, cells).write(&sink).unwrap();
        let error = flush(&sink).unwrap_err();
        assert_eq!((error.kind(), error.sqlstate()), (ErrorKind::Limit, Some("54000")), "{error}");
        sink.close();
        error.message().to_owned()
    };
    let long = "u".repeat(2_000);
    let error = refused(&[1.into(), long.as_str().into(), "x".into()]);
    for part in [
        "column \"url\", key (id = 1)",
        "2015 bytes in index \"t_url\" (url)",
        "1981",
        "create_index = false",
    ] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn refused_rows_can_be_skipped_and_are_recorded() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, n smallint CHECK (n <> 13))");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_string_lossy();
    let sink = cluster.sink(&[("row_error_policy", "skip"), ("dead_letter_path", &path)]);
    let table = declare(&sink, "t", &["id", "n"], &["id"]).unwrap();
    let mut rows = Rows::new(table).row(ROW_INSERT, &[1_000.into(), 70_000.into()]);
    for id in 0..100 {
        rows = rows.row(ROW_INSERT, &[id.into(), id.into()]);
    }
    rows.write(&sink).unwrap();
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT count(*) FROM t WHERE n <> 13"), ["99"]);
    let lines = dead_letters(folder.path());
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["key"], &lines[0]["column"]), (&json!({"id": 1000}), &"n".into()));
    assert_eq!((&lines[1]["key"], &lines[1]["sqlstate"]), (&json!({"id": 13}), &"23514".into()));
    assert_eq!(lines[0]["values"], json!({"id": 1000, "n": 70_000}));
    assert_eq!(lines[1]["values"], json!({"id": 13, "n": 13}));
    assert!(lines.iter().all(|line| line["table"] == "public.t" && line["operation"] == "INSERT"));
    assert!(lines.iter().all(|line| line["time"].as_str().unwrap().starts_with("20")));
    let stats = sink.stats();
    assert_eq!((stats[STAT_ROWS_DEAD], stats[STAT_ROWS_COMMITTED]), (2, 99));
    sink.close();
}

fn dead_letters(folder: &Path) -> Vec<serde_json::Value> {
    let lines = std::fs::read_to_string(folder.join("dsql-dead-letters.jsonl")).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_refused_update_leaves_the_row_as_it_was() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, n smallint CHECK (n <> 13)); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_string_lossy();
    let skip = [("row_error_policy", "skip"), ("dead_letter_path", &*path), ("batch_interval_ms", "60000")];
    let sink = cluster.sink(&skip);
    let table = declare(&sink, "t", &["id", "n"], &["id"]).unwrap();
    let update = |id: i64, n: i64| {
        let before = Rows::new(table).row(ROW_UPDATE_BEFORE, &[id.into(), id.into()]);
        before.row(ROW_UPDATE_AFTER, &[id.into(), n.into()]).write(&sink).unwrap();
    };
    // One is refused before sending, one by the database, one is written.
    update(1, 70_000);
    update(2, 13);
    update(3, 30);
    // A row that was not sent yet is also unchanged.
    Rows::new(table).row(ROW_INSERT, &[4.into(), 4.into()]).write(&sink).unwrap();
    update(4, 70_000);
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT id, n FROM t ORDER BY id"), ["1|1", "2|2", "3|30", "4|4"]);
    let stats = sink.stats();
    assert_eq!((stats[STAT_ROWS_DEAD], stats[STAT_ROWS_RECEIVED]), (3, 9));
    sink.close();
}

#[test]
fn a_refused_update_that_changes_the_key_names_both_keys() {
    let cluster = Cluster::start();
    cluster.sql(
        "CREATE TABLE t (id bigint PRIMARY KEY, n smallint CHECK (n <> 13)); \
         INSERT INTO t VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5)",
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_string_lossy();
    let skip = [("row_error_policy", "skip"), ("dead_letter_path", &*path), ("batch_interval_ms", "60000")];
    let sink = cluster.sink(&skip);
    let table = declare(&sink, "t", &["id", "n"], &["id"]).unwrap();
    let update = |from: i64, to: i64, n: i64| {
        let before = Rows::new(table).row(ROW_UPDATE_BEFORE, &[from.into(), from.into()]);
        before.row(ROW_UPDATE_AFTER, &[to.into(), n.into()]).write(&sink).unwrap();
    };
    // One is refused before sending, one by the database, one with the next change of the same row,
    // one is written, and one does not change the key.
    update(1, 11, 70_000);
    update(2, 12, 13);
    update(3, 13, 30);
    update(13, 13, 13);
    update(4, 14, 40);
    update(5, 5, 13);
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT id, n FROM t ORDER BY id"), ["5|5", "14|40"]);
    let mut lines: Vec<(String, String)> = dead_letters(folder.path())
        .iter()
        .map(|line| (line["key"].to_string(), line["old_key"].to_string()))
        .collect();
    lines.sort();
    let id = |id: i64| json!({"id": id}).to_string();
    let mut expected = vec![(id(11), id(1)), (id(12), id(2)), (id(13), id(3))];
    expected.push((id(5), "null".to_owned()));
    assert_eq!(lines, expected);
    sink.close();
}

#[test]
fn a_table_that_does_not_fit_is_refused_before_any_row() {
    let cluster = Cluster::start();
    cluster
        .sql("CREATE TABLE t (id bigint PRIMARY KEY, must text NOT NULL); CREATE TABLE keyless (id bigint)");
    let refused = |table: &str, columns: &[&str], keys: &[&str], says: &str| {
        let sink = cluster.sink(&[]);
        let error = declare(&sink, table, columns, keys).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Schema);
        assert!(error.message().contains(says), "{error}");
        sink.close();
    };
    refused("missing", &["id"], &["id"], "table public.missing does not exist");
    refused("t", &["id", "must", "more"], &["id"], "column \"more\" does not exist");
    refused("t", &["id"], &["id"], "\"must\" is NOT NULL");
    refused("t", &["id", "must"], &["must"], "no primary key or unique index");
    refused("t", &["id", "must"], &["must"], "'primary_keys' to the table's key: (id)");

    // The catalog may not show every index, so the database decides.
    let sink = cluster.sink(&[]);
    let table = declare(&sink, "keyless", &["id"], &["id"]).unwrap();
    Rows::new(table).row(ROW_INSERT, &[1.into()]).write(&sink).unwrap();
    let error = flush(&sink).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Schema);
    assert!(error.message().contains("has no primary key or unique index"), "{error}");
}

#[test]
fn wrong_credentials_are_reported_at_once_and_without_secrets() {
    let cluster = Cluster::start();
    let refused = |changes: &[(&str, &str)], kind: ErrorKind, says: &[&str]| {
        let before = cluster.stat("connections_accepted");
        let sink = cluster.sink(changes);
        let error = declare(&sink, "t", &["id"], &["id"]).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let told = format!("{error} {}", common::notices(&sink));
        says.iter().for_each(|part| assert!(told.contains(part), "{told}"));
        assert!(!told.contains(SECRET) && !told.contains("X-Amz-Signature="), "{told}");
        sink.close();
        // There is no loop after a refusal.
        assert!(cluster.stat("connections_accepted") - before <= 2, "{told}");
    };
    refused(
        &[("secret_access_key", "wJalrXUtnFEMIwrong")],
        ErrorKind::Authentication,
        &["secret_access_key"],
    );
    refused(&[("access_key_id", "AKIAWRONG")], ErrorKind::Authentication, &["access_key_id"]);
    let plain = cluster.url().split("&sslrootcert").next().unwrap().to_owned();
    refused(&[("url", &plain)], ErrorKind::Connection, &["sslrootcert", "abcdefghijklmnopqrst123456"]);
    cluster.control("clock 3600");
    refused(&[("retry_timeout_ms", "0")], ErrorKind::Authentication, &["clock", "expired"]);
}

#[test]
fn a_closed_sink_returns_an_error() {
    let cluster = Cluster::start();
    let sink = cluster.sink(&[]);
    sink.close();
    sink.close();
    assert_eq!(sink.flush().unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(sink.write(&[], Duration::ZERO).unwrap_err().kind(), ErrorKind::Closed);
}

/// The target computes columns that the source sends too, and its key is an identity that is
/// GENERATED ALWAYS.
#[test]
fn computed_columns_are_skipped_and_identities_are_overridden() {
    let cluster = Cluster::start();
    cluster.sql(
        "CREATE TABLE own (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY, a bigint, \
         twice bigint GENERATED ALWAYS AS (a * 2) STORED)",
    );
    let sink = cluster.sink(&[]);
    let table = declare(&sink, "own", &["twice", "id", "a"], &["id"]).unwrap();
    let insert = |id: i64, a: i64| Rows::new(table).row(ROW_INSERT, &[99.into(), id.into(), a.into()]);
    insert(7, 1).row(ROW_INSERT, &[99.into(), 8.into(), 2.into()]).write(&sink).unwrap();
    flush(&sink).unwrap();
    insert(7, 5).row(ROW_DELETE, &[99.into(), 8.into(), 2.into()]).write(&sink).unwrap();
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT * FROM own"), ["7|5|10"]);
    let notices = String::from_utf8_lossy(&sink.notices().unwrap()).into_owned();
    assert!(notices.contains("computes twice itself"), "{notices}");

    let appended = declare(&sink, "own", &["id", "a"], &[]).unwrap();
    Rows::new(appended).row(ROW_INSERT, &[9.into(), 3.into()]).write(&sink).unwrap();
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT id, twice FROM own ORDER BY id"), ["7|10", "9|6"]);
    sink.close();

    cluster
        .sql("CREATE TABLE other (id bigint PRIMARY KEY, n bigint GENERATED ALWAYS AS IDENTITY (CACHE 1))");
    let sink = cluster.sink(&[]);
    let error = declare(&sink, "other", &["id", "n"], &["id"]).unwrap_err();
    assert!(error.message().contains("ALTER COLUMN \"n\" SET GENERATED BY DEFAULT"), "{error}");
    sink.close();
}

/// With a unique index on a column that no row contains, it is unknown which rows conflict.
#[test]
fn no_row_gives_way_for_an_index_on_a_column_that_rows_lack() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, mail text, own bigint)");
    cluster.sql("CREATE UNIQUE INDEX t_mail ON t (mail)");
    cluster.sql("CREATE UNIQUE INDEX t_own ON t (own)");
    cluster.sql("INSERT INTO t SELECT i, 'm' || i, i FROM generate_series(1, 9) i");
    let sink = cluster.sink(&[]);
    let table = declare(&sink, "t", &["id", "mail"], &["id"]).unwrap();
    Rows::new(table).row(ROW_INSERT, &[100.into(), "m5".into()]).write(&sink).unwrap();
    flush(&sink).unwrap();
    let left = cluster.rows("SELECT count(*), sum(own) FROM t");
    assert_eq!(left, ["9|40"], "only the row that held the value was deleted");
    sink.close();
}
