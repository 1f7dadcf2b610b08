//! Certificates that must not be trusted, and modes that trust them nevertheless: each is reported.

use std::path::PathBuf;
use std::sync::Arc;

use dsql_sink::error::ErrorKind;
use dsql_sink::session::Session;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;

use crate::common::config_at;
use crate::fake::{ENDPOINT, Fake, Peer};
use crate::silence::answer;

/// An authority with one certificate for servers.
struct Authority {
    dir: TempDir,
    tls: Arc<ServerConfig>,
}

impl Authority {
    fn new(change: impl Fn(&mut CertificateParams)) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let dir = tempfile::tempdir().unwrap();
        // Each authority has a name of its own; with the same name one would count as a forgery of
        // another.
        authority.distinguished_name.push(DnType::CommonName, dir.path().display().to_string());
        std::fs::write(dir.path().join("ca.pem"), authority.self_signed(&key).unwrap().pem()).unwrap();
        let mut server = CertificateParams::new(vec![ENDPOINT.to_owned()]).unwrap();
        change(&mut server);
        let server_key = KeyPair::generate().unwrap();
        let certificate = server.signed_by(&server_key, &Issuer::new(authority, key)).unwrap();
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::try_from(server_key.serialize_der()).unwrap())
            .unwrap();
        Self { dir, tls: Arc::new(tls) }
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }
}

fn good() -> Authority {
    Authority::new(|_| {})
}

/// The result of a statement on a server with this certificate, and the log.
fn tried(authority: &Authority, parameters: &str) -> (Result<Vec<u8>, dsql_sink::error::SinkError>, String) {
    let fake = Fake::start_with("127.0.0.1:0".parse().unwrap(), authority.tls.clone(), |peer: Peer| {
        let Some(mut client) = peer.ready() else { return };
        while client.message().is_some_and(|(tag, _)| tag == b'Q') {
            let _ = client.send(b'C', b"SELECT 1\0");
            let _ = client.send(b'Z', b"I");
        }
    });
    let url = format!(
        "jdbc:postgresql://{ENDPOINT}:{}/postgres?hostaddr=127.0.0.1&{parameters}",
        fake.address.port()
    );
    let session = match config_at(url, &[("retry_timeout_ms", "0")]).and_then(Session::open) {
        Ok(session) => session,
        Err(error) => return (Err(error), String::new()),
    };
    let answered = answer(&session, "SELECT 1");
    (answered, String::from_utf8_lossy(&session.notices().unwrap_or_default()).into_owned())
}

#[track_caller]
fn refused(authority: &Authority, parameters: &str, says: &[&str]) {
    let (answered, _) = tried(authority, parameters);
    let error = answered.unwrap_err();
    for part in says {
        assert!(error.message().contains(part), "{part}: {error}");
    }
}

fn root(authority: &Authority) -> String {
    format!("sslrootcert={}", authority.file().display())
}

#[test]
fn each_fault_has_its_own_advice() {
    refused(&good(), &root(&good()), &["authority", "sslrootcert"]);
    let other_host = Authority::new(|server| {
        *server = CertificateParams::new(vec!["other.example.com".to_owned()]).unwrap();
    });
    refused(&other_host, &root(&other_host), &["is for another host", "other.example.com", "hostaddr"]);
    let expired = Authority::new(|server| {
        (server.not_before, server.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
    });
    refused(&expired, &root(&expired), &["has expired", "clock"]);
    let early = Authority::new(|server| {
        (server.not_before, server.not_after) = (date_time_ymd(2090, 1, 1), date_time_ymd(2091, 1, 1));
    });
    refused(&early, &root(&early), &["is not valid yet", "clock"]);
    // The advice for one fault is not given for another.
    let (answered, _) = tried(&expired, &root(&expired));
    assert!(!answered.unwrap_err().message().contains("sslrootcert"));
}

#[test]
fn weaker_modes_keep_their_meaning_and_are_logged() {
    let (trusted, other) = (good(), good());
    let other_host = Authority::new(|server| {
        *server = CertificateParams::new(vec!["other.example.com".to_owned()]).unwrap();
    });
    let (answered, told) = tried(&trusted, &root(&trusted));
    answered.unwrap();
    assert_eq!(told, "", "verify-full is not a weak mode");

    let (answered, told) = tried(&trusted, "sslmode=require");
    answered.unwrap();
    assert!(told.contains("sslmode=require") && told.contains("is not checked"), "{told}");
    // A given authority is checked, as in libpq.
    refused(&trusted, &format!("sslmode=require&{}", root(&other)), &["authority"]);
    for mode in ["require", "verify-ca"] {
        let (answered, told) = tried(&other_host, &format!("sslmode={mode}&{}", root(&other_host)));
        answered.unwrap();
        assert!(told.contains("host name is not checked"), "{told}");
    }
    refused(&trusted, "sslmode=verify-ca", &["option 'url'", "verify-ca", "sslrootcert"]);
    refused(&trusted, "sslmode=require&sslrootcert=system", &["option 'url'", "system", "verify-full"]);
}

#[test]
fn a_wrong_certificate_is_not_retried() {
    let (answered, _) = tried(&good(), &root(&good()));
    let error = answered.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(!error.message().contains("tried"), "{error}");
}
