//! What to do after a failure. The decision is pure: facts in, decision out. [`run`] is the one loop that follows it.

mod run;

use std::time::{Duration, Instant};

use log::Level;
use rand::Rng;

use crate::failure::classify::{Failure, Fault};
use crate::failure::wait::Timeout;

pub use run::{GivenUp, Operation, Retry, run};

/// First pause after a conflict. AWS recommends 50 ms for whole transactions of applications; a batch is
/// one round trip, so half of that.
const CONFLICT_BASE: Duration = Duration::from_millis(25);
/// Conflicts after which a batch is halved. A smaller batch conflicts with fewer transactions, and isolates the hot
/// rows.
const CONFLICTS: u32 = 4;
/// Tries of a row that violates a unique or foreign key. With doubling pauses this takes some three seconds. By then
/// other connections and tasks have written their pending rows.
const CONSTRAINTS: u32 = 8;
/// First pause after a fault of server or network (AWS's guide to OCC retries).
const FAULT_BASE: Duration = Duration::from_millis(50);
/// First pause when the cluster is throttling or waking up.
const THROTTLE_BASE: Duration = Duration::from_millis(500);
/// Longest pause (AWS's guide).
const LONGEST: Duration = Duration::from_secs(5);
/// Pause before a rejected batch is retried, multiplied by the number of tries. The stock sink uses the same.
const REJECTED_STEP: Duration = Duration::from_secs(1);

/// How long to try a cluster that has never answered. A wrong endpoint should be reported soon.
const FIRST_CONNECTION: Duration = Duration::from_secs(20);

/// Bounds of the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How long transient faults are retried.
    pub timeout: Duration,
    /// Tries after the first for a rejected batch.
    pub rejections: u32,
    /// How long to wait for one answer.
    pub answer: Duration,
    /// True if the endpoint has ever accepted a connection. Until then it may be the wrong endpoint.
    pub proven: bool,
}

impl Bounds {
    /// How long a failure of this kind is retried.
    fn timeout(&self, failure: &Failure) -> Duration {
        let may_be_wrong = matches!(failure.fault, Fault::Lost | Fault::Unreachable | Fault::UnknownHost);
        if may_be_wrong && failure.sqlstate.is_none() && !self.proven {
            self.timeout.min(FIRST_CONNECTION)
        } else {
            self.timeout
        }
    }
}

/// What has been tried so far for one batch or one connection.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tries {
    /// Failures so far, this one not counted.
    pub failures: u32,
    /// Rejections among them.
    pub rejections: u32,
    /// Time since the first failure.
    pub elapsed: Duration,
}

/// What is being sent.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    /// Rows in the batch; 0 for a connection.
    pub rows: usize,
    /// True if sending it twice does no harm.
    pub idempotent: bool,
    /// True if the sink may delete rows that hold its unique values, and has not tried so yet.
    pub may_displace: bool,
}

impl Sent {
    /// A connection, or a query that changes nothing.
    pub const QUESTION: Self = Self { rows: 0, idempotent: true, may_displace: false };
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Pause, then send again; on a new connection if `reconnect`.
    Again {
        /// The pause.
        after: Duration,
        /// True if the connection is no longer usable.
        reconnect: bool,
    },
    /// Send the two halves instead.
    Split,
    /// Send it again after deleting the rows that hold its unique values.
    Displace,
    /// Give up.
    Fail,
}

/// The attempts at one batch, statement or connection.
#[derive(Debug, Default)]
pub struct Attempts {
    first: Option<Instant>,
    tries: Tries,
}

impl Attempts {
    /// Decides on a failure and remembers it.
    pub fn decide(&mut self, failure: &Failure, sent: Sent, bounds: Bounds) -> Decision {
        // When an answer did not come, the failure began when the wait began.
        self.first.get_or_insert_with(|| {
            let now = Instant::now();
            now.checked_sub(failure.waited).unwrap_or(now)
        });
        let tries = self.tries();
        self.tries.failures = self.tries.failures.saturating_add(1);
        if failure.fault == Fault::Rejected {
            self.tries.rejections += 1;
        }
        decide(failure, sent, tries, bounds, rand::rng().random())
    }

    /// How long the next try may wait.
    #[must_use]
    pub fn timeout(&self, bounds: Bounds) -> Timeout {
        match self.first {
            None => Timeout::first(bounds.answer, bounds.timeout),
            Some(first) => Timeout::later(bounds.answer, first + bounds.timeout),
        }
    }

    /// What has been tried.
    #[must_use]
    pub fn tries(&self) -> Tries {
        Tries { elapsed: self.first.map(|first| first.elapsed()).unwrap_or_default(), ..self.tries }
    }

