//! How rows become parameters: arrays if the database accepts them, single values if not, with the
//! same rows in the table.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{Cluster, Field, Rows, declare, flush, until};
use dsql_sink::abi::*;
use dsql_sink::sink::Sink;

/// Longer than any test.
const NEVER: (&str, &str) = ("batch_interval_ms", "3600000");
const AUTO: (&str, &str) = ("statement_form", "auto");
const UNNEST: (&str, &str) = ("statement_form", "unnest");
const VALUES: (&str, &str) = ("statement_form", "values");

/// The number of log lines that say that VALUES is used.
fn told(sink: &Sink) -> usize {
    let notices = sink.notices().unwrap_or_default();
    String::from_utf8_lossy(&notices).matches("so VALUES is used").count()
}

/// Inserts, updates and deletes, with a NULL and a key of two columns; the resulting rows are the
/// same in every form.
fn churn(cluster: &Cluster, sink: &Sink, before_rows: impl Fn()) {
    cluster.sql("DROP TABLE IF EXISTS t; CREATE TABLE t (a bigint, b text, note text, PRIMARY KEY (b, a))");
    let table = declare(sink, "t", &["a", "b", "note"], &["b", "a"]).unwrap();
    before_rows();
    let row = |a: i64, note: Field| [a.into(), Field::Text(format!("b{}", a % 3)), note];
    let inserted = (0..100).fold(Rows::new(table), |rows, a| rows.row(ROW_INSERT, &row(a, Field::Null)));
    inserted.write(sink).unwrap();
    flush(sink).unwrap();
    let changed = (0..60).fold(Rows::new(table), |rows, a| {
        if a % 2 == 0 {
            rows.row(ROW_DELETE, &row(a, Field::Null))
        } else {
            rows.row(ROW_UPDATE_AFTER, &row(a, "new".into()))
        }
    });
    changed.write(sink).unwrap();
    flush(sink).unwrap();
    let left = cluster.rows("SELECT count(*), sum(a), count(note) FROM t");
    assert_eq!(left, ["70|4080|30"]);
}

#[test]
fn every_form_writes_the_same_rows() {
    let cluster = Cluster::start();
    for form in [AUTO, UNNEST, VALUES] {
        let sink = cluster.sink(&[form]);
        churn(&cluster, &sink, || {});
        assert_eq!(told(&sink), 0, "{form:?}");
        sink.close();
    }
}

#[test]
fn a_database_without_unnest_gets_values_and_the_log_says_so_once() {
    let cluster = Cluster::start();
    for refusal in ["unnest", "unnest-execute"] {
        cluster.control(&format!("refuse {refusal}"));
        let sink = cluster.sink(&[AUTO]);
        let splits = sink.stats()[STAT_BATCH_SPLITS];
        churn(&cluster, &sink, || {});
        assert_eq!(told(&sink), 1, "{refusal}");
        assert_eq!(sink.stats()[STAT_BATCH_SPLITS], splits, "{refusal}: no batch was refused");
        sink.close();
        cluster.control("refuse nothing");
    }
}

#[test]
fn unnest_that_is_refused_later_costs_no_row() {
    let cluster = Cluster::start();
    for refusal in ["unnest", "unnest-execute"] {
        let sink = cluster.sink(&[AUTO]);
        churn(&cluster, &sink, || drop(cluster.control(&format!("refuse {refusal}"))));
        assert_eq!(told(&sink), 1, "{refusal}");
        sink.close();
        cluster.control("refuse nothing");
    }
}

#[test]
fn a_form_that_the_job_sets_is_not_replaced() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY)");
    cluster.control("refuse unnest");
    let sink = cluster.sink(&[UNNEST]);
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    Rows::new(table).row(ROW_INSERT, &[1.into()]).write(&sink).unwrap();
    let error = flush(&sink).unwrap_err();
    assert_eq!(error.sqlstate(), Some("0A000"), "{error}");
    sink.close();
}

#[test]
fn the_probe_changes_nothing_and_needs_no_further_privilege() {
    let cluster = Cluster::start();
    cluster.sql(
        "CREATE TABLE t (id bigint PRIMARY KEY, note text); INSERT INTO t VALUES (1, 'old');
         REVOKE ALL ON t FROM admin; GRANT SELECT, INSERT, UPDATE, DELETE ON t TO admin; REVOKE CREATE ON SCHEMA public FROM admin",
    );
    let sink = cluster.sink(&[AUTO]);
    let table = declare(&sink, "t", &["id", "note"], &["id"]).unwrap();
    assert_eq!(cluster.rows("SELECT id, note FROM t"), ["1|old"]);
    Rows::new(table).row(ROW_INSERT, &[2.into(), "new".into()]).write(&sink).unwrap();
    flush(&sink).unwrap();
    assert_eq!(told(&sink), 0);
    sink.close();
}

