//! A server that sends nothing, or too little: every wait has a limit, and the error names what the
//! sink waited for.

use std::thread::sleep;
use std::time::{Duration, Instant};

use dsql_sink::abi::{ROW_DELETE, ROW_INSERT};
use dsql_sink::error::{ErrorKind, SinkError};
use dsql_sink::session::Session;
use dsql_sink::sink::Sink;

use crate::common::{Cluster, Rows, SLICE, declare, flush};
use crate::fake::{Fake, Peer, Secure};

/// Longer than all limits of [`Fake::config`] together, shorter than those that no option sets.
const SOON: Duration = Duration::from_secs(20);

/// The result of a session's statement.
pub fn answer(session: &Session, sql: &str) -> Result<Vec<u8>, SinkError> {
    session.send(sql.to_owned(), true)?;
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(answer) = session.receive(SLICE)? {
            return Ok(answer);
        }
        assert!(Instant::now() < deadline, "{sql}: no answer in time");
    }
}

#[track_caller]
fn check_named(error: &SinkError, says: &[&str]) {
    assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
    for part in says {
        assert!(error.message().contains(part), "{part}: {error}");
    }
}

/// The statement ends with an error of the kind Connection that contains all these parts.
#[track_caller]
fn check_session(script: impl Fn(Peer) + Send + Sync + 'static, sql: &str, says: &[&str]) {
    let fake = Fake::start(script);
    // Only one try, so that the error names the limit of a try.
    let session = Session::open(fake.config(&[("retry_timeout_ms", "0")])).unwrap();
    let error = answer(&session, sql).unwrap_err();
    check_named(&error, says);
    session.close();
}

#[test]
fn silence_while_connecting() {
    let limit = "connectTimeout";
    check_session(Peer::be_silent, "SELECT 1", &["TLS handshake", limit]);
    let negotiated = |mut peer: Peer| {
        let _ = peer.agree();
        peer.be_silent();
    };
    check_session(negotiated, "SELECT 1", &["TLS handshake", limit]);
    let secured = |peer: Peer| peer.secure().map_or((), Secure::be_silent);
    check_session(secured, "SELECT 1", &["authentication", limit]);
    let asked = |peer: Peer| {
        let Some(mut client) = peer.secure() else { return };
        let _ = client.startup();
        let _ = client.ask_password();
        client.be_silent();
    };
    check_session(asked, "SELECT 1", &["authentication", limit]);
}

fn after_authentication(peer: Peer) {
    if let Some(client) = peer.ready() {
        client.be_silent();
    }
}

#[test]
fn silence_at_a_statement() {
    for (sql, step) in [
        ("SELECT 1", "a query"),
        ("CREATE TABLE t (id bigint PRIMARY KEY)", "DDL"),
        ("SELECT job_id FROM sys.jobs", "asynchronous index job"),
        ("DELETE FROM t", "a statement"),
    ] {
        check_session(after_authentication, sql, &[step, "socket_timeout_ms", sql]);
    }
}

#[test]
fn silence_at_the_catalog_ends_the_start_of_a_job() {
    let fake = Fake::start(after_authentication);
    let sink = Sink::open(fake.config(&[])).unwrap();
    let started = Instant::now();
    let error = declare(&sink, "t", &["id"], &["id"]).unwrap_err();
    assert!(started.elapsed() < SOON);
    check_named(&error, &["catalog", "socket_timeout_ms"]);
    sink.close();
}

#[test]
fn the_limit_of_retries_ends_a_longer_wait() {
    let fake = Fake::start(after_authentication);
    let session = Session::open(fake.config(&[("socket_timeout_ms", "")])).unwrap();
    let error = answer(&session, "CREATE TABLE t (id bigint PRIMARY KEY)").unwrap_err();
    check_named(&error, &["DDL", "retry_timeout_ms"]);
}

#[test]
fn an_answer_of_slow_single_bytes_does_not_count() {
    let drip = |peer: Peer| {
        let Some(mut client) = peer.ready() else { return };
        let _ = client.message();
        // A notice of 10,000 bytes, one at a time: each byte arrives before any limit of silence.
        let mut bytes = crate::fake::message(b'N', &[0; 10_000]).into_iter();
        while bytes.next().is_some_and(|byte| client.write(&[byte]).is_some()) {
            sleep(Duration::from_millis(20));
        }
    };
    check_session(drip, "SELECT 1", &["a query", "socket_timeout_ms"]);
}

#[test]
fn a_stuck_connection_is_not_used_again() {
    let fake = Fake::start({
        let first = std::sync::atomic::AtomicBool::new(true);
        move |peer: Peer| {
            let Some(mut client) = peer.ready() else { return };
            if first.swap(false, std::sync::atomic::Ordering::SeqCst) {
                return client.be_silent();
            }
            while let Some((tag, _)) = client.message() {
                if tag == b'Q' {
                    let _ = client.send(b'C', b"SELECT 1\0");
                    let _ = client.send(b'Z', b"I");
                }
            }
        }
    });
    let session = Session::open(fake.config(&[("retry_timeout_ms", "0")])).unwrap();
    answer(&session, "SELECT 1").unwrap_err();
    answer(&session, "SELECT 1").unwrap();
}

#[test]
fn silence_at_a_commit() {
    // One statement, and several in one transaction.
    for kinds in [&[ROW_INSERT][..], &[ROW_INSERT, ROW_DELETE]] {
        let cluster = Cluster::start();
        cluster.sql("CREATE TABLE t (id bigint PRIMARY KEY)");
        let sink = cluster.sink(&[("retry_timeout_ms", "1000"), ("socket_timeout_ms", "1000")]);
        let table = declare(&sink, "t", &["id"], &["id"]).unwrap();
        cluster.control("pause commits");
        let rows = (1..).zip(kinds).fold(Rows::new(table), |rows, (id, kind)| rows.row(*kind, &[id.into()]));
        rows.write(&sink).unwrap();
        let started = Instant::now();
        let error = flush(&sink).unwrap_err();
        assert!(started.elapsed() < SOON);
        check_named(&error, &["socket_timeout_ms"]);
        assert!(error.message().contains("COMMIT") || error.message().contains("prepared"), "{error}");
        cluster.control("resume commits");
        sink.close();
    }
}
