//! Options, checked and made into types. Every problem names its option and says what to do.

pub mod bounds;
pub mod endpoint;

mod credentials;
mod exposure;
mod ledger;
mod options;

use std::path::PathBuf;
use std::time::Duration;

use crate::config::endpoint::{Endpoint, Place};
use crate::dead::Skip;
use crate::dead::brake::Limits;
use crate::error::{ErrorKind, SinkError};
use crate::limits;
use crate::table::sql::Form;
use crate::tell::Values;

use credentials::{region, token_lifetime};
use options::Options;

pub use credentials::{Identity, Keys, Role};
pub use exposure::Exposure;
pub use ledger::LedgerName;

/// Connections of one sink at most unless `max_connections` says otherwise. A row takes 0.3 to 0.6 ms of a connection's
/// time, so that 64 connections write 100,000 to 200,000 rows a second, about what one task can bring. No more are opened
/// than the load needs, and a cluster takes 10,000.
const CONNECTIONS: usize = 64;
/// Processes that open connections unless `connecting_processes` says otherwise: half of what a cluster takes is left to
/// others.
const PROCESSES: u32 = 2;
/// Rows that may be skipped unless `row_error_limit` says otherwise: more of them a person has to look at first.
const SKIPPED_ROWS: u64 = 10_000;
/// Percent of the rows that may be skipped unless `row_error_limit_percent` says otherwise: with more of them the table, not
/// a row, is to blame.
const SKIPPED_PERCENT: u64 = 10;
/// Size from which a file of dead letters is followed by another unless `dead_letter_max_bytes` says otherwise: editors
/// still open it.
const LETTER_FILE_BYTES: u64 = 100 * 1024 * 1024;
/// How long a connection waits for work before it is closed: longer than the pauses between the checkpoints of most jobs.
const CONNECTION_IDLE: Duration = Duration::from_secs(60);
/// How long a row may wait unless `batch_interval_ms` says otherwise.
const BATCH_INTERVAL_MS: u64 = 200;
/// How long transient faults are retried unless `retry_timeout_ms` says otherwise: longer than a failover.
const RETRY_TIMEOUT_MS: u64 = 300_000;
/// How long one answer is waited for unless `socket_timeout_ms` says otherwise: the server ends a transaction at
/// [`limits::TRANSACTION_AGE`]; its answer may take a little longer.
const ANSWER: Duration = limits::TRANSACTION_AGE.saturating_add(Duration::from_secs(20));
/// Bytes buffered and in flight unless `max_buffer_bytes` says otherwise: 256 MiB, with which each of 64 connections may
/// send half a MiB at a time.
const BUFFER_BYTES: usize = 256 * 1024 * 1024;

/// Part of the buffer for rows that wait or are not committed yet: more than twice what all batches on their way may have, so that
/// rows wait for each connection that becomes idle.
const ROWS_SHARE: usize = 3;
/// Part of the buffer for the batches on their way. They take up to four times as much: a connection keeps the room of its
/// largest message once encoded, and twice on its way to the socket, as that room grows by doubling; and the allocator
/// keeps pieces of it (measured by the soak test).
const SENT_SHARE: usize = 8;
/// Part of the buffer for memory that is kept to be used again: by default four of the mappings that large rows have.
const SPARES_SHARE: usize = 32;
/// A batch may always be this large: the default buffer has room for 256 of them. In a smaller one there are fewer
/// connections instead.
const MIN_BATCH_BYTES: usize = 128 * 1024;

/// What is done in place of writing all rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    /// The target is compared with the rows.
    First,
    /// Again, where the last look left something open.
    Again,
    /// Rows are written that were found missing or different.
    Repair,
    /// And those deleted that the source does not have.
    RepairDelete,
}

impl Verify {
    /// True if rows are written.
    #[must_use]
    pub fn repairs(self) -> bool {
        matches!(self, Self::Repair | Self::RepairDelete)
    }
}

