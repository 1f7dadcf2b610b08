//! Texts of a server or of a row that contain forged log lines.

use dsql_sink::session::Session;

use crate::common::{Cluster, config_at};
use crate::fake::{Fake, Peer};
use crate::silence::answer;

#[test]
fn a_servers_text_stays_in_its_line() {
    let fake = Fake::start(|peer: Peer| {
        let Some(mut client) = peer.ready() else { return };
        while client.message().is_some_and(|(tag, _)| tag == b'Q') {
            let words = b"SERROR\0VERROR\0C40001\0Mchange\n2026-01-01 ERROR forged\x1b[2J\0DKey (mail)=(a@b.example)\0\0";
            let _ = client.send(b'E', words);
            let _ = client.send(b'Z', b"I");
        }
    });
    let config = config_at(fake.url(), &[("retry_timeout_ms", "300")]).unwrap();
    let session = Session::open(config).unwrap();
    let error = answer(&session, "SELECT 1").unwrap_err().to_string();
    let block = session.notices().unwrap();
    let told = String::from_utf8_lossy(&block).into_owned();
    assert!(error.contains("change\\n2026-01-01 ERROR forged\\u{1b}[2J"), "{error}");
    assert!(told.contains("change\\n2026-01-01") && !told.contains("\u{1b}[2J"), "{told}");
    // The error shows values, the log line of each try does not.
    assert!(error.contains("a@b.example") && !told.contains("a@b.example"), "{told}");
}

#[test]
fn a_rows_values_stay_in_their_line() {
    let cluster = Cluster::start();
    let session = Session::open(cluster.config(&[]).unwrap()).unwrap();
    let sql = "SELECT 'x\nERROR forged'::int";
    let error = answer(&session, sql).unwrap_err().to_string();
    assert!(error.contains("x\\nERROR forged") && !error.contains('\n'), "{error}");
}
