//! Starts one stand-in per test program and connects to it.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod raw;

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use dsql_local::cli::Options;
use dsql_local::server::Server;
use dsql_local::token;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio_postgres::error::DbError;
use tokio_postgres::{Client, Config, Error};
use tokio_postgres_rustls::MakeRustlsConnect;

pub const ENDPOINT: &str = "abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws";

/// A separate server for a test. If PostgreSQL is missing, the error has the command that fetches it.
pub async fn start() -> Server {
    start_with(Options::default()).await
}

pub async fn start_with(options: Options) -> Server {
    Server::start(&options).await.unwrap_or_else(|e| panic!("cannot start dsql-local: {e:#}"))
}

pub fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

pub fn token(user: &str) -> String {
    let options = Options::default();
    token::mint(&options.principal(), &options.endpoint, &options.region, user == "admin", now(), 900)
}

/// TLS that trusts the stand-in's CA only.
pub fn client_config(ca: &Path) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    config
}

pub fn tls(ca: &Path) -> MakeRustlsConnect {
    MakeRustlsConnect::new(client_config(ca))
}

pub fn config(server: &Server, user: &str) -> Config {
    let mut config = Config::new();
    config
        .host(ENDPOINT)
        .hostaddr(server.listen.ip())
        .port(server.listen.port())
        .user(user)
        .password(token(user))
        .dbname("postgres")
        .ssl_mode(tokio_postgres::config::SslMode::Require);
    config
}

pub async fn try_connect(server: &Server, config: &Config) -> Result<Client, Error> {
    let (client, connection) = config.connect(tls(&server.ca)).await?;
    tokio::spawn(async move { connection.await.ok() });
    Ok(client)
}

pub async fn connect(server: &Server) -> Client {
    try_connect(server, &config(server, "admin")).await.expect("connect as admin")
}

/// Sends one command to the control port.
pub async fn ctl(server: &Server, command: &str) -> serde_json::Value {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    let mut tcp = tokio::net::TcpStream::connect(server.control).await.unwrap();
    tcp.write_all(format!("{command}\n").as_bytes()).await.unwrap();
    let line = BufReader::new(tcp).lines().next_line().await.unwrap().unwrap();
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert!(value.get("error").is_none(), "{command}: {value}");
    value
}

/// SQLSTATE and message of a server error.
pub fn db(error: &Error) -> &DbError {
    error.as_db_error().unwrap_or_else(|| panic!("not a server error: {error:?}"))
}

#[track_caller]
pub fn assert_error<T: std::fmt::Debug>(result: Result<T, Error>, code: &str, message: &str) {
    let error = result.expect_err(message);
    let error = db(&error);
    assert_eq!((error.code().code(), error.message()), (code, message));
}

/// Polls all futures together, so that a pipelining client sends everything before the first answer.
pub async fn join_all<F: std::future::Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut pending: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = pending.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        for (future, slot) in pending.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(cx)
            {
                *slot = Some(output);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().map(|output| output.unwrap()).collect()
}
