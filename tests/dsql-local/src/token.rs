//! Checks the IAM token that a client sends as its password: a SigV4 presigned request without `https://`.
//!
//! The signature is computed here from hmac and sha2. It shares no code with the sink, so that each
//! finds errors of the other. Recorded on real clusters: the SQLSTATE and message of every refusal,
//! and the HINT of a stale token, of a principal without permission and of an action that does not
//! fit the user. The other HINTs are the texts with which AWS services answer a bad SigV4 request;
//! they were not recorded for Aurora DSQL.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use time::{Date, Month, OffsetDateTime, Time};

use crate::wire::SqlError;

/// The signing name of the service.
const SERVICE: &str = "dsql";
/// Longest validity that AWS signs for: one week.
const MAX_EXPIRES: i64 = 604_800;
/// A signature may be this far ahead of the server's clock, as IAM allows.
const MAX_AHEAD: i64 = 300;
/// SHA-256 of the empty body that every token signs.
const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// An identity that may connect.
#[derive(Debug, Clone)]
pub struct Principal {
    /// AWS access key id.
    pub access_key_id: String,
    /// AWS secret access key.
    pub secret_access_key: String,
    /// Session token of temporary credentials. A client must send it if, and only if, it is set
    /// here.
    pub session_token: Option<String>,
    /// Unix time after which temporary credentials are refused.
    pub expires_at: Option<i64>,
    /// Holds `dsql:DbConnect`.
    pub may_connect: bool,
    /// Holds `dsql:DbConnectAdmin`.
    pub may_connect_admin: bool,
    /// The name in the HINT of a refusal.
    pub arn: String,
}

/// What a token is checked against.
#[derive(Debug)]
pub struct Check<'a> {
    /// Host that the signature must cover.
    pub host: &'a str,
    /// Region of the cluster.
    pub region: &'a str,
    /// Database role that the client requests.
    pub user: &'a str,
    /// Server clock, unix seconds.
    pub now: i64,
    /// All principals that may connect.
    pub principals: &'a [Principal],
}

/// Accepts a token and returns its principal, or refuses it.
pub fn check<'p>(token: &str, check: &Check<'p>) -> Result<&'p Principal, SqlError> {
    verify(token, check).map_err(denied)
}

/// The error for every client that may not connect.
pub fn denied(hint: impl Into<String>) -> SqlError {
    SqlError::fatal("08006", "unable to accept connection, access denied").with_hint(hint)
}

fn verify<'p>(token: &str, check: &Check<'p>) -> Result<&'p Principal, String> {
    let parsed = Parsed::new(token).ok_or("The request is not a valid presigned token.")?;
    let action = parsed.need("Action")?;
    if parsed.need("X-Amz-Algorithm")? != "AWS4-HMAC-SHA256" {
        return Err("Unsupported signature algorithm.".to_owned());
    }
    if parsed.need("X-Amz-SignedHeaders")? != "host" {
        return Err("'Host' must be the only 'SignedHeader' in the AWS request.".to_owned());
    }
    let (key_id, scope) = parsed
        .need("X-Amz-Credential")?
        .split_once('/')
        .ok_or("Credential must have 5 slash-delimited elements.")?;
    let [date, region, service, terminator] = scope.split('/').collect::<Vec<_>>()[..] else {
        return Err("Credential must have 5 slash-delimited elements.".to_owned());
    };
    if terminator != "aws4_request" {
        return Err("Credential should be scoped with a valid terminator: 'aws4_request'.".to_owned());
    }
    if region != check.region {
        return Err("Credential should be scoped to a valid region.".to_owned());
    }
    if service != SERVICE {
        return Err(format!("Credential should be scoped to correct service: '{SERVICE}'."));
    }
    let amz_date = parsed.need("X-Amz-Date")?;
    let signed_at = parse_amz_date(amz_date).ok_or("Date must be in ISO-8601 'basic format'.")?;
    if !amz_date.starts_with(date) {
        return Err(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date.".to_owned()
        );
    }
    let expires: i64 =
        parsed.need("X-Amz-Expires")?.parse().map_err(|_| "X-Amz-Expires should be a number")?;
    if !(1..=MAX_EXPIRES).contains(&expires) {
        return Err("X-Amz-Expires must be between 1 and 604800 seconds.".to_owned());
    }
    let principal = check
        .principals
        .iter()
        .find(|p| {
            p.access_key_id == key_id && p.session_token.as_deref() == parsed.get("X-Amz-Security-Token")
        })
        .ok_or("The security token included in the request is invalid.")?;

    let expected =
        signature(&parsed, check.host, amz_date, scope, &principal.secret_access_key, date, region)?;
    if expected != parsed.need("X-Amz-Signature")? {
        return Err(
            "The request signature we calculated does not match the signature you provided.".to_owned()
        );
    }
    if check.now > signed_at + expires {
        return Err(format!(
            "Signature expired: {amz_date} is now earlier than {} ({} - {expires} sec.)",
            format_amz_date(check.now - expires),
            format_amz_date(check.now)
        ));
    }
    if signed_at > check.now + MAX_AHEAD {
        return Err(format!(
            "Signature not yet current: {amz_date} is still later than {} ({} + 5 min.)",
            format_amz_date(check.now + MAX_AHEAD),
            format_amz_date(check.now)
        ));
    }
    if principal.expires_at.is_some_and(|at| check.now > at) {
        return Err("The security token included in the request is expired".to_owned());
    }
    let wanted = if check.user == "admin" { "DbConnectAdmin" } else { "DbConnect" };
    if action != wanted {
        return Err(format!("Wrong user to action mapping. user: {}, action: {action}", check.user));
    }
    let allowed =
        if wanted == "DbConnectAdmin" { principal.may_connect_admin } else { principal.may_connect };
    if !allowed {
        return Err(format!("User: {} is not authorized to access this resource", principal.arn));
    }
    Ok(principal)
}

