//! A session's requests to PostgreSQL that are not answered yet, and their statements.

use std::sync::Arc;

use crate::sql::{Kind, Statement};
use crate::wire::Frame;

/// A running statement: one of the statements of a query text.
#[derive(Debug, Clone)]
pub(super) struct Running {
    pub(super) list: Arc<[Statement]>,
    pub(super) index: usize,
}

impl Running {
    /// No statement, for requests of the session's own.
    pub(super) fn nothing() -> Self {
        Running { list: [].into(), index: 0 }
    }

    pub(super) fn get(&self) -> Option<&Statement> {
        self.list.get(self.index)
    }

    pub(super) fn kind(&self) -> Kind {
        self.get().map_or(Kind::Read, |s| s.kind)
    }
}

/// A bound statement.
#[derive(Debug, Clone)]
pub(super) struct Portal {
    pub(super) running: Running,
    /// Size of its values.
    pub(super) bytes: u64,
    /// The Bind message, inside a transaction block.
    pub(super) bind: Option<Frame>,
}

/// A request that PostgreSQL has not answered yet.
#[derive(Debug)]
pub(super) struct Expect {
    pub(super) request: Request,
    /// How much of the answer the client sees.
    pub(super) show: Show,
    /// Whether the client sees this ReadyForQuery; otherwise the session sends its own after its
    /// decision.
    pub(super) ready: bool,
}

impl Expect {
    /// Whether the request may wait for another writer.
    pub(super) fn may_conflict(&self) -> bool {
        self.kind().is_some_and(Kind::may_conflict)
    }

    /// The kind of the statement that the request runs.
    pub(super) fn kind(&self) -> Option<Kind> {
        match &self.request {
            Request::Execute(running, _) | Request::Query(Some(running), _) => Some(running.kind()),
            _ => None,
        }
    }

    /// The tag that the client must see instead of PostgreSQL's.
    pub(super) fn tag(&self) -> Option<&'static str> {
        match &self.request {
            Request::Execute(running, _) | Request::Query(Some(running), _) => running.get()?.tag,
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    All,
    Errors,
    Nothing,
}

#[derive(Debug)]
pub(super) enum Request {
    Parse,
    Bind,
    Describe,
    Execute(Running, u64),
    Close,
    Sync,
    Query(Option<Running>, u64),
}

/// State of the real transaction, as ReadyForQuery reports it, and as completed statements change
/// it in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Real {
    Idle,
    Open,
    Failed,
}
