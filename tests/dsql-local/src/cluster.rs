//! What all sessions share: the cluster's identity, clock, principals and counters, and the
//! sessions to cut.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

use crate::admission::Admission;
use crate::cli::Options;
use crate::cost::Costs;
use crate::faults::Faults;
use crate::network::Network;
use crate::postgres;
use crate::sql;
use crate::token::Principal;
use crate::txn::Table;

/// The emulated cluster.
pub struct Cluster {
    /// Name of the endpoint.
    pub endpoint: String,
    /// Region that tokens must name.
    pub region: String,
    /// All principals that may connect.
    pub principals: Vec<Principal>,
    /// The PostgreSQL behind the stand-in.
    pub backend: SocketAddr,
    /// Counters since the start.
    pub stats: Stats,
    /// The cache of analysed query texts.
    pub sql: sql::Cache,
    /// Faults that were requested.
    pub faults: Faults,
    /// Limits on new connections.
    pub admission: Admission,
    /// Age at which a connection is closed.
    pub connection_lifetime: Duration,
    /// Age at which a transaction can no longer commit.
    pub age_limit: Duration,
    /// The sockets of the clients.
    pub network: Network,
    /// A connection to PostgreSQL for the stand-in's own queries.
    admin: tokio::sync::Mutex<Arc<tokio_postgres::Client>>,
    /// Time that an asynchronous job takes.
    pub job_delay: Duration,
    /// Wakes the worker of jobs.
    pub job_waits: Notify,
    /// No rule applies after startup.
    pub relay_only: bool,
    /// INSERTs are answered and not executed.
    pub answer_only: bool,
    /// Whether sessions get OC001 after a schema change.
    pub schema_conflicts: bool,
    schema_version: AtomicU64,
    /// Number of jobs that have changed the catalog.
    jobs_done: AtomicU64,
    tables: Mutex<(u64, HashMap<String, Arc<Table>>)>,
    costs: Mutex<Costs>,
    /// Shift of the clock in seconds, and the number of logins that it still applies to (`None`:
    /// all).
    clock: Mutex<(i64, Option<u64>)>,
    sessions: Mutex<HashMap<u64, Arc<Notify>>>,
}

/// Counters since the start; `dsql-local ctl stats` prints them.
#[derive(Debug, Default)]
pub struct Stats {
    /// TCP connections accepted.
    pub accepted: AtomicU64,
    /// Connections that passed authentication.
    pub connected: AtomicU64,
    /// Connections refused at startup.
    pub refused: AtomicU64,
    /// ReadyForQuery messages sent.
    pub round_trips: AtomicU64,
    /// Executed statements.
    pub statements: AtomicU64,
    /// Parse messages: statements that clients prepared, the unnamed ones included.
    pub parses: AtomicU64,
    /// Describe messages.
    pub describes: AtomicU64,
    /// Transactions that wrote and committed.
    pub commits: AtomicU64,
    /// Rows written by these transactions.
    pub rows: AtomicU64,
    /// Errors of the stand-in itself that were sent to clients, without those of PostgreSQL.
    pub errors: AtomicU64,
}

