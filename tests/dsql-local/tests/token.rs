//! The token check against tokens that botocore signed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use dsql_local::token::{Check, Principal, check, mint};
use serde_json::Value;

fn vectors() -> Vec<Value> {
    let text = include_str!("data/token_vectors.json");
    let all: Value = serde_json::from_str(text).unwrap();
    all["vectors"].as_array().unwrap().clone()
}

fn principal(vector: &Value) -> Principal {
    Principal {
        access_key_id: vector["access_key"].as_str().unwrap().to_owned(),
        secret_access_key: vector["secret_key"].as_str().unwrap().to_owned(),
        session_token: vector["session_token"].as_str().map(str::to_owned),
        expires_at: None,
        may_connect: true,
        may_connect_admin: true,
        arn: "arn:aws:iam::123456789012:user/x".to_owned(),
    }
}

/// Checks a vector with one thing changed; returns the HINT of the refusal.
fn verdict(vector: &Value, change: impl FnOnce(&mut String, &mut Check<'_>)) -> Option<String> {
    let principals = [principal(vector)];
    let mut token = vector["token"].as_str().unwrap().to_owned();
    let region = token.split("%2F").nth(2).unwrap().to_owned();
    let date = token.split("X-Amz-Date=").nth(1).unwrap()[..16].to_owned();
    let day: i64 = i64::from(time_of(&date));
    let host = token.split('/').next().unwrap().to_owned();
    let mut wanted = Check {
        host: &host,
        region: &region,
        user: if vector["action"] == "DbConnectAdmin" { "admin" } else { "app" },
        now: day,
        principals: &principals,
    };
    change(&mut token, &mut wanted);
    check(&token, &wanted).err().map(|e| {
        assert_eq!((e.severity, e.code.as_str()), ("FATAL", "08006"));
        assert_eq!(e.message, "unable to accept connection, access denied");
        e.hint.unwrap()
    })
}

fn time_of(amz: &str) -> i32 {
    let n = |range: std::ops::Range<usize>| amz[range].parse::<i32>().unwrap();
    let (y, m, d) = (n(0..4), n(4..6), n(6..8));
    // Days from a date, by Howard Hinnant's algorithm.
    let y = if m <= 2 { y - 1 } else { y };
    let era = y / 400;
    let yoe = y - era * 400;
    let doy = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
    let days = era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468;
    days * 86_400 + n(9..11) * 3600 + n(11..13) * 60 + n(13..15)
}

#[test]
fn every_vector_is_accepted_and_created_alike() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 5);
    for vector in &vectors {
        assert_eq!(verdict(vector, |_, _| {}), None, "{}", vector["name"]);
        let token = vector["token"].as_str().unwrap();
        let now = i64::from(time_of(&token.split("X-Amz-Date=").nth(1).unwrap()[..16]));
        let expires =
            token.split("X-Amz-Expires=").nth(1).unwrap().split('&').next().unwrap().parse().unwrap();
        let region = token.split("%2F").nth(2).unwrap();
        let host = token.split('/').next().unwrap();
        let admin = vector["action"] == "DbConnectAdmin";
        let sorted = |token: &str| {
            let mut parts: Vec<String> = token.split(['?', '&']).map(str::to_owned).collect();
            parts.sort();
            parts
        };
        assert_eq!(sorted(&mint(&principal(vector), host, region, admin, now, expires)), sorted(token));
    }
}

#[test]
fn every_change_is_refused_with_its_hint() {
    for vector in &vectors() {
        let name = vector["name"].to_string();
        let refused = |start: &str, change: fn(&mut String, &mut Check<'_>)| {
            let hint =
                verdict(vector, change).unwrap_or_else(|| panic!("{name}: accepted, expected {start}"));
            assert!(hint.starts_with(start), "{name}: {hint}");
        };
        refused("Signature expired: ", |_, c| c.now += 604_801);
        refused("Signature not yet current: ", |_, c| c.now -= 301);
        refused("Wrong user to action mapping. user: ", |_, c| {
            c.user = if c.user == "admin" { "app" } else { "admin" }
        });
        refused("The request signature we calculated does not match", |_, c| {
            c.host = "other.dsql.us-east-1.on.aws"
        });
        refused("Credential should be scoped to a valid region.", |_, c| c.region = "xx-north-9");
        refused("The request signature we calculated does not match", |t, _| {
            let last = t.pop().unwrap();
            t.push(if last == '0' { '1' } else { '0' });
        });
        refused("The security token included in the request is invalid.", |_, c| c.principals = &[]);
        refused("The request signature we calculated does not match", |t, _| {
            *t = t.replace("X-Amz-SignedHeaders=host", "Extra=1&X-Amz-SignedHeaders=host");
        });
        refused("The request is not a valid presigned token.", |t, _| *t = "secret".to_owned());
    }
}