#[test]
fn one_statement_serves_every_number_of_rows() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY)");
    let sink = cluster.sink(&[UNNEST, ("max_connections", "1")]);
    let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
    let parses = cluster.stat("parses");
    let mut next = 0;
    for count in [1, 700, 3, 2_999, 42] {
        let rows = (next..next + count).fold(Rows::new(table), |rows, id| rows.row(ROW_INSERT, &[id.into()]));
        next += count;
        rows.write(&sink).unwrap();
        flush(&sink).unwrap();
    }
    assert_eq!(cluster.stat("parses") - parses, 1);
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), [next.to_string()]);
    sink.close();
}

#[test]
fn rows_of_a_hundred_columns_fill_a_transaction_as_arrays_only() {
    let cluster = Cluster::start();
    let names: Vec<String> = (0..100).map(|column| format!("c{column}")).collect();
    let columns: Vec<&str> = names.iter().map(String::as_str).collect();
    let row = |rows: Rows, id: i64| rows.row(ROW_INSERT, &[&[id.into()][..], &vec![1.into(); 99]].concat());
    // 65,535 parameters hold 655 rows of 100 columns.
    for (form, transactions) in [(UNNEST, 1), (VALUES, 5)] {
        cluster.sql(&format!(
            "DROP TABLE IF EXISTS t; CREATE TABLE t ({} smallint, PRIMARY KEY (c0))",
            columns.join(" smallint, ")
        ));
        let sink = cluster.sink(&[form, NEVER, ("max_connections", "1")]);
        let table = declare(&sink, "t", &columns, &["c0"]).unwrap();
        (0..3_000).fold(Rows::new(table), row).write(&sink).unwrap();
        flush(&sink).unwrap();
        assert_eq!(sink.stats()[STAT_BATCHES_COMMITTED], transactions, "{form:?}");
        assert_eq!(cluster.rows("SELECT count(*) FROM t"), ["3000"]);
        sink.close();
    }
}

#[test]
fn a_value_that_only_the_database_can_parse_is_sent_alone() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, lasts interval, day date)");
    let sink = cluster.sink(&[UNNEST, NEVER, ("max_connections", "1")]);
    let table = declare(&sink, "t", &["id", "lasts", "day"], &["id"]).unwrap();
    Rows::new(table)
        .row(ROW_INSERT, &[1.into(), Field::Null, Field::Null])
        .row(ROW_INSERT, &[2.into(), "1 day 02:00".into(), "2024-02-29".into()])
        .write(&sink)
        .unwrap();
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT * FROM t ORDER BY id"), ["1|NULL|NULL", "2|1 day 02:00:00|2024-02-29"]);
    sink.close();
}

#[test]
fn rows_give_way_if_the_job_allows_it() {
    let cluster = Cluster::start();
    for (form, conflict) in [(UNNEST, "replace"), (VALUES, "replace"), (UNNEST, "fail")] {
        // The target is ahead, as after a restart: row 2 already has the value that row 1 had
        // meanwhile.
        cluster.sql(
            "DROP TABLE IF EXISTS t; CREATE TABLE t (id bigint PRIMARY KEY, mail text UNIQUE, gone boolean);
             CREATE UNIQUE INDEX lower_mail ON t (lower(mail)) WHERE NOT gone; INSERT INTO t VALUES (1, 'b', false), (2, 'A', false)",
        );
        let sink = cluster.sink(&[form, ("unique_conflict", conflict), ("retry_timeout_ms", "2000")]);
        let table = declare(&sink, "t", &["id", "mail", "gone"], &["id"]).unwrap();
        let row = |id: i64, mail: &str| [id.into(), mail.into(), 0.into()];
        Rows::new(table).row(ROW_INSERT, &row(1, "a")).write(&sink).unwrap();
        let flushed = flush(&sink);
        if conflict == "fail" {
            assert_eq!(flushed.unwrap_err().sqlstate(), Some("23505"));
            assert_eq!(cluster.rows("SELECT id, mail FROM t ORDER BY id"), ["1|b", "2|A"]);
            continue;
        }
        flushed.unwrap();
        assert_eq!(cluster.rows("SELECT id, mail FROM t ORDER BY id"), ["1|a"]);
        assert_eq!(sink.stats()[STAT_ROWS_DISPLACED], 1);
        until("the log says so", || {
            let notices = sink.notices().unwrap_or_default();
            let told = String::from_utf8_lossy(&notices).into_owned();
            told.contains("public.t: 1 rows were deleted") && told.contains("lower_mail")
        });
        // The later changes of the source arrive again.
        Rows::new(table)
            .row(ROW_UPDATE_BEFORE, &row(1, "a"))
            .row(ROW_UPDATE_AFTER, &row(1, "b"))
            .row(ROW_INSERT, &row(2, "A"))
            .write(&sink)
            .unwrap();
        flush(&sink).unwrap();
        assert_eq!(cluster.rows("SELECT id, mail FROM t ORDER BY id"), ["1|b", "2|A"]);
        sink.close();
    }
}
