//! A wrong clock: for some time, and permanently.

use dsql_local::cli::Options;
use dsql_local::token::Principal;
use dsql_sink::error::ErrorKind;
use dsql_sink::session::Session;

use crate::common::{Cluster, SECRET_ACCESS_KEY, until};
use crate::silence::answer;

#[test]
fn the_sink_waits_for_a_clock_that_is_corrected() {
    let cluster = Cluster::start();
    for shift in ["3600", "-3600"] {
        cluster.control(&format!("clock {shift}"));
        let session = Session::open(cluster.config(&[]).unwrap()).unwrap();
        session.send("SELECT 1".to_owned(), true).unwrap();
        let refused = cluster.stat("connections_refused");
        until("several tokens are refused", || cluster.stat("connections_refused") >= refused + 3);
        cluster.control("clock 0");
        until("the statement is answered", || session.receive(std::time::Duration::ZERO).unwrap().is_some());
    }
}

#[test]
fn the_error_of_a_clock_that_stays_wrong_has_the_difference() {
    let cluster = Cluster::start();
    for (shift, says) in
        [("3600", "behind the server's, which is at 20"), ("-3600", "ahead of the server's, which is at 20")]
    {
        cluster.control(&format!("clock {shift}"));
        let session = Session::open(cluster.config(&[("retry_timeout_ms", "500")]).unwrap()).unwrap();
        let error = answer(&session, "SELECT 1").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication, "{error}");
        assert!(error.message().contains(says) && error.message().contains("tried"), "{error}");
    }
}

#[test]
fn expired_credentials_are_retried_and_show_no_clock_difference() {
    let principal = Principal {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret_access_key: SECRET_ACCESS_KEY.to_owned(),
        session_token: Some("over".to_owned()),
        expires_at: Some(1),
        may_connect: true,
        may_connect_admin: true,
        arn: "arn:aws:sts::123456789012:assumed-role/r".to_owned(),
    };
    let cluster = Cluster::with(Options { principal: vec![principal], ..Options::default() });
    let changes = [("session_token", "over"), ("retry_timeout_ms", "500")];
    let session = Session::open(cluster.config(&changes).unwrap()).unwrap();
    let error = answer(&session, "SELECT 1").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication, "{error}");
    let says = ["security token", "expired", "cannot be known", "tried"];
    assert!(says.iter().all(|part| error.message().contains(part)), "{error}");
}
