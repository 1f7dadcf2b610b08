//! Questions without a recording: how a cluster answers, compared with the project's assumption.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use bytes::{BufMut, BytesMut};
use dsql_local::cost::FIGURES;
use dsql_local::wire::{cstr, message};
use dsql_sink::limits;

use crate::common::raw::{self, Answer, Raw};
use crate::place::{Cluster, told};
use crate::report::Report;
use crate::special::random;

/// Rows of a transaction whose bytes are measured. Enough rows to see the overhead of a row, but so few that most bytes
/// are the rows' own.
const MEASURED_ROWS: usize = 500;
/// Steps of the search. Each halves the range; at 40 bytes a row, more steps would show nothing new.
const STEPS: u32 = 7;
/// A time is the median of so many transactions.
const TIMED: usize = 7;

/// Asks all questions.
pub async fn ask(cluster: &Cluster, report: &mut Report) -> Result<()> {
    cluster.make("CREATE TABLE q (id bigint PRIMARY KEY, v text, w text)").await?;
    let mut session = raw::connect(cluster).await;
    arrays(&mut session, report).await;
    nothing(&mut session, report).await;
    copy(cluster, report).await?;
    ledger(cluster, report).await?;
    cluster.make("CREATE TABLE plain (id bigint PRIMARY KEY, v text)").await?;
    let plain = largest(cluster, "plain").await?;
    report.answer(
        "bytes accounted for a row besides its own, including its key once more",
        &format!("at most {} and the key", limits::ROW_OVERHEAD),
        &besides(plain),
        besides_number(plain) <= limits::ROW_OVERHEAD + 2 * 8,
    );
    times(cluster, report).await
}

async fn arrays(session: &mut Raw, report: &mut Report) {
    let upsert = "INSERT INTO q (id, v) SELECT * FROM unnest($1::bigint[], $2::text[]) ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v";
    for round in ["new rows", "rows that are there"] {
        let answer = session.extended(upsert, &[b"{1,2,3}", b"{a,b,c}"]).await;
        believed(report, &format!("upsert of three rows by unnest, {round}"), "INSERT 0 3", &answer);
    }
    let delete = session.extended("DELETE FROM q WHERE id = ANY($1::bigint[])", &[b"{2,3}"]).await;
    believed(report, "delete by = ANY of an array", "DELETE 2", &delete);
}

async fn nothing(session: &mut Raw, report: &mut Report) {
    let insert = "INSERT INTO q (id, v) VALUES (1, 'x'), (9, 'y') ON CONFLICT (id) DO NOTHING";
    let answer = session.extended(insert, &[]).await;
    believed(
        report,
        "INSERT ON CONFLICT DO NOTHING of one row that is there and one that is not",
        "INSERT 0 1",
        &answer,
    );
}

fn believed(report: &mut Report, question: &str, believed: &str, answer: &Answer) {
    let said = told(answer);
    report.answer(question, believed, &said, said == believed);
}

/// COPY as text and as PostgreSQL's binary form.
async fn copy(cluster: &Cluster, report: &mut Report) -> Result<()> {
    for rows in [limits::TRANSACTION_ROWS, limits::TRANSACTION_ROWS + 1] {
        let text: String = (0..rows).map(|id| format!("{}\tv\n", id + rows * 10_000)).collect();
        let answer = copied(cluster, "COPY q (id, v) FROM STDIN", text.as_bytes()).await;
        let believed = if rows > limits::TRANSACTION_ROWS {
            "54000 transaction row limit exceeded".to_owned()
        } else {
            format!("COPY {rows}")
        };
        let said = told(&answer);
        report.answer(&format!("COPY of {rows} rows as text"), &believed, &said, said == believed);
    }
    let mut binary = BytesMut::from(&b"PGCOPY\n\xff\r\n\0"[..]);
    binary.put_slice(&[0; 8]);
    binary.put_i16(2);
    binary.put_i32(8);
    binary.put_i64(500_000);
    binary.put_i32(1);
    binary.put_u8(b'v');
    binary.put_i16(-1);
    let answer = copied(cluster, "COPY q (id, v) FROM STDIN (FORMAT binary)", &binary).await;
    believed(report, "COPY in the binary form", "COPY 1", &answer);
    Ok(())
}

async fn copied(cluster: &Cluster, statement: &str, data: &[u8]) -> Answer {
    let mut session = raw::connect(cluster).await;
    let mut out = BytesMut::new();
    message(&mut out, b'Q', |out| cstr(out, statement));
    message(&mut out, b'd', |out| out.put_slice(data));
    message(&mut out, b'c', |_| {});
    session.write(&out).await;
    let answers = session.until_ready().await.unwrap_or_default();
    answers.into_iter().next().unwrap_or_default()
}

