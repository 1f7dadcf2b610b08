//! Administrative SQL against dsql-local: answers, retries, and statements that are never sent
//! twice.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::time::Instant;

use common::{Cluster, DEADLINE, SLICE};
use dsql_sink::error::{ErrorKind, SinkError};
use dsql_sink::session::Session;

fn open(cluster: &Cluster) -> Session {
    Session::open(cluster.config(&[]).unwrap()).unwrap()
}

/// The number of rows in the tag, and the rows with columns joined by `|`.
fn query(session: &Session, sql: &str, repeatable: bool) -> Result<(u64, Vec<String>), SinkError> {
    session.send(sql.to_owned(), repeatable)?;
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(answer) = session.receive(SLICE)? {
            return Ok(decode(&answer));
        }
        assert!(Instant::now() < deadline, "no answer in time");
    }
}

fn decode(answer: &[u8]) -> (u64, Vec<String>) {
    let mut rest = answer;
    let mut take = |length: usize| {
        let (head, tail) = rest.split_at(length);
        rest = tail;
        head.to_vec()
    };
    let affected = u64::from_be_bytes(take(8).try_into().unwrap());
    let rows = u32::from_be_bytes(take(4).try_into().unwrap());
    let rows = (0..rows)
        .map(|_| {
            let values = u16::from_be_bytes(take(2).try_into().unwrap());
            let values: Vec<String> = (0..values)
                .map(|_| match usize::try_from(i32::from_be_bytes(take(4).try_into().unwrap())) {
                    Ok(length) => String::from_utf8(take(length)).unwrap(),
                    Err(_) => "NULL".to_owned(),
                })
                .collect();
            values.join("|")
        })
        .collect();
    assert!(rest.is_empty());
    (affected, rows)
}

#[test]
fn rows_and_counts_come_back_as_text() {
    let cluster = Cluster::start();
    let session = open(&cluster);
    query(&session, "CREATE TABLE t (id bigint PRIMARY KEY, name text)", true).unwrap();
    let insert = "INSERT INTO t VALUES (1, 'ä'), (2, NULL), (3, '')";
    assert_eq!(query(&session, insert, true).unwrap(), (3, vec![]));
    let (_, rows) = query(&session, "SELECT id, name FROM t ORDER BY id", true).unwrap();
    assert_eq!(rows, ["1|ä", "2|NULL", "3|"]);
    session.close();
    assert_eq!(query(&session, "SELECT 1", true).unwrap_err().kind(), ErrorKind::Closed);
}

#[test]
fn repeatable_statements_survive_conflicts_and_lost_connections() {
    let cluster = Cluster::start();
    let session = open(&cluster);
    query(&session, "CREATE TABLE t (id bigint PRIMARY KEY)", true).unwrap();
    for fault in ["OC000 --count 3", "OC001 --count 3", "XX000 --when after", "EOF", "RESET --when after"] {
        cluster.control(&format!("faults add {fault}"));
        query(&session, "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", true).unwrap();
    }
    cluster.control("drop-all");
    assert_eq!(query(&session, "SELECT count(*) FROM t", true).unwrap().1, ["1"]);
    session.close();
}

#[test]
fn other_statements_are_sent_once() {
    let cluster = Cluster::start();
    let session = open(&cluster);
    query(&session, "CREATE TABLE t (id bigint)", true).unwrap();
    cluster.control("faults add EOF --when after");
    let error = query(&session, "INSERT INTO t VALUES (1)", false).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert!(error.message().contains("INSERT INTO t"), "{error}");
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), ["1"]);
    // A conflict means that nothing was committed.
    cluster.control("faults add OC000");
    query(&session, "INSERT INTO t VALUES (2)", false).unwrap();
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), ["2"]);
    session.close();
}

#[test]
fn an_error_has_its_kind_and_sqlstate() {
    let cluster = Cluster::start();
    let session = open(&cluster);
    query(&session, "CREATE TABLE t (id bigint PRIMARY KEY)", true).unwrap();
    let check = |sql: &str, kind: ErrorKind, sqlstate: &str| {
        let error = query(&session, sql, true).unwrap_err();
        assert_eq!((error.kind(), error.sqlstate()), (kind, Some(sqlstate)), "{error}");
    };
    check("CREATE TABLE t (id bigint)", ErrorKind::Rejected, "42P07");
    check("TRUNCATE t", ErrorKind::Rejected, "0A000");
    check("SELECT * FROM missing", ErrorKind::Schema, "42P01");
    check("INSERT INTO t VALUES (1), (1)", ErrorKind::Rejected, "23505");
    check("INSERT INTO t SELECT generate_series(1, 3001)", ErrorKind::Limit, "54000");
    session.close();
}
