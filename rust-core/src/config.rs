//! Options, checked and made into types. Every problem names its option and says what to do.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use crate::endpoint::{self, Endpoint};
use crate::error::SinkError;
use crate::limits;
use crate::secret::Secret;
use crate::sql::Form;

/// Connections of one sink at most unless `max_connections` says otherwise. A row takes 0.3 to 0.6 ms of a connection's
/// time, so that 64 connections write 100,000 to 200,000 rows a second, about what one task can bring. No more are opened
/// than the load needs, and a cluster takes 10,000.
const CONNECTIONS: usize = 64;
/// More than this only add connections: one task cannot bring the rows.
const MAX_CONNECTIONS: usize = 256;
/// How long a connection waits for work before it is closed: longer than the pauses between the checkpoints of most jobs.
const CONNECTION_IDLE: Duration = Duration::from_secs(60);
/// How long a row may wait unless `batch_interval_ms` says otherwise.
const BATCH_INTERVAL_MS: u64 = 200;
/// How long transient faults are retried unless `retry_timeout_ms` says otherwise: longer than a failover.
const RETRY_TIMEOUT_MS: u64 = 300_000;
/// Bytes buffered and in flight unless `max_buffer_bytes` says otherwise: 256 MiB, with which each of 64 connections may
/// send half a MiB at a time.
const BUFFER_BYTES: usize = 256 * 1024 * 1024;
/// Room for one full message and a frame that waits.
const MIN_BUFFER_BYTES: usize = 2 * limits::MESSAGE_BYTES;

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

/// The configuration of a sink.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the cluster is and how to speak to it.
    pub endpoint: Endpoint,
    /// Role of the database; it decides the action that a token is signed for.
    pub role: String,
    /// Keys to sign with; `None` takes the default chain of the AWS SDK.
    pub keys: Option<Keys>,
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
    /// How old a connection may become. Not an option: tests shorten it.
    pub connection_age: Duration,
    /// How long a connection waits for work before it is closed. Not an option: tests shorten it.
    pub connection_idle: Duration,
    /// Connections at most.
    pub connections: usize,
    /// Bytes buffered and in flight at most.
    pub buffer_bytes: usize,
    /// Form of the statements; `None` finds out which the database takes.
    pub form: Option<Form>,
    /// Whether a row that is in the way of a unique value gives way to the one that the source gave it to.
    pub displaces: bool,
    /// File or folder for rows that are skipped; `None` if a refused row stops the sink.
    pub dead_letters: Option<PathBuf>,
    /// Least severe level that is passed on to Java.
    pub log_level: log::Level,
}

/// Access key, secret key and, for temporary credentials, the session token.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Access key id; not a secret.
    pub access_key_id: String,
    /// Secret access key.
    pub secret_access_key: Secret,
    /// Session token of temporary credentials.
    pub session_token: Option<Secret>,
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
        let mut endpoint = Endpoint::parse(&options.required("url")?)?;
        endpoint.address = match endpoint.address {
            None => env_value(&env, "PGHOSTADDR", IpAddr::from_str)?,
            address => address,
        };
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
        let keys = keys(&mut options)?;
        let config = Self {
            role: options.required("username")?,
            keys,
            region,
            batch_rows: options.number(
                "batch_size",
                limits::TRANSACTION_ROWS,
                1..=limits::TRANSACTION_ROWS,
            )?,
            batch_interval: options.millis("batch_interval_ms", BATCH_INTERVAL_MS, 1..=3_600_000)?,
            max_retries: options.number("max_retries", 0, 0..=1_000)?,
            retry_timeout: options.millis("retry_timeout_ms", RETRY_TIMEOUT_MS, 0..=86_400_000)?,
            connection_age: limits::CONNECTION_AGE,
            connection_idle: CONNECTION_IDLE,
            connections: options.number("max_connections", CONNECTIONS, 1..=MAX_CONNECTIONS)?,
            buffer_bytes: options.number(
                "max_buffer_bytes",
                BUFFER_BYTES,
                MIN_BUFFER_BYTES..=usize::MAX / 4,
            )?,
            log_level: options.number(
                "log_level",
                log::Level::Info,
                log::Level::Error..=log::Level::Trace,
            )?,
            form: options.choice(
                "statement_form",
                &[("auto", None), ("unnest", Some(Form::Unnest)), ("values", Some(Form::Values))],
            )?,
            displaces: options.choice("unique_conflict", &[("replace", true), ("fail", false)])?,
            dead_letters: dead_letters(&mut options)?,
            endpoint,
        };
        match options.0.into_keys().min() {
            None => Ok(config),
            Some(key) => {
                Err(SinkError::option(&key, "is not known to the native library; the jar does not match it"))
            }
        }
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

