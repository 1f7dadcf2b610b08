//! A server that follows TLS and PostgreSQL's protocol only as far as its script does.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use dsql_sink::config::Config;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

use crate::common::config_at;

/// The endpoint that certificates are for.
pub const ENDPOINT: &str = "abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws";

/// A server; each connection runs the script in a thread of its own.
pub struct Fake {
    pub address: SocketAddr,
    ca: PathBuf,
    _dir: Option<TempDir>,
}

impl Fake {
    pub fn start(script: impl Fn(Peer) + Send + Sync + 'static) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), script)
    }

    pub fn start_at(address: SocketAddr, script: impl Fn(Peer) + Send + Sync + 'static) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (ca, tls) = dsql_local::tls::prepare(dir.path(), ENDPOINT).unwrap();
        Self { ca, _dir: Some(dir), ..Self::start_with(address, tls, script) }
    }

    /// Starts with another certificate, whose authority is not in the url.
    pub fn start_with(
        address: SocketAddr,
        tls: Arc<ServerConfig>,
        script: impl Fn(Peer) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let script = Arc::new(script);
        thread::spawn(move || {
            for tcp in listener.incoming() {
                let (script, peer) = (script.clone(), Peer { tcp: tcp.unwrap(), tls: tls.clone() });
                thread::spawn(move || script(peer));
            }
        });
        Self { address, ca: PathBuf::new(), _dir: None }
    }

    pub fn url(&self) -> String {
        let (ip, port, ca) = (self.address.ip(), self.address.port(), self.ca.display());
        format!(
            "jdbc:postgresql://{ENDPOINT}:{port}/postgres?hostaddr={ip}&sslrootcert={ca}&connectTimeout=1"
        )
    }

    /// Options with short limits.
    pub fn config(&self, changes: &[(&str, &str)]) -> Config {
        let short = [("retry_timeout_ms", "1000"), ("socket_timeout_ms", "1000")];
        config_at(self.url(), &[&short, changes].concat()).unwrap()
    }
}

/// A client before TLS.
pub struct Peer {
    pub tcp: TcpStream,
    tls: Arc<ServerConfig>,
}

impl Peer {
    /// Sends nothing until the client disconnects.
    pub fn be_silent(mut self) {
        silent(&mut self.tcp);
    }

    /// Answers the request for TLS.
    pub fn agree(&mut self) -> Option<()> {
        let mut request = [0; 8];
        self.tcp.read_exact(&mut request).ok()?;
        self.tcp.write_all(b"S").ok()
    }

    /// Runs up to the end of the handshake; `None` if the client has disconnected.
    pub fn secure(mut self) -> Option<Secure> {
        self.agree()?;
        let connection = ServerConnection::new(self.tls).unwrap();
        let mut stream = StreamOwned::new(connection, self.tcp);
        stream.conn.complete_io(&mut stream.sock).ok()?;
        Some(Secure { stream })
    }

    /// Runs up to a connection that is ready for statements.
    pub fn ready(self) -> Option<Secure> {
        let mut client = self.secure()?;
        client.startup()?;
        client.ask_password()?;
        client.welcome()?;
        Some(client)
    }
}

/// A client after the TLS handshake. A failed read or write means that the client has disconnected.
pub struct Secure {
    stream: StreamOwned<ServerConnection, TcpStream>,
}

impl Secure {
    pub fn be_silent(mut self) {
        silent(&mut self.stream);
    }

    /// Reads the startup packet.
    pub fn startup(&mut self) -> Option<Vec<u8>> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length).ok()?;
        self.rest(length)
    }

    /// Requests the token and reads it.
    pub fn ask_password(&mut self) -> Option<Vec<u8>> {
        self.send(b'R', &3i32.to_be_bytes())?;
        Some(self.message()?.1)
    }

    /// Sends the end of authentication.
    pub fn welcome(&mut self) -> Option<()> {
        self.send(b'R', &0i32.to_be_bytes())?;
        self.send(b'K', &[0; 8])?;
        self.send(b'Z', b"I")
    }

    /// Reads one message: its type and its body.
    pub fn message(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut head = [0; 5];
        self.stream.read_exact(&mut head).ok()?;
        Some((head[0], self.rest([head[1], head[2], head[3], head[4]])?))
    }

    fn rest(&mut self, length: [u8; 4]) -> Option<Vec<u8>> {
        let mut body = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap() - 4];
        self.stream.read_exact(&mut body).ok()?;
        Some(body)
    }

    pub fn send(&mut self, tag: u8, body: &[u8]) -> Option<()> {
        self.write(&message(tag, body))
    }

    pub fn write(&mut self, bytes: &[u8]) -> Option<()> {
        self.stream.write_all(bytes).and_then(|()| self.stream.flush()).ok()
    }
}

/// A message of the protocol.
pub fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[tag][..], &length.to_be_bytes(), body].concat()
}

fn silent(stream: &mut impl Read) {
    while stream.read(&mut [0; 1024]).is_ok_and(|read| read > 0) {}
}