/// The configuration of a sink.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the cluster is and how to speak to it.
    pub endpoint: Endpoint,
    /// Role of the database; it decides the action that a token is signed for.
    pub role: String,
    /// Whose credentials sign.
    pub identity: Identity,
    /// Authorities that AWS's own services are trusted by, in place of the system's.
    pub ca_bundle: Option<PathBuf>,
    /// How long a token is valid.
    pub token_lifetime: Duration,
    /// AWS region that a token is signed for.
    pub region: String,
    /// Rows of a batch at most.
    pub batch_rows: usize,
    /// How long a row may wait for its batch to fill.
    pub batch_interval: Duration,
    /// Tries after the first for a batch that the database rejects.
    pub max_retries: u32,
    /// How long transient faults are retried.
    pub retry_timeout: Duration,
    /// How long one answer is waited for.
    pub answer_timeout: Duration,
    /// How old a connection may become. Not an option: tests shorten it.
    pub connection_age: Duration,
    /// How long a connection waits for work before it is closed. Not an option: tests shorten it.
    pub connection_idle: Duration,
    /// Connections at most.
    pub connections: usize,
    /// Processes that open connections to the cluster.
    pub processes: u32,
    /// Bytes buffered and in flight at most.
    pub buffer_bytes: usize,
    /// Form of the statements; `None` finds out which the database takes.
    pub form: Option<Form>,
    /// Whether a row that is in the way of a unique value gives way to the one that the source gave it to.
    pub displaces: bool,
    /// Whether rows whose key is in the table are left as they are. Not an option of a job: `replay` sets it.
    pub keeps_existing: bool,
    /// Table that tells whether a commit in doubt happened, where sending it again could do harm; `None` for none.
    pub commit_ledger: Option<LedgerName>,
    /// What becomes of rows that cannot be written; `None` if such a row stops the sink.
    pub skip: Option<Skip>,
    /// Whether rows are compared in place of being written, or written where they were found to differ.
    pub verify: Option<Verify>,
    /// Folder of the report on it.
    pub verify_report: Option<PathBuf>,
    /// Where Prometheus reads the counters, if it is to.
    pub metrics: Option<Exposure>,
    /// Least severe level that is passed on to Java.
    pub log_level: log::Level,
    /// Which values of rows log lines and errors tell.
    pub log_values: Values,
}

impl Config {
    /// Checks options as Java hands them over. `env` reads a variable of the process: `PGHOSTADDR` and
    /// `PGSSLROOTCERT` stand in, as libpq has it, where the url does not say.
    ///
    /// # Errors
    /// Kind `Config` for the first option that is missing or wrong.
    pub fn new(
        options: Vec<(String, String)>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SinkError> {
        let mut options = Options(options.into_iter().collect());
        options.check_characters()?;
        let mut endpoint = Endpoint::parse(&options.required("url")?)?;
        let own = endpoint.places.iter().all(|place| matches!(place, Place::Name(_)));
        if own && let Some(list) = env("PGHOSTADDR").filter(|value| !value.is_empty()) {
            endpoint.places = endpoint::addresses(&list).ok_or_else(|| {
                let text = format!(
                    "environment variable PGHOSTADDR: '{list}' is not an IP address; correct or unset it"
                );
                SinkError::new(ErrorKind::Config, text)
            })?;
        }
        endpoint.root_certificates = endpoint
            .root_certificates
            .or_else(|| env("PGSSLROOTCERT").filter(|path| !path.is_empty()).map(PathBuf::from));
        if let Some(database) = options.take("database")
            && database != endpoint.database
        {
            return Err(SinkError::option(
                "database",
                format!("'{database}' differs from the url's '{}'; name one of them", endpoint.database),
            ));
        }
        if endpoint.database != limits::DATABASE {
            return Err(SinkError::option(
                "database",
                format!(
                    "'{}' does not exist: an Aurora DSQL cluster has one database, '{}'",
                    endpoint.database,
                    limits::DATABASE
                ),
            ));
        }
        let region = region(options.take("region"), &endpoint)?;
        let identity = Identity::read(&mut options)?;
        let config = Self {
            role: options.required("username")?,
            identity,
            ca_bundle: env("AWS_CA_BUNDLE").filter(|path| !path.is_empty()).map(PathBuf::from),
            token_lifetime: token_lifetime(&mut options)?,
            region,
            batch_rows: options.number(
                "batch_size",
                limits::TRANSACTION_ROWS,
                1..=limits::TRANSACTION_ROWS,
            )?,
            batch_interval: options.millis(
                "batch_interval_ms",
                BATCH_INTERVAL_MS,
                1..=bounds::MAX_BATCH_INTERVAL_MS,
            )?,
            max_retries: options.number("max_retries", 0, 0..=bounds::MAX_RETRIES)?,
            retry_timeout: options.millis(
                "retry_timeout_ms",
                RETRY_TIMEOUT_MS,
                0..=bounds::MAX_TIMEOUT_MS,
            )?,
            answer_timeout: answer_timeout(&mut options)?,
            connection_age: limits::CONNECTION_AGE,
            connection_idle: CONNECTION_IDLE,
            processes: options.number("connecting_processes", PROCESSES, 1..=bounds::MAX_PROCESSES)?,
            connections: options.number("max_connections", CONNECTIONS, 1..=bounds::MAX_CONNECTIONS)?,
            buffer_bytes: options.number(
                "max_buffer_bytes",
                BUFFER_BYTES,
                bounds::MIN_BUFFER_BYTES..=usize::MAX / 4,
            )?,
            log_level: options.number(
                "log_level",
                log::Level::Info,
                log::Level::Error..=log::Level::Trace,
            )?,
            log_values: options.choice(
                "log_values",
                &[("short", Values::Short), ("keys", Values::Keys), ("none", Values::None)],
            )?,
            form: options.choice(
                "statement_form",
                &[("auto", None), ("unnest", Some(Form::Unnest)), ("values", Some(Form::Values))],
            )?,
            displaces: options.choice("unique_conflict", &[("replace", true), ("fail", false)])?,
            keeps_existing: options.choice("existing_rows", &[("replace", false), ("keep", true)])?,
            commit_ledger: ledger::ledger(&mut options)?,
            skip: skip(&mut options)?,
            verify: options.choice(
                "verify",
                &[
                    ("false", None),
                    ("true", Some(Verify::First)),
                    ("again", Some(Verify::Again)),
                    ("repair", Some(Verify::Repair)),
                    ("repair_delete", Some(Verify::RepairDelete)),
                ],
            )?,
            verify_report: options.take("verify_report").map(PathBuf::from),
            metrics: Exposure::read(&mut options)?,
            endpoint,
        };
        match options.0.into_keys().min() {
            None => Ok(config),
            Some(key) => {
                Err(SinkError::option(&key, "is not known to the native library; the jar does not match it"))
            }
        }
    }

    /// True if the sink writes rows, all or those that differ.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.verify.is_none_or(Verify::repairs)
    }

