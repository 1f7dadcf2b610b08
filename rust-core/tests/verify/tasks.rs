//! A comparison by several tasks of a job has the same result as by one task, or none.

use std::path::Path;
use std::time::Duration;

use super::common::{Cluster, declare, flush, notices};
use super::{BYTES, COLUMNS, TABLE, compare, lines, load, write};
use dsql_sink::error::{ErrorKind, SinkError};
use dsql_sink::sink::Sink;
use dsql_sink::verify::report::Report;

/// How long a task waits for others in these tests.
const ARRIVAL: Duration = Duration::from_millis(300);

/// Begins one of the tasks of a run.
fn begin(cluster: &Cluster, run: &str, folder: &Path, tasks: usize, task: usize) -> Result<Sink, SinkError> {
    let (tasks, task) = (tasks.to_string(), task.to_string());
    let mut config = cluster.config(&[
        ("verify", "true"),
        ("verify_report", folder.to_str().unwrap()),
        ("verify_run", run),
        ("verify_tasks", &tasks),
        ("verify_task", &task),
        ("max_buffer_bytes", BYTES),
    ])?;
    config.verify_tasks.arrival = ARRIVAL;
    Sink::open(config)
}

fn read(sink: &Sink, ids: impl Iterator<Item = i64>) {
    let table = declare(sink, "t", &COLUMNS, &["id"]).unwrap();
    write(sink, table, ids);
    flush(sink).unwrap();
}

fn cluster(rows: i64) -> Cluster {
    let cluster = Cluster::start();
    cluster.sql(&format!("CREATE TABLE t {TABLE}, PRIMARY KEY (id))"));
    load(&cluster, &["id"], 0..rows);
    cluster
}

/// Numbers that look random and are the same in each run.
fn mix(seed: u64, id: i64) -> usize {
    let mixed = (seed << 32).wrapping_add(id.unsigned_abs()).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from(mixed >> 40).unwrap()
}

fn verdict(folder: &Path) -> bool {
    ["verify.json", "verify.txt", "verify.properties"].iter().any(|file| folder.join(file).exists())
}

#[test]
fn any_split_of_the_rows_over_tasks_has_the_same_result() {
    const ROWS: i64 = 4_000;
    let cluster = cluster(ROWS);
    let folder = tempfile::tempdir().unwrap();
    let look = |run: &str, tasks: usize, seed: u64| {
        let sinks: Vec<Sink> =
            (0..tasks).map(|task| begin(&cluster, run, folder.path(), tasks, task).unwrap()).collect();
        std::thread::scope(|scope| {
            for (task, sink) in sinks.iter().enumerate() {
                scope.spawn(move || read(sink, (0..ROWS).filter(|id| mix(seed, *id) % tasks == task)));
            }
        });
        // They end in another order than they began.
        for at in 0..tasks {
            assert!(!verdict(folder.path()), "a report before the last task had passed its rows");
            let sink = &sinks[(at + tasks / 2) % tasks];
            compare(sink).unwrap();
            let told = notices(sink);
            let ended = format!("{} of {tasks} tasks have passed all their rows", at + 1);
            assert_eq!(told.contains(&ended), at + 1 < tasks, "{told}");
        }
        let report = Report::read(folder.path()).unwrap();
        std::fs::remove_file(folder.path().join("verify.json")).unwrap();
        std::fs::remove_file(folder.path().join("verify.txt")).unwrap();
        std::fs::remove_file(folder.path().join("verify.properties")).unwrap();
        report
    };
    assert_eq!(lines(&look("equal", 3, 7)), [""; 0]);
    cluster.sql(
        "DELETE FROM t WHERE id IN (0, 1999); UPDATE t SET name = 'other' WHERE id % 1000 = 1; \
         UPDATE t SET id = id + 10000 WHERE id = 7; INSERT INTO t (id) VALUES (-5)",
    );
    let alone = look("alone", 1, 0);
    assert_eq!(lines(&alone).len(), 9, "{:?}", lines(&alone));
    for seed in 0..8 {
        let tasks = 2 + usize::try_from(seed % 4).unwrap();
        assert_eq!(look(&format!("split {seed}"), tasks, seed), alone, "{tasks} tasks, seed {seed}");
    }
    // One task has all rows, the others none.
    assert_eq!(look("one has all", 3, 1 << 33), alone);
}

#[test]
fn a_task_that_does_not_begin_leaves_no_report() {
    let cluster = cluster(100);
    let folder = tempfile::tempdir().unwrap();
    let alone = begin(&cluster, "before", folder.path(), 1, 0).unwrap();
    read(&alone, 0..100);
    compare(&alone).unwrap();
    assert!(verdict(folder.path()));

    let sinks = [0, 1].map(|task| begin(&cluster, "two of three", folder.path(), 3, task).unwrap());
    assert!(!verdict(folder.path()), "an older report could be taken for the missing one");
    // These are all rows of the target, so without a check the missing third task would not be noticed.
    read(&sinks[0], 0..50);
    read(&sinks[1], 50..100);
    for sink in &sinks {
        let error = compare(sink).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains("2 of 3 tasks run in this process"), "{error}");
        assert!(error.message().contains("parallelism = 1"), "{error}");
    }
    assert!(!verdict(folder.path()));
}

