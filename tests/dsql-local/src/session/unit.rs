//! The state for the client's messages up to a Sync, or for one query string.

use std::collections::HashMap;

use super::pace::Bill;
use crate::wire::SqlError;

/// The outcome of the messages so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Outcome {
    #[default]
    Fine,
    /// A statement failed; the client's next messages must not be ignored.
    Failed,
    /// An error was sent in the extended protocol: the client's messages are ignored until Sync.
    Skipping,
}

/// The state that ends with ReadyForQuery.
#[derive(Debug, Default)]
pub(super) struct Unit {
    pub(super) outcome: Outcome,
    /// The error was the stand-in's own; PostgreSQL must be made to fail before the end.
    pub(super) poison: bool,
    /// Sync must wait for the answers.
    pub(super) gated: bool,
    /// DDL was executed.
    pub(super) ddl: bool,
    /// BEGIN was executed.
    pub(super) began: bool,
    /// The running statement was ended because it waited for another writer.
    pub(super) evicted: bool,
    /// Errors by the number that PostgreSQL's answer has in their place.
    pub(super) refusals: HashMap<u64, SqlError>,
    /// The time that the messages cost, if the cost model is on.
    pub(super) bill: Bill,
}

impl Unit {
    /// Whether an error was sent, so that the following statements behave differently.
    pub(super) fn failed(&self) -> bool {
        self.outcome != Outcome::Fine
    }

    /// Records that a statement failed and that its answer says so.
    pub(super) fn fail(&mut self) {
        if self.outcome == Outcome::Fine {
            self.outcome = Outcome::Failed;
        }
    }

    /// Whether the client's messages are ignored until Sync.
    pub(super) fn skipping(&self) -> bool {
        self.outcome == Outcome::Skipping
    }
}
