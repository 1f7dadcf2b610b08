//! The port that Prometheus scrapes. All sinks of the process that name the same port share it, while any of them is
//! open.
//!
//! The library has no runtime that outlives its sinks, so one of the sinks serves the port. When that sink closes,
//! another one takes over the same listening socket.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use once_cell::sync::Lazy;
use parking_lot::Mutex;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::{Mutex as Turn, Semaphore};
use tokio::time::{sleep, timeout};

use crate::metrics::exposition::{self, Source};

/// Requests at a time: each takes memory for the text of all tables.
const REQUESTS: usize = 4;
/// How long a request may take with its answer. It is the only one of its connection.
const REQUEST: Duration = Duration::from_secs(10);
/// Pause after the system refused a connection, as it does while it has no file descriptors.
const REFUSED: Duration = Duration::from_millis(200);
/// How long to wait for a port that is in use: longer than closing a sink takes.
const PORT_TIMEOUT: Duration = Duration::from_secs(1);
/// The form of the text.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

static PORTS: Lazy<Mutex<HashMap<SocketAddr, Weak<Port>>>> = Lazy::new(Mutex::default);

struct Port {
    listener: TcpListener,
    sources: Mutex<Vec<Arc<Source>>>,
    /// The sink that serves the port now.
    turn: Turn<()>,
    requests: Arc<Semaphore>,
}

/// A sink's counters at a port. Dropping it removes them.
pub struct Exposed {
    port: Arc<Port>,
    source: Arc<Source>,
}

impl Exposed {
    /// Exposes a sink's counters at an address; `runtime` serves it when no other sink does.
    ///
    /// # Errors
    /// The system's error, if the port cannot be opened.
    pub fn open(address: SocketAddr, source: Source, runtime: &Handle) -> io::Result<Self> {
        let mut ports = PORTS.lock();
        ports.retain(|_, port| port.strong_count() > 0);
        let port = match ports.get(&address).and_then(Weak::upgrade) {
            Some(port) => port,
            None => {
                let listener = bind(address)?;
                listener.set_nonblocking(true)?;
                let port = Arc::new(Port {
                    listener,
                    sources: Mutex::default(),
                    turn: Turn::default(),
                    requests: Arc::new(Semaphore::new(REQUESTS)),
                });
                ports.insert(address, Arc::downgrade(&port));
                port
            }
        };
        let source = Arc::new(source);
        port.sources.lock().push(source.clone());
        runtime.spawn(serve(port.clone()));
        Ok(Self { port, source })
    }
}

impl Drop for Exposed {
    fn drop(&mut self) {
        self.port.sources.lock().retain(|source| !Arc::ptr_eq(source, &self.source));
    }
}

/// A sink of this process that has just closed releases the port within moments.
fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let deadline = Instant::now() + PORT_TIMEOUT;
    loop {
        match TcpListener::bind(address) {
            Err(error) if error.kind() == ErrorKind::AddrInUse && Instant::now() < deadline => {
                std::thread::sleep(REFUSED);
            }
            bound => return bound,
        }
    }
}

/// The log line for a port that cannot be opened.
#[must_use]
pub fn refused(address: SocketAddr, error: &io::Error) -> String {
    format!(
        "option 'metrics_port': {address} cannot be listened on ({error}), so this task shows no metrics to Prometheus; \
         the job goes on. Where several workers run on one machine, or another program has the port, set another port; \
         option 'metrics_host' has to be an address of this machine"
    )
}

async fn serve(port: Arc<Port>) {
    let _turn = port.turn.lock().await;
    let listener = port.listener.try_clone().and_then(tokio::net::TcpListener::from_std);
    let Ok(listener) = listener else { return };
    loop {
        let Ok(permit) = port.requests.clone().acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            sleep(REFUSED).await;
            continue;
        };
        let port = port.clone();
        tokio::spawn(async move {
            drop(timeout(REQUEST, answer(&port, stream)).await);
            drop(permit);
        });
    }
}

/// A client that disconnects early is not a failure.
async fn answer(port: &Port, stream: TcpStream) {
    let respond = |request: Request<Incoming>| {
        let response = if request.uri().path() == "/metrics" { port.text() } else { not_found() };
        async move { Ok::<_, Infallible>(response) }
    };
    let connection =
        http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), service_fn(respond));
    drop(connection.await);
}

impl Port {
    fn text(&self) -> Response<Full<Bytes>> {
        let sources = self.sources.lock().clone();
        match exposition::text(sources) {
            Ok(text) => {
                let mut response = Response::new(Full::from(text));
                let form = hyper::header::HeaderValue::from_static(OPEN_METRICS);
                response.headers_mut().insert(CONTENT_TYPE, form);
                response
            }
            Err(_) => with_status(StatusCode::INTERNAL_SERVER_ERROR, "the metrics cannot be written\n"),
        }
    }
}

fn not_found() -> Response<Full<Bytes>> {
    with_status(StatusCode::NOT_FOUND, "metrics are at /metrics\n")
}

fn with_status(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response
}