/// Adds one to a counter.
pub fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Cluster {
    /// Creates a cluster as the options describe it.
    pub fn new(options: &Options, backend: SocketAddr, admin: tokio_postgres::Client) -> Self {
        let faults = Faults::default();
        faults.change(|plan| plan.refuse = options.refuse);
        Cluster {
            endpoint: options.endpoint.clone(),
            region: options.region.clone(),
            principals: options.principals(),
            backend,
            stats: Stats::default(),
            sql: sql::Cache::default(),
            faults,
            admission: Admission::new(options.max_connections, options.connection_rate),
            connection_lifetime: Duration::from_secs(options.connection_lifetime),
            age_limit: Duration::from_secs(options.transaction_age_limit),
            network: Network::default(),
            admin: tokio::sync::Mutex::new(Arc::new(admin)),
            job_delay: Duration::from_millis(options.job_delay_ms),
            job_waits: Notify::new(),
            relay_only: options.relay_only,
            answer_only: options.answer_only,
            schema_conflicts: !options.no_schema_conflicts,
            schema_version: AtomicU64::new(0),
            jobs_done: AtomicU64::new(0),
            tables: Mutex::default(),
            costs: Mutex::new(options.costs()),
            clock: Mutex::default(),
            sessions: Mutex::default(),
        }
    }

    /// Unix seconds by the server's clock, for one login.
    pub fn now(&self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        let mut clock = self.clock.lock();
        let shift = match &mut clock.1 {
            Some(0) => 0,
            Some(left) => {
                *left -= 1;
                clock.0
            }
            None => clock.0,
        };
        i64::try_from(now).unwrap_or(i64::MAX).saturating_add(shift)
    }

    /// The connection for the stand-in's own queries; a new one if PostgreSQL has closed the last
    /// one.
    pub async fn admin(&self) -> Arc<tokio_postgres::Client> {
        let mut admin = self.admin.lock().await;
        if admin.is_closed()
            && let Ok(client) = postgres::connect(self.backend, "postgres").await
        {
            *admin = Arc::new(client);
        }
        Arc::clone(&admin)
    }

    /// How long operations take.
    pub fn costs(&self) -> Costs {
        *self.costs.lock()
    }

    /// Changes how long operations take.
    pub fn change_costs(&self, change: impl FnOnce(&mut Costs) -> Result<(), String>) -> Result<(), String> {
        change(&mut self.costs.lock())
    }

    /// What the catalog says about a table, cached until the schema changes or a job has built an
    /// index.
    pub async fn table(&self, name: &str) -> Result<Arc<Table>, tokio_postgres::Error> {
        // Both only grow, so their sum changes with every change.
        let version = || self.schema_version() + self.jobs_done.load(Ordering::Acquire);
        let asked = version();
        {
            let mut tables = self.tables.lock();
            if tables.0 != asked {
                *tables = (asked, HashMap::new());
            }
            if let Some(known) = tables.1.get(name) {
                return Ok(Arc::clone(known));
            }
        }
        // The session's search path is not known here: a name without a schema means a table in
        // public, or else the only table of that name.
        let query = "WITH relation AS (SELECT coalesce(to_regclass($1), (SELECT min(oid::bigint)::oid::regclass FROM pg_class
                WHERE ARRAY[relname::text] = parse_ident($1) AND relkind = 'r' HAVING count(*) = 1)) AS id)
            SELECT
            (SELECT count(*) FROM pg_index WHERE indrelid = id AND NOT indisprimary AND indisready),
            EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = id
                    AND (confdeltype NOT IN ('a', 'r') OR confupdtype NOT IN ('a', 'r'))),
            ARRAY(SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid
                  AND a.attnum = ANY (i.indkey) WHERE i.indrelid = id AND i.indisprimary),
            ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = id AND attnum > 0
                  AND NOT attisdropped ORDER BY attnum),
            (SELECT conname::text FROM pg_constraint WHERE conrelid = id AND contype = 'p')
            FROM relation";
        let row = self.admin().await.query_one(query, &[&name]).await?;
        let indexes = u64::try_from(row.get::<_, i64>(0)).unwrap_or(0);
        let table = Table {
            indexes,
            cascades: row.get(1),
            key: row.get(2),
            columns: row.get(3),
            key_name: row.get(4),
        };
        let table = Arc::new(table);
        let mut tables = self.tables.lock();
        // Do not cache what was read before a change, nor a missing table, which may be created at
        // any time.
        if tables.0 == asked && version() == asked && !table.columns.is_empty() {
            tables.1.insert(name.to_owned(), Arc::clone(&table));
        }
        Ok(table)
    }

    /// Cancels the statement of a PostgreSQL process if it waits for a row or its writer; returns
    /// whether it did.
    pub async fn end_row_wait(&self, pid: i32) -> Result<bool, tokio_postgres::Error> {
        // Other locks, such as the one for extending a table, are short and not caused by the
        // client.
        let query = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity \
                     WHERE pid = $1 AND wait_event_type = 'Lock' AND wait_event IN ('transactionid', 'tuple', 'spectoken')";
        Ok(self.admin().await.query_opt(query, &[&pid]).await?.is_some())
    }

    /// Number of committed schema changes.
    pub fn schema_version(&self) -> u64 {
        self.schema_version.load(Ordering::Acquire)
    }

    /// Records a committed schema change; returns the new number.
    pub fn schema_changed(&self) -> u64 {
        self.schema_version.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// Records that a job has changed the catalog.
    pub fn job_done(&self) {
        self.jobs_done.fetch_add(1, Ordering::AcqRel);
    }

    /// Moves the server's clock, in seconds from the true time, for the next `logins` or for all.
    pub fn shift_clock(&self, seconds: i64, logins: Option<u64>) {
        *self.clock.lock() = (seconds, logins);
    }

    /// Registers a session; the handle is notified when the session must drop its connection.
    pub fn enter(&self, id: u64) -> Arc<Notify> {
        let cut = Arc::new(Notify::new());
        self.sessions.lock().insert(id, Arc::clone(&cut));
        cut
    }

    /// Removes a session.
    pub fn leave(&self, id: u64) {
        self.sessions.lock().remove(&id);
    }

    /// Cuts every connection; returns how many.
    pub fn drop_all(&self) -> usize {
        let sessions = self.sessions.lock();
        sessions.values().for_each(|cut| cut.notify_one());
        sessions.len()
    }

    /// Sessions that are connected now.
    pub fn open(&self) -> usize {
        self.sessions.lock().len()
    }
}
