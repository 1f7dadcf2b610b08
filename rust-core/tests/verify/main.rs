//! Compares the target with the source's rows on dsql-local, and finds all differences and nothing else.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod tasks;

use std::path::Path;
use std::time::Instant;

use common::{Cluster, DEADLINE, Field, Rows, SLICE, declare, flush};
use dsql_sink::abi::ROW_INSERT;
use dsql_sink::error::SinkError;
use dsql_sink::sink::Sink;
use dsql_sink::tell::Values;
use dsql_sink::verify::report::Report;

const COLUMNS: [&str; 8] = ["id", "name", "price", "at", "doc", "span", "fixed", "x"];
const TABLE: &str = "(id bigint, name text, price numeric(18,6), at timestamp(3), doc jsonb, span interval, \
                     fixed char(6), x double precision";

fn row(id: i64) -> Vec<Field> {
    vec![
        id.into(),
        format!("name {id} ").as_str().into(),
        format!("{id}.5").as_str().into(),
        "2024-02-29 12:34:56.789".into(),
        format!("{{\"b\": 1, \"a\": [{id}.10, null], \"b\": 2}}").as_str().into(),
        "36 hours".into(),
        "a ".into(),
        if id % 7 == 0 { Field::Null } else { (id - 3).into() },
    ]
}

fn write(sink: &Sink, table: u32, ids: impl Iterator<Item = i64>) {
    let ids: Vec<i64> = ids.collect();
    for part in ids.chunks(500) {
        let rows = part.iter().fold(Rows::new(table), |rows, id| rows.row(ROW_INSERT, &row(*id)));
        rows.write(sink).unwrap();
    }
}

fn compare(sink: &Sink) -> Result<(), SinkError> {
    let deadline = Instant::now() + DEADLINE;
    while !sink.compare(SLICE)? {
        assert!(Instant::now() < deadline, "not compared in time");
    }
    sink.close();
    Ok(())
}

/// One job with the rows of this table; `mode` is the value of the option.
fn job(
    cluster: &Cluster,
    mode: &str,
    keys: &[&str],
    ids: std::ops::Range<i64>,
    folder: &Path,
    bytes: &str,
) -> Report {
    let folder_text = folder.to_str().unwrap();
    let sink = cluster.sink(&[("verify", mode), ("verify_report", folder_text), ("max_buffer_bytes", bytes)]);
    let table = declare(&sink, "t", &COLUMNS, keys).unwrap();
    write(&sink, table, ids);
    flush(&sink).unwrap();
    compare(&sink).unwrap();
    Report::read(folder).unwrap()
}

/// The lines of the report about rows.
fn lines(report: &Report) -> Vec<String> {
    let text = report.text(usize::MAX, Values::Short);
    text.lines().filter(|line| line.starts_with("  ")).map(|line| line.trim().to_owned()).collect()
}

fn load(cluster: &Cluster, keys: &[&str], ids: std::ops::Range<i64>) {
    let sink = cluster.sink(&[]);
    let table = declare(&sink, "t", &COLUMNS, keys).unwrap();
    write(&sink, table, ids);
    flush(&sink).unwrap();
    sink.close();
}

const BYTES: &str = "268435456";

