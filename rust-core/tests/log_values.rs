//! Values of rows in the log and in errors: none that the option `log_values` does not allow,
//! whatever fails.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::time::Instant;

use common::{Cluster, DEADLINE, Field, Rows, SLICE, declare, flush, notices};
use dsql_sink::abi::*;
use dsql_sink::error::SinkError;
use dsql_sink::session::Session;
use dsql_sink::sink::Sink;

/// Values that the test searches in all messages: one of a key, and one of another column, whose
/// end is too long to be shown.
const KEY: &str = "plantedkey";
const OTHER: &str = "plantedvalue";
const END: &str = "plantedend";

/// A value of 200 characters with a line break in it.
fn long() -> String {
    format!("{OTHER}\n2026-01-01 ERROR forged \u{1b}[2J{}{END}", "x".repeat(200))
}

const TABLES: &str = "
    CREATE TABLE t (id text PRIMARY KEY, v text, d date, n smallint, u text UNIQUE,
                    CONSTRAINT no_bad CHECK (v NOT LIKE '%bad%'));
    CREATE TABLE raises (id text PRIMARY KEY, v text);
    CREATE FUNCTION raises() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION USING ERRCODE = '22000', MESSAGE = 'no ' || NEW.v || ' here', HINT = NEW.v, DETAIL = NEW.v; END $$;
    CREATE TRIGGER raises BEFORE INSERT ON raises FOR EACH ROW EXECUTE FUNCTION raises();
    CREATE TABLE conflicts (id text PRIMARY KEY, v text);
    CREATE FUNCTION conflicts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = 'transaction size limit 10mb exceeded', DETAIL = NEW.v; END $$;
    CREATE TRIGGER conflicts BEFORE INSERT ON conflicts FOR EACH ROW EXECUTE FUNCTION conflicts();
    INSERT INTO t (id, u) VALUES ('taken', 'plantedvalue')";

/// Writes rows, each with another mistake, and returns all messages: log lines and errors.
fn messages_about_rows(cluster: &Cluster, log_values: &str, skip: bool) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letters.jsonl");
    let mut told = String::new();
    let columns: &[&str] = &["id", "v", "d", "n", "u"];
    let none = || Field::Null;
    let wrong: [(&str, &[&str], Vec<Field>); 6] = [
        ("t", columns, vec![KEY.into(), "bad".into(), none(), none(), long().as_str().into()]),
        ("t", columns, vec![KEY.into(), none(), long().as_str().into(), none(), none()]),
        ("t", columns, vec![KEY.into(), none(), none(), long().as_str().into(), none()]),
        ("t", columns, vec![KEY.into(), none(), none(), none(), OTHER.into()]),
        ("raises", &["id", "v"], vec![KEY.into(), long().as_str().into()]),
        ("conflicts", &["id", "v"], vec![KEY.into(), long().as_str().into()]),
    ];
    for (table, columns, row) in wrong {
        let path = path.to_str().unwrap();
        let mut options =
            vec![("log_values", log_values), ("unique_conflict", "fail"), ("retry_timeout_ms", "100")];
        if skip {
            options.extend([("row_error_policy", "skip"), ("dead_letter_path", path)]);
        }
        let sink: Sink = cluster.sink(&options);
        let number = declare(&sink, table, columns, &["id"]).unwrap();
        let written = Rows::new(number).row(ROW_INSERT, &row).write(&sink).and_then(|()| flush(&sink));
        assert_eq!(written.is_ok(), skip, "{table} {row:?}: {written:?}");
        told.push_str(&written.err().map(|error| error.to_string()).unwrap_or_default());
        told.push_str(&notices(&sink));
        sink.close();
    }
    if skip {
        let letters = std::fs::read_to_string(&path).unwrap();
        assert!(
            letters.contains(KEY) && letters.contains(OTHER) && letters.contains(END),
            "dead letters keep the whole value"
        );
    }
    told
}

/// The same for statements of a session, such as those that empty and fill tables.
fn messages_about_statements(cluster: &Cluster, log_values: &str) -> String {
    let changes = [("log_values", log_values), ("retry_timeout_ms", "300")];
    let session = Session::open(cluster.config(&changes).unwrap()).unwrap();
    let mut told = String::new();
    for sql in [
        format!("INSERT INTO raises VALUES ('{KEY}', '{}')", long()),
        format!("UPDATE t SET d = '{}'", long()),
        format!("DELETE FROM t WHERE id > E'{KEY}' AND n = '{}'::smallint", long()),
        format!("INSERT INTO t (id, u) VALUES ('{KEY}', '{OTHER}')"),
    ] {
        told.push_str(&run(&session, &sql).unwrap_err().to_string());
    }
    cluster.control("faults add XX000 --when statement --count 3");
    drop(run(&session, &format!("DELETE FROM t WHERE id > '{KEY}' AND v = '{}'", long())));
    cluster.control("faults clear");
    told.push_str(&String::from_utf8_lossy(&session.notices().unwrap_or_default()));
    session.close();
    told
}

fn run(session: &Session, sql: &str) -> Result<Vec<u8>, SinkError> {
    session.send(sql.to_owned(), true)?;
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(answer) = session.receive(SLICE)? {
            return Ok(answer);
        }
        assert!(Instant::now() < deadline, "no answer in time");
    }
}

#[track_caller]
fn check(told: &str, keys: bool, others: bool) {
    assert!(!told.contains("\n2026-01-01") && !told.contains("\u{1b}[2J"), "a line is forged: {told}");
    assert!(!told.contains(END), "a value is not shortened: {told}");
    assert_eq!(told.contains(OTHER), others, "{told}");
    assert_eq!(told.contains(KEY), keys, "{told}");
}

#[test]
fn messages_show_only_the_values_that_the_option_allows() {
    let cluster = Cluster::start();
    cluster.sql(TABLES);
    for skip in [false, true] {
        check(&messages_about_rows(&cluster, "short", skip), true, true);
        check(&messages_about_rows(&cluster, "keys", skip), true, false);
        check(&messages_about_rows(&cluster, "none", skip), false, false);
    }
    check(&messages_about_statements(&cluster, "short"), true, true);
    check(&messages_about_statements(&cluster, "keys"), false, false);
    check(&messages_about_statements(&cluster, "none"), false, false);
}
