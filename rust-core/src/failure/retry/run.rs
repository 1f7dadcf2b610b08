//! The retry loop. Everything that is retried is retried here.

use std::future::Future;
use std::time::Duration;

use log::Level;

use crate::config::Config;
use crate::failure::classify::Failure;
use crate::failure::messages;
use crate::failure::wait::Timeout;
use crate::notice::Notices;
use crate::notice::outage::Failed;

use super::{Attempts, Bounds, Decision, Sent, Tries};

/// An operation that can be retried.
pub trait Operation: Send {
    /// The result of a successful attempt.
    type Done: Send;

    /// What is sent, to decide whether sending it again does harm.
    fn sent(&self) -> Sent;

    /// How long it is retried.
    fn bounds(&self) -> Bounds;

    /// Tries it once. No wait in it is longer than `timeout` allows.
    fn attempt(&mut self, timeout: Timeout) -> impl Future<Output = Result<Self::Done, Failure>> + Send;

    /// Called before another try: logs it, and drops a connection that is no longer usable.
    fn again(&mut self, retry: &Retry<'_>);
}

/// A failure that is followed by another try.
#[derive(Debug, Clone, Copy)]
pub struct Retry<'a> {
    /// What happened.
    pub failure: &'a Failure,
    /// The pause before the next try.
    pub after: Duration,
    /// True if the connection is no longer usable.
    pub reconnect: bool,
    /// The log level to use.
    pub level: Level,
}

impl Retry<'_> {
    /// Logs it. An outage of the database is logged once for all connections, anything else with its own text.
    pub fn tell(&self, notices: &Notices, config: &Config, text: impl FnOnce() -> String) {
        if !self.failure.fault.is_outage() {
            return notices.push_seldom(self.level, text);
        }
        let failed = Failed {
            text: &messages::away(config, self.failure),
            waited: self.failure.waited,
            connecting: self.failure.fault.breaks(),
        };
        notices.away(&failed);
        notices.push(Level::Debug, text);
    }
}

/// A failure after which the operation is not simply tried again.
#[derive(Debug)]
pub struct GivenUp {
    /// What happened.
    pub failure: Failure,
    /// The tries so far.
    pub tries: Tries,
    /// What to do next: never [`Decision::Again`].
    pub decision: Decision,
}

/// Runs an operation until it succeeds or another try would not help.
///
/// # Errors
/// The failure that is not retried, and what to do next.
pub async fn run<O: Operation>(operation: &mut O) -> Result<O::Done, GivenUp> {
    let mut attempts = Attempts::default();
    loop {
        let timeout = attempts.timeout(operation.bounds());
        let failure = match operation.attempt(timeout).await {
            Ok(done) => return Ok(done),
            Err(failure) => failure,
        };
        match attempts.decide(&failure, operation.sent(), operation.bounds()) {
            Decision::Again { after, reconnect } => {
                let level = attempts.level(failure.fault);
                operation.again(&Retry { failure: &failure, after, reconnect, level });
                tokio::time::sleep(after).await;
            }
            decision => return Err(GivenUp { failure, tries: attempts.tries(), decision }),
        }
    }
}
