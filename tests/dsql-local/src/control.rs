//! The control port: takes one command per line, as `dsql-local ctl` sends it, and answers one line
//! of JSON, with the key `error` if the command was not understood.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::cluster::Cluster;
use crate::cost::Costs;
use crate::faults::{Connects, Effect, Fault, Plan, Refuse, When};
use crate::journal;

const HELP: &[&str] = &[
    "stats",
    "faults list",
    "faults clear",
    "faults add OC000|OC001|XX000|EOF|RESET [--when before|after|late|statement] [--count N] [--skip N] [--probability P] [--match TEXT]",
    "latency round-trip MILLIS",
    "latency commit MILLIS",
    "connects accept|refuse|hang|waking-up|too-many|rate [COUNT]",
    "profile [none|region]",
    "cost NAME MICROS",
    "refuse nothing|unnest|unnest-execute",
    "pause [commits]",
    "resume [commits]",
    "network cut",
    "network heal",
    "journal start",
    "journal read [LIMIT]",
    "journal stop",
    "drop-all",
    "clock SECONDS [COUNT]",
];

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
        let answer = answer(&cluster, &words).await.unwrap_or_else(|message| json!({ "error": message }));
        if writer.write_all(format!("{answer}\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn answer(cluster: &Cluster, words: &[&str]) -> Result<Value, String> {
    match words {
        ["help"] => return Ok(json!({ "commands": HELP })),
        ["stats"] => return Ok(stats(cluster)),
        ["faults"] | ["faults", "list"] => {}
        ["faults", "clear"] => cluster.faults.change(|plan| {
            // Refused statements are not faults, so they stay.
            *plan = Plan { refuse: plan.refuse, ..Plan::default() };
        }),
        ["faults", "add", effect, flags @ ..] => {
            let fault = fault(effect, flags)?;
            cluster.faults.change(|plan| plan.faults.push(fault));
        }
        ["latency", "round-trip", millis] => {
            let delay = Duration::from_millis(number(millis)?);
            cluster.faults.change(|plan| plan.round_trip = delay);
        }
        ["latency", "commit", millis] => {
            let delay = Duration::from_millis(number(millis)?);
            cluster.faults.change(|plan| plan.commit = delay);
        }
        ["connects", how, rest @ ..] => {
            let how = connects(how)?;
            let left = rest.first().map(|n| number(n)).transpose()?;
            cluster.faults.change(|plan| plan.connects = (how, left));
        }
        ["profile"] => return costs(cluster),
        ["profile", name] => {
            let profile = Costs::profile(name)?;
            cluster.change_costs(|costs| {
                *costs = profile;
                Ok(())
            })?;
            return costs(cluster);
        }
        ["cost", name, value] => {
            let value = number(value)?;
            cluster.change_costs(|costs| costs.set(name, value))?;
            return costs(cluster);
        }
        ["refuse", name] => {
            let refuse = Refuse::parse(name)?;
            cluster.faults.change(|plan| plan.refuse = refuse);
        }
        ["pause", "commits"] => cluster.faults.change(|plan| plan.commits_paused = true),
        ["resume", "commits"] => cluster.faults.change(|plan| plan.commits_paused = false),
        ["pause"] => cluster.faults.change(|plan| plan.paused = true),
        ["resume"] => cluster.faults.change(|plan| plan.paused = false),
        ["network", "cut"] => {
            cluster.network.cut().map_err(|e| e.to_string())?;
            return Ok(json!({ "network": "cut" }));
        }
        ["network", "heal"] => {
            cluster.network.heal();
            return Ok(json!({ "network": "healed" }));
        }
        ["journal", rest @ ..] => return journal(cluster, rest).await.map_err(|e| format!("{e:#}")),
        ["drop-all"] => return Ok(json!({ "dropped": cluster.drop_all() })),
        ["clock", seconds, rest @ ..] => {
            let logins = rest.first().map(|n| number(n)).transpose()?;
            cluster.shift_clock(number(seconds)?, logins);
            return Ok(json!({ "clock_shift_seconds": number::<i64>(seconds)? }));
        }
        _ => return Err(format!("unknown command; commands: {}", HELP.join(" | "))),
    }
    serde_json::to_value(cluster.faults.plan()).map_err(|e| e.to_string())
}

fn costs(cluster: &Cluster) -> Result<Value, String> {
    serde_json::to_value(cluster.costs()).map_err(|e| e.to_string())
}

async fn journal(cluster: &Cluster, words: &[&str]) -> anyhow::Result<Value> {
    let admin = cluster.admin().await;
    match words {
        ["start"] => journal::start(&admin).await,
        ["stop"] => journal::stop(&admin).await,
        ["read"] => journal::read(&admin, journal::DEFAULT_LIMIT).await,
        ["read", limit] => journal::read(&admin, limit.parse()?).await,
        _ => anyhow::bail!("journal takes start, read [LIMIT] or stop"),
    }
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("not a number: {text}"))
}

fn connects(how: &str) -> Result<Connects, String> {
    Ok(match how {
        "accept" => Connects::Accept,
        "refuse" => Connects::Refuse,
        "hang" => Connects::Hang,
        "waking-up" => Connects::WakingUp,
        "too-many" => Connects::TooMany,
        "rate" => Connects::Rate,
        _ => return Err(format!("{how} is not one of accept, refuse, hang, waking-up, too-many, rate")),
    })
}

fn fault(effect: &str, flags: &[&str]) -> Result<Fault, String> {
    let effect = match effect.to_ascii_lowercase().as_str() {
        "oc000" => Effect::Oc000,
        "oc001" => Effect::Oc001,
        "xx000" => Effect::Xx000,
        "eof" => Effect::Eof,
        "reset" => Effect::Reset,
        _ => return Err(format!("{effect} is not one of OC000, OC001, XX000, EOF, RESET")),
    };
    let mut fault = Fault { effect, when: When::Before, left: 1, skip: 0, probability: 1.0, matching: None };
    let mut flags = flags;
    while let [flag, rest @ ..] = flags {
        let value = rest.first().ok_or_else(|| format!("{flag} needs a value"))?;
        flags = &rest[1..];
        match *flag {
            "--when" => {
                fault.when = match *value {
                    "before" => When::Before,
                    "after" => When::After,
                    "late" if effect == Effect::Eof => When::Late,
                    "late" => return Err("--when late is only for EOF".to_owned()),
                    "statement" => When::Statement,
                    _ => return Err(format!("{value} is not one of before, after, late, statement")),
                }
            }
            "--count" => fault.left = number(value)?,
            "--skip" => fault.skip = number(value)?,
            "--probability" => fault.probability = number(value)?,
            // The text may contain blanks, so it comes last.
            "--match" => {
                fault.matching = Some(rest.join(" "));
                flags = &[];
            }
            _ => return Err(format!("unknown flag {flag}")),
        }
    }
    Ok(fault)
}

fn stats(cluster: &Cluster) -> Value {
    let s = &cluster.stats;
    let get = |n: &AtomicU64| n.load(Ordering::Relaxed);
    json!({
        "connections_accepted": get(&s.accepted),
        "connections_authenticated": get(&s.connected),
        "connections_refused": get(&s.refused),
        "connections_open": cluster.open(),
        "round_trips": get(&s.round_trips),
        "statements": get(&s.statements),
        "parses": get(&s.parses),
        "describes": get(&s.describes),
        "commits": get(&s.commits),
        "rows_committed": get(&s.rows),
        "errors": get(&s.errors),
    })
}
