//! Starts everything, accepts connections, stops everything.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Context, Result};
use rustls::ServerConfig;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::cli::Options;
use crate::cluster::Cluster;
use crate::postgres::{self, Postgres};
use crate::{bootstrap, control, jobs, session, startup, tls};

/// A running stand-in.
pub struct Server {
    /// Where clients connect.
    pub listen: SocketAddr,
    /// Where the control port listens.
    pub control: SocketAddr,
    /// Where PostgreSQL itself listens, for reading it without the stand-in.
    pub postgres: SocketAddr,
    /// The CA certificate that clients must trust.
    pub ca: PathBuf,
    /// The state directory.
    pub dir: PathBuf,
    /// The emulated cluster.
    pub cluster: Arc<Cluster>,
    embedded: Option<Postgres>,
    tasks: JoinSet<()>,
    // Removed on drop, after PostgreSQL has stopped.
    _temp: Option<TempDir>,
}

impl Server {
    /// Starts PostgreSQL (unless given), the listener and the control port.
    pub async fn start(options: &Options) -> Result<Server> {
        let (dir, temp) = state_dir(options)?;
        let (ca, tls) = tls::prepare(&dir, &options.endpoint)?;
        let (embedded, backend) = match options.backend {
            Some(address) => (None, address),
            None => {
                let embedded = Postgres::start(&dir, options.postgres_home.as_deref()).await?;
                let address = embedded.address;
                (Some(embedded), address)
            }
        };
        let admin =
            postgres::connect(backend, "postgres").await.context("connect to PostgreSQL as postgres")?;
        bootstrap::run(&admin, embedded.is_some(), options.job_memory)
            .await
            .context("prepare the database")?;

        let cluster = Arc::new(Cluster::new(options, backend, admin));
        let listener = TcpListener::bind(options.listen)
            .await
            .with_context(|| format!("listen on {}", options.listen))?;
        let controller = TcpListener::bind(options.control)
            .await
            .with_context(|| format!("listen on {}", options.control))?;
        let (listen, control) = (listener.local_addr()?, controller.local_addr()?);
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, Arc::clone(&cluster), tls));
        tasks.spawn(control::serve(controller, Arc::clone(&cluster)));
        tasks.spawn(jobs::work(Arc::clone(&cluster), backend));
        Ok(Server { listen, control, postgres: backend, ca, dir, cluster, embedded, tasks, _temp: temp })
    }

    /// The line with all addresses and paths, for the caller.
    pub fn ready_line(&self) -> String {
        format!(
            "ready listen={} control={} postgres={} ca={} dir={}",
            self.listen,
            self.control,
            self.postgres,
            self.ca.display(),
            self.dir.display()
        )
    }

    /// Ends all connections and PostgreSQL.
    pub async fn stop(mut self) -> Result<()> {
        self.tasks.shutdown().await;
        self.cluster.drop_all();
        if let Some(embedded) = self.embedded.take() {
            embedded.stop().await?;
        }
        Ok(())
    }
}

fn state_dir(options: &Options) -> Result<(PathBuf, Option<TempDir>)> {
    let (dir, temp) = match &options.dir {
        Some(dir) => {
            std::fs::create_dir_all(dir).with_context(|| format!("create {}", dir.display()))?;
            (dir.canonicalize()?, None)
        }
        None => {
            let temp = tempfile::Builder::new().prefix("dsql-local-").tempdir()?;
            (temp.path().canonicalize()?, Some(temp))
        }
    };
    // PostgreSQL may run as another user, which must be able to enter the folder.
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755))?;
    Ok((dir, temp))
}

async fn accept(listener: TcpListener, cluster: Arc<Cluster>, tls: Arc<ServerConfig>) {
    let mut connections = JoinSet::new();
    let _link = cluster.network.join(&listener).inspect_err(|e| eprintln!("listener: {e}"));
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((tcp, _)) => {
                    // Here, where connections come one after the other, so that no two have the same id.
                    let id = cluster.stats.accepted.fetch_add(1, Ordering::Relaxed) + 1;
                    connections.spawn(serve(Arc::clone(&cluster), Arc::clone(&tls), id, tcp));
                }
                Err(e) => eprintln!("accept: {e}"),
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(cluster: Arc<Cluster>, tls: Arc<ServerConfig>, id: u64, tcp: TcpStream) {
    let link = cluster.network.join(&tcp);
    let ended = match startup::accept(&cluster, tls, tcp).await {
        Ok(Some(connected)) => session::run(&cluster, id, connected).await,
        Ok(None) => Ok(()),
        Err(e) => Err(e),
    };
    if let Err(e) = ended {
        eprintln!("connection {id}: {e:#}");
    }
    if let Err(e) = link {
        eprintln!("connection {id}: {e}");
    }
}
