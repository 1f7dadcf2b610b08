//! The user's own query instead of the sink's statements.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{Cluster, Field, Rows, declare_query, flush};
use dsql_sink::abi::*;
use dsql_sink::error::ErrorKind;
use dsql_sink::sink::Sink;

const COLUMNS: [&str; 3] = ["id", "name", "amount"];

fn start() -> Cluster {
    let cluster = Cluster::start();
    cluster.sql(
        "CREATE TABLE t (id bigint PRIMARY KEY, name varchar(10), amount numeric(8,2), hits int NOT NULL DEFAULT 1);
         GRANT ALL ON t TO admin",
    );
    cluster
}

fn rows(table: u32, kind: u8, ids: std::ops::Range<i64>) -> Rows {
    let row = |id: i64| [id.into(), Field::Text(format!("n{id}")), Field::Text(format!("{id}.5"))];
    ids.fold(Rows::new(table), |rows, id| rows.row(kind, &row(id)))
}

fn errors(sink: &Sink, query: &str) -> (ErrorKind, String) {
    let error = declare_query(sink, query, &COLUMNS).unwrap_err();
    (error.kind(), error.message().to_owned())
}

#[test]
fn a_query_runs_for_each_row_in_order() {
    let cluster = start();
    let sink = cluster.sink(&[("batch_size", "100")]);
    let insert = declare_query(&sink, "INSERT INTO t (id, name, amount) VALUES (?, ?, ?)", &COLUMNS).unwrap();
    rows(insert, ROW_INSERT, 0..1_050).write(&sink).unwrap();
    flush(&sink).unwrap();
    assert_eq!(
        cluster.rows("SELECT count(*), sum(amount) FROM t WHERE name = 'n' || id"),
        ["1050|551250.00"]
    );
    // Eleven transactions of at most 100 rows.
    assert_eq!(sink.stats()[STAT_BATCHES_COMMITTED], 11);

    let update = "UPDATE t SET hits = hits + :id, name = ':id' WHERE id = :id";
    let update = declare_query(&sink, update, &COLUMNS).unwrap();
    rows(update, ROW_UPDATE_BEFORE, 3..4).write(&sink).unwrap();
    rows(update, ROW_UPDATE_AFTER, 3..4).write(&sink).unwrap();
    rows(update, ROW_INSERT, 3..4).write(&sink).unwrap();
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT name, hits FROM t WHERE id = 3"), [":id|7"]);

    let delete = declare_query(&sink, "DELETE FROM t WHERE id = :id", &COLUMNS).unwrap();
    let refused = rows(delete, ROW_DELETE, 3..4).write(&sink).unwrap_err();
    assert!(refused.message().contains("'query' does not say how to delete"), "{refused}");
    sink.close();
}

#[test]
fn a_failed_transaction_is_sent_again_as_a_whole() {
    let cluster = start();
    let sink = cluster.sink(&[]);
    let add = "INSERT INTO t (id, name, amount) VALUES (:id, :name, :amount) ON CONFLICT (id) DO UPDATE SET hits = t.hits + 1";
    let add = declare_query(&sink, add, &COLUMNS).unwrap();
    for (fault, count) in [("OC000", 2), ("OC001", 1), ("EOF", 1)] {
        // EOF in place of a statement: the commit was never requested.
        let place = if fault == "EOF" { "statement" } else { "before" };
        cluster.control(&format!("faults add {fault} --when {place} --count {count} --match INSERT"));
        rows(add, ROW_INSERT, 0..50).write(&sink).unwrap();
        flush(&sink).unwrap();
    }
    assert_eq!(cluster.rows("SELECT count(*), sum(hits) FROM t"), ["50|150"]);
    assert_eq!(sink.stats()[STAT_RETRIES_CONFLICT], 3);

    cluster.control("faults add EOF --when after --count 1");
    rows(add, ROW_INSERT, 0..50).write(&sink).unwrap();
    let unknown = flush(&sink).unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::OutcomeUnknown);
    assert!(unknown.message().contains("a query may do harm when it runs twice"), "{unknown}");
    sink.close();
}

#[test]
fn a_bad_row_is_found_and_the_others_are_written() {
    let cluster = start();
    let dead = tempfile::tempdir().unwrap();
    let path = dead.path().join("dead.jsonl");
    let sink = cluster.sink(&[("row_error_policy", "skip"), ("dead_letter_path", path.to_str().unwrap())]);
    let insert = declare_query(&sink, "INSERT INTO t (id, name, amount) VALUES (?, ?, ?)", &COLUMNS).unwrap();
    rows(insert, ROW_INSERT, 0..40)
        .row(ROW_INSERT, &[40.into(), "longer than ten".into(), "1".into()])
        .write(&sink)
        .unwrap();
    flush(&sink).unwrap();
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), ["40"]);
    // The database's error names the column.
    let null = declare_query(&sink, "INSERT INTO t (id, hits) VALUES (:id, NULLIF(1, 1))", &COLUMNS).unwrap();
    rows(null, ROW_INSERT, 50..51).write(&sink).unwrap();
    flush(&sink).unwrap();
    let letters = std::fs::read_to_string(path).unwrap();
    let letters: Vec<serde_json::Value> =
        letters.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = letters.iter().map(|letter| (&letter["sqlstate"], &letter["column"])).collect();
    assert_eq!(told, [(&"22001".into(), &serde_json::Value::Null), (&"23502".into(), &"hits".into())]);
    sink.close();
}

#[test]
fn a_query_that_cannot_run_is_refused_before_any_row() {
    let cluster = start();
    let check = |query: &str, kind: ErrorKind, says: &str| {
        let (found, message) = errors(&cluster.sink(&[]), query);
        assert!(found == kind && message.contains("option 'query'") && message.contains(says), "{message}");
    };
    check("INSERT INTO t VALUES (:nr)", ErrorKind::Config, "names :nr");
    check("INSERT INTO nowhere VALUES (:id)", ErrorKind::Schema, "\"nowhere\" does not exist");
    check("INSERT INTO t (nr) VALUES (:id)", ErrorKind::Schema, "column \"nr\"");
    check("INSRT INTO t VALUES (:id)", ErrorKind::Rejected, "syntax error");
    check(
        "INSERT INTO t (id, name) VALUSE (:id, :name)",
        ErrorKind::Rejected,
        "at character 26, near \"VALUSE (",
    );
    check("INSERT INTO t (id) VALUES (:id", ErrorKind::Rejected, "at its end: syntax error");
    check("SELECT CAST(:id AS int[])", ErrorKind::Schema, "column \"id\" has type _int4");
}
