//! Every recorded fact that a PostgreSQL front can show, against the stand-in. Facts whose steps are prose are put into
//! SQL here; facts that cannot hold are listed with the reason. Prints how many hold.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

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
    ("limits/temp_space", "PostgreSQL spills to disk; its memory per transaction is not bounded"),
];

/// Tables that the recordings mention, as far as their statements tell.
const TABLES: &str = "
DROP SCHEMA IF EXISTS public CASCADE; DROP SCHEMA IF EXISTS baseline_schema CASCADE; DROP ROLE IF EXISTS app_rw;
CREATE SCHEMA public AUTHORIZATION admin; CREATE ROLE app_rw;
SET ROLE admin;
CREATE TABLE baseline_bulk (id int);
CREATE TABLE baseline_idx (id text PRIMARY KEY, value text);
CREATE TABLE baseline_parent (id uuid PRIMARY KEY, name text);
CREATE TABLE baseline_drop_me (id int);
CREATE TABLE baseline_alter (id bigint PRIMARY KEY, a text, b text);
CREATE TABLE t (id bigint PRIMARY KEY, value text, v int, parent_id uuid, a int, big bigint, n int);
CREATE TABLE r (id int PRIMARY KEY, v int); INSERT INTO r VALUES (1, 0), (2, 0), (3, 0);
CREATE TABLE parent (id int PRIMARY KEY); INSERT INTO parent VALUES (1);
CREATE TABLE child (id int PRIMARY KEY, p int DEFAULT NULL REFERENCES parent(id) ON DELETE SET DEFAULT, v int);
RESET ROLE;
";

struct Recorded {
    steps: Vec<String>,
    observations: Vec<Value>,
    simple: bool,
}

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
    let all: Value = serde_json::from_str(include_str!("data/dsql_recorded.json")).unwrap();
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
        _ => {}
    }
    match name {
        "protocol/message_over_10MiB" => return message_too_long(server).await,
        "server/unavailable" => return unavailable(server, fact).await,
        "limits/row_size" | "limits/value_size" | "limits/txn_bytes_detail" => {
            return check_values(server, name, fact).await;
        }
        "limits/txn_bytes" => return check_bytes(server, fact).await,
        "types/jsonb_limits" => return check_jsonb(server, fact).await,
        "index/unique_async_not_enforced_until_built" => return duplicate_while_building(server, past).await,
        _ => {}
    }
    let recorded = recorded(name, fact);
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