    /// The first conflicts are expected and logged at DEBUG. A lasting fault is logged at WARN only each time the
    /// number of failures doubles.
    #[must_use]
    pub fn level(&self, fault: Fault) -> Level {
        match fault {
            Fault::Conflict | Fault::SchemaChanged if self.tries.failures < 8 => Level::Debug,
            _ if self.tries.failures.is_power_of_two() => Level::Warn,
            _ => Level::Debug,
        }
    }
}

/// Decides. `jitter` in `0.0..1.0` spreads the pauses of connections that failed together.
#[must_use]
pub fn decide(failure: &Failure, sent: Sent, tries: Tries, bounds: Bounds, jitter: f64) -> Decision {
    if failure.outcome_unknown && !sent.idempotent {
        return Decision::Fail;
    }
    let reconnect = failure.fault.breaks();
    let transient = |base: Duration| {
        if tries.elapsed >= bounds.timeout(failure) {
            return Decision::Fail;
        }
        Decision::Again { after: backoff(base, tries.failures, jitter), reconnect }
    };
    match failure.fault {
        Fault::Conflict if tries.failures >= CONFLICTS && sent.rows > 1 => Decision::Split,
        Fault::Conflict | Fault::SchemaChanged => transient(CONFLICT_BASE),
        Fault::Unavailable => transient(FAULT_BASE),
        // Each connection gets a new token. The clock may be corrected in the meantime, for example after the machine
        // slept.
        Fault::Lost
        | Fault::Unreachable
        | Fault::UnknownHost
        | Fault::CredentialsAway
        | Fault::TokenExpired => transient(FAULT_BASE),
        Fault::Throttled | Fault::Waking => transient(THROTTLE_BASE),
        Fault::Unique if sent.may_displace => Decision::Displace,
        Fault::Unique | Fault::Reference if sent.rows == 1 && tries.failures < CONSTRAINTS => {
            transient(CONFLICT_BASE)
        }
        Fault::TooBig | Fault::TooSlow | Fault::BadRow | Fault::Unique | Fault::Reference
            if sent.rows > 1 =>
        {
            Decision::Split
        }
        // A single row is not to blame for the time that its transaction took.
        Fault::TooSlow if sent.rows == 1 => transient(FAULT_BASE),
        Fault::Rejected if tries.rejections < bounds.rejections => {
            Decision::Again { after: REJECTED_STEP * (tries.rejections + 1), reconnect }
        }
        Fault::Denied
        | Fault::NoCredentials
        | Fault::Certificate
        | Fault::Excess
        | Fault::Permission
        | Fault::Missing
        | Fault::TooBig
        | Fault::TooSlow
        | Fault::Quota
        | Fault::Form
        | Fault::BadRow
        | Fault::Unique
        | Fault::Reference
        | Fault::Rejected => Decision::Fail,
    }
}

