//! Options, checked and converted to types. Every problem names its option and says what to do.

pub mod bounds;
pub mod endpoint;

mod credentials;
mod exposure;
mod ledger;
mod options;
mod verify;

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
pub use verify::{Verify, VerifyTasks};

/// Default of `max_connections`, as many batches as AWS's own loader has in flight. A row takes 0.3 to 0.6 ms of a
/// connection's time, and each secondary index adds to it, so a lower number limits the load of a table with indexes.
/// Only as many are opened as the load needs, and a cluster accepts 10,000.
const CONNECTIONS: usize = bounds::MAX_CONNECTIONS;
/// Default of `connecting_processes`. It leaves half of the cluster's connection rate to others.
const PROCESSES: u32 = 2;
/// Default of `row_error_limit`. If more rows are skipped, a person should check first.
const SKIPPED_ROWS: u64 = 10_000;
/// Default of `row_error_limit_percent`. If more rows are skipped, the table is the cause and not a row.
const SKIPPED_PERCENT: u64 = 10;
/// Default of `dead_letter_max_bytes`. Editors can still open a file of this size.
const LETTER_FILE_BYTES: u64 = 100 * 1024 * 1024;
/// How long a connection waits for work before it is closed: longer than the checkpoint interval of most jobs.
const CONNECTION_IDLE: Duration = Duration::from_secs(60);
/// Default of `batch_interval_ms`.
const BATCH_INTERVAL_MS: u64 = 200;
/// Default of `retry_timeout_ms`: longer than a failover.
const RETRY_TIMEOUT_MS: u64 = 300_000;
/// Default of `socket_timeout_ms`. The server ends a transaction at [`limits::TRANSACTION_AGE`]; its answer may take a
/// little longer.
const ANSWER: Duration = limits::TRANSACTION_AGE.saturating_add(Duration::from_secs(20));
/// Default of `max_buffer_bytes`: 256 MiB, so that each of 256 connections may send [`MIN_BATCH_BYTES`] at a time.
const BUFFER_BYTES: usize = 256 * 1024 * 1024;

/// Part of the buffer for rows that wait or are not committed yet: more than twice the size of all batches in flight,
/// so that rows wait for each connection that becomes idle.
const ROWS_SHARE: usize = 3;
/// Part of the buffer for the batches in flight. They take up to four times their size: a connection keeps the memory
/// of its largest message once for the encoded form, and twice on the way to the socket, because that buffer grows by
/// doubling. The allocator keeps pieces of it (measured by the soak test).
const SENT_SHARE: usize = 8;
/// Part of the buffer for memory that is kept for reuse: by default four of the mappings for large rows.
const SPARES_SHARE: usize = 32;
/// A batch may always be this large: the default buffer holds 256 of them. With a smaller buffer there are fewer
/// connections instead.
const MIN_BATCH_BYTES: usize = 128 * 1024;

/// The configuration of a sink.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the cluster is and how to speak to it.
    pub endpoint: Endpoint,
    /// Database role. It decides the action for which a token is signed.
    pub role: String,
    /// Whose credentials sign.
    pub identity: Identity,
    /// Authorities for AWS's own services, instead of the system's.
    pub ca_bundle: Option<PathBuf>,
    /// How long a token is valid.
    pub token_lifetime: Duration,
    /// AWS region that a token is signed for.
    pub region: String,
    /// Maximum rows of a batch.
    pub batch_rows: usize,
    /// How long a row may wait for its batch to fill.
    pub batch_interval: Duration,
    /// Tries after the first for a batch that the database rejects.
    pub max_retries: u32,
    /// How long transient faults are retried.
    pub retry_timeout: Duration,
    /// How long to wait for one answer.
    pub answer_timeout: Duration,
    /// How old a connection may become. Not an option: tests shorten it.
    pub connection_age: Duration,
    /// How long a connection waits for work before it is closed. Not an option: tests shorten it.
    pub connection_idle: Duration,
    /// Maximum number of connections.
    pub connections: usize,
    /// Processes that open connections to the cluster.
    pub processes: u32,
    /// Maximum bytes buffered and in flight.
    pub buffer_bytes: usize,
    /// Form of the statements; with `None` the sink checks which one the database supports.
    pub form: Option<Form>,
    /// Whether a row that holds a unique value is deleted when the source gives the value to another row.
    pub displaces: bool,
    /// Whether rows whose key is in the table are not changed. Not an option of a job: `replay` sets it.
    pub keeps_existing: bool,
    /// Table that records whether a commit in doubt happened, for rows where sending it again could do harm; `None` for
    /// none.
    pub commit_ledger: Option<LedgerName>,
    /// What to do with rows that cannot be written; `None` if such a row stops the sink.
    pub skip: Option<Skip>,
    /// Whether rows are compared and not written, or written only if they differ.
    pub verify: Option<Verify>,
    /// Folder of its report.
    pub verify_report: Option<PathBuf>,
    /// The tasks that compare together, each its share of the rows.
    pub verify_tasks: VerifyTasks,
    /// Where Prometheus reads the counters, if enabled.
    pub metrics: Option<Exposure>,
    /// Least severe level that is passed on to Java.
    pub log_level: log::Level,
    /// Which values of rows are shown in log lines and errors.
    pub log_values: Values,
}

impl Config {
    /// Checks options from Java. `env` reads a variable of the process: as in libpq, `PGHOSTADDR` and `PGSSLROOTCERT`
    /// are used if the url does not set them.
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
            verify: Verify::read(&mut options)?,
            verify_report: options.take("verify_report").map(PathBuf::from),
            verify_tasks: VerifyTasks::read(&mut options)?,
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

    /// Maximum bytes of rows that wait or are not committed yet.
    #[must_use]
    pub fn row_bytes(&self) -> usize {
        self.buffer_bytes / ROWS_SHARE
    }

    /// Maximum bytes of freed memory that are kept.
    #[must_use]
    pub fn spare_bytes(&self) -> usize {
        self.buffer_bytes / SPARES_SHARE
    }

    /// Maximum bytes of the largest batches of all connections together.
    #[must_use]
    pub fn sent_bytes(&self) -> usize {
        self.buffer_bytes / SENT_SHARE
    }

    /// Maximum bytes of a batch: the limit of a transaction, or less if many connections share the buffer.
    #[must_use]
    pub fn batch_bytes(&self) -> usize {
        (self.sent_bytes() / self.connections).clamp(MIN_BATCH_BYTES, limits::BATCH_BYTES)
    }
}

/// In JDBC 0 means no limit. The database has a limit, so the sink waits only a little longer than that.
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
