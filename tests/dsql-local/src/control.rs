//! The control port: one JSON request per line, one JSON answer per line.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::cluster::Cluster;

/// Answers requests until the task is dropped.
pub async fn serve(listener: TcpListener, cluster: Arc<Cluster>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((tcp, _)) => { connections.spawn(talk(tcp, Arc::clone(&cluster))); }
                Err(e) => eprintln!("control: {e}"),
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn talk(tcp: TcpStream, cluster: Arc<Cluster>) {
    let (reader, mut writer) = tcp.into_split();
    let mut lines = BufReader::new(reader).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let words: Vec<&str> = line.split_whitespace().collect();
        let answer = answer(&cluster, &words).unwrap_or_else(|message| json!({ "error": message }));
        if writer.write_all(format!("{answer}\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

fn answer(cluster: &Cluster, words: &[&str]) -> Result<Value, String> {
    match words {
        ["stats"] => Ok(stats(cluster)),
        ["drop-all"] => Ok(json!({ "dropped": cluster.drop_all() })),
        ["clock", seconds] => {
            let seconds: i64 = seconds.parse().map_err(|_| format!("not a number of seconds: {seconds}"))?;
            cluster.shift_clock(seconds);
            Ok(json!({ "clock_shift_seconds": seconds }))
        }
        _ => Err("unknown command; commands: stats, drop-all, clock SECONDS".to_owned()),
    }
}

fn stats(cluster: &Cluster) -> Value {
    let s = &cluster.stats;
    let get = |n: &std::sync::atomic::AtomicU64| n.load(Ordering::Relaxed);
    json!({
        "connections_accepted": get(&s.accepted),
        "connections_authenticated": get(&s.connected),
        "connections_refused": get(&s.refused),
        "connections_open": cluster.open(),
        "statements": get(&s.statements),
        "commits": get(&s.commits),
        "rows_committed": get(&s.rows),
        "errors": get(&s.errors),
    })
}
