//! Checks every recorded fact that a proxy for PostgreSQL can show against the stand-in. Facts whose steps
//! are prose are translated into SQL here; facts that cannot hold are listed with the reason. Prints how many
//! hold.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod compare;
mod conflict;
mod probe;
mod run;
mod special;
mod steps;
mod tables;

use common::raw::{self, Answer};
use common::{ENDPOINT, ctl, now};
use dsql_local::cli::Options;
use dsql_local::server::Server;
use dsql_local::token;
use rustls_pki_types::ServerName;
use serde_json::Value;

use compare::{compare, like};

/// Recorded facts that are not shown, with the reason.
const NOT_SHOWN: &[(&str, &str)] = &[
    ("connect/latency", "a time, not an answer"),
    ("dml/q_lateral_left_outer_ref", "a defect of one planner version; PostgreSQL answers the query"),
    ("catalog/sys_functions", "for most of them only the name is recorded"),
    (
        "session/set_config_inside_a_function",
        "PostgreSQL runs the body of a function; no rule sees what it calls",
    ),
    ("limits/temp_space", "PostgreSQL spills to disk; its memory per transaction is not bounded"),
];

/// Resets the cluster to its state before the first fact.
const RESET: &str = "
DROP SCHEMA IF EXISTS public, baseline_schema, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 CASCADE;
DROP ROLE IF EXISTS app_rw;
CREATE SCHEMA public AUTHORIZATION admin; CREATE ROLE app_rw;";

#[tokio::test(flavor = "multi_thread")]
async fn every_recorded_fact() {
    let options = Options { job_delay_ms: 300, principal: vec![stranger()], ..Options::default() };
    // A separate server checks the age of transactions: on a busy machine large transactions take seconds.
    let hasty = Options { transaction_age_limit: 4, ..options.clone() };
    let (server, hasty) = (common::start_with(options).await, common::start_with(hasty).await);
    let tables: Vec<&str> = tables::TABLES.iter().map(|(_, statements)| *statements).collect();
    let reset = format!("{RESET} SET ROLE admin; {}; RESET ROLE;", tables.join("; "));
    let all: Value = serde_json::from_str(include_str!("../data/dsql_recorded.json")).unwrap();
    let (mut held, mut skipped, mut failed) = (0, 0, Vec::new());
    for (number, fact) in all["facts"].as_array().unwrap().iter().enumerate() {
        let name = format!("{}/{}", fact["group"].as_str().unwrap(), fact["name"].as_str().unwrap());
        if let Some((_, reason)) = NOT_SHOWN.iter().find(|(n, _)| *n == name) {
            println!("not shown  {name}: {reason}");
            skipped += 1;
            continue;
        }
        let server = if name.starts_with("limits/txn_age") { &hasty } else { &server };
        let past = dsql_local::postgres::connect(server.postgres, "postgres").await.unwrap();
        past.batch_execute(&reset).await.unwrap();
        match check(server, &name, fact).await {
            Ok(()) => held += 1,
            Err(why) => failed.push(format!("{name} (fact {number}): {why}")),
        }
    }
    failed.iter().for_each(|line| println!("does not hold  {line}"));
    println!("{held} recorded facts hold, {} do not, {skipped} cannot be shown", failed.len());
    server.stop().await.unwrap();
    hasty.stop().await.unwrap();
    assert!(failed.is_empty(), "{} recorded facts do not hold", failed.len());
}

async fn check(server: &Server, name: &str, fact: &Value) -> Result<(), String> {
    match name.split('/').next().unwrap() {
        "connect" => check_connect(server, name, fact).await,
        "server" => unavailable(server, fact).await,
        _ => run::check(server, name, fact).await,
    }
}

async fn unavailable(server: &Server, fact: &Value) -> Result<(), String> {
    ctl(server, "faults add XX000 --when before").await;
    let mut client = raw::connect(server).await;
    let answer = client.extended("INSERT INTO t (id) VALUES (1)", &[]).await;
    compare(&answer, &fact["observations"][0])?;
    let again = client.extended("INSERT INTO t (id) VALUES (1)", &[]).await;
    if again.tag.as_deref() == Some("INSERT 0 1") { Ok(()) } else { Err(format!("{again:?}")) }
}

/// A principal without permissions.
fn stranger() -> token::Principal {
    token::Principal {
        access_key_id: "AKIAI44QH8DHBEXAMPLE".to_owned(),
        may_connect: false,
        may_connect_admin: false,
        ..Options::default().principal()
    }
}

async fn check_connect(server: &Server, name: &str, fact: &Value) -> Result<(), String> {
    let endpoint = ServerName::try_from(ENDPOINT).unwrap();
    let options = Options::default();
    let good = common::token("admin");
    let (sni, user, password) = match name {
        "connect/stale_token" => {
            let principal = options.principal();
            let stale = token::mint(&principal, ENDPOINT, "us-east-1", true, now() - 1000, 900);
            (endpoint, "admin", stale)
        }
        "connect/iam_denied" => {
            let principal = stranger();
            (endpoint, "admin", token::mint(&principal, ENDPOINT, "us-east-1", true, now(), 900))
        }
        "connect/wrong_action" => (endpoint, "admin", common::token("app")),
        "connect/no_sni" => (ServerName::try_from("127.0.0.1").unwrap(), "admin", good),
        _ => (endpoint, "admin", good),
    };
    match name {
        "connect/waking_up" => drop(ctl(server, "connects waking-up 1").await),
        "connect/too_many" => drop(ctl(server, "connects too-many 1").await),
        "connect/rate" => drop(ctl(server, "connects rate 1").await),
        _ => {}
    }
    let read_only = [("default_transaction_read_only", "on")];
    let extra = if name == "connect/default_transaction_read_only" { &read_only[..] } else { &[] };
    let Err(error) = raw::open(server, sni, user, &password, extra).await else {
        return Err("connected".to_owned());
    };
    let Some(error) = error else { return Err("closed without an error".to_owned()) };
    let expected = &fact["observations"][0];
    let hint =
        expected["hint"].as_str().map(|h| h.replace("...:user/x", "<account>").replace("...", "<rest>"));
    compare(&Answer { error: Some(error.clone()), ..Answer::default() }, expected)?;
    match hint {
        Some(hint) if !like(&hint, error.hint.as_deref().unwrap_or_default()) => {
            Err(format!("hint {:?} instead of {hint}", error.hint))
        }
        _ => Ok(()),
    }
}
