//! Every recorded fact that a PostgreSQL front can show, against the stand-in. Facts whose steps are prose are put into
//! SQL here; facts that cannot hold are listed with the reason. Prints how many hold.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod probe;
mod special;
mod steps;

use common::raw::{self, Answer, Raw};
use common::{ENDPOINT, ctl, now};
use dsql_local::cli::Options;
use dsql_local::server::Server;
use dsql_local::token;
use rustls_pki_types::ServerName;
use serde_json::Value;

/// What is recorded and not shown, and why.
const NOT_SHOWN: &[(&str, &str)] = &[
    ("connect/latency", "a time, not an answer"),
    ("dml/q_lateral_left_outer_ref", "a defect of one planner version; PostgreSQL answers the query"),
    ("catalog/sys_functions", "of most of them only the name is recorded"),
    (
        "session/set_config_inside_a_function",
        "PostgreSQL runs the body of a function; no rule sees what it calls",
    ),
    ("limits/temp_space", "PostgreSQL spills to disk; its memory per transaction is not bounded"),
];

/// Tables that the recordings mention, as far as their statements tell.
const TABLES: &str = "
DROP SCHEMA IF EXISTS public, baseline_schema, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 CASCADE;
DROP ROLE IF EXISTS app_rw;
CREATE SCHEMA public AUTHORIZATION admin; CREATE ROLE app_rw;
SET ROLE admin;
CREATE TABLE baseline_bulk (id int);
CREATE TABLE baseline_idx (id text PRIMARY KEY, value text);
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
CREATE TABLE baseline_drop_me (id int);
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
CREATE TABLE baseline_alter_pk (id int PRIMARY KEY, a text);
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
CREATE TABLE r (id int PRIMARY KEY, v int); INSERT INTO r VALUES (1, 0), (2, 0), (3, 0);
CREATE TABLE parent (id int PRIMARY KEY); INSERT INTO parent VALUES (1);
CREATE TABLE child (id int PRIMARY KEY, p int DEFAULT NULL REFERENCES parent(id) ON DELETE SET DEFAULT, v int);
RESET ROLE;
";

#[tokio::test(flavor = "multi_thread")]
async fn every_recorded_fact() {
    let server = common::start_with(Options {
        transaction_age_limit: 4,
        job_delay_ms: 300,
        principal: vec![stranger()],
        ..Options::default()
    })
    .await;
    let past = dsql_local::postgres::connect(server.postgres, "postgres").await.unwrap();
    let all: Value = serde_json::from_str(include_str!("../data/dsql_recorded.json")).unwrap();
    let (mut held, mut skipped, mut failed) = (0, 0, Vec::new());
    for (number, fact) in all["facts"].as_array().unwrap().iter().enumerate() {
        let name = format!("{}/{}", fact["group"].as_str().unwrap(), fact["name"].as_str().unwrap());
        if let Some((_, reason)) = NOT_SHOWN.iter().find(|(n, _)| *n == name) {
            println!("not shown  {name}: {reason}");
            skipped += 1;
            continue;
        }
        past.batch_execute(TABLES).await.unwrap();
        match check(&server, &past, &name, fact).await {
            Ok(()) => held += 1,
            Err(why) => failed.push(format!("{name} (fact {number}): {why}")),
        }
    }
    failed.iter().for_each(|line| println!("does not hold  {line}"));
    println!("{held} recorded facts hold, {} do not, {skipped} cannot be shown", failed.len());
    server.stop().await.unwrap();
    assert!(failed.is_empty(), "{} recorded facts do not hold", failed.len());
}

