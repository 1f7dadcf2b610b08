//! A client at the level of protocol messages: it sees command tags, and can send messages that a normal
//! driver would not.

use std::time::Duration;

use bytes::{BufMut, BytesMut};
use dsql_local::server::Server;
use dsql_local::wire::{Frame, FrameReader, cstr, error_field, message, take_cstr};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{ENDPOINT, client_config, token};

/// One answer to one statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    pub tag: Option<String>,
    pub columns: Vec<String>,
    /// The oids of the columns' types.
    pub types: Vec<u32>,
    pub rows: Vec<Vec<Option<String>>>,
    pub error: Option<SqlError>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlError {
    pub severity: String,
    pub code: String,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
}

/// TLS to the stand-in, or plain TCP to PostgreSQL itself.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

pub struct Raw {
    stream: FrameReader<Box<dyn Stream>>,
    /// Status of the last ReadyForQuery.
    pub status: u8,
    /// Names in statements, and the names that are sent instead; they are replaced back in answers.
    pub renamed: Vec<(String, String)>,
}

/// Connects with any SNI, user, password and startup parameters. The error is the server's, or `None` if it
/// closed the connection without one.
pub async fn open(
    server: &Server,
    sni: ServerName<'static>,
    user: &str,
    password: &str,
    extra: &[(&str, &str)],
) -> Result<Raw, Option<SqlError>> {
    let mut config = client_config(&server.ca);
    config.enable_sni = matches!(sni, ServerName::DnsName(_));
    // Other tests check certificates; this client needs the server's own answer.
    config.dangerous().set_certificate_verifier(std::sync::Arc::new(AcceptAny));
    let tcp = TcpStream::connect(server.listen).await.map_err(|_| None)?;
    let connector = TlsConnector::from(std::sync::Arc::new(config));
    let stream = connector.connect(sni, tcp).await.map_err(|_| None)?;
    login(Box::new(stream), user, password, extra).await
}

/// Connects over a stream that is encrypted already.
pub async fn login(
    stream: Box<dyn Stream>,
    user: &str,
    password: &str,
    extra: &[(&str, &str)],
) -> Result<Raw, Option<SqlError>> {
    let mut raw = Raw::start(stream, user, extra).await;
    let Some(first) = raw.read().await else { return Err(None) };
    if first.tag() == b'E' {
        return Err(Some(sql_error(&first)));
    }
    let mut out = BytesMut::new();
    message(&mut out, b'p', |out| cstr(out, password));
    raw.write(&out).await;
    let answer = raw.until_ready().await.ok_or(None)?;
    match answer.into_iter().find_map(|a| a.error) {
        Some(error) => Err(Some(error)),
        None => Ok(raw),
    }
}

/// A connection to PostgreSQL itself, as the role admin and without any rule.
pub async fn direct(server: &Server) -> Raw {
    let tcp = TcpStream::connect(server.postgres).await.unwrap();
    let mut raw = Raw::start(Box::new(tcp), "admin", &[]).await;
    raw.until_ready().await.unwrap();
    raw
}

/// A server that behaves like Aurora DSQL: the stand-in, or a cluster.
pub trait Place: Sync {
    fn session(&self) -> impl Future<Output = Raw> + Send;
}

impl Place for Server {
    async fn session(&self) -> Raw {
        let name = ServerName::try_from(ENDPOINT).unwrap();
        open(self, name, "admin", &token("admin"), &[]).await.unwrap_or_else(|e| panic!("{e:?}"))
    }
}

pub async fn connect(place: &impl Place) -> Raw {
    place.session().await
}

impl Raw {
    /// A connection that is closed: every answer is empty.
    pub fn gone() -> Raw {
        let (near, _) = tokio::io::duplex(1);
        Raw { stream: FrameReader::new(Box::new(near), 0), status: 0, renamed: Vec::new() }
    }

