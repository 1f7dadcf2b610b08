//! The AWS default chain: which failures it retries, and which it reports at once.
//!
//! The chain reads the environment, which belongs to a whole process, so each case runs in a child
//! process.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use common::child::in_child;
use common::{Cluster, DEADLINE, SLICE};
use dsql_local::cli::Options;
use dsql_local::token::Principal;
use dsql_sink::error::{ErrorKind, SinkError};
use dsql_sink::session::Session;

/// The answer of a container's endpoint: the keys of dsql-local's second principal.
const KEYS: &str = r#"{"AccessKeyId": "ASIACONTAINER", "SecretAccessKey": "container-secret", "Token": "container-token",
    "Expiration": "2099-01-01T00:00:00Z"}"#;

fn session(cluster: &Cluster) -> Session {
    let changes = [("retry_timeout_ms", "60000")];
    let mut config = cluster.config(&changes).unwrap();
    config.identity.keys = None;
    Session::open(config).unwrap()
}

fn answered(session: &Session) -> Result<(), SinkError> {
    session.send("SELECT 1".to_owned(), true)?;
    let deadline = Instant::now() + DEADLINE;
    while session.receive(SLICE)?.is_none() {
        assert!(Instant::now() < deadline, "no answer in time");
    }
    Ok(())
}

fn notices(session: &Session) -> String {
    String::from_utf8_lossy(&session.notices().unwrap_or_default()).into_owned()
}

#[test]
fn an_endpoint_that_is_down_is_asked_again() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/keys");
    in_child("child_endpoint_down", &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &url)]);
}

#[test]
#[ignore = "run by the test before"]
fn child_endpoint_down() {
    let url = std::env::var("AWS_CONTAINER_CREDENTIALS_FULL_URI").unwrap();
    let address = url.split('/').nth(2).unwrap().to_owned();
    let principal = Principal {
        access_key_id: "ASIACONTAINER".to_owned(),
        secret_access_key: "container-secret".to_owned(),
        session_token: Some("container-token".to_owned()),
        expires_at: None,
        may_connect: true,
        may_connect_admin: true,
        arn: "arn:aws:sts::123456789012:assumed-role/container".to_owned(),
    };
    let options = Options { principal: vec![principal], ..Options::default() };
    let cluster = Cluster::with(options);
    let session = session(&cluster);
    session.send("SELECT 1".to_owned(), true).unwrap();
    let mut said = String::new();
    common::until("the chain failed", || {
        assert!(session.receive(Duration::ZERO).unwrap().is_none());
        said.push_str(&notices(&session));
        said.contains("trying again")
    });
    assert!(said.contains("no AWS credentials for now"), "{said}");
    serve(&address);
    let deadline = Instant::now() + DEADLINE;
    while session.receive(SLICE).unwrap().is_none() {
        assert!(Instant::now() < deadline, "no answer in time: {}", notices(&session));
    }
}

/// Starts the endpoint.
fn serve(address: &str) {
    let listener = TcpListener::bind(address).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length:";
            // The client may have disconnected.
            let _ = write!(stream, "{head} {}\r\n\r\n{KEYS}", KEYS.len());
        }
    });
}

#[test]
fn missing_credentials_are_reported_at_once() {
    in_child("child_no_credentials", &[]);
}

#[test]
#[ignore = "run by the test before"]
fn child_no_credentials() {
    let cluster = Cluster::start();
    let session = session(&cluster);
    let error = answered(&session).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    let said = error.to_string();
    assert!(said.contains("no AWS credentials: the options 'access_key_id'"), "{said}");
    // There was no retry.
    assert!(!said.contains("tried"), "{said}");
    assert_eq!(notices(&session), "");
}