async fn check(
    server: &Server,
    past: &tokio_postgres::Client,
    name: &str,
    fact: &Value,
) -> Result<(), String> {
    match name.split('/').next().unwrap() {
        "connect" => return check_connect(server, name, fact).await,
        "occ_conflict" => return check_conflict(server, name).await,
        "probe" => return probe::check(server, name, fact).await,
        _ => {}
    }
    match name {
        "protocol/message_over_10MiB" => return special::message_too_long(server).await,
        "server/unavailable" => return special::unavailable(server, fact).await,
        "limits/row_size" | "limits/value_size" | "limits/txn_bytes_detail" => {
            return special::check_values(server, name, fact).await;
        }
        "limits/txn_bytes" => return special::check_bytes(server, fact).await,
        "types/jsonb_limits" => return special::check_jsonb(server, fact).await,
        "index/unique_async_not_enforced_until_built" => {
            return special::duplicate_while_building(server, past).await;
        }
        _ => {}
    }
    let recorded = steps::recorded(name, fact);
    let mut client = raw::connect(server).await;
    let skipped = recorded.steps.len().saturating_sub(recorded.observations.len());
    let mut job = String::new();
    for (at, step) in recorded.steps.iter().enumerate() {
        let step = step.replace("<job_id>", &job);
        let answers = if recorded.simple {
            client.simple(&step).await
        } else {
            vec![client.extended(&step, &[]).await]
        };
        if let Some(id) = answers.first().filter(|a| a.columns == ["job_id"]).and_then(|a| a.rows.first()) {
            job = id[0].clone().unwrap_or_default();
        }
        if at < skipped {
            if let Some(error) = answers.iter().find_map(|a| a.error.as_ref()) {
                return Err(format!("preparing step {step}: {error:?}"));
            }
            continue;
        }
        let expected = &recorded.observations[at - skipped];
        let (answers, expected) = match expected["results"].as_array() {
            Some(results) => (answers, results.clone()),
            // Of a query string that failed, only the error was recorded.
            None => (answers.into_iter().next_back().into_iter().collect(), vec![expected.clone()]),
        };
        if answers.len() != expected.len() {
            return Err(format!("{step}: {} answers, recorded {}", answers.len(), expected.len()));
        }
        for (answer, expected) in answers.iter().zip(&expected) {
            compare(answer, expected).map_err(|why| format!("{step}: {why}"))?;
        }
    }
    Ok(())
}

/// Holds an answer against a recording; what the recording does not say is not compared.
fn compare(answer: &Answer, expected: &Value) -> Result<(), String> {
    if expected["outcome"] != "ok" {
        let Some(error) = &answer.error else { return Err(format!("no error, got {answer:?}")) };
        if expected["sqlstate"].as_str().is_some_and(|code| code != error.code) {
            return Err(format!(
                "SQLSTATE {} instead of {}: {}",
                error.code, expected["sqlstate"], error.message
            ));
        }
        if !like(expected["message"].as_str().unwrap_or("<any>"), &error.message) {
            return Err(format!("message \"{}\" instead of {}", error.message, expected["message"]));
        }
        return Ok(());
    }
    if let Some(error) = &answer.error {
        return Err(format!("error {error:?}"));
    }
    // The number of rows of sys.jobs is the number of jobs of that day.
    let any_number = expected["command_tag"] == "SELECT 32";
    if let Some(tag) = expected["command_tag"].as_str()
        && answer.tag.as_deref() != Some(tag)
        && !any_number
    {
        return Err(format!("tag {:?} instead of {tag}", answer.tag));
    }
    if let Some(columns) = expected["columns"].as_array()
        && answer.columns != columns.iter().map(|c| c.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    {
        return Err(format!("columns {:?} instead of {columns:?}", answer.columns));
    }
    if let Some(types) = expected["types"].as_array()
        && answer.types != types.iter().map(|t| type_oid(t.as_str().unwrap())).collect::<Vec<_>>()
    {
        return Err(format!("types {:?} instead of {types:?}", answer.types));
    }
    if let Some(rows) = expected["rows"].as_array().filter(|_| !any_number) {
        if answer.columns == ["job_id"] {
            let id = answer.rows[0][0].clone().unwrap_or_default();
            let base32 = |c: char| c.is_ascii_lowercase() || ('2'..='7').contains(&c);
            return if id.len() == 26 && id.chars().all(base32) {
                Ok(())
            } else {
                Err(format!("job id {id}"))
            };
        }
        let text = |v: &Value| match v.as_str() {
            // Booleans were recorded by a driver that spells them out.
            Some("true") => Some("t".to_owned()),
            other => other.map(str::to_owned),
        };
        let rows: Vec<Vec<_>> =
            rows.iter().map(|r| r.as_array().unwrap().iter().map(text).collect()).collect();
        if answer.rows != rows {
            return Err(format!("rows {:?} instead of {rows:?}", answer.rows));
        }
    }
    Ok(())
}

/// PostgreSQL's number of a type, by the name that the recording gives.
fn type_oid(name: &str) -> u32 {
    match name {
        "bool" => 16,
        "char" => 18,
        "name" => 19,
        "int8" => 20,
        "int4" => 23,
        "text" => 25,
        "_name" => 1003,
        other => panic!("a type that no recording had: {other}"),
    }
}

/// Equality where `<...>` in the recording stands for anything.
fn like(pattern: &str, text: &str) -> bool {
    let mut rest = text;
    let mut first = true;
    let pieces = pattern.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, tail)| tail));
    let open_end = pattern.ends_with('>');
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        if first && at != 0 && !pattern.starts_with('<') {
            return false;
        }
        first = false;
        rest = &rest[at + piece.len()..];
    }
    rest.is_empty() || open_end
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

