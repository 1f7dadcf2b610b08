//! Skipped rows: the file of dead letters, and the limit on their number.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use common::{Cluster, Rows, declare, flush};
use dsql_sink::abi::*;
use dsql_sink::dead::brake::Limits;
use dsql_sink::dead::{DeadLetters, Skip};
use dsql_sink::error::{ErrorKind, SinkError};
use dsql_sink::queue::refused::Refused;

const MIB: u64 = 1024 * 1024;

fn skip(path: &Path) -> Skip {
    Skip {
        path: path.to_owned(),
        values: true,
        file_bytes: MIB,
        limits: Limits { rows: u64::MAX / 100, percent: 100 },
    }
}

fn row(reason: &str) -> Refused {
    Refused {
        kind: ErrorKind::Data,
        operation: "INSERT",
        table: "public.t".to_owned(),
        column: None,
        key: "id = 1".to_owned(),
        old_key: String::new(),
        keys: serde_json::Map::from_iter([("id".to_owned(), 1.into())]),
        old_keys: None,
        values: serde_json::Map::new(),
        reason: reason.to_owned(),
        told: reason.to_owned(),
        sqlstate: None,
    }
}

/// Checks that every line of a file is a whole letter; returns their number.
#[track_caller]
fn letters(path: &Path) -> usize {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "an incomplete line: {text:?}");
    let whole = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok();
    assert!(text.lines().all(whole), "not a letter: {text:?}");
    text.lines().count()
}

#[track_caller]
fn refused(path: &Path, says: &str) {
    let error: SinkError = DeadLetters::open(&skip(path)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("dead_letter_path") && error.message().contains(says), "{error}");
}

#[test]
fn nobody_else_reads_the_file() {
    let folder = tempfile::tempdir().unwrap();
    DeadLetters::open(&skip(folder.path())).unwrap();
    let file = folder.path().join("dsql-dead-letters.jsonl");
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn other_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    fs::write(&other, "root:x:0").unwrap();
    refused(&other, "no file of dead letters");
    assert_eq!(fs::read_to_string(&other).unwrap(), "root:x:0");

    let link = folder.path().join("link");
    symlink(folder.path().join("elsewhere"), &link).unwrap();
    refused(&link, "symbolic link");
    // A link in the folder does not get around this.
    symlink(&other, folder.path().join("dsql-dead-letters.jsonl")).unwrap();
    refused(folder.path(), "symbolic link");

    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    refused(&pipe, "is no file");
    refused(Path::new("/dev/null"), "is no file");
    refused(&folder.path().join("missing/file"), "cannot be written");
}

#[test]
fn an_incomplete_line_is_removed_and_whole_ones_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letters");
    fs::write(&path, format!("{{\"a\":1}}\n{{\"a\":\"{}", "x".repeat(20_000))).unwrap();
    let letters_of = DeadLetters::open(&skip(&path)).unwrap();
    letters_of.add(&row("bad"), 1).unwrap();
    assert_eq!(letters(&path), 2);
}

#[test]
fn a_full_file_is_followed_by_another_and_tasks_share_both() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letters");
    let long = row(&"x".repeat(10_000));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let task = DeadLetters::open(&skip(&path)).unwrap();
                (0..100).for_each(|_| drop(task.add(&long, 1).unwrap()));
                task.sync().unwrap();
            });
        }
    });
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 3, "{files:?}");
    assert!(files.iter().all(|file| fs::metadata(file).unwrap().len() <= MIB));
    assert_eq!(files.iter().map(|file| letters(file)).sum::<usize>(), 400);
}

/// A limit on the size of a file simulates a full disk: the last write is incomplete, and the next
/// one fails.
#[test]
fn a_full_disk_leaves_whole_lines_and_stops_the_sink() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letters");
    // The child's output goes through a pipe, which has no limit.
    let run = Command::new("bash")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" --exact fills_the_disk --ignored"])
        .arg(std::env::current_exe().unwrap())
        .env("DSQL_TEST_LETTERS", &path)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
    assert!(letters(&path) > 10);
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn fills_the_disk() {
    let path = std::env::var("DSQL_TEST_LETTERS").unwrap();
    let letters_of = DeadLetters::open(&skip(Path::new(&path))).unwrap();
    let error = (0..1_000).find_map(|_| letters_of.add(&row("bad"), 1).err()).unwrap();
    assert_eq!(error.kind(), ErrorKind::DeadLetters);
    assert!(error.message().contains("key (id = 1)") && error.message().contains("free space"), "{error}");
    letters_of.add(&row("short"), 1).unwrap_err();
}

#[test]
fn too_many_rows_stop_the_sink() {
    let cluster = Cluster::start();
    cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY, n smallint CHECK (n < 10))");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_string_lossy();
    let options = [("row_error_policy", "skip"), ("dead_letter_path", &*path), ("row_error_limit", "30")];
    let sink = cluster.sink(&options);
    let table = declare(&sink, "t", &["id", "n"], &["id"]).unwrap();
    let mut rows = Rows::new(table);
    for id in 0..100 {
        rows = rows.row(ROW_INSERT, &[id.into(), (id % 20).into()]);
    }
    rows.write(&sink).unwrap();
    let error = flush(&sink).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    for part in ["31 rows were skipped (public.t 31)", "'row_error_limit' = 30", &path] {
        assert!(error.message().contains(part), "{error}");
    }
    let lines = sink.notices().map(|block| String::from_utf8_lossy(&block).matches("row skipped").count());
    assert_eq!(lines, Some(10));
    sink.close();
}
