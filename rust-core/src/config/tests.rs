//! Options as a job writes them.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use super::*;

const URL: &str = "jdbc:postgresql://abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws:5432/postgres";

fn build(changes: &[(&str, &str)]) -> Result<Config, SinkError> {
    let mut options = HashMap::from([
        ("url", URL),
        ("username", "admin"),
        ("access_key_id", "AKIAIOSFODNN7EXAMPLE"),
        ("secret_access_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ]);
    options.extend(changes.iter().copied());
    let options = options.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    Config::new(options, |_| None)
}

#[track_caller]
fn refused(changes: &[(&str, &str)], option: &str, says: &str) {
    let error = build(changes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().starts_with(&format!("option '{option}':")), "{error}");
    assert!(error.message().contains(says), "{error}");
}

#[test]
fn defaults_follow_from_the_url() {
    let config = build(&[("database", "postgres")]).unwrap();
    assert_eq!(config.region, "us-east-1");
    assert_eq!(config.batch_rows, 3_000);
    assert_eq!(config.connections, 256);
    assert_eq!(config.buffer_bytes, 268_435_456);
    assert_eq!((config.form, config.displaces), (None, true));
    assert_eq!(config.retry_timeout, Duration::from_secs(300));
    assert_eq!(config.answer_timeout, Duration::from_secs(320));
}

#[test]
fn each_problem_names_its_option() {
    refused(&[("url", "")], "url", "is required");
    refused(&[("username", "")], "username", "is required");
    refused(&[("secret_access_key", "")], "secret_access_key", "is required");
    refused(&[("access_key_id", "")], "access_key_id", "is required");
    refused(&[("region", "eu-west-1")], "region", "us-east-1");
    refused(
        &[("url", "jdbc:postgresql://db.example.com/postgres")],
        "region",
        "<cluster>.dsql.<region>.on.aws",
    );
    refused(&[("database", "shop")], "database", "differs");
    refused(&[("batch_size", "0")], "batch_size", "between 1 and 3000");
    refused(&[("max_connections", "many")], "max_connections", "between 1 and 256");
    refused(&[("row_error_policy", "drop")], "row_error_policy", "is not one of fail, skip");
    refused(&[("row_error_policy", "skip")], "dead_letter_path", "is required");
    refused(&[("dead_letter_path", "/tmp")], "dead_letter_path", "no effect");
    refused(&[("statement_form", "copy")], "statement_form", "auto, unnest, values");
    refused(&[("unique_conflict", "skip")], "unique_conflict", "replace, fail");
    refused(&[("colour", "red")], "colour", "not known");
}

#[test]
fn the_environment_stands_in_for_the_url() {
    let options =
        || [("url", URL), ("username", "admin")].map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec();
    let env = |name: &str| match name {
        "PGHOSTADDR" => Some("127.0.83.81".to_owned()),
        "PGSSLROOTCERT" => Some("/tmp/ca.pem".to_owned()),
        _ => None,
    };
    let config = Config::new(options(), env).unwrap();
    assert_eq!(config.endpoint.places, [Place::Address("127.0.83.81".parse().unwrap())]);
    assert_eq!(config.endpoint.root_certificates, Some(PathBuf::from("/tmp/ca.pem")));
    let error = Config::new(options(), |_| Some("here".to_owned())).unwrap_err();
    assert!(error.message().contains("PGHOSTADDR: 'here'"), "{error}");
}

#[test]
fn secrets_are_not_in_debug() {
    let shown = format!("{:?}", build(&[("session_token", "FwoGZXIvYXdz")]).unwrap());
    assert!(!shown.contains("wJalr") && !shown.contains("FwoGZ"), "{shown}");
}
