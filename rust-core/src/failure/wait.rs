//! How long to wait for an answer from the network, and for what. Pure except for the clock.

use std::fmt;
use std::future::Future;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use crate::failure::classify::{Failure, Fault};

/// Every wait may last at least this long, so `retry_timeout_ms = 0` means one try, not none. A distant cluster under
/// load answers within this time.
const SHORTEST: Duration = Duration::from_secs(5);

/// Shortest wait of a try after the first one. A shorter wait would not be a real try.
const LAST_TRY: Duration = Duration::from_secs(1);

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// AWS credentials, from their provider.
    Credentials,
    /// The addresses of a host name.
    Lookup,
    /// A TCP connection.
    Connect,
    /// PostgreSQL's request for TLS, and TLS itself.
    Handshake,
    /// From the startup packet until the server reports that it is ready.
    Authentication,
    /// Columns and indexes of a table, or the parameters of a query.
    Catalog,
    /// Check whether the database accepts statements with unnest.
    Form,
    /// The preparation of a statement.
    Prepare,
    /// A transaction with rows.
    Commit,
    /// A read or write of the commit ledger.
    Ledger,
    /// The end of a transaction that failed.
    Rollback,
    /// A session's query.
    Query,
    /// A session's statement that changes the schema.
    Ddl,
    /// A session's status query of an asynchronous job.
    Job,
    /// Any other statement of a session.
    Statement,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Credentials => "the AWS credentials",
            Self::Lookup => "the lookup of the host's addresses",
            Self::Connect => "the TCP connection",
            Self::Handshake => "the TLS handshake",
            Self::Authentication => "the authentication",
            Self::Catalog => "the query of the catalog",
            Self::Form => "the check for unnest support",
            Self::Prepare => "the preparation of a statement",
            Self::Commit => "a transaction with its COMMIT",
            Self::Ledger => "a statement to the commit ledger",
            Self::Rollback => "the ROLLBACK of a failed transaction",
            Self::Query => "a query",
            Self::Ddl => "a DDL statement",
            Self::Job => "the status query of an asynchronous index job",
            Self::Statement => "a statement",
        })
    }
}

impl Step {
    /// The step that a session's statement belongs to.
    #[must_use]
    pub fn of(sql: &str) -> Self {
        let words = sql.trim_start().to_ascii_lowercase();
        let starts = |known: &[&str]| known.iter().any(|word| words.starts_with(word));
        if words.contains("sys.jobs") || words.contains("sys.wait_for_job") {
            Self::Job
        } else if starts(&["create", "alter", "drop", "comment", "grant", "revoke"]) {
            Self::Ddl
        } else if starts(&["select", "with", "show", "table", "values"]) {
            Self::Query
        } else {
            Self::Statement
        }
    }
}

/// A limit and the option that sets it.
#[derive(Debug, Clone, Copy)]
struct Limit<T> {
    at: T,
    option: &'static str,
}

/// How long to wait for one answer, and the deadline for all answers together.
#[derive(Debug, Clone, Copy)]
pub struct Timeout {
    each: Limit<Duration>,
    until: Limit<Instant>,
}

impl Timeout {
    /// For the first try: an answer within `each`, all within `retries` from now.
    #[must_use]
    pub fn first(each: Duration, retries: Duration) -> Self {
        Self::until(each, Instant::now() + retries.max(SHORTEST))
    }

    /// For a later try, where retries end at `end`.
    #[must_use]
    pub fn later(each: Duration, end: Instant) -> Self {
        Self::until(each, end.max(Instant::now() + LAST_TRY))
    }

    fn until(each: Duration, end: Instant) -> Self {
        Self {
            each: Limit { at: each, option: "option 'socket_timeout_ms'" },
            until: Limit { at: end, option: "option 'retry_timeout_ms'" },
        }
    }

    /// The same, but with a deadline at most `longest` from now, as set by the url's parameter.
    #[must_use]
    pub fn connecting(self, longest: Duration) -> Self {
        let end = Instant::now() + longest;
        if end >= self.until.at {
            return self;
        }
        Self { until: Limit { at: end, option: "url parameter connectTimeout" }, ..self }
    }

    /// Waits for an answer.
    ///
    /// # Errors
    /// When the time is over: a lost connection that names the step and the option. The outcome is then unknown.
    pub async fn wait<T>(&self, step: Step, answer: impl Future<Output = T>) -> Result<T, Failure> {
        let started = Instant::now();
        let left = self.until.at.saturating_duration_since(started);
        let (limit, option) =
            if self.each.at <= left { (self.each.at, self.each.option) } else { (left, self.until.option) };
        timeout(limit, answer).await.map_err(|_| {
            let fault = match step {
                Step::Credentials => Fault::CredentialsAway,
                Step::Lookup => Fault::UnknownHost,
                Step::Connect => Fault::Unreachable,
                _ => Fault::Lost,
            };
            let waited = started.elapsed();
            let text = format!("no answer to {step} within {} ms ({option})", limit.as_millis());
            Failure { outcome_unknown: true, waited, ..Failure::local(fault, text) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_named_by_what_it_does() {
        assert_eq!(Step::of(" create TABLE t (id int)"), Step::Ddl);
        assert_eq!(Step::of("SELECT 1 FROM sys.jobs"), Step::Job);
        assert_eq!(Step::of("SELECT 1"), Step::Query);
        assert_eq!(Step::of("DELETE FROM t"), Step::Statement);
    }

    #[test]
    fn the_shorter_limit_is_named() {
        let limits = |each: u64, retries: u64| {
            let timeout = Timeout::first(Duration::from_secs(each), Duration::from_secs(retries));
            (timeout.each.at, timeout.until.at.saturating_duration_since(Instant::now()))
        };
        let (each, all) = limits(3, 60);
        assert!(each < all);
        let (each, all) = limits(60, 0);
        assert!(all <= SHORTEST && each > all, "one try is made without retries");
    }
}
