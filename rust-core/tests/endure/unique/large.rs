//! One statement of the source that moves the unique values of 10,000 rows, and a proof that the
//! histories are valid.

use std::time::Instant;

use super::history::History;
use super::source::{Applied, Step};
use super::table::{Column, KINDS, Kind, Row};
use crate::common::{Cluster, Rows, flush, tell};
use dsql_sink::abi::*;

const ROWS: i64 = 10_000;
/// Rows of a frame, as Java sends them.
const FRAME: usize = 1_000;

/// Fills a table, then applies `change`, with default options and without a failed statement.
fn moved(what: &str, change: impl FnOnce(&mut History)) {
    let cluster = Cluster::start();
    cluster.sql(&Kind::One.ddl("large"));
    let sink = cluster.sink(&[]);
    let table = Kind::One.declare(&sink, "large");
    let write = |steps: &[Step]| {
        for steps in steps.chunks(FRAME / 2) {
            let events = steps.iter().flat_map(|step| &step.events);
            let add = |rows: Rows, (event, row): &(u8, Row)| rows.row(*event, &Kind::One.fields(row));
            events.fold(Rows::new(table), add).write(&sink).unwrap();
        }
        flush(&sink).unwrap();
    };
    let mut source = History::new(Kind::One, 1, 0);
    source.fill(ROWS);
    write(&source.take());
    change(&mut source);
    let steps = source.take();
    assert!(steps.len() >= usize::try_from(ROWS).unwrap(), "each row moves");
    let started = Instant::now();
    write(&steps);
    tell(&format!("{what}: {} rows in {:.2?}", steps.len(), started.elapsed()));
    let mut found = cluster.rows(&Kind::One.select("large"));
    let mut expected: Vec<String> = source.rows().map(Kind::told).collect();
    found.sort_unstable();
    expected.sort_unstable();
    let differ = found.iter().zip(&expected).find(|(found, expected)| found != expected);
    assert!(found == expected, "{what}: {} of {ROWS} rows, {differ:?}", found.len());
    let log = cluster.log(0);
    let failed: Vec<&str> = log.lines().filter(|line| line.contains("duplicate key")).collect();
    assert_eq!(failed, Vec::<&str>::new(), "{what}");
    let stats = sink.stats();
    assert_eq!([STAT_RETRIES_CONFLICT, STAT_BATCH_SPLITS].map(|slot| stats[slot]), [0; 2], "{what}");
    sink.close();
}

#[test]
fn ten_thousand_rows_shift_up() {
    moved("shift up", |source| source.shift(Column::A, source.sorted(Column::A), true));
}

#[test]
fn ten_thousand_rows_shift_down() {
    moved("shift down", |source| source.shift(Column::A, source.sorted(Column::A), false));
}

#[test]
fn ten_thousand_rows_rotate() {
    moved("rotation", |source| source.rotate(Column::A, &source.sorted(Column::A)));
}

/// The histories of the model are valid in a database that checks every row at once.
#[test]
fn histories_are_possible_row_by_row() {
    let cluster = Cluster::start();
    for kind in KINDS {
        cluster.sql(&kind.ddl("source"));
        let name = kind.name("source");
        for number in 0..60 {
            let steps = History::random(kind, 7, number);
            let script: Vec<String> = steps.iter().map(|step| step.sql(&name)).collect();
            cluster.sql(&script.join(";"));
            let mut found = cluster.rows(&kind.select("source"));
            let mut rows = Applied::new();
            steps.iter().for_each(|step| step.apply(&mut rows));
            let mut expected: Vec<String> = rows.values().map(Kind::told).collect();
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{kind:?}, history {number}");
            cluster.sql(&format!("DELETE FROM {name}"));
        }
    }
}
