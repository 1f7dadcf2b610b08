//! Credentials: how often they are requested, what happens while their service is down, and which
//! principal they are for.
//!
//! The SDK reads the environment, which belongs to a whole process, so each case runs in a child
//! process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use dsql_local::cli::Options;
use dsql_local::token::Principal;
use dsql_sink::config::Role;
use dsql_sink::error::ErrorKind;
use dsql_sink::session::Session;

use crate::common::child::in_child;
use crate::common::{Cluster, until};
use crate::silence::answer;

/// A principal that dsql-local accepts: the credentials of a service, by number.
fn principal(id: &str) -> Principal {
    Principal {
        access_key_id: id.to_owned(),
        secret_access_key: "service-secret".to_owned(),
        session_token: Some("service-token".to_owned()),
        expires_at: None,
        may_connect: true,
        may_connect_admin: true,
        arn: format!("arn:aws:sts::123456789012:assumed-role/{id}"),
    }
}

fn cluster(ids: &[&str]) -> Cluster {
    Cluster::with(Options { principal: ids.iter().map(|id| principal(id)).collect(), ..Options::default() })
}

/// A web service of this test: the requests that it got, and its answers.
#[derive(Clone, Default)]
struct Service {
    asked: Arc<Mutex<Vec<String>>>,
    away: Arc<AtomicUsize>,
}

impl Service {
    fn serve(&self, listener: TcpListener, answer: impl Fn(&str) -> String + Send + Sync + 'static) {
        let (service, answer) = (self.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (service, answer) = (service.clone(), answer.clone());
                thread::spawn(move || service.one(stream.unwrap(), &*answer));
            }
        });
    }

    /// Reads a request and answers it; while the service is down it closes the connection.
    fn one(&self, mut stream: TcpStream, answer: &dyn Fn(&str) -> String) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? <= 2 {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let request = format!("{head}\n{}", String::from_utf8_lossy(&body));
        self.asked.lock().unwrap().push(request.clone());
        if self.away.load(Ordering::SeqCst) > 0 {
            return None;
        }
        let answer = answer(&request);
        let head = "HTTP/1.1 200 OK\r\nx-aws-ec2-metadata-token-ttl-seconds: 21600\r\nConnection: close\r\nContent-Length:";
        write!(stream, "{head} {}\r\n\r\n{answer}", answer.len()).ok()
    }

    fn asked(&self, what: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|request| request.contains(what)).count()
    }
}

/// Credentials that do not expire end at `2099-01-01T00:00:00Z`.
fn json(id: &str, end: &str) -> String {
    format!(
        r#"{{"Code": "Success", "Type": "AWS-HMAC", "LastUpdated": "2026-01-01T00:00:00Z", "AccessKeyId": "{id}",
            "SecretAccessKey": "service-secret", "Token": "service-token", "Expiration": "{end}"}}"#
    )
}

/// STS's answer to AssumeRole: credentials whose key is the role's name.
fn assumed(request: &str) -> String {
    let role = request.split("role%2F").nth(1).unwrap_or_default();
    let role: String = role.chars().take_while(char::is_ascii_alphanumeric).collect();
    format!(
        r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser>
        <Arn>arn:aws:sts::1:assumed-role/{role}/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser><Credentials>
        <AccessKeyId>{role}</AccessKeyId><SecretAccessKey>service-secret</SecretAccessKey>
        <SessionToken>service-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
        </AssumeRoleResult></AssumeRoleResponse>"#
    )
}

fn bound() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// The address that the environment names.
fn named(variable: &str) -> TcpListener {
    let url = std::env::var(variable).unwrap();
    TcpListener::bind(url.split('/').nth(2).unwrap()).unwrap()
}

fn chain(cluster: &Cluster, changes: &[(&str, &str)]) -> Session {
    let without = [("access_key_id", ""), ("secret_access_key", "")];
    Session::open(cluster.config(&[&without, changes].concat()).unwrap()).unwrap()
}

fn child(test: &str, variable: &str, more: &[(&str, &str)]) {
    let (_, url) = bound();
    in_child(&format!("identity::{test}"), &[&[(variable, url.as_str())], more].concat());
}

const CONTAINER: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const METADATA: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
const STS: &str = "AWS_ENDPOINT_URL_STS";

#[test]
fn credentials_are_requested_once_and_used_while_their_service_is_down() {
    let (_, url) = bound();
    in_child("identity::child_once", &[(CONTAINER, &format!("{url}/keys"))]);
}

#[test]
#[ignore = "run by the test before"]
fn child_once() {
    let cluster = cluster(&["ONCE"]);
    let service = Service::default();
    service.serve(named(CONTAINER), |_| json("ONCE", "2099-01-01T00:00:00Z"));
    // Sessions at the same time, like those of writers and of several sinks, which share
    // credentials.
    let sessions: Vec<Session> = (0..8).map(|_| chain(&cluster, &[])).collect();
    sessions.iter().for_each(|session| session.send("SELECT 1".to_owned(), true).unwrap());
    for session in &sessions {
        until("all are answered", || session.receive(Duration::ZERO).unwrap().is_some());
    }
    assert_eq!(service.asked("GET /keys"), 1);
    service.away.store(1, Ordering::SeqCst);
    cluster.control("drop-all");
    answer(&sessions[0], "SELECT 1").unwrap();
    answer(&chain(&cluster, &[("retry_timeout_ms", "0")]), "SELECT 1").unwrap();
    assert_eq!(service.asked("GET /keys"), 1);
}