    async fn start(stream: Box<dyn Stream>, user: &str, extra: &[(&str, &str)]) -> Raw {
        let mut raw = Raw { stream: FrameReader::new(stream, 1 << 30), status: 0, renamed: Vec::new() };
        let mut packet = BytesMut::new();
        packet.put_u32(0);
        packet.put_u32(0x0003_0000);
        for (name, value) in [("user", user), ("database", "postgres")].iter().chain(extra) {
            cstr(&mut packet, name);
            cstr(&mut packet, value);
        }
        packet.put_u8(0);
        let length = u32::try_from(packet.len()).unwrap();
        packet[..4].copy_from_slice(&length.to_be_bytes());
        raw.write(&packet).await;
        raw
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).await.ok();
        self.stream.get_mut().flush().await.ok();
    }

    pub async fn read(&mut self) -> Option<Frame> {
        // No answer is this slow; without the limit a test would hang without a message.
        let frame = tokio::time::timeout(Duration::from_secs(60), self.stream.read_frame()).await;
        frame.expect("an answer within 60 s").ok().flatten()
    }

    /// The answers up to ReadyForQuery; `None` when the connection ended. Sends Terminate and waits for the
    /// end of the connection; an end without TLS's close_notify is an error.
    pub async fn end(mut self) -> std::io::Result<()> {
        let mut out = BytesMut::new();
        message(&mut out, b'X', |_| {});
        self.write(&out).await;
        while self.stream.fill().await? > 0 {}
        Ok(())
    }

    pub async fn until_ready(&mut self) -> Option<Vec<Answer>> {
        let mut answers = Vec::new();
        let mut current = Answer::default();
        loop {
            let Some(frame) = self.read().await else {
                current.error.as_ref()?;
                answers.push(current);
                return Some(answers);
            };
            let mut body = frame.body();
            match frame.tag() {
                b'T' => (current.columns, current.types) = columns(body).into_iter().unzip(),
                b'D' => {
                    let shown = |text: Option<String>| text.map(|text| self.shown(text));
                    current.rows.push(row(body).into_iter().map(shown).collect());
                }
                b'C' => {
                    current.tag = take_cstr(&mut body).map(str::to_owned);
                    answers.push(std::mem::take(&mut current));
                }
                b'I' => answers.push(std::mem::take(&mut current)),
                b'E' => {
                    let error = sql_error(&frame);
                    current.error = Some(SqlError { message: self.shown(error.message), ..error });
                    if current.error.as_ref().is_some_and(|e| e.severity != "FATAL") {
                        answers.push(std::mem::take(&mut current));
                    }
                }
                b'Z' => {
                    self.status = body[0];
                    return Some(answers);
                }
                _ => {}
            }
        }
    }

    pub async fn simple(&mut self, sql: &str) -> Vec<Answer> {
        let mut out = BytesMut::new();
        let sql = self.sent(sql);
        message(&mut out, b'Q', |out| cstr(out, &sql));
        self.write(&out).await;
        self.until_ready().await.unwrap_or_default()
    }

    fn sent(&self, sql: &str) -> String {
        self.renamed.iter().fold(sql.to_owned(), |sql, (name, own)| sql.replace(name, own))
    }

    fn shown(&self, text: String) -> String {
        self.renamed.iter().fold(text, |text, (name, own)| text.replace(own, name))
    }

    /// Parse, Bind with text values, Describe, Execute, Sync.
    pub async fn extended(&mut self, sql: &str, values: &[&[u8]]) -> Answer {
        let mut out = BytesMut::new();
        encode_extended(&mut out, &self.sent(sql), values);
        message(&mut out, b'S', |_| {});
        self.write(&out).await;
        // An error at Sync comes after the completion of the statement, and is the result.
        let answers = self.until_ready().await.unwrap_or_default();
        let failed = answers.iter().position(|a| a.error.is_some()).unwrap_or(0);
        answers.into_iter().nth(failed).unwrap_or_default()
    }
}

/// Everything except Sync.
pub fn encode_extended(out: &mut BytesMut, sql: &str, values: &[&[u8]]) {
    message(out, b'P', |out| {
        cstr(out, "");
        cstr(out, sql);
        out.put_u16(0);
    });
    message(out, b'B', |out| {
        cstr(out, "");
        cstr(out, "");
        out.put_u16(0);
        out.put_u16(u16::try_from(values.len()).unwrap());
        for value in values {
            out.put_i32(i32::try_from(value.len()).unwrap());
            out.put_slice(value);
        }
        out.put_u16(0);
    });
    message(out, b'D', |out| {
        out.put_u8(b'P');
        cstr(out, "");
    });
    message(out, b'E', |out| {
        cstr(out, "");
        out.put_u32(0);
    });
}

fn sql_error(frame: &Frame) -> SqlError {
    let field = |f| error_field(frame.body(), f).map(str::to_owned);
    SqlError {
        severity: field(b'S').unwrap(),
        code: field(b'C').unwrap(),
        // PostgreSQL may cut a quoted text in the middle of a character.
        message: field(b'M').unwrap_or_default(),
        detail: field(b'D'),
        hint: field(b'H'),
    }
}

fn columns(mut body: &[u8]) -> Vec<(String, u32)> {
    let count = u16::from_be_bytes([body[0], body[1]]);
    body = &body[2..];
    (0..count)
        .map(|_| {
            let name = take_cstr(&mut body).unwrap().to_owned();
            let oid = u32::from_be_bytes(body[6..10].try_into().unwrap());
            body = &body[18..];
            (name, oid)
        })
        .collect()
}

fn row(mut body: &[u8]) -> Vec<Option<String>> {
    let count = u16::from_be_bytes([body[0], body[1]]);
    body = &body[2..];
    (0..count)
        .map(|_| {
            let length = i32::from_be_bytes(body[..4].try_into().unwrap());
            body = &body[4..];
            let length = usize::try_from(length).ok()?;
            let text = String::from_utf8_lossy(&body[..length]).into_owned();
            body = &body[length..];
            Some(text)
        })
        .collect()
}

#[derive(Debug)]
struct AcceptAny;

impl rustls::client::danger::ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _: &rustls_pki_types::CertificateDer<'_>,
        _: &[rustls_pki_types::CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: rustls_pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &rustls_pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &rustls_pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
