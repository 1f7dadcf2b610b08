//! The memory of a process with a sink: 100 tables, rows of up to 1 MiB, and never more than the buffer.
//!
//! `DSQL_SOAK_MIB` sets how much is written (default 1,024).

use std::process::Command;

use crate::common::{Cluster, DEADLINE, Field, Rows, SLICE, declare, flush};
use dsql_sink::abi::*;
use dsql_sink::config::Config;
use dsql_sink::sink::Sink;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const TABLES: u32 = 100;
const WRITERS: u64 = 4;
const MIB: usize = 1024 * 1024;
/// The default of `max_buffer_bytes`, and the most memory above that of the idle process, in KiB.
const BUFFER: usize = 256 * MIB;
const MOST_KIB: usize = BUFFER / 1024;
/// The positions of the table's number and of the first row's id, an INT64 in the first column, in
/// a row frame.
const TABLE_AT: usize = 1;
const ID_AT: usize = 15;

/// The test runs itself again as the measured process, because the database runs in this one.
#[test]
fn memory_stays_within_the_buffer() {
    if let Ok(url) = std::env::var("DSQL_SOAK_URL") {
        return measured(&url);
    }
    let cluster = Cluster::start();
    for table in 0..TABLES {
        // Stored without compression, which would take the test more time than writing.
        cluster.sql(&format!(
            "CREATE TABLE t{table} (id bigint PRIMARY KEY, body bytea); ALTER TABLE t{table} ALTER body SET STORAGE EXTERNAL"
        ));
    }
    // Commits take some time, so that many connections are open.
    cluster.control("latency commit 200");
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "soak::memory_stays_within_the_buffer", "--nocapture"])
        .env("DSQL_SOAK_URL", cluster.url())
        .status()
        .unwrap();
    assert!(status.success(), "the output of the measured process has the reason");
}

fn measured(url: &str) {
    let total = std::env::var("DSQL_SOAK_MIB").map_or(1_024, |text| text.parse().unwrap()) * MIB;
    let options = [
        ("url", url),
        ("username", "admin"),
        ("access_key_id", "AKIAIOSFODNN7EXAMPLE"),
        ("secret_access_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ];
    let options = options.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let config = Config::new(options.to_vec(), |_| None).unwrap();
    assert_eq!(config.buffer_bytes, BUFFER);
    let sink = Sink::open(config).unwrap();
    for table in 0..TABLES {
        assert_eq!(declare(&sink, &format!("t{table}"), &["id", "body"], &["id"]).unwrap(), table);
    }
    // The first connection and its memory are not part of the buffer.
    (0..100)
        .fold(Rows::new(0), |rows, id| rows.row(ROW_INSERT, &[id.into(), Field::Null]))
        .write(&sink)
        .unwrap();
    flush(&sink).unwrap();
    let frames: Vec<Vec<Vec<u8>>> = (0..WRITERS).map(|_| frames()).collect();
    // Resets the peak.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let idle = resident("VmHWM:");
    std::thread::scope(|scope| {
        for (frames, writer) in frames.into_iter().zip(0..) {
            let sink = &sink;
            scope.spawn(move || {
                let mut rng = StdRng::seed_from_u64(writer);
                // Rows of many tables, then of one whose batches have the maximum size, then only
                // ordinary ones.
                let frames = write(sink, frames, &mut rng, TABLES, total / 12);
                let mut frames = write(sink, frames, &mut rng, 1, total / 12);
                frames.drain(..2);
                write(sink, frames, &mut rng, 1, total / 12);
            });
        }
    });
    flush(&sink).unwrap();
    let (peak, after) = (resident("VmHWM:"), resident("VmRSS:"));
    let stats = sink.stats();
    let told = format!(
        "{} MiB, {} rows in {} transactions over {} connections: {} MiB resident when idle, {} more at most, {} more afterwards",
        total / MIB,
        stats[STAT_ROWS_COMMITTED],
        stats[STAT_BATCHES_COMMITTED],
        stats[STAT_CONNECTIONS_OPENED],
        idle / 1024,
        (peak - idle) / 1024,
        after.saturating_sub(idle) / 1024
    );
    println!("{told}");
    assert!(peak - idle <= MOST_KIB, "{told}");
    sink.close();
}

/// A large row, some of middle size, and many small ones.
fn frames() -> Vec<Vec<u8>> {
    let frame = |rows: i64, bytes: usize| {
        let row = |frame: Rows, id| frame.row(ROW_INSERT, &[Field::Int(id), Field::Bytes(vec![7; bytes])]);
        (0..rows).fold(Rows::new(0), row).bytes()
    };
    vec![frame(1, MIB), frame(1, 100_000), frame(200, 1_200)]
}

fn write(sink: &Sink, mut frames: Vec<Vec<u8>>, rng: &mut StdRng, tables: u32, most: usize) -> Vec<Vec<u8>> {
    let mut written = 0;
    while written < most {
        let kind = rng.random_range(0..frames.len());
        let frame = &mut frames[kind];
        frame[TABLE_AT..TABLE_AT + 4].copy_from_slice(&rng.random_range(0..tables).to_be_bytes());
        frame[ID_AT..ID_AT + 8].copy_from_slice(&rng.random_range(0..300_i64).to_be_bytes());
        let deadline = std::time::Instant::now() + DEADLINE;
        while !sink.write(frame, SLICE).unwrap() {
            assert!(std::time::Instant::now() < deadline, "no room in time");
        }
        written += frame.len();
    }
    frames
}

/// A line of /proc/self/status, in KiB.
fn resident(name: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
