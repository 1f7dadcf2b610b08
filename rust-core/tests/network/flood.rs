//! A server that sends too much, or the wrong messages: each step has a limit.

use dsql_sink::error::ErrorKind;
use dsql_sink::session::Session;
use dsql_sink::sink::Sink;

use crate::common::declare;
use crate::fake::{Fake, Peer, Secure, message};
use crate::silence::answer;

/// Sends the same bytes for ever; ends when the client closes the connection.
fn for_ever(client: &mut Secure, bytes: &[u8]) {
    let block = bytes.repeat(64 * 1024 / bytes.len() + 1);
    while client.write(&block).is_some() {}
}

/// A message header that announces almost 2 GiB, without the body.
fn claim(tag: u8) -> Vec<u8> {
    [&[tag][..], &0x7fff_ff00_u32.to_be_bytes()].concat()
}

/// A statement ends at once, with an error that contains all these parts, and is not retried.
#[track_caller]
fn check(script: impl Fn(Peer) + Send + Sync + 'static, says: &[&str]) {
    let fake = Fake::start(script);
    let config = || fake.config(&[("retry_timeout_ms", "3600000"), ("socket_timeout_ms", "3600000")]);
    let session = Session::open(config()).unwrap();
    let sink = Sink::open(config()).unwrap();
    let answers =
        [answer(&session, "SELECT 1").unwrap_err(), declare(&sink, "t", &["id"], &["id"]).unwrap_err()];
    for error in answers {
        assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
        for part in says.iter().chain(&["sends more than Aurora DSQL does"]) {
            assert!(error.message().contains(part), "{part}: {error}");
        }
    }
    sink.close();
}

fn before_login(bytes: Vec<u8>) -> impl Fn(Peer) + Send + Sync + 'static {
    move |peer: Peer| {
        let Some(mut client) = peer.secure() else { return };
        let _ = client.startup();
        for_ever(&mut client, &bytes);
    }
}

fn after_a_statement(bytes: Vec<u8>) -> impl Fn(Peer) + Send + Sync + 'static {
    move |peer: Peer| {
        let Some(mut client) = peer.ready() else { return };
        let _ = client.message();
        for_ever(&mut client, &bytes);
    }
}

/// After the token is accepted, before the server is ready.
fn at_the_login(bytes: Vec<u8>) -> impl Fn(Peer) + Send + Sync + 'static {
    move |peer: Peer| {
        let Some(mut client) = peer.secure() else { return };
        let _ = client.startup();
        let _ = client.ask_password();
        let _ = client.send(b'R', &0i32.to_be_bytes());
        for_ever(&mut client, &bytes);
    }
}

fn status() -> Vec<u8> {
    message(b'S', b"some_parameter\0some value\0")
}

#[test]
fn a_message_of_two_gibibytes() {
    check(before_login(claim(b'E')), &["type 'E'"]);
    check(after_a_statement(claim(b'D')), &["type 'D'"]);
}

#[test]
fn endless_messages_before_the_login() {
    let notice = message(b'N', &[&[b'M'; 1][..], &[b'x'; 1000], &[0, 0]].concat());
    check(at_the_login(notice), &["before it has let us in"]);
}

#[test]
fn endless_rows() {
    // T: one column; D: a row with 1,000 bytes.
    let column = [&1i16.to_be_bytes()[..], b"c\0", &[0; 6], &25i32.to_be_bytes(), &[0; 8]].concat();
    let row = [&1i16.to_be_bytes()[..], &1000i32.to_be_bytes(), &[b'x'; 1000]].concat();
    let rows = message(b'D', &row);
    let script = move |peer: Peer| {
        let Some(mut client) = peer.ready() else { return };
        let _ = client.message();
        let _ = client.send(b'T', &column);
        for_ever(&mut client, &rows);
    };
    let fake = Fake::start(script);
    let session = Session::open(fake.config(&[("socket_timeout_ms", "3600000")])).unwrap();
    let error = answer(&session, "SELECT 1").unwrap_err();
    assert!(error.message().contains("in one answer"), "{error}");
}

#[test]
fn endless_parameters() {
    check(after_a_statement(status()), &["parameters"]);
    check(at_the_login(status()), &["parameters"]);
}

#[test]
fn messages_in_the_wrong_order_are_an_error() {
    for wrong in [message(b'C', b"SELECT 1\0"), message(b'?', &[]), message(b'D', &[0; 2])] {
        let fake = Fake::start(after_a_statement(wrong));
        let session = Session::open(fake.config(&[("retry_timeout_ms", "0")])).unwrap();
        let error = answer(&session, "SELECT 1").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
    }
}
