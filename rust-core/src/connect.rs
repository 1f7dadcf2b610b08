//! Opening a connection: look up, connect, TLS, token.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::Rng;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{sleep_until, timeout};
use tokio_postgres::config::{SslMode, SslNegotiation};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config as PgConfig};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::auth::Minter;
use crate::border;
use crate::classify::{Failure, Fault};
use crate::config::Config;
use crate::endpoint::Endpoint;
use crate::error::SinkError;
use crate::metrics::Metrics;
use crate::pace;
use crate::prepared::Prepared;
use crate::secret::Secret;
use crate::tls;

/// Idle time after which the kernel asks whether the peer is still there, and the pause between questions.
/// Load balancers forget an idle connection after minutes.
const KEEPALIVE: Duration = Duration::from_secs(20);
/// How long sent bytes may stay unacknowledged: a network that is away for longer is a lost connection.
const USER_TIMEOUT: Duration = Duration::from_secs(30);

/// Part of its age by which a connection may be replaced earlier, so that connections opened together do not end together.
const AGE_SPREAD: f64 = 0.2;

/// Opens connections.
pub struct Connector {
    endpoint: Endpoint,
    role: String,
    age: Duration,
    minter: Minter,
    tls: MakeRustlsConnect,
    metrics: Arc<Metrics>,
}

/// An open connection.
pub struct Connection {
    /// The client's end.
    pub client: Client,
    /// Statements prepared on it.
    pub prepared: Prepared,
    /// When it is to be replaced.
    pub retire_at: Instant,
    _open: OpenGauge,
}

struct OpenGauge(Arc<Metrics>);

impl Drop for OpenGauge {
    fn drop(&mut self) {
        self.0.subtract(border::STAT_CONNECTIONS_OPEN, 1);
    }
}

impl Connection {
    /// True if it is closed or at its end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.client.is_closed() || self.retire_at <= Instant::now()
    }
}

impl Connector {
    /// Prepares TLS and credentials.
    ///
    /// # Errors
    /// Kind `Config` if the trusted certificates cannot be read.
    pub fn new(config: &Config, metrics: Arc<Metrics>) -> Result<Self, SinkError> {
        Ok(Self {
            endpoint: config.endpoint.clone(),
            role: config.role.clone(),
            age: config.connection_age,
            minter: Minter::new(config),
            tls: MakeRustlsConnect::new(tls::client(&config.endpoint)?),
            metrics,
        })
    }

    /// Opens a connection with a fresh token, when it is its turn.
    ///
    /// # Errors
    /// The failure, for [`crate::retry`].
    pub async fn open(&self) -> Result<Connection, Failure> {
        sleep_until(pace::turn(&self.endpoint.host, self.endpoint.port).into()).await;
        let patience = self.endpoint.connect_timeout;
        let late = |fault| {
            let text = format!("no answer within {} s (url parameter connectTimeout)", patience.as_secs());
            Failure::local(fault, text)
        };
        let token = timeout(patience, self.minter.token()).await;
        let token = token.map_err(|_| late(Fault::CredentialsAway))??;
        let connected = timeout(patience, self.connect(&token)).await;
        connected.map_err(|_| late(Fault::Unreachable))?
    }

    async fn connect(&self, token: &Secret) -> Result<Connection, Failure> {
        let mut config = PgConfig::new();
        config
            .host(&self.endpoint.host)
            .user(&self.role)
            .password(token.expose())
            .dbname(&self.endpoint.database)
            .application_name(&self.endpoint.application_name)
            .ssl_mode(SslMode::Require);
        if let Some(options) = &self.endpoint.options {
            config.options(options);
        }
        if self.endpoint.direct_tls {
            config.ssl_negotiation(SslNegotiation::Direct);
        }
        let mut make = self.tls.clone();
        let tls = MakeTlsConnect::<TcpStream>::make_tls_connect(&mut make, &self.endpoint.host)
            .map_err(|error| Failure::local(Fault::UnknownHost, error.to_string()))?;
        let stream = self.reach().await?;
        let (client, connection) =
            config.connect_raw(stream, tls).await.map_err(|error| Failure::connecting(&error))?;
        // Its end, good or bad, is seen by the client's next call. Dropping the client ends it.
        tokio::spawn(connection);
        self.metrics.add(border::STAT_CONNECTIONS_OPENED, 1);
        self.metrics.add(border::STAT_CONNECTIONS_OPEN, 1);
        let spread = self.age.mul_f64(AGE_SPREAD * rand::rng().random::<f64>());
        Ok(Connection {
            client,
            prepared: Prepared::default(),
            retire_at: Instant::now() + self.age - spread,
            _open: OpenGauge(self.metrics.clone()),
        })
    }

    async fn reach(&self) -> Result<TcpStream, Failure> {
        let Endpoint { host, port, address, .. } = &self.endpoint;
        let addresses: Vec<SocketAddr> = match address {
            Some(address) => vec![SocketAddr::new(*address, *port)],
            None => lookup_host((host.as_str(), *port))
                .await
                .map_err(|error| Failure::local(Fault::UnknownHost, error.to_string()))?
                .collect(),
        };
        // Endpoints have addresses of both families; a network may route only one of them.
        let mut last = Failure::local(Fault::UnknownHost, "the name has no address");
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    tune(&stream);
                    return Ok(stream);
                }
                Err(error) => last = Failure::local(Fault::Unreachable, format!("{address}: {error}")),
            }
        }
        Err(last)
    }
}

/// Best effort: a connection without these options still works.
fn tune(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE);
    let _ = socket.set_tcp_keepalive(&keepalive);
    #[cfg(target_os = "linux")]
    let _ = socket.set_tcp_user_timeout(Some(USER_TIMEOUT));
}