fn signature(
    parsed: &Parsed,
    host: &str,
    amz_date: &str,
    scope: &str,
    secret: &str,
    date: &str,
    region: &str,
) -> Result<String, String> {
    let mut query: Vec<(String, String)> = parsed
        .query
        .iter()
        .filter(|(name, _)| name != "X-Amz-Signature")
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    query.sort();
    let query: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let canonical = format!("GET\n{}\n{}\nhost:{host}\n\nhost\n{EMPTY_SHA256}", parsed.path, query.join("&"));
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{amz_date}\n{scope}\n{}",
        hex::encode(Sha256::digest(canonical.as_bytes()))
    );
    let mut key = hmac(format!("AWS4{secret}").as_bytes(), date.as_bytes())?;
    for part in [region, SERVICE, "aws4_request"] {
        key = hmac(&key, part.as_bytes())?;
    }
    Ok(hex::encode(hmac(&key, to_sign.as_bytes())?))
}

fn hmac(key: &[u8], data: &[u8]) -> Result<Vec<u8>, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|e| e.to_string())?;
    mac.update(data);
    Ok(mac.finalize().into_bytes().to_vec())
}

/// A parsed token; names and values are percent-decoded.
struct Parsed {
    path: String,
    query: Vec<(String, String)>,
}

impl Parsed {
    fn new(token: &str) -> Option<Self> {
        let (host_and_path, query) = token.split_once('?')?;
        let path = &host_and_path[host_and_path.find('/')?..];
        let query = query
            .split('&')
            .map(|pair| {
                let (name, value) = pair.split_once('=')?;
                Some((decode(name)?, decode(value)?))
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Parsed { path: path.to_owned(), query })
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    fn need(&self, name: &str) -> Result<&str, String> {
        self.get(name).ok_or_else(|| format!("Request is missing the query parameter {name}."))
    }
}

fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let pair = [bytes.next()?, bytes.next()?];
            out.push(u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// `20260102T030405Z` as unix seconds.
fn parse_amz_date(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let month = Month::try_from(text.get(4..6)?.parse::<u8>().ok()?).ok()?;
    let date =
        Date::from_calendar_date(text.get(..4)?.parse().ok()?, month, text.get(6..8)?.parse().ok()?).ok()?;
    let clock = Time::from_hms(
        text.get(9..11)?.parse().ok()?,
        text.get(11..13)?.parse().ok()?,
        text.get(13..15)?.parse().ok()?,
    );
    Some(OffsetDateTime::new_utc(date, clock.ok()?).unix_timestamp())
}

fn format_amz_date(unix: i64) -> String {
    let t = OffsetDateTime::from_unix_timestamp(unix).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        t.year(),
        u8::from(t.month()),
        t.day(),
        t.hour(),
        t.minute(),
        t.second()
    )
}

/// Creates a token; used by `dsql-local token` and by tests.
pub fn mint(principal: &Principal, host: &str, region: &str, admin: bool, now: i64, expires: i64) -> String {
    let amz_date = format_amz_date(now);
    let date = &amz_date[..8];
    let scope = format!("{date}/{region}/{SERVICE}/aws4_request");
    let mut query = vec![
        ("Action".to_owned(), if admin { "DbConnectAdmin" } else { "DbConnect" }.to_owned()),
        ("X-Amz-Algorithm".to_owned(), "AWS4-HMAC-SHA256".to_owned()),
        ("X-Amz-Credential".to_owned(), format!("{}/{scope}", principal.access_key_id)),
        ("X-Amz-Date".to_owned(), amz_date.clone()),
        ("X-Amz-Expires".to_owned(), expires.to_string()),
        ("X-Amz-SignedHeaders".to_owned(), "host".to_owned()),
    ];
    if let Some(token) = &principal.session_token {
        query.push(("X-Amz-Security-Token".to_owned(), token.clone()));
    }
    let parsed = Parsed { path: "/".to_owned(), query };
    let signature = signature(&parsed, host, &amz_date, &scope, &principal.secret_access_key, date, region)
        .unwrap_or_default();
    let query: Vec<String> = parsed.query.iter().map(|(n, v)| format!("{n}={}", encode(v))).collect();
    format!("{host}/?{}&X-Amz-Signature={signature}", query.join("&"))
}
