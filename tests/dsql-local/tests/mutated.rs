//! No text ends a session: a syntax error of PostgreSQL is a syntax error here too, whatever the parser does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::panic::AssertUnwindSafe;

use bytes::BytesMut;
use common::raw::{self, Raw, encode_extended};
use dsql_local::sql::Cache;
use dsql_local::wire::message;

const STATEMENTS: &[&str] = &[
    "SELECT a.b, c[1:2] FROM t WHERE d = $1 AND e IN ('x', E'\\n') -- end",
    "INSERT INTO t (a, b) VALUES (1, 2.5), ($1, $2) ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING a",
    "INSERT INTO t SELECT * FROM unnest($1::bigint[], $2::text[]) AS x(a, b)",
    "UPDATE t SET a = a || 'x' WHERE b > 1.5e3",
    "DELETE FROM t USING unnest($1::int[]) AS d(k) WHERE t.a = d.k",
    "CREATE TABLE t (id bigint PRIMARY KEY, v numeric(10,2) DEFAULT 0 CHECK (v > 0))",
    "CREATE UNIQUE INDEX ASYNC IF NOT EXISTS i ON t (a) INCLUDE (b)",
    "ALTER TABLE t ADD COLUMN c int, ALTER COLUMN c SET DEFAULT 7",
    "BEGIN ISOLATION LEVEL REPEATABLE READ; COMMIT",
    "WITH w AS (DELETE FROM t RETURNING *) SELECT count(*) FROM w",
    "SELECT $$ body $$, U&'d\\0061t', \"quoted name\" /* c /* nested */ */",
];
const PIECES: &[&str] = &[
    "..", "\\", "{", "}", "'", "\"", "$", "$$", "/*", "--", ";", "(", ")", "[", "::", "é", "\u{1}", "`", "?",
    "@", "0x", "1..2",
];

/// Every statement with a piece inserted at each position, or replacing the character there.
fn mutations() -> impl Iterator<Item = String> {
    STATEMENTS.iter().flat_map(|text| {
        (0..=text.len()).filter(|at| text.is_char_boundary(*at)).flat_map(move |at| {
            PIECES.iter().flat_map(move |piece| {
                let (before, after) = text.split_at(at);
                let mut rest = after.chars();
                rest.next();
                [
                    format!("{before}{piece}{after}"),
                    format!("{before}{piece}{}", rest.as_str()),
                    before.to_owned(),
                ]
            })
        })
    })
}

/// The recorded statements, in addition to those above.
fn recorded() -> Vec<String> {
    let all: serde_json::Value = serde_json::from_str(include_str!("data/dsql_recorded.json")).unwrap();
    let facts = all["facts"].as_array().unwrap();
    let steps = facts.iter().filter_map(|fact| fact["steps"].as_array()).flatten();
    let steps = steps.filter_map(|step| step.as_str()).map(str::to_owned);
    STATEMENTS.iter().map(|text| (*text).to_owned()).chain(steps).chain(given()).collect()
}

/// The statements of the SQL files in the folder that `DSQL_LOCAL_SQL` names, such as PostgreSQL's own regression tests.
fn given() -> Vec<String> {
    let Some(folder) = std::env::var_os("DSQL_LOCAL_SQL") else { return Vec::new() };
    let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    files
        .flat_map(|bytes| {
            dsql_local::sql::scan::split(&String::from_utf8_lossy(&bytes))
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// A statement after some random changes: inserted pieces, removed or duplicated parts, the end of another
/// statement.
fn mutated(random: &mut fastrand::Rng, texts: &[String]) -> String {
    let mut chars: Vec<char> = texts[random.usize(..texts.len())].chars().collect();
    for _ in 0..random.usize(1..=6) {
        let from = random.usize(..=chars.len());
        let to = random.usize(from..=chars.len().min(from + 12));
        match random.u8(..5) {
            0 => drop(chars.splice(from..from, PIECES[random.usize(..PIECES.len())].chars())),
            1 => drop(chars.drain(from..to)),
            2 => {
                let stretch = chars[from..to].to_vec();
                chars.splice(to..to, stretch);
            }
            3 => {
                let other: Vec<char> = texts[random.usize(..texts.len())].chars().collect();
                let end = random.usize(..=other.len());
                chars.truncate(from);
                chars.extend(&other[end..]);
            }
            _ => {
                if let Some(char) = chars.get_mut(from) {
                    *char = random.char(..);
                }
            }
        }
    }
    chars.into_iter().collect()
}

/// `DSQL_LOCAL_TEXTS` sets the number of texts, `DSQL_LOCAL_SEED` repeats a run, and `DSQL_LOCAL_SQL` adds
/// statements.
#[test]
fn no_random_text_crashes_the_analysis() {
    quiet_parser();
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seed = number("DSQL_LOCAL_SEED").unwrap_or_else(|| fastrand::u64(..));
    let count = number("DSQL_LOCAL_TEXTS").unwrap_or(50_000);
    println!("seed {seed}, {count} texts");
    let texts = recorded();
    let mut random = fastrand::Rng::with_seed(seed);
    let cache = Cache::default();
    for _ in 0..count {
        let text = mutated(&mut random, &texts);
        let analysed = std::panic::catch_unwind(AssertUnwindSafe(|| cache.analyse(&text).len()));
        assert!(analysed.is_ok(), "seed {seed}: {text:?}");
    }
}

/// The parser's panics are expected; thousands of their reports would hide other panics.
fn quiet_parser() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !info.location().is_some_and(|at| at.file().contains("postgresql-cst-parser")) {
            usual(info);
        }
    }));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_ends_a_session() {
    quiet_parser();
    let cache = Cache::default();
    let all: Vec<String> = mutations().collect();
    for text in &all {
        cache.analyse(text);
    }
    let server = common::start().await;
    let (mut plain, mut through) = (raw::direct(&server).await, raw::connect(&server).await);
    let mut compared = 0;
    // A prime, so that every statement gets every piece at some position.
    for text in
        all.iter().step_by(41).map(String::as_str).chain(["SELECT 1..2", "SELECT \\ 1", "SELECT {", "{"])
    {
        for extended in [false, true] {
            let expected = run(&mut plain, text, extended).await;
            let found = run(&mut through, text, extended).await;
            if expected.as_deref().is_some_and(|e| e.starts_with("42601"))
                && found.as_deref() != Some("0A000")
            {
                // CREATE INDEX ASYNC is a syntax error only in PostgreSQL; with several statements another
                // one may fail first.
                let other = text.contains("ASYNC") || text.contains(';');
                assert!(found == expected || other, "{text}: {found:?} {expected:?}");
                compared += 1;
            }
        }
    }
    println!("{} texts, {compared} syntax errors alike", all.len());
    assert!(compared > 100);
    server.stop().await.unwrap();
}

/// SQLSTATE and message of the first error, after which the session continues.
async fn run(client: &mut Raw, text: &str, extended: bool) -> Option<String> {
    let answers = if extended {
        let mut out = BytesMut::new();
        encode_extended(&mut out, text, &[]);
        message(&mut out, b'S', |_| {});
        client.write(&out).await;
        client.until_ready().await.unwrap_or_else(|| panic!("the session ended: {text}"))
    } else {
        client.simple(text).await
    };
    assert!(!answers.is_empty(), "the session ended: {text}");
    client.simple("ROLLBACK").await;
    let error = answers.into_iter().find_map(|a| a.error)?;
    Some(if error.code == "0A000" { error.code } else { format!("{} {}", error.code, error.message) })
}
