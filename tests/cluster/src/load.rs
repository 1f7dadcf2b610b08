//! Rows per second of the sink's engine for several numbers of connections.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use dsql_sink::abi;
use dsql_sink::config::Config;
use dsql_sink::error::SinkError;
use dsql_sink::sink::Sink;

use crate::cli::Options;
use crate::place::Cluster;
use crate::report::Report;

/// Average rows of a transaction. The engine sends about so many if connections are sometimes idle.
pub const BATCH_ROWS: f64 = 1_000.0;
/// Bytes of a row.
pub const ROW_BYTES: f64 = 300.0;
/// Rows for each connection: at the inferred rate they take some seconds.
const ROWS_EACH: u32 = 20_000;
/// Rows of a frame.
const FRAME_ROWS: u32 = 1_000;
const SLICE: Duration = Duration::from_millis(100);
/// The longest wait for an answer.
const LONGEST: Duration = Duration::from_secs(900);

/// Number of rows to write with so many connections.
pub fn rows(most: u32, connections: u16) -> u32 {
    most.min(ROWS_EACH.saturating_mul(connections.into()))
}

/// Measures each number of connections on its own table.
pub async fn measure(options: &Options, cluster: &Cluster, report: &mut Report) -> Result<()> {
    for connections in &options.connections {
        let table = format!("load_{connections}");
        cluster
            .make(&format!("CREATE TABLE {table} (id bigint PRIMARY KEY, a text, b text, c text)"))
            .await?;
        let rows = rows(options.rows, *connections);
        let config = cluster.sink(&[("max_connections", &connections.to_string())])?;
        let schema = cluster.schema.clone();
        let written = tokio::task::spawn_blocking(move || write(config, &schema, &table, rows));
        let (seconds, opened) = written.await??;
        report.load(*connections, opened, rows, seconds);
        println!("{connections} connections: {rows} rows in {seconds:.1} s");
    }
    Ok(())
}

/// Returns the seconds, and the number of connections that were opened.
fn write(config: Config, schema: &str, table: &str, rows: u32) -> Result<(f64, i64)> {
    let sink = Sink::open(config).map_err(|e| anyhow!("{e}"))?;
    let result = load(&sink, schema, table, rows);
    let opened = sink.stats()[abi::STAT_CONNECTIONS_OPENED];
    sink.close();
    Ok((result?, opened))
}

fn load(sink: &Sink, schema: &str, table: &str, rows: u32) -> Result<f64> {
    let number = until(|| sink.declare(&declaration(schema, table), SLICE))?;
    let number = u32::try_from(number)?;
    let began = Instant::now();
    for first in (0..rows).step_by(usize::try_from(FRAME_ROWS)?) {
        let frame = frame(number, first, FRAME_ROWS.min(rows - first));
        until(|| sink.write(&frame, SLICE).map(|taken| taken.then_some(())))?;
    }
    let ticket = sink.flush().map_err(|e| anyhow!("{e}"))?;
    until(|| sink.wait(ticket, SLICE).map(|done| done.then_some(())))?;
    Ok(began.elapsed().as_secs_f64())
}

/// Repeats a call until it has an answer.
fn until<T>(mut ask: impl FnMut() -> Result<Option<T>, SinkError>) -> Result<T> {
    let end = Instant::now() + LONGEST;
    loop {
        match ask().map_err(|e| anyhow!("{e}"))? {
            Some(answer) => return Ok(answer),
            None if Instant::now() > end => bail!("no answer within {} s", LONGEST.as_secs()),
            None => {}
        }
    }
}

/// The frame that declares the table; see `rust-core/src/row/frame.rs`.
fn declaration(schema: &str, table: &str) -> Vec<u8> {
    let mut frame = vec![abi::FRAME_VERSION];
    string(&mut frame, schema);
    string(&mut frame, table);
    frame.push(abi::MODE_UPSERT);
    frame.extend_from_slice(&4_u16.to_be_bytes());
    for column in ["id", "a", "b", "c"] {
        string(&mut frame, column);
        string(&mut frame, "?");
    }
    frame.extend_from_slice(&1_u16.to_be_bytes());
    string(&mut frame, "id");
    frame
}

/// Rows from `first` on. Their keys are spread evenly, which makes a load fast on a real cluster too.
fn frame(table: u32, first: u32, count: u32) -> Vec<u8> {
    let mut frame = vec![abi::FRAME_VERSION];
    frame.extend_from_slice(&table.to_be_bytes());
    frame.extend_from_slice(&count.to_be_bytes());
    for row in first..first + count {
        let key = i64::from(row.reverse_bits());
        let mut values = vec![abi::TAG_INT64];
        values.extend_from_slice(&key.to_be_bytes());
        for part in 0..3_u64 {
            let mixed =
                (u64::from(row) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(7).wrapping_add(part);
            values.push(abi::TAG_TEXT);
            string(&mut values, &format!("{mixed:016x}").repeat(6));
        }
        frame.push(abi::ROW_INSERT);
        length(&mut frame, values.len());
        frame.extend_from_slice(&values);
    }
    frame
}

fn string(out: &mut Vec<u8>, text: &str) {
    length(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

fn length(out: &mut Vec<u8>, length: usize) {
    out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
}
