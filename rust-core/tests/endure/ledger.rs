//! Commits of rows without a key, where the connection breaks before the commit, after it, or long
//! before it.

use crate::common::{Cluster, Rows, declare, flush, notices, tell};
use dsql_sink::abi::*;
use serde_json::Value;

/// Total number of broken commits.
const BROKEN: usize = 1_000;
/// How they break, each equally often.
const HOW: [&str; 8] = [
    "EOF --when before",
    "EOF --when after",
    "EOF --when late",
    "RESET --when before",
    "RESET --when after",
    "XX000 --when before",
    "XX000 --when after",
    "EOF --when late",
];
const ROWS: i64 = 500;
const CONNECTIONS: &str = "6";

#[test]
fn a_thousand_broken_commits_lose_and_duplicate_nothing() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE log (id bigint)");
    let sink = cluster.sink(&[
        ("commit_ledger", "public.dsql_commit_ledger"),
        ("max_connections", CONNECTIONS),
        ("connecting_processes", "1"),
        ("batch_size", "10"),
        ("batch_interval_ms", "5"),
    ]);
    let table = declare(&sink, "log", &["id"], &[]).unwrap();
    // Reads of the ledger break too.
    for how in HOW {
        let count = BROKEN / HOW.len();
        cluster.control(&format!("faults add {how} --count {count} --probability 0.03"));
    }
    let (mut written, mut committed, mut again) = (0, 0, 0);
    loop {
        let plan: Value = serde_json::from_str(&cluster.control("faults list")).unwrap();
        if plan["faults"].as_array().unwrap().is_empty() {
            break;
        }
        let rows =
            (written..written + ROWS).fold(Rows::new(table), |rows, id| rows.row(ROW_INSERT, &[id.into()]));
        rows.write(&sink).unwrap();
        written += ROWS;
        flush(&sink).unwrap();
        let told = notices(&sink);
        committed += told.matches("was committed, as the commit ledger").count();
        again += told.matches("was not committed, as the commit ledger").count();
    }
    let found = cluster.rows("SELECT count(*), count(DISTINCT id), min(id), max(id) FROM log");
    assert_eq!(found, [format!("{written}|{written}|0|{}", written - 1)]);
    // Failed reads of the ledger are not counted here.
    tell(&format!("{written} rows; of the commits in doubt {committed} had happened, {again} had not"));
    assert!(committed > 0 && again > 0 && committed + again <= BROKEN);
    assert_eq!(cluster.rows("SELECT count(*) FROM dsql_commit_ledger"), [CONNECTIONS]);
    sink.close();
}