/// Two sessions side by side; one of the commits fails, which one is a race on a real cluster too.
async fn check_conflict(server: &Server, name: &str) -> Result<(), String> {
    let (a, b): (&[&str], &[&str]) = match name {
        "occ_conflict/for_update_vs_write" => {
            (&["SELECT * FROM r WHERE id = 1 FOR UPDATE"], &["UPDATE r SET v = 2 WHERE id = 1"])
        }
        "occ_conflict/fk_delete_vs_referencing_insert" => {
            (&["DELETE FROM parent WHERE id = 1"], &["INSERT INTO child (id, p) VALUES (1, 1)"])
        }
        "occ_conflict/fk_on_delete_set_default_vs_child_write" => {
            (&["DELETE FROM parent WHERE id = 1"], &["UPDATE child SET v = 2 WHERE id = 9"])
        }
        "occ_conflict/for_update_write_skew" => (
            &["SELECT * FROM r WHERE id = 1 FOR UPDATE", "UPDATE r SET v = 1 WHERE id = 2"],
            &["SELECT * FROM r WHERE id = 1 FOR UPDATE", "UPDATE r SET v = 1 WHERE id = 3"],
        ),
        _ => (&["UPDATE r SET v = 1 WHERE id = 1"], &["UPDATE r SET v = 2 WHERE id = 1"]),
    };
    let (mut one, mut two) = (raw::connect(server).await, raw::connect(server).await);
    if name.ends_with("child_write") {
        one.simple("INSERT INTO child VALUES (9, 1, 0)").await;
    }
    for round in 0..2 {
        run_in(&mut one, "BEGIN", round).await?;
        run_in(&mut two, "BEGIN", round).await?;
        for (x, y) in a.iter().zip(b) {
            let (x, y) = (run_in(&mut one, x, round).await?, run_in(&mut two, y, round).await?);
            let counted = |tag: &str| ["SELECT 1", "UPDATE 1", "DELETE 1", "INSERT 0 1"].contains(&tag);
            if !counted(&x) || !counted(&y) {
                return Err(format!("round {round}: tags {x} and {y}"));
            }
        }
        let (x, y) = (run_in(&mut one, "COMMIT", round).await, run_in(&mut two, "COMMIT", round).await);
        let lost = match (x, y) {
            (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost,
            other => return Err(format!("round {round}: {other:?}")),
        };
        if !lost.contains("40001 change conflicts with another transaction (OC000)") {
            return Err(lost);
        }
        if one.status != b'I' || two.status != b'I' {
            return Err("a session is not idle after COMMIT".to_owned());
        }
        if name.contains("/fk_") {
            return Ok(());
        }
    }
    Ok(())
}

/// Runs one statement, by turns in both protocols.
async fn run_in(client: &mut Raw, sql: &str, round: usize) -> Result<String, String> {
    let answer =
        if round == 0 { client.simple(sql).await.remove(0) } else { client.extended(sql, &[]).await };
    match answer.error {
        Some(error) => Err(format!("{sql}: {} {}", error.code, error.message)),
        None => Ok(answer.tag.unwrap_or_default()),
    }
}