/// The sink's commit ledger depends on this: if two transactions write one row, the second one to commit is refused,
/// even if it began and wrote first.
async fn ledger(cluster: &Cluster, report: &mut Report) -> Result<()> {
    cluster
        .make("CREATE TABLE slot (id int PRIMARY KEY, attempt bigint); INSERT INTO slot VALUES (1, 0)")
        .await?;
    let (mut late, mut look) = (raw::connect(cluster).await, raw::connect(cluster).await);
    for (session, attempt) in [(&mut late, 1), (&mut look, 2)] {
        let write = format!(
            "INSERT INTO slot AS s VALUES (1, {attempt}) ON CONFLICT (id) DO UPDATE SET attempt = EXCLUDED.attempt \
             WHERE s.attempt < EXCLUDED.attempt"
        );
        session.simple("BEGIN").await;
        session.simple(&write).await;
    }
    let first = look.simple("COMMIT").await.pop().unwrap_or_default();
    let second = late.simple("COMMIT").await.pop().unwrap_or_default();
    let said = format!("{}, then {}", told(&first), told(&second));
    let conflict = "40001 change conflicts with another transaction (OC000)";
    // The stand-in locks rows, so there the transaction that wrote first commits.
    let either = [format!("COMMIT, then {conflict}"), format!("{conflict}, then COMMIT")];
    report.answer(
        "two transactions write one row; the one that wrote last commits first (commit ledger)",
        &either[0],
        &said,
        either.contains(&said),
    );
    Ok(())
}

/// The largest value with which [`MEASURED_ROWS`] rows fit into one transaction.
async fn largest(cluster: &Cluster, table: &str) -> Result<usize> {
    let most = limits::TRANSACTION_BYTES / MEASURED_ROWS;
    let (mut fits, mut refused) = (most - most / 8, most + 1);
    for _ in 0..STEPS {
        let middle = fits.midpoint(refused);
        let answer = filled(cluster, table, middle).await;
        match (&answer.error, answer.tag.as_deref()) {
            (Some(error), _) if error.code == "54000" => refused = middle,
            (None, Some(_)) => fits = middle,
            _ => bail!("{MEASURED_ROWS} rows of {middle} bytes: {}", told(&answer)),
        }
    }
    Ok(fits)
}

async fn filled(cluster: &Cluster, table: &str, bytes: usize) -> Answer {
    let mut session = raw::connect(cluster).await;
    session.simple("BEGIN").await;
    session.simple(&format!("DELETE FROM {table}")).await;
    session.simple("COMMIT").await;
    session.simple("BEGIN").await;
    let insert = format!("INSERT INTO {table} (id, v) VALUES ($1::bigint, $2)");
    for id in 0..MEASURED_ROWS {
        let value = random(bytes, id as u64 + 11);
        let answer = session.extended(&insert, &[id.to_string().as_bytes(), &value]).await;
        if answer.error.is_some() {
            session.simple("ROLLBACK").await;
            return answer;
        }
    }
    session.simple("COMMIT").await.pop().unwrap_or_default()
}

fn besides_number(largest: usize) -> usize {
    limits::TRANSACTION_BYTES / MEASURED_ROWS - largest
}

fn besides(largest: usize) -> String {
    format!("about {} ({MEASURED_ROWS} rows of {largest} bytes fit)", besides_number(largest))
}

/// The time of transactions of several sizes on one connection.
async fn times(cluster: &Cluster, report: &mut Report) -> Result<()> {
    cluster.make("CREATE TABLE timed (id bigint PRIMARY KEY, v text)").await?;
    let mut session = raw::connect(cluster).await;
    let insert = "INSERT INTO timed SELECT n, 'value of a row that is as long as most are' FROM unnest($1::bigint[]) n";
    let mut next = 0_usize;
    for rows in [1, 100, 1_000, 3_000] {
        let mut took = Vec::with_capacity(TIMED);
        for _ in 0..TIMED {
            let ids: Vec<String> = (next..next + rows).map(|id| id.to_string()).collect();
            next += rows;
            let began = Instant::now();
            let answer = session.extended(insert, &[format!("{{{}}}", ids.join(",")).as_bytes()]).await;
            took.push(began.elapsed());
            if answer.error.is_some() {
                bail!("{rows} rows: {}", told(&answer));
            }
        }
        took.sort_unstable();
        report.time(rows, modelled(rows), took[TIMED / 2]);
    }
    Ok(())
}

/// The time by the stand-in's cost model.
fn modelled(rows: usize) -> Duration {
    let figure =
        |name: &str| FIGURES.iter().find(|figure| figure.name == name).map_or(0, |figure| figure.region);
    let rows = rows as u64;
    let commit = figure("commit") * rows / limits::TRANSACTION_ROWS as u64;
    Duration::from_micros(figure("transaction") + figure("row") * rows + commit)
}