#[test]
fn credentials_are_renewed_early_and_used_meanwhile() {
    let (_, url) = bound();
    in_child("identity::child_early", &[(CONTAINER, &format!("{url}/keys"))]);
}

#[test]
#[ignore = "run by the test before"]
fn child_early() {
    let cluster = cluster(&["FIRST", "LATER"]);
    let service = Service::default();
    let count = Arc::new(AtomicUsize::new(0));
    // The first credentials expire in half a minute; they are renewed after half of that.
    let end = dsql_soon(32);
    service.serve(named(CONTAINER), move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => json("FIRST", &end),
        _ => json("LATER", "2099-01-01T00:00:00Z"),
    });
    let session = chain(&cluster, &[]);
    until("they are renewed", || {
        answer(&session, "SELECT 1").unwrap();
        cluster.control("drop-all");
        service.asked("GET /keys") == 2
    });
    service.away.store(1, Ordering::SeqCst);
    cluster.control("drop-all");
    answer(&session, "SELECT 1").unwrap();
}

/// The time in this many seconds, in AWS's format.
fn dsql_soon(seconds: u64) -> String {
    let date = std::process::Command::new("date")
        .args(["-u", "-d", &format!("+{seconds} seconds"), "+%Y-%m-%dT%H:%M:%SZ"])
        .output()
        .unwrap();
    String::from_utf8(date.stdout).unwrap().trim().to_owned()
}

#[test]
fn the_sink_waits_for_a_metadata_service_that_is_down_at_the_start() {
    let more = [("AWS_EC2_METADATA_DISABLED", "false")];
    child("child_metadata", METADATA, &more);
}

#[test]
#[ignore = "run by the test before"]
fn child_metadata() {
    let cluster = cluster(&["INSTANCE"]);
    let session = chain(&cluster, &[]);
    session.send("SELECT 1".to_owned(), true).unwrap();
    let mut told = String::new();
    until("the chain has failed", || {
        assert!(session.receive(Duration::ZERO).unwrap().is_none());
        told.push_str(&String::from_utf8_lossy(&session.notices().unwrap_or_default()));
        told.contains("trying again")
    });
    assert!(told.contains("no AWS credentials for now"), "{told}");
    Service::default().serve(named(METADATA), |request| match request.lines().next().unwrap() {
        line if line.starts_with("PUT") => "a-token".to_owned(),
        line if line.contains("security-credentials/a-role") => json("INSTANCE", "2099-01-01T00:00:00Z"),
        _ => "a-role".to_owned(),
    });
    until("the statement is answered", || session.receive(Duration::ZERO).unwrap().is_some());
}

#[test]
fn two_jobs_have_two_roles() {
    child("child_roles", STS, &[]);
}

#[test]
#[ignore = "run by the test before"]
fn child_roles() {
    let cluster = cluster(&["reader", "writer"]);
    let sts = Service::default();
    sts.serve(named(STS), assumed);
    let role = |name: &str| {
        let mut config = cluster.config(&[]).unwrap();
        config.identity.role = Some(Role {
            arn: format!("arn:aws:iam::123456789012:role/{name}"),
            external_id: Some("an-id".to_owned()),
            session_name: None,
        });
        Session::open(config).unwrap()
    };
    let sessions = [role("reader"), role("writer"), role("reader")];
    sessions.iter().for_each(|session| drop(answer(session, "SELECT 1").unwrap()));
    assert_eq!((sts.asked("role%2Freader"), sts.asked("role%2Fwriter")), (1, 1));
    assert_eq!(sts.asked("ExternalId=an-id"), 2);
    assert_eq!(sts.asked("RoleSessionName=seatunnel-dsql-sink"), 2);
}

#[test]
fn a_profile_selects_an_identity() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("credentials");
    let keys = "aws_secret_access_key = service-secret\naws_session_token = service-token\n";
    std::fs::write(&file, format!("[loader]\naws_access_key_id = LOADER\n{keys}")).unwrap();
    in_child("identity::child_profile", &[("AWS_SHARED_CREDENTIALS_FILE", file.to_str().unwrap())]);
}

#[test]
#[ignore = "run by the test before"]
fn child_profile() {
    let cluster = cluster(&["LOADER"]);
    answer(&chain(&cluster, &[("profile", "loader")]), "SELECT 1").unwrap();
    let error = answer(&chain(&cluster, &[("profile", "absent"), ("retry_timeout_ms", "0")]), "SELECT 1")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(error.message().contains("option 'profile': 'absent'"), "{error}");
}

#[test]
fn sts_is_reached_through_a_proxy_except_for_no_proxy() {
    let sts = "http://sts.example.test";
    child("child_proxy", "HTTP_PROXY", &[(STS, sts)]);
    // No proxy is running.
    let (listener, url) = bound();
    drop(listener);
    let (_, own) = bound();
    let more = [("HTTP_PROXY", url.as_str()), ("NO_PROXY", "127.0.0.1")];
    in_child("identity::child_roles", &[&[(STS, own.as_str())], &more[..]].concat());
}

#[test]
#[ignore = "run by the test before"]
fn child_proxy() {
    let cluster = cluster(&["reader"]);
    let proxy = Service::default();
    proxy.serve(named("HTTP_PROXY"), assumed);
    let session =
        Session::open(cluster.config(&[("role_arn", "arn:aws:iam::123456789012:role/reader")]).unwrap());
    answer(&session.unwrap(), "SELECT 1").unwrap();
    assert_eq!(proxy.asked("POST http://sts.example.test/"), 1);
}