struct Options(HashMap<String, String>);

impl Options {
    fn take(&mut self, key: &str) -> Option<String> {
        self.0.remove(key).filter(|value| !value.is_empty())
    }

    fn required(&mut self, key: &str) -> Result<String, SinkError> {
        self.take(key).ok_or_else(|| SinkError::option(key, "is required"))
    }

    fn number<T>(&mut self, key: &str, default: T, range: std::ops::RangeInclusive<T>) -> Result<T, SinkError>
    where
        T: FromStr + PartialOrd + std::fmt::Display,
    {
        let Some(text) = self.take(key) else { return Ok(default) };
        match text.trim().parse::<T>() {
            Ok(value) if range.contains(&value) => Ok(value),
            _ => Err(SinkError::option(
                key,
                format!("'{text}' is not between {} and {}", range.start(), range.end()),
            )),
        }
    }

    /// One of some words; the first is the default.
    fn choice<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Result<T, SinkError> {
        let text = self.take(key);
        let chosen = words.iter().find(|(word, _)| text.as_deref().is_none_or(|text| text == *word));
        chosen.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let text = text.unwrap_or_default();
            SinkError::option(key, format!("'{text}' is none of {}", known.join(", ")))
        })
    }

    fn millis(
        &mut self,
        key: &str,
        default: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<Duration, SinkError> {
        self.number(key, default, range).map(Duration::from_millis)
    }
}

