//! From the first byte of a connection to an authenticated session: TLS by SSLRequest or at once,
//! SNI, the startup packet, the token, and the connection to PostgreSQL. Refusals are answered as
//! Aurora DSQL does.
//!
//! Not recorded, and chosen here: the SQLSTATE for a missing SNI and for a database other than
//! `postgres`; the answer to a startup without TLS (a real endpoint may just close the connection).

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bytes::{BufMut, Bytes, BytesMut};
use rustls::ServerConfig;
use rustls::server::Acceptor;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use crate::cluster::{Cluster, count};
use crate::cost;
use crate::faults::Connects;
use crate::settings;
use crate::tls::ALPN;
use crate::token;
use crate::wire::{FrameReader, SqlError, cstr, message, take_cstr};

const PROTOCOL_3_0: u32 = 0x0003_0000;
const CANCEL_REQUEST: u32 = 80_877_102;
const SSL_REQUEST: u32 = 80_877_103;
const GSS_REQUEST: u32 = 80_877_104;
/// First byte of a TLS handshake record.
const TLS_HANDSHAKE: u8 = 0x16;
/// Longest frontend message; a longer one makes the server close the connection without an answer (recorded).
pub const MESSAGE_LIMIT: usize = 10 * 1024 * 1024;
/// Longest message from PostgreSQL; its own limit is 1 GiB.
const BACKEND_LIMIT: usize = 1 << 30;

/// An authenticated client and its own connection to PostgreSQL.
#[derive(Debug)]
pub struct Connected {
    /// Role that the client connected as.
    pub user: String,
    /// The client.
    pub client: FrameReader<TlsStream<TcpStream>>,
    /// Reads from PostgreSQL; its answer to the startup packet has not been read yet.
    pub backend_reader: FrameReader<tokio::net::tcp::OwnedReadHalf>,
    /// Writes to PostgreSQL.
    pub backend_writer: tokio::net::tcp::OwnedWriteHalf,
}