#[test]
fn a_task_that_ends_early_leaves_no_report_and_a_restart_counts_each_row_once() {
    let cluster = cluster(100);
    let folder = tempfile::tempdir().unwrap();
    let share = |task: i64| task * 50..(task + 1) * 50;
    let attempt = || [0, 1].map(|task| begin(&cluster, "run", folder.path(), 2, task).unwrap());
    {
        let sinks = attempt();
        read(&sinks[0], share(0));
        read(&sinks[1], share(1).take(20));
        sinks[1].close();
        let error = compare(&sinks[0]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Closed);
        assert!(error.message().contains("another task"), "{error}");
        sinks[0].close();
    }
    assert!(!verdict(folder.path()));
    {
        // The first task ends normally, then the second is cancelled.
        let sinks = attempt();
        read(&sinks[0], share(0));
        compare(&sinks[0]).unwrap();
        read(&sinks[1], share(1));
        sinks[1].close();
    }
    assert!(!verdict(folder.path()));
    {
        // A task that waits for another one to begin is cancelled, and begins again.
        let waiting = begin(&cluster, "run", folder.path(), 2, 0).unwrap();
        read(&waiting, share(0));
        assert!(!waiting.compare(Duration::ZERO).unwrap());
        waiting.close();
    }
    let sinks = attempt();
    read(&sinks[0], share(0));
    read(&sinks[1], share(1));
    sinks.iter().for_each(|sink| compare(sink).unwrap());
    let report = Report::read(folder.path()).unwrap();
    assert_eq!(report.tables["public.t"].source_rows, 100);
    assert_eq!(lines(&report), [""; 0]);
}

#[test]
fn too_many_tasks_leave_no_report() {
    let cluster = cluster(100);
    let folder = tempfile::tempdir().unwrap();
    let sinks = [0, 1].map(|task| begin(&cluster, "more", folder.path(), 2, task).unwrap());
    read(&sinks[0], 0..50);
    let refused = |tasks: usize, task: usize| {
        let error = begin(&cluster, "more", folder.path(), tasks, task).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(&format!("more than {tasks} of the job's tasks")), "{error}");
    };
    refused(2, 1);
    assert!(compare(&sinks[0]).unwrap_err().message().contains("more than 2"));
    assert!(compare(&sinks[1]).is_err());
    drop(sinks);
    // If tasks run one after the other, only the number of a task shows that it is one too many.
    refused(2, 2);
    refused(1, 1);
    assert!(!verdict(folder.path()));
}

#[test]
fn comparisons_at_the_same_time_do_not_mix() {
    let cluster = cluster(100);
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let run = |run: &str, at: usize, task: usize| begin(&cluster, run, folders[at].path(), 2, task).unwrap();
    // Two jobs, and two sinks of one job.
    let first = [run("a", 0, 0), run("a", 0, 1)];
    let second = [run("a", 1, 0), run("a", 1, 1)];
    let other = tempfile::tempdir().unwrap();
    let third = begin(&cluster, "b", other.path(), 1, 0).unwrap();
    read(&first[0], 0..60);
    read(&second[1], 0..10);
    read(&third, 0..90);
    read(&first[1], 60..100);
    read(&second[0], 10..100);
    first.iter().chain(&second).chain([&third]).for_each(|sink| compare(sink).unwrap());
    for folder in &folders {
        assert_eq!(lines(&Report::read(folder.path()).unwrap()), [""; 0]);
    }
    assert_eq!(lines(&Report::read(other.path()).unwrap()).len(), 10);
}

#[test]
fn several_tasks_need_a_run_with_a_name() {
    let cluster = cluster(0);
    let refused = cluster.try_sink(&[("verify", "true"), ("verify_tasks", "2")]);
    assert!(refused.err().unwrap().message().contains("set parallelism = 1"));
}

#[test]
fn a_large_table_is_read_in_ranges_of_its_key() {
    const ROWS: i64 = 50_000;
    let cluster = Cluster::start();
    // The key begins with a text: only the database knows the order of texts.
    cluster.sql(
        "CREATE TABLE t (name text, id bigint, x bigint, PRIMARY KEY (name, id)); \
         INSERT INTO t SELECT chr(60 + k % 60) || k % 97, k, k FROM generate_series(0, 49999) k",
    );
    let folder = tempfile::tempdir().unwrap();
    let look = || {
        let sink = cluster.sink(&[("verify", "true"), ("verify_report", folder.path().to_str().unwrap())]);
        let table = declare(&sink, "t", &["name", "id", "x"], &["name", "id"]).unwrap();
        let ids: Vec<i64> = (0..ROWS).collect();
        for part in ids.chunks(1_000) {
            let row = |id: i64| {
                let letter = char::from_u32(u32::try_from(60 + id % 60).unwrap()).unwrap();
                [format!("{letter}{}", id % 97).as_str().into(), id.into(), id.into()]
            };
            let rows = part.iter().fold(super::common::Rows::new(table), |rows, id| {
                rows.row(dsql_sink::abi::ROW_INSERT, &row(*id))
            });
            rows.write(&sink).unwrap();
        }
        flush(&sink).unwrap();
        let before = cluster.stat("connections_accepted");
        compare(&sink).unwrap();
        assert!(cluster.stat("connections_accepted") > before, "one connection read all");
        Report::read(folder.path()).unwrap()
    };
    let equal = look();
    assert_eq!(lines(&equal), [""; 0]);
    assert_eq!(equal.tables["public.t"].target_rows, 50_000);
    cluster.sql(
        "UPDATE t SET x = -1 WHERE id % 1000 = 500; DELETE FROM t WHERE id % 10000 = 1; \
         INSERT INTO t VALUES ('', 1, 1), ('zzz', 2, 2), ('Z', 3, 3)",
    );
    let told = look();
    let table = &told.tables["public.t"];
    assert_eq!((table.differences.len(), table.target_rows), (50 + 5 + 3, 49_998), "{:?}", lines(&told));
}
