//! Facts that need more than a list of statements: large values, closed connections, jobs.

use serde_json::Value;

use crate::common::raw::{self, Answer, Place};
use crate::compare::{compare, like};

pub(crate) async fn message_too_long(place: &impl Place) -> Result<(), String> {
    let mut client = raw::connect(place).await;
    let big = vec![b'x'; 10 * 1024 * 1024];
    let answer = client.extended("SELECT length($1::text)", &[&big]).await;
    if answer == Answer::default() { Ok(()) } else { Err(format!("{answer:?}")) }
}

/// Bytes that do not compress, in hexadecimal.
pub(crate) fn random(bytes: usize, seed: u64) -> Vec<u8> {
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

pub(crate) async fn check_values(place: &impl Place, name: &str, fact: &Value) -> Result<(), String> {
    let mut client = raw::connect(place).await;
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

pub(crate) async fn check_bytes(place: &impl Place, fact: &Value) -> Result<(), String> {
    let mut client = raw::connect(place).await;
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

pub(crate) async fn check_jsonb(place: &impl Place, fact: &Value) -> Result<(), String> {
    let mut client = raw::connect(place).await;
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

pub(crate) async fn duplicate_while_building(place: &impl Place) -> Result<(), String> {
    let mut client = raw::connect(place).await;
    client.simple("INSERT INTO t (id, v) VALUES (1, 1)").await;
    let answer = client.extended("CREATE UNIQUE INDEX ASYNC uq ON t (v)", &[]).await;
    let id = answer.rows.first().and_then(|r| r[0].clone()).ok_or(format!("{answer:?}"))?;
    let second = client.extended("INSERT INTO t (id, v) VALUES (2, 1)", &[]).await;
    if second.tag.as_deref() != Some("INSERT 0 1") {
        return Err(format!("{second:?}"));
    }
    let waited = client.extended(&format!("CALL sys.wait_for_job('{id}')"), &[]).await;
    let job = format!("SELECT status, details FROM sys.jobs WHERE job_id = '{id}'");
    let found = client.extended(&job, &[]).await.rows;
    let failed = ["failed", "found duplicate key(s) while validating index uniqueness"];
    if found == [failed.map(|text| Some(text.to_owned())).to_vec()] {
        return Ok(());
    }
    Err(format!("{found:?}, {waited:?}"))
}