/// Handles the startup of a connection. `None`: it was a cancel request, or the client was refused and got an error.
pub async fn accept(
    cluster: &Cluster,
    tls: Arc<ServerConfig>,
    mut tcp: TcpStream,
) -> Result<Option<Connected>> {
    let since = Instant::now();
    tcp.set_nodelay(true)?;
    let connects = match cluster.faults.on_connect() {
        Connects::Accept => cluster.admission.admit(cluster.open()),
        ordered => ordered,
    };
    match connects {
        Connects::Refuse => return Ok(None),
        Connects::Hang => {
            // Ends when the client closes the connection.
            while tcp.read(&mut [0; 1024]).await? > 0 {}
            return Ok(None);
        }
        _ => {}
    }
    let mut first = [0u8; 1];
    if tcp.peek(&mut first).await? == 0 {
        return Ok(None);
    }
    let direct = first[0] == TLS_HANDSHAKE;
    if !direct {
        match plain_request(&mut tcp).await? {
            Plain::Tls => {}
            // Recorded: a cancel request has no effect. As in PostgreSQL, the answer is the end of
            // the connection.
            Plain::Cancel => return Ok(None),
            Plain::Startup => {
                let error = SqlError::fatal("08006", "unable to accept connection, SSL is required");
                return refuse(cluster, &mut tcp, &error).await;
            }
            Plain::End => return Ok(None),
        }
    }

    let handshake = LazyConfigAcceptor::new(Acceptor::default(), tcp).await.context("TLS")?;
    let sni = handshake.client_hello().server_name().map(str::to_owned);
    let mut stream = handshake.into_stream(tls).await.context("TLS")?;
    if direct && stream.get_ref().1.alpn_protocol() != Some(ALPN) {
        bail!("direct TLS without ALPN postgresql");
    }
    let Some(sni) = sni else {
        let error = SqlError::fatal("08006", "unable to accept connection, sni was not received");
        // The client speaks first; it would not understand an answer before its startup packet.
        read_startup(&mut stream).await?;
        return refuse(cluster, &mut stream, &error).await;
    };
    let Some((code, packet)) = read_startup(&mut stream).await? else { return Ok(None) };
    if let Some(error) = connects.answer() {
        return refuse(cluster, &mut stream, &error).await;
    }
    if code == CANCEL_REQUEST {
        stream.shutdown().await?;
        return Ok(None);
    }
    if code >> 16 != 3 {
        let error = SqlError::fatal(
            "0A000",
            format!("unsupported frontend protocol {}.{}", code >> 16, code & 0xffff),
        );
        return refuse(cluster, &mut stream, &error).await;
    }
    let parameters = parameters(&packet).context("malformed startup packet")?;
    let named = value(&parameters, "options").and_then(settings::cluster_id);
    if sni != cluster.endpoint && named != cluster.endpoint.split('.').next() {
        // The real service routes by SNI, or by the cluster's name behind PrivateLink, and refuses
        // an unknown name. Its answer is not recorded.
        bail!("SNI {sni} is not the endpoint");
    }
    let user = value(&parameters, "user").unwrap_or_default().to_owned();

    let password = match ask_password(&mut stream).await? {
        Some(password) => password,
        None => return Ok(None),
    };
    let check = token::Check {
        host: &cluster.endpoint,
        region: &cluster.region,
        user: &user,
        now: cluster.now(),
        principals: &cluster.principals,
    };
    let admitted = match token::check(&password, &check) {
        Ok(principal) => admit(&parameters).and(mapped(cluster, &user, &principal.arn).await?),
        Err(error) => Err(error),
    };
    if let Err(error) = admitted {
        return refuse(cluster, &mut stream, &error).await;
    }

    let costs = cluster.costs();
    let time = costs.jittered(Duration::from_micros(costs.connect), cost::roll());
    tokio::time::sleep(time.saturating_sub(since.elapsed())).await;
    let backend = TcpStream::connect(cluster.backend).await.context("connect to PostgreSQL")?;
    backend.set_nodelay(true)?;
    let (backend_reader, mut backend_writer) = backend.into_split();
    backend_writer.write_all(&backend_startup(&user, &parameters)).await?;
    count(&cluster.stats.connected);
    Ok(Some(Connected {
        user,
        client: FrameReader::new(stream, MESSAGE_LIMIT),
        backend_reader: FrameReader::new(backend_reader, BACKEND_LIMIT),
        backend_writer,
    }))
}

/// The request of a connection that does not start with TLS.
enum Plain {
    Tls,
    Cancel,
    Startup,
    End,
}

async fn plain_request(tcp: &mut TcpStream) -> Result<Plain> {
    loop {
        // Read exactly one packet: the bytes after SSLRequest belong to TLS.
        let Some((code, _)) = read_startup(tcp).await? else { return Ok(Plain::End) };
        match code {
            SSL_REQUEST => {
                tcp.write_all(b"S").await?;
                return Ok(Plain::Tls);
            }
            GSS_REQUEST => tcp.write_all(b"N").await?,
            CANCEL_REQUEST => return Ok(Plain::Cancel),
            _ => return Ok(Plain::Startup),
        }
    }
}

/// One packet without type byte: its code and the rest.
async fn read_startup<S: AsyncReadExt + Unpin>(stream: &mut S) -> io::Result<Option<(u32, Bytes)>> {
    let mut head = [0u8; 8];
    match stream.read_exact(&mut head).await {
        Ok(_) => {}
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(e) => return Err(e),
    }
    let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
    let code = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
    // PostgreSQL's own limit for startup packets (MAX_STARTUP_PACKET_LENGTH).
    if !(8..=10_000).contains(&length) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "invalid length of startup packet"));
    }
    let mut rest = vec![0; usize::try_from(length - 8).unwrap_or(0)];
    stream.read_exact(&mut rest).await?;
    Ok(Some((code, Bytes::from(rest))))
}