#[test]
fn written_rows_are_equal_and_each_difference_is_found() {
    let cluster = Cluster::start();
    cluster.sql(&format!("CREATE TABLE t {TABLE}, PRIMARY KEY (id))"));
    load(&cluster, &["id"], 0..12_000);
    let folder = tempfile::tempdir().unwrap();
    let look = |mode: &str| job(&cluster, mode, &["id"], 0..12_000, folder.path(), BYTES);
    let report = look("true");
    assert_eq!(lines(&report), [""; 0]);
    assert_eq!(report.tables["public.t"].target_rows, 12_000);

    let plant = [
        ("DELETE FROM t WHERE id = 0", "missing   id = 0"),
        ("DELETE FROM t WHERE id = 11999", "missing   id = 11999"),
        ("INSERT INTO t SELECT 12000, name FROM t WHERE id = 1", "extra     id = 12000"),
        ("INSERT INTO t SELECT -1, name FROM t WHERE id = 1", "extra     id = -1"),
        ("UPDATE t SET name = 'name 2' WHERE id = 2", "different id = 2: column name"),
        ("UPDATE t SET name = 'Name 3 ' WHERE id = 3", "different id = 3: column name"),
        ("UPDATE t SET name = NULL WHERE id = 4", "different id = 4: column name"),
        ("UPDATE t SET name = '' WHERE id = 5", "different id = 5: column name"),
        ("UPDATE t SET price = 6.500001 WHERE id = 6", "different id = 6: column price"),
        ("UPDATE t SET price = NULL WHERE id = 7", "different id = 7: column price"),
        ("UPDATE t SET price = -8.5 WHERE id = 8", "different id = 8: column price"),
        ("UPDATE t SET at = '2024-02-29 12:34:56.788' WHERE id = 9", "different id = 9: column at"),
        ("UPDATE t SET at = 'infinity' WHERE id = 10", "different id = 10: column at"),
        (
            "UPDATE t SET doc = '{\"a\": [11.1, null], \"b\": 2}' WHERE id = 11",
            "different id = 11: column doc",
        ),
        ("UPDATE t SET doc = '{}' WHERE id = 12", "different id = 12: column doc"),
        ("UPDATE t SET span = '1 day 12:00' WHERE id = 13", "different id = 13: column span"),
        ("UPDATE t SET fixed = 'A' WHERE id = 15", "different id = 15: column fixed"),
        ("UPDATE t SET x = 0 WHERE id = 14", "different id = 14: column x"),
        ("UPDATE t SET x = '-0.0' WHERE id = 3", "different id = 3: column name, x"),
        ("UPDATE t SET x = x + 1e-12 WHERE id = 16", "different id = 16: column x"),
        ("UPDATE t SET id = id + 20000 WHERE id = 17", "missing   id = 17"),
    ];
    plant.iter().for_each(|(sql, _)| cluster.sql(sql));
    // Two rows that have exchanged all values except their keys.
    cluster.sql(
        "UPDATE t SET (name, price, doc, x) = \
             (SELECT u.name, u.price, u.doc, u.x FROM t u WHERE u.id = 37 - t.id) WHERE id IN (18, 19)",
    );
    let mut expected: Vec<&str> = plant.iter().map(|(_, told)| *told).collect();
    expected.retain(|told| *told != "different id = 3: column name");
    expected.extend([
        "extra     id = 20017",
        "different id = 18: column name, price, doc, x",
        "different id = 19: column name, price, doc, x",
    ]);
    expected.sort_unstable();
    let told = |report: &Report| {
        let mut told = lines(report);
        told.sort_unstable();
        told
    };
    assert_eq!(told(&look("true")), expected);
    // A second look compares only these buckets, and finds the same.
    let report = look("again");
    assert_eq!(told(&report), expected);
    assert!(report.tables["public.t"].look.is_empty(), "{report:?}");
    // A row that is repaired meanwhile is no longer a difference.
    assert_eq!(told(&look("true")), expected);
    load(&cluster, &["id"], 0..10);
    let report = look("again");
    assert_eq!(report.tables["public.t"].differences.len(), expected.len() - 9);

    // Repair writes different rows, and keeps extra rows until it may delete them.
    look("true");
    look("repair");
    assert_eq!(told(&look("again")), ["extra     id = -1", "extra     id = 12000", "extra     id = 20017"]);
    look("repair_delete");
    let report = look("again");
    assert_eq!(told(&report), [""; 0]);
    assert_eq!(told(&look("true")), [""; 0]);
}

#[test]
fn without_room_for_all_keys_more_looks_find_the_same() {
    let cluster = Cluster::start();
    cluster.sql(&format!("CREATE TABLE t {TABLE}, PRIMARY KEY (id))"));
    // 20 MiB hold the keys of about 40,000 rows.
    let ids = 0..60_000;
    load(&cluster, &["id"], ids.clone());
    cluster.sql("UPDATE t SET name = 'other' WHERE id % 10000 = 1; DELETE FROM t WHERE id = 59999");
    let folder = tempfile::tempdir().unwrap();
    let look = |mode: &str| job(&cluster, mode, &["id"], ids.clone(), folder.path(), "20971520");
    let first = look("true");
    let table = &first.tables["public.t"];
    assert!(table.differences.is_empty(), "{first:?}");
    assert_eq!(table.look.len(), 7, "{table:?}");
    assert!(lines(&first)[0].contains("7 of 16384 buckets differ"), "{:?}", lines(&first));
    let second = look("again");
    assert_eq!(second.tables["public.t"].differences.len(), 7, "{second:?}");
    assert_eq!(look("again").tables["public.t"].look, [0u16; 0]);
}

#[test]
fn tables_without_a_key_are_compared_as_multisets() {
    let cluster = Cluster::start();
    cluster.sql(&format!("CREATE TABLE t {TABLE})"));
    load(&cluster, &[], 0..3_000);
    load(&cluster, &[], 0..1);
    let folder = tempfile::tempdir().unwrap();
    let once = job(&cluster, "true", &[], 0..3_000, folder.path(), BYTES);
    assert_eq!(once.tables["public.t"].differences.len(), 1);
    assert!(
        lines(&once)[0].starts_with("extra     id = 0, name = name 0 , price = 0.500000, "),
        "{:?}",
        lines(&once)
    );
    cluster.sql("DELETE FROM t WHERE id = 5; INSERT INTO t SELECT * FROM t WHERE id = 6");
    let more = job(&cluster, "true", &[], 0..3_000, folder.path(), BYTES);
    let told: Vec<String> = lines(&more).iter().map(|line| line[..16].to_owned()).collect();
    assert_eq!(told, ["missing   id = 5", "extra     id = 0", "extra     id = 6"]);
}

#[test]
fn nothing_is_written() {
    let cluster = Cluster::start();
    cluster.sql(&format!("CREATE TABLE t {TABLE}, PRIMARY KEY (id))"));
    let folder = tempfile::tempdir().unwrap();
    let report = job(&cluster, "true", &["id"], 0..100, folder.path(), BYTES);
    assert_eq!(report.tables["public.t"].differences.len(), 100);
    assert_eq!(cluster.rows("SELECT count(*) FROM t"), ["0"]);
}
