//! Throughput of 1,000-row upserts on four connections: PostgreSQL itself, through the stand-in without rules, and with
//! all its rules. Prints rows per second and both ratios. Run: `cargo bench -p dsql-local --bench throughput`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::cast_precision_loss)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::{Duration, Instant};

use dsql_local::cli::Options;
use dsql_local::server::Server;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls};

const CONNECTIONS: usize = 4;
const ROWS: usize = 1_000;
const COLUMNS: usize = 8;
const STATEMENTS: usize = 40;
/// Direct and through the stand-in by turns, so that a slow moment of the machine meets both.
const ROUNDS: usize = 5;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let server = common::start().await;
        let client = common::connect(&server).await;
        let table = "CREATE TABLE bench (id bigint PRIMARY KEY, a int, b int, c bigint, d text, e text, f double precision, g text)";
        client.batch_execute(table).await.unwrap();
        let relay_options = Options { relay_only: true, backend: Some(server.postgres), ..Options::default() };
        let relay = common::start_with(relay_options).await;
        let (mut direct, mut plain, mut ruled) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            direct.push(round(&server, false).await);
            plain.push(round(&relay, true).await);
            ruled.push(round(&server, true).await);
        }
        let rows = (CONNECTIONS * STATEMENTS * ROWS) as f64;
        let [direct, plain, ruled] = [direct, plain, ruled].map(|times| rows / median(times).as_secs_f64());
        println!("PostgreSQL itself          {direct:>9.0} rows/s");
        println!("through TLS and relay      {plain:>9.0} rows/s, ratio {:.2}", plain / direct);
        println!("through all rules          {ruled:>9.0} rows/s, ratio {:.2}", ruled / direct);
        relay.stop().await.unwrap();
        server.stop().await.unwrap();
    });
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

async fn round(server: &Server, through: bool) -> Duration {
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        clients.push(if through { common::connect(server).await } else { direct(server).await });
    }
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for (number, client) in clients.into_iter().enumerate() {
        tasks.spawn(upserts(client, number));
    }
    tasks.join_all().await;
    start.elapsed()
}

async fn direct(server: &Server) -> Client {
    let config =
        format!("host={} port={} user=admin dbname=postgres", server.postgres.ip(), server.postgres.port());
    let (client, connection) = tokio_postgres::connect(&config, NoTls).await.unwrap();
    tokio::spawn(async move { connection.await.ok() });
    client
}

async fn upserts(client: Client, number: usize) {
    let rows: Vec<String> = (0..ROWS)
        .map(|r| {
            let cells: Vec<String> = (1..=COLUMNS).map(|c| format!("${}", r * COLUMNS + c)).collect();
            format!("({})", cells.join(","))
        })
        .collect();
    let text = format!(
        "INSERT INTO bench VALUES {} ON CONFLICT (id) DO UPDATE SET a = EXCLUDED.a, b = EXCLUDED.b, c = EXCLUDED.c, \
         d = EXCLUDED.d, e = EXCLUDED.e, f = EXCLUDED.f, g = EXCLUDED.g",
        rows.join(",")
    );
    let statement = client.prepare(&text).await.unwrap();
    for turn in 0..STATEMENTS {
        let base = i64::try_from(number * 1_000_000 + (turn % 10) * ROWS).unwrap();
        let values: Vec<Box<dyn ToSql + Sync + Send>> = (0..ROWS)
            .flat_map(|r| {
                let id = base + i64::try_from(r).unwrap();
                let row: [Box<dyn ToSql + Sync + Send>; COLUMNS] = [
                    Box::new(id),
                    Box::new(i32::try_from(turn).unwrap()),
                    Box::new(7i32),
                    Box::new(id * 3),
                    Box::new(format!("name of {id}")),
                    Box::new("a text of some forty characters, as usual".to_owned()),
                    Box::new(0.5f64),
                    Box::new("open".to_owned()),
                ];
                row
            })
            .collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|v| &**v as &(dyn ToSql + Sync)).collect();
        assert_eq!(client.execute(&statement, &values).await.unwrap(), 1000);
    }
}
