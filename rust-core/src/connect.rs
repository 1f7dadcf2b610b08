//! Opens a connection: lookup, TCP, TLS, token. Each step has a time limit, and a failure names the step.

pub mod auth;
pub mod clock;
pub mod guard;
pub mod pace;
pub mod prepared;
pub mod reach;
pub mod tls;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use rand::Rng;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::{sleep_until, timeout};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config as PgConfig, NoTls};
use tokio_rustls::client::TlsStream;

use crate::abi;
use crate::config::Config;
use crate::config::endpoint::Endpoint;
use crate::connect::auth::TokenSigner;
use crate::connect::guard::{Excess, Guard};
use crate::connect::prepared::Prepared;
use crate::connect::reach::Reach;
use crate::connect::tls::Tls;
use crate::error::SinkError;
use crate::failure::classify::{Failure, Fault};
use crate::failure::wait::{Step, Timeout};
use crate::metrics::Metrics;
use crate::secret::Secret;

/// How long a connection that is no longer needed may take to close. A connection whose statement is never answered
/// would otherwise stay open for ever, because a cancel request has no effect on Aurora DSQL.
const GOODBYE: Duration = Duration::from_secs(1);

/// Part of the maximum age by which a connection may be replaced earlier, so that connections opened together do not
/// end together.
const AGE_SPREAD: f64 = 0.2;

/// Opens connections.
pub struct Connector {
    endpoint: Endpoint,
    role: String,
    age: Duration,
    processes: u32,
    signer: TokenSigner,
    tls: Tls,
    reach: Reach,
    metrics: Arc<Metrics>,
    /// Whether the endpoint has ever accepted a connection.
    proven: AtomicBool,
}

/// An open connection.
pub struct Connection {
    /// The client.
    pub client: Client,
    /// Statements prepared on it.
    pub prepared: Prepared,
    /// When it must be replaced.
    pub retire_at: Instant,
    link: Box<Link>,
}

/// Parts that end with a connection.
struct Link {
    excess: Arc<OnceLock<Excess>>,
    _open: OpenGauge,
    /// Tells its task that the connection was dropped.
    _held: oneshot::Sender<()>,
}

struct OpenGauge(Arc<Metrics>);

impl Drop for OpenGauge {
    fn drop(&mut self) {
        self.0.subtract(abi::STAT_CONNECTIONS_OPEN, 1);
    }
}

impl Connection {
    /// True if it is closed or at its end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.client.is_closed() || self.retire_at <= Instant::now()
    }

    /// Why it broke, if more is known: the client only reports that it broke.
    #[must_use]
    pub fn explain(&self, failure: Failure) -> Failure {
        exceeding(&self.link.excess, failure)
    }
}

/// The failure, or its cause if the server sent too much.
fn exceeding(excess: &OnceLock<Excess>, failure: Failure) -> Failure {
    match excess.get() {
        Some(excess) if failure.sqlstate.is_none() => {
            Failure { fault: Fault::Excess, text: excess.to_string(), ..failure }
        }
        _ => failure,
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
            processes: config.processes,
            signer: TokenSigner::new(config)?,
            tls: Tls::new(&config.endpoint)?,
            reach: Reach::default(),
            metrics,
            proven: AtomicBool::new(false),
        })
    }

    /// True if the endpoint has ever accepted a connection.
    #[must_use]
    pub fn proven(&self) -> bool {
        self.proven.load(Ordering::Relaxed)
    }

    /// Opens a connection with a new token, when the pace allows it.
    ///
    /// # Errors
    /// The failure, for [`crate::failure::retry`].
    pub async fn open(&self, timeout: Timeout) -> Result<Connection, Failure> {
        let Endpoint { host, port, .. } = &self.endpoint;
        sleep_until(pace::turn(host, *port, self.processes).into()).await;
        let connecting = timeout.connecting(self.endpoint.connect_timeout);
        let token = connecting.wait(Step::Credentials, self.signer.token()).await??;
        // The time for the credentials does not count towards the connection's time.
        let connecting = timeout.connecting(self.endpoint.connect_timeout);
        let connected = self.connect(&token, connecting).await;
        match &connected {
            Ok(_) => pace::taken(host, *port),
            Err(failure) if failure.fault == Fault::Throttled => pace::refused(host, *port, self.processes),
            Err(_) => {}
        }
        let connection = connected.map_err(|failure| self.doubt(failure))?;
        self.proven.store(true, Ordering::Relaxed);
        Ok(connection)
    }

    /// The server says that a new token has expired: checks the credentials again, and compares the clocks.
    fn doubt(&self, failure: Failure) -> Failure {
        if failure.fault != Fault::TokenExpired {
            return failure;
        }
        self.signer.doubt();
        let told = clock::told(&failure.hint, SystemTime::now());
        Failure { text: format!("{told}: {}", failure.text), ..failure }
    }

    async fn connect(&self, token: &Secret, timeout: Timeout) -> Result<Connection, Failure> {
        let stream = self.reach.connect(&self.endpoint, timeout).await?;
        let address = stream.peer_addr().map(|address| address.ip());
        let introduced = async {
            let stream = timeout.wait(Step::Handshake, self.tls.handshake(stream)).await??;
            timeout.wait(Step::Authentication, self.authenticate(stream, token)).await?
        };
        let introduced = introduced.await;
        match (&introduced, address) {
            (Ok(_), Ok(address)) => self.reach.worked(address),
            (Err(failure), Ok(address)) if failure.fault == Fault::Lost => self.reach.failed(address),
            _ => {}
        }
        let (client, excess, held) = introduced?;
        self.metrics.add(abi::STAT_CONNECTIONS_OPENED, 1);
        self.metrics.add(abi::STAT_CONNECTIONS_OPEN, 1);
        let spread = self.age.mul_f64(AGE_SPREAD * rand::rng().random::<f64>());
        Ok(Connection {
            client,
            prepared: Prepared::default(),
            retire_at: Instant::now() + self.age - spread,
            link: Box::new(Link { excess, _open: OpenGauge(self.metrics.clone()), _held: held }),
        })
    }

    async fn authenticate(
        &self,
        stream: TlsStream<TcpStream>,
        token: &Secret,
    ) -> Result<(Client, Arc<OnceLock<Excess>>, oneshot::Sender<()>), Failure> {
        let mut config = PgConfig::new();
        config
            .host(&self.endpoint.host)
            .user(&self.role)
            .password(token.expose())
            .dbname(&self.endpoint.database)
            .application_name(&self.endpoint.application_name)
            // It already exists.
            .ssl_mode(SslMode::Disable);
        if let Some(options) = &self.endpoint.options {
            config.options(options);
        }
        let stream = Guard::new(stream);
        let excess = stream.found();
        let (client, mut connection) = config
            .connect_raw(stream, NoTls)
            .await
            .map_err(|error| exceeding(&excess, Failure::executing(&error).not_committed()))?;
        let (held, dropped) = oneshot::channel::<()>();
        // The client's next call reports its end, with or without an error.
        tokio::spawn(async move {
            tokio::select! {
                _ = &mut connection => {}
                _ = dropped => drop(timeout(GOODBYE, connection).await),
            }
        });
        Ok((client, excess, held))
    }
}