fn env_value<T: FromStr<Err = E>, E>(
    env: impl Fn(&str) -> Option<String>,
    name: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, SinkError> {
    match env(name).filter(|value| !value.is_empty()) {
        None => Ok(None),
        Some(text) => parse(&text).map(Some).map_err(|_| {
            SinkError::new(
                crate::error::ErrorKind::Config,
                format!("environment variable {name}: '{text}' is not an IP address; correct or unset it"),
            )
        }),
    }
}

fn region(option: Option<String>, endpoint: &Endpoint) -> Result<String, SinkError> {
    match (option, endpoint::region_of(&endpoint.host)) {
        (Some(option), Some(host)) if option != host => Err(SinkError::option(
            "region",
            format!(
                "'{option}' is not the region of the cluster in option 'url', '{host}' ({}); tokens for another \
                 region are refused. Set region = \"{host}\" or leave it out",
                endpoint.host
            ),
        )),
        (Some(region), _) => Ok(region),
        (None, Some(region)) => Ok(region.to_owned()),
        (None, None) => Err(SinkError::option(
            "region",
            format!(
                "is required, as the host '{}' of option 'url' does not tell it; endpoints of Aurora DSQL are of the \
                 form <cluster>.dsql.<region>.on.aws",
                endpoint.host
            ),
        )),
    }
}

fn keys(options: &mut Options) -> Result<Option<Keys>, SinkError> {
    let session_token = options.take("session_token").map(Secret::new);
    match (options.take("access_key_id"), options.take("secret_access_key")) {
        (Some(access_key_id), Some(secret)) => {
            Ok(Some(Keys { access_key_id, secret_access_key: Secret::new(secret), session_token }))
        }
        (None, None) if session_token.is_none() => Ok(None),
        (None, None) => {
            Err(SinkError::option("session_token", "needs 'access_key_id' and 'secret_access_key' beside it"))
        }
        (Some(_), None) => Err(SinkError::option("secret_access_key", "is required beside 'access_key_id'")),
        (None, Some(_)) => Err(SinkError::option("access_key_id", "is required beside 'secret_access_key'")),
    }
}

fn dead_letters(options: &mut Options) -> Result<Option<PathBuf>, SinkError> {
    let path = options.take("dead_letter_path").map(PathBuf::from);
    match (options.take("row_error_policy").as_deref(), path) {
        (Some("skip"), Some(path)) => Ok(Some(path)),
        (Some("skip"), None) => {
            Err(SinkError::option("dead_letter_path", "is required with row_error_policy = skip"))
        }
        (None | Some("fail"), None) => Ok(None),
        (None | Some("fail"), Some(_)) => {
            Err(SinkError::option("dead_letter_path", "has no effect without row_error_policy = skip"))
        }
        (Some(policy), _) => {
            Err(SinkError::option("row_error_policy", format!("'{policy}' is neither fail nor skip")))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    const URL: &str = "jdbc:postgresql://abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws:5432/postgres";

    fn build(changes: &[(&str, &str)]) -> Result<Config, SinkError> {
        let mut options = HashMap::from([
            ("url", URL),
            ("username", "admin"),
            ("access_key_id", "AKIAIOSFODNN7EXAMPLE"),
            ("secret_access_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ]);
        options.extend(changes.iter().copied());
        let options = options.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        Config::new(options, |_| None)
    }

    #[track_caller]
    fn refused(changes: &[(&str, &str)], option: &str, says: &str) {
        let error = build(changes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().starts_with(&format!("option '{option}':")), "{error}");
        assert!(error.message().contains(says), "{error}");
    }

    #[test]
    fn defaults_follow_from_the_url() {
        let config = build(&[("database", "postgres")]).unwrap();
        assert_eq!(config.region, "us-east-1");
        assert_eq!(config.batch_rows, 3_000);
        assert_eq!(config.connections, 64);
        assert_eq!(config.buffer_bytes, 268_435_456);
        assert_eq!((config.form, config.displaces), (None, true));
        assert_eq!(config.retry_timeout, Duration::from_secs(300));
    }

    #[test]
    fn each_problem_names_its_option() {
        refused(&[("url", "")], "url", "is required");
        refused(&[("username", "")], "username", "is required");
        refused(&[("secret_access_key", "")], "secret_access_key", "is required");
        refused(&[("access_key_id", "")], "access_key_id", "is required");
        refused(&[("region", "eu-west-1")], "region", "us-east-1");
        refused(
            &[("url", "jdbc:postgresql://db.example.com/postgres")],
            "region",
            "<cluster>.dsql.<region>.on.aws",
        );
        refused(&[("database", "shop")], "database", "differs");
        refused(&[("batch_size", "0")], "batch_size", "between 1 and 3000");
        refused(&[("max_connections", "many")], "max_connections", "between 1 and 256");
        refused(&[("row_error_policy", "drop")], "row_error_policy", "neither fail nor skip");
        refused(&[("row_error_policy", "skip")], "dead_letter_path", "is required");
        refused(&[("dead_letter_path", "/tmp")], "dead_letter_path", "no effect");
        refused(&[("statement_form", "copy")], "statement_form", "auto, unnest, values");
        refused(&[("unique_conflict", "skip")], "unique_conflict", "replace, fail");
        refused(&[("colour", "red")], "colour", "not known");
    }

    #[test]
    fn the_environment_stands_in_for_the_url() {
        let options =
            || [("url", URL), ("username", "admin")].map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec();
        let env = |name: &str| match name {
            "PGHOSTADDR" => Some("127.0.83.81".to_owned()),
            "PGSSLROOTCERT" => Some("/tmp/ca.pem".to_owned()),
            _ => None,
        };
        let config = Config::new(options(), env).unwrap();
        assert_eq!(config.endpoint.address, Some("127.0.83.81".parse().unwrap()));
        assert_eq!(config.endpoint.root_certificates, Some(PathBuf::from("/tmp/ca.pem")));
        let error = Config::new(options(), |_| Some("here".to_owned())).unwrap_err();
        assert!(error.message().contains("PGHOSTADDR: 'here'"), "{error}");
    }

    #[test]
    fn secrets_are_not_in_debug() {
        let shown = format!("{:?}", build(&[("session_token", "FwoGZXIvYXdz")]).unwrap());
        assert!(!shown.contains("wJalr") && !shown.contains("FwoGZ"), "{shown}");
    }
}
