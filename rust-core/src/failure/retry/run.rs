//! The loop of retries: all that is tried again is tried again here.

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

/// Something that may be tried again.
pub trait Operation: Send {
    /// What it comes to.
    type Done: Send;

    /// What another try may harm.
    fn sent(&self) -> Sent;

    /// How long it is tried.
    fn bounds(&self) -> Bounds;

    /// Tries it once; no wait within it is longer than `timeout` has it.
    fn attempt(&mut self, timeout: Timeout) -> impl Future<Output = Result<Self::Done, Failure>> + Send;

    /// Another try follows: tells it, and lets go of a connection that is of no use any more.
    fn again(&mut self, retry: &Retry<'_>);
}

/// A failure that is followed by another try.
#[derive(Debug, Clone, Copy)]
pub struct Retry<'a> {
    /// What happened.
    pub failure: &'a Failure,
    /// The pause before the next try.
    pub after: Duration,
    /// True if the connection is of no use any more.
    pub reconnect: bool,
    /// How it is to be told.
    pub level: Level,
}

impl Retry<'_> {
    /// Tells it: a database that is away once for all who ask, anything else in its own words.
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
    /// What had been tried.
    pub tries: Tries,
    /// What is left to do: never [`Decision::Again`].
    pub decision: Decision,
}

/// Runs an operation until it succeeds or another try would not help.
///
/// # Errors
/// The failure that is not retried, and what is left to do.
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