fn parameters(mut packet: &[u8]) -> Option<Vec<(String, String)>> {
    let mut out = Vec::new();
    loop {
        let name = take_cstr(&mut packet)?;
        if name.is_empty() {
            return Some(out);
        }
        out.push((name.to_owned(), take_cstr(&mut packet)?.to_owned()));
    }
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

/// Every role except `admin` needs a mapping from the caller's identity. The HINT is not recorded.
async fn mapped(cluster: &Cluster, user: &str, arn: &str) -> Result<Result<(), SqlError>> {
    let query = "SELECT 1 FROM sys.iam_pg_role_mappings WHERE pg_role_name = $1 AND arn = $2";
    if user == "admin" || cluster.admin().await.query_opt(query, &[&user, &arn]).await?.is_some() {
        return Ok(Ok(()));
    }
    Ok(Err(token::denied(format!("IAM authentication failed for user \"{user}\""))))
}

/// Checks the database and the startup settings as Aurora DSQL does.
fn admit(parameters: &[(String, String)]) -> Result<(), SqlError> {
    let database = value(parameters, "database").or(value(parameters, "user")).unwrap_or_default();
    if database != "postgres" {
        return Err(SqlError::fatal("3D000", format!("database \"{database}\" does not exist")));
    }
    for (name, text) in parameters {
        match name.as_str() {
            "user" | "database" => {}
            "options" => settings::check_options(text)?,
            name if name.starts_with("_pq_.") => {}
            name => settings::check(name).map_err(|e| SqlError { severity: "FATAL", ..e })?,
        }
    }
    Ok(())
}

/// AuthenticationCleartextPassword, then the client's PasswordMessage.
async fn ask_password(stream: &mut TlsStream<TcpStream>) -> Result<Option<String>> {
    let mut request = BytesMut::new();
    message(&mut request, b'R', |out| out.put_u32(3));
    stream.write_all(&request).await?;
    let mut reader = FrameReader::new(&mut *stream, 64 * 1024);
    let Some(frame) = reader.read_frame().await? else { return Ok(None) };
    if frame.tag() != b'p' {
        bail!("expected a password message");
    }
    let mut body = frame.body();
    Ok(Some(take_cstr(&mut body).context("malformed password message")?.to_owned()))
}

/// The startup packet for PostgreSQL: the client's own settings plus those that make it behave like Aurora DSQL.
fn backend_startup(user: &str, parameters: &[(String, String)]) -> BytesMut {
    let mut out = BytesMut::new();
    out.put_u32(0);
    out.put_u32(PROTOCOL_3_0);
    let mut put = |name: &str, text: &str| {
        cstr(&mut out, name);
        cstr(&mut out, text);
    };
    put("user", user);
    put("database", "postgres");
    for (name, text) in parameters {
        match name.as_str() {
            "user" | "database" => {}
            "options" => put(name, &settings::without_cluster_id(text)),
            // PostgreSQL does not have this one; it changes nothing here.
            "disable_sync_create_index" => {}
            name if name.starts_with("_pq_.") => {}
            name => put(name, text),
        }
    }
    for (name, text) in settings::BACKEND {
        put(name, text);
    }
    out.put_u8(0);
    let length = u32::try_from(out.len()).unwrap_or(u32::MAX);
    out[..4].copy_from_slice(&length.to_be_bytes());
    out
}

async fn refuse<S: AsyncWriteExt + Unpin>(
    cluster: &Cluster,
    stream: &mut S,
    error: &SqlError,
) -> Result<Option<Connected>> {
    cluster.stats.refused.fetch_add(1, Ordering::Relaxed);
    let mut out = BytesMut::new();
    error.encode(&mut out);
    stream.write_all(&out).await?;
    stream.shutdown().await?;
    Ok(None)
}