/// The steps as SQL.
fn recorded(name: &str, fact: &Value) -> Recorded {
    let given =
        || fact["steps"].as_array().map(|s| s.iter().map(|v| v.as_str().unwrap().to_owned()).collect());
    let sql = |steps: &[&str]| Some(steps.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
    let columns = |n: usize| (0..n).map(|i| format!("c{i} int")).collect::<Vec<_>>().join(", ");
    let steps: Option<Vec<String>> = match name {
        "dml/q_update_returning" => sql(&[
            "INSERT INTO baseline_idx VALUES ('...a1', 'v1')",
            "UPDATE baseline_idx SET value='v3' WHERE id='...a1' RETURNING value",
        ]),
        "dml/q_delete_returning" => sql(&[
            "INSERT INTO baseline_idx VALUES ('...a1', 'v3')",
            "DELETE FROM baseline_idx WHERE id='...a1' RETURNING value",
        ]),
        "ddl/identity_column"
        | "ddl/identity_column_cached"
        | "ddl/identity_integer"
        | "ddl/identity_smallint" => given()
            .map(|steps: Vec<String>| steps.iter().map(|s| s.replace("TABLE t ", "TABLE t2 ")).collect()),
        "types/supported_columns" => {
            let types = fact["steps"][0]
                .as_str()
                .unwrap()
                .trim_start_matches("CREATE TABLE t (")
                .trim_end_matches(')');
            let types = types.replace("(18,6)", "(18;6)").replace("(10,2)", "(10;2)");
            let list: Vec<String> =
                types.split(", ").enumerate().map(|(i, t)| format!("c{i} {}", t.replace(';', ","))).collect();
            sql(&[&format!("CREATE TABLE t2 ({})", list.join(", "))])
        }
        "types/domain_check_violation" => sql(&[
            "CREATE DOMAIN baseline_mood_domain AS text CHECK (VALUE IN ('sad','ok'))",
            "CREATE TABLE t2 (id int, m baseline_mood_domain)",
            "INSERT INTO t2 VALUES (1,'bogus')",
        ]),
        _ if name.starts_with("types/unsupported") => given()
            .map(|steps: Vec<String>| steps.iter().map(|s| s.replace("TABLE t ", "TABLE t2 ")).collect()),
        "alter/validate_sync" => sql(&[
            "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (parent_id) REFERENCES baseline_parent(id) NOT VALID",
            "ALTER TABLE t VALIDATE CONSTRAINT fk",
        ]),
        "index/wait_for_job" => {
            sql(&["CREATE INDEX ASYNC i ON t (value)", "CALL sys.wait_for_job('<job_id>')"])
        }
        "index/using_btree" => sql(&["CREATE INDEX i ON t USING btree (value)"]),
        "occ/for_no_key_update" => sql(&["SELECT * FROM t FOR NO KEY UPDATE"]),
        "limits/row_cap" => sql(&["INSERT INTO baseline_bulk SELECT generate_series(1, 3001)"]),
        // The age limit of this server is four seconds.
        "limits/txn_age" => sql(&["BEGIN", "SELECT pg_sleep(4.1)", "COMMIT"]),
        "limits/txn_age_detail" => {
            sql(&["BEGIN", "INSERT INTO baseline_bulk VALUES (1)", "SELECT pg_sleep(4.1)", "COMMIT"])
        }
        "limits/key_size_dml" => sql(&[
            "INSERT INTO baseline_idx SELECT string_agg(md5(n::text), '') FROM generate_series(1, 200) n",
        ]),
        "limits/key_size_ddl" => {
            sql(&["CREATE TABLE t2 (a varchar(1500), b varchar(501), PRIMARY KEY (a, b))"])
        }
        "limits/char_decl" => sql(&["CREATE TABLE t2 (v char(4097))"]),
        "limits/varchar_decl" => sql(&["CREATE TABLE t2 (v varchar(65536))"]),
        "limits/index_cols" => sql(&[
            "CREATE TABLE t2 (a int, b int, c int, d int, e int, f int, g int, h int, i int, PRIMARY KEY (a, b, c, d, e, f, g, h, i))",
        ]),
        "limits/table_cols_no_pk" => sql(&[
            &format!("CREATE TABLE t2 ({})", columns(256)),
            &format!("CREATE TABLE t3 ({})", columns(257)),
        ]),
        "limits/table_cols_pk" => sql(&[&format!("CREATE TABLE t2 ({}, PRIMARY KEY (c0))", columns(257))]),
        "limits/numeric_precision" => sql(&["CREATE TABLE t2 (v numeric(1001, 0))"]),
        "limits/index_count" => {
            let mut steps: Vec<String> =
                (0..23).map(|i| format!("CREATE INDEX ASYNC i{i} ON t (v)")).collect();
            steps.push("CREATE INDEX ASYNC i24 ON t (v)".to_owned());
            Some(steps)
        }
        "limits/index_sort" => sql(&["CREATE INDEX ASYNC i ON t (value DESC)"]),
        "limits/index_opclass" => sql(&["CREATE INDEX ASYNC i ON t (value text_pattern_ops)"]),
        "limits/index_type" => sql(&["CREATE TABLE t2 (id int, v jsonb)", "CREATE INDEX ASYNC i ON t2 (v)"]),
        "limits/index_concurrently" => sql(&["CREATE INDEX CONCURRENTLY i ON t (value)"]),
        "limits/create_procedure" => sql(&["CREATE PROCEDURE p() LANGUAGE sql AS $$ SELECT 1 $$"]),
        "limits/schemas" => Some((0..11).map(|i| format!("CREATE SCHEMA s{i}")).collect()),
        "dml/on_conflict" => sql(&[
            "INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT (id) DO NOTHING RETURNING id",
            "INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT (id) DO NOTHING RETURNING id",
            "INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = t.n + EXCLUDED.n RETURNING n",
            "INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT DO NOTHING",
        ]),
        "types/enum_rename" => sql(&["ALTER TYPE m RENAME TO n"]),
        "alter/add_pk_constraint" => given(),
        _ => given(),
    };
    let mut observations = fact["observations"].as_array().cloned().unwrap_or_default();
    if name == "alter/set_default_after_add" {
        // The steps are one protocol; every observation has its step.
        observations.truncate(7);
    }
    Recorded { steps: steps.unwrap_or_default(), observations, simple: name.starts_with("multi_statement/") }
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
    let Err(error) = raw::open(server, sni, user, &password, &[]).await else {
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

async fn message_too_long(server: &Server) -> Result<(), String> {
    let mut client = raw::connect(server).await;
    let big = vec![b'x'; 10 * 1024 * 1024];
    let answer = client.extended("SELECT length($1::text)", &[&big]).await;
    if answer == Answer::default() { Ok(()) } else { Err(format!("{answer:?}")) }
}

async fn unavailable(server: &Server, fact: &Value) -> Result<(), String> {
    ctl(server, "faults add XX000 --when before").await;
    let mut client = raw::connect(server).await;
    let answer = client.extended("INSERT INTO t (id) VALUES (1)", &[]).await;
    compare(&answer, &fact["observations"][0])?;
    let again = client.extended("INSERT INTO t (id) VALUES (1)", &[]).await;
    if again.tag.as_deref() == Some("INSERT 0 1") { Ok(()) } else { Err(format!("{again:?}")) }
}

/// Bytes that do not compress, in hexadecimal.
fn random(bytes: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    (0..bytes)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            33 + u8::try_from((state >> 32) % 90).unwrap()
        })
        .map(|b| if b == b'"' || b == b'\\' { b'_' } else { b })
        .collect()
}

async fn check_values(server: &Server, name: &str, fact: &Value) -> Result<(), String> {
    let mut client = raw::connect(server).await;
    client.simple("CREATE TABLE big (id int PRIMARY KEY, a text, b text, c text)").await;
    let insert = "INSERT INTO big VALUES ($1::int, $2, $3, $4)";
    let expected = &fact["observations"][0];
    let mib = 1024 * 1024;
    match name {
        "limits/value_size" => {
            let fits = client.extended(insert, &[&b"1"[..], &random(mib, 1), b"", b""]).await;
            if let Some(error) = fits.error {
                return Err(format!("1 MiB: {error:?}"));
            }
            compare(&client.extended(insert, &[&b"2"[..], &random(mib * 3 / 2, 1), b"", b""]).await, expected)
        }
        "limits/row_size" => {
            let part = random(mib * 3 / 4, 2);
            compare(&client.extended(insert, &[&b"1"[..], &part, &part, &part]).await, expected)
        }
        _ => {
            client.simple("BEGIN").await;
            for id in 0..11 {
                client.extended(insert, &[id.to_string().as_bytes(), &random(mib, id + 1), b"", b""]).await;
            }
            let answer = client.simple("COMMIT").await.remove(0);
            compare(&answer, expected)?;
            match answer.error.and_then(|e| e.detail).as_deref() {
                Some(detail) if like("Current transaction size <n>mb > 10mb", detail) => Ok(()),
                other => Err(format!("detail {other:?}")),
            }
        }
    }
}

async fn check_bytes(server: &Server, fact: &Value) -> Result<(), String> {
    let mut client = raw::connect(server).await;
    client.simple("CREATE TABLE bytes (id int PRIMARY KEY, v text)").await;
    let shapes: [(usize, usize); 2] = if fact["steps"][0] == "8 MiB random" {
        [(8192, 1024), (16384, 1024)]
    } else {
        [(5000, 2000), (4096, 2900)]
    };
    for ((size, rows), expected) in shapes.into_iter().zip(fact["observations"].as_array().unwrap()) {
        client.simple("BEGIN").await;
        client.simple("DELETE FROM bytes").await;
        client.simple("COMMIT").await;
        client.simple("BEGIN").await;
        for id in 0..rows {
            let id = id.to_string();
            let values: [&[u8]; 2] = [id.as_bytes(), &random(size, 5)];
            let answer = client.extended("INSERT INTO bytes VALUES ($1::int, $2)", &values).await;
            if let Some(error) = answer.error {
                return Err(format!("{error:?}"));
            }
        }
        compare(&client.simple("COMMIT").await.remove(0), expected)?;
    }
    Ok(())
}

async fn check_jsonb(server: &Server, fact: &Value) -> Result<(), String> {
    let mut client = raw::connect(server).await;
    client.simple("CREATE TABLE j (id int PRIMARY KEY, v jsonb)").await;
    let mib = 1024 * 1024;
    let text = |inner: Vec<u8>| [b"\"".to_vec(), inner, b"\"".to_vec()].concat();
    let values = [text(vec![b'a'; 2 * mib]), text(random(mib * 8 / 10, 3)), text(random(mib * 16 / 10, 4))];
    let expected = fact["observations"].as_array().unwrap();
    for (id, value) in values.iter().enumerate() {
        let answer =
            client.extended("INSERT INTO j VALUES ($1::int, $2)", &[id.to_string().as_bytes(), value]).await;
        compare(&answer, &expected[id])?;
    }
    compare(&client.extended("CREATE INDEX ASYNC i ON j (v)", &[]).await, &expected[3])
}

async fn duplicate_while_building(server: &Server, past: &tokio_postgres::Client) -> Result<(), String> {
    let mut client = raw::connect(server).await;
    client.simple("INSERT INTO t (id, v) VALUES (1, 1)").await;
    let answer = client.extended("CREATE UNIQUE INDEX ASYNC uq ON t (v)", &[]).await;
    let id = answer.rows.first().and_then(|r| r[0].clone()).ok_or(format!("{answer:?}"))?;
    let second = client.extended("INSERT INTO t (id, v) VALUES (2, 1)", &[]).await;
    if second.tag.as_deref() != Some("INSERT 0 1") {
        return Err(format!("{second:?}"));
    }
    let waited = client.extended(&format!("CALL sys.wait_for_job('{id}')"), &[]).await;
    let row = past.query_one("SELECT status, details FROM sys.jobs WHERE job_id = $1", &[&id]).await.unwrap();
    let (status, details): (String, String) = (row.get(0), row.get(1));
    if (status.as_str(), details.as_str())
        == ("failed", "found duplicate key(s) while validating index uniqueness")
    {
        return Ok(());
    }
    Err(format!("{status} {details}, {waited:?}"))
}