/// Doubles with each failure up to [`LONGEST`]; between half of it and all of it.
fn backoff(base: Duration, failures: u32, jitter: f64) -> Duration {
    let doubled = base.saturating_mul(1u32.checked_shl(failures.min(16)).unwrap_or(u32::MAX));
    doubled.min(LONGEST).mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        timeout: Duration::from_secs(300),
        rejections: 2,
        answer: Duration::from_secs(320),
        proven: true,
    };
    const KEYED: Sent = Sent { rows: 10, idempotent: true, may_displace: false };

    fn failure(fault: Fault) -> Failure {
        Failure { outcome_unknown: fault == Fault::Lost, ..Failure::local(fault, "") }
    }

    #[track_caller]
    fn check(fault: Fault, sent: Sent, tries: Tries, expected: Decision) {
        assert_eq!(decide(&failure(fault), sent, tries, BOUNDS, 1.0), expected, "{fault:?} {tries:?}");
    }

    fn again(millis: u64, reconnect: bool) -> Decision {
        Decision::Again { after: Duration::from_millis(millis), reconnect }
    }

    #[test]
    fn transient_faults_back_off_until_the_retry_timeout() {
        let tries =
            |failures, seconds| Tries { failures, elapsed: Duration::from_secs(seconds), ..Tries::default() };
        check(Fault::Conflict, KEYED, tries(0, 0), again(25, false));
        check(Fault::Conflict, KEYED, tries(3, 1), again(200, false));
        check(Fault::SchemaChanged, KEYED, tries(50, 299), again(5_000, false));
        check(Fault::Lost, KEYED, tries(0, 0), again(50, true));
        check(Fault::Waking, KEYED, tries(0, 0), again(500, true));
        check(Fault::CredentialsAway, KEYED, tries(0, 0), again(50, true));
        check(Fault::Lost, KEYED, tries(9, 300), Decision::Fail);
    }

    #[test]
    fn an_endpoint_that_never_answered_fails_soon() {
        let tries = Tries { failures: 5, elapsed: FIRST_CONNECTION, ..Tries::default() };
        let bounds = Bounds { proven: false, ..BOUNDS };
        let decide = |fault| decide(&failure(fault), KEYED, tries, bounds, 1.0);
        assert_eq!(decide(Fault::Unreachable), Decision::Fail);
        // A cluster that is waking up is the right endpoint.
        assert_eq!(decide(Fault::Waking), again(5_000, true));
    }

    #[test]
    fn waiting_for_a_missing_answer_counts_towards_the_retry_timeout() {
        let mut attempts = Attempts::default();
        let late = Failure { waited: BOUNDS.timeout, ..failure(Fault::Lost) };
        assert_eq!(attempts.decide(&late, KEYED, BOUNDS), Decision::Fail);
    }

    #[test]
    fn rows_that_keep_conflicting_are_split() {
        check(Fault::Conflict, KEYED, Tries { failures: 4, ..Tries::default() }, Decision::Split);
        let one = Sent { rows: 1, ..KEYED };
        check(Fault::Conflict, one, Tries { failures: 4, ..Tries::default() }, again(400, false));
    }

    #[test]
    fn faults_that_no_retry_can_fix_fail_at_once() {
        for fault in [
            Fault::Denied,
            Fault::NoCredentials,
            Fault::Permission,
            Fault::Missing,
            Fault::Certificate,
            Fault::Quota,
            Fault::Form,
        ] {
            check(fault, KEYED, Tries::default(), Decision::Fail);
        }
    }

    #[test]
    fn a_stale_token_is_replaced_until_the_retry_timeout() {
        let tries =
            |failures, seconds| Tries { failures, elapsed: Duration::from_secs(seconds), ..Tries::default() };
        check(Fault::TokenExpired, KEYED, tries(0, 0), again(50, true));
        check(Fault::TokenExpired, KEYED, tries(60, 299), again(5_000, true));
        check(Fault::TokenExpired, KEYED, tries(61, 300), Decision::Fail);
    }

    #[test]
    fn refused_batches_are_split_down_to_a_row() {
        check(Fault::BadRow, KEYED, Tries::default(), Decision::Split);
        check(Fault::TooBig, KEYED, Tries::default(), Decision::Split);
        check(Fault::BadRow, Sent { rows: 1, ..KEYED }, Tries::default(), Decision::Fail);
    }

    #[test]
    fn a_single_row_is_not_blamed_for_a_slow_transaction() {
        check(Fault::TooSlow, KEYED, Tries::default(), Decision::Split);
        check(Fault::TooSlow, Sent { rows: 1, ..KEYED }, Tries::default(), again(50, false));
        check(Fault::TooSlow, Sent::QUESTION, Tries::default(), Decision::Fail);
    }

    #[test]
    fn a_row_is_retried_when_another_connection_may_fix_the_cause() {
        let one = Sent { rows: 1, ..KEYED };
        check(Fault::Unique, KEYED, Tries::default(), Decision::Split);
        check(Fault::Reference, KEYED, Tries::default(), Decision::Split);
        check(Fault::Reference, one, Tries::default(), again(25, false));
        check(Fault::Unique, one, Tries::default(), again(25, false));
        check(Fault::Unique, one, Tries { failures: 8, ..Tries::default() }, Decision::Fail);
    }

    #[test]
    fn holders_of_a_unique_value_are_deleted_before_anything_else() {
        let may = Sent { may_displace: true, ..KEYED };
        check(Fault::Unique, may, Tries::default(), Decision::Displace);
        check(Fault::Reference, may, Tries::default(), Decision::Split);
    }

    #[test]
    fn rejected_batches_are_retried_as_in_the_stock_sink() {
        check(Fault::Rejected, KEYED, Tries { rejections: 1, ..Tries::default() }, again(2_000, false));
        check(Fault::Rejected, KEYED, Tries { rejections: 2, ..Tries::default() }, Decision::Fail);
    }

    #[test]
    fn appended_rows_are_not_sent_twice() {
        let appended = Sent { idempotent: false, ..KEYED };
        check(Fault::Lost, appended, Tries::default(), Decision::Fail);
        check(Fault::Conflict, appended, Tries::default(), again(25, false));
    }
}