    /// Bytes of rows that wait or are not committed yet, at most.
    #[must_use]
    pub fn row_bytes(&self) -> usize {
        self.buffer_bytes / ROWS_SHARE
    }

    /// Bytes of freed memory that are kept, at most.
    #[must_use]
    pub fn spare_bytes(&self) -> usize {
        self.buffer_bytes / SPARES_SHARE
    }

    /// Bytes of the largest batches of all connections together, at most.
    #[must_use]
    pub fn sent_bytes(&self) -> usize {
        self.buffer_bytes / SENT_SHARE
    }

    /// Bytes of a batch at most: what a transaction takes, or less where the buffer is shared by many connections.
    #[must_use]
    pub fn batch_bytes(&self) -> usize {
        (self.sent_bytes() / self.connections).clamp(MIN_BATCH_BYTES, limits::BATCH_BYTES)
    }
}

/// 0 is JDBC's word for no limit; the database has one, and an answer is not waited for much longer.
fn answer_timeout(options: &mut Options) -> Result<Duration, SinkError> {
    let millis = options.millis("socket_timeout_ms", 0, 0..=bounds::MAX_TIMEOUT_MS)?;
    Ok(if millis.is_zero() { ANSWER } else { millis })
}

fn skip(options: &mut Options) -> Result<Option<Skip>, SinkError> {
    let skips = options.choice("row_error_policy", &[("fail", false), ("skip", true)])?;
    let path = options.take("dead_letter_path").map(PathBuf::from);
    let values = options.choice("dead_letter_values", &[("true", true), ("false", false)])?;
    let file_bytes = options.number(
        "dead_letter_max_bytes",
        LETTER_FILE_BYTES,
        bounds::MIN_LETTER_FILE_BYTES..=u64::MAX / 2,
    )?;
    let rows = options.number("row_error_limit", SKIPPED_ROWS, 1..=u64::MAX / 100)?;
    let percent = options.number("row_error_limit_percent", SKIPPED_PERCENT, 0..=100)?;
    match path {
        Some(path) if skips => Ok(Some(Skip { path, values, file_bytes, limits: Limits { rows, percent } })),
        None if skips => {
            Err(SinkError::option("dead_letter_path", "is required with row_error_policy = skip"))
        }
        Some(_) => {
            Err(SinkError::option("dead_letter_path", "has no effect without row_error_policy = skip"))
        }
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests;
