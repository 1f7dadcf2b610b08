//! One client's session, from the end of startup to the end of the connection.
//!
//! The session decides before PostgreSQL commits: every statement that may write runs in a
//! transaction that stays open until the answers have been read and counted. In the extended
//! protocol this is PostgreSQL's own implicit transaction: the session holds back the client's Sync
//! and sends a Flush instead. A simple query runs between a BEGIN and a COMMIT that the client does
//! not see. A statement that Aurora DSQL refuses is replaced by one that PostgreSQL cannot parse,
//! and PostgreSQL's error by Aurora DSQL's. So the state of the transaction is always PostgreSQL's
//! own and need not be emulated.

mod answer;
mod answers;
mod commit;
mod conflict;
mod count;
mod extended;
mod pace;
mod pipes;
mod relayed;
mod request;
mod simple;
mod unit;
mod values;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Result;

use crate::cluster::{Cluster, count};
use crate::faults::Effect;
use crate::startup::Connected;
use crate::txn::Txn;
use crate::wire::{Frame, FrameError, SqlError, take_cstr};
use pipes::Pipes;
use request::{Expect, Portal, Real, Request, Running, Show};
use unit::{Outcome, Unit};

/// Why a session ends.
#[derive(Debug)]
enum Stop {
    /// The client ended the session, or closed its side: TLS is closed properly.
    Left,
    /// The connection ends without a message, like one that breaks or that the server closes.
    Quiet,
    /// A fault requests a TCP reset.
    Reset,
    /// An unexpected error.
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Failed(error.into())
    }
}

type Flow<T = ()> = Result<T, Stop>;

/// Whether a statement in a transaction block may lose a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guard {
    Off,
    Watching,
    Lost,
}

/// Who opened the current transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opener {
    Client,
    /// The session, around a query string; the client does not see it.
    Session,
}

/// COPY FROM STDIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Copying {
    No,
    /// PostgreSQL accepts data.
    Data,
    /// All data was accepted while the client's Sync waited; such a Sync is ignored.
    Taken,
}

impl Copying {
    /// Ends it, on an answer or on a message of the client.
    fn stop(&mut self) {
        if *self == Copying::Data {
            *self = Copying::No;
        }
    }
}

/// What the session knows about the cluster's schema.
#[derive(Debug, Clone, Copy)]
struct Schema {
    /// Number of the last change that it knows.
    seen: u64,
    /// It has used the schema, so a later change conflicts.
    used: bool,
}

/// A client's session.
struct Session<'c> {
    cluster: &'c Cluster,
    pipes: Pipes,
    expected: VecDeque<Expect>,
    real: Real,
    opener: Opener,
    txn: Txn,
    /// Statements that wrote in this transaction, for faults by statement.
    ran: Vec<Running>,
    unit: Unit,
    /// CommandComplete that waits for the commit.
    held: Option<Frame>,
    copying: Copying,
    /// PostgreSQL's process id of this session.
    backend_pid: i32,
    /// A running statement may lose a conflict, and the client is not informed yet.
    guard: Guard,
    /// Answers that the client does not see and that the session reads.
    captured: Option<Vec<Frame>>,
    schema: Schema,
    prepared: HashMap<String, Running>,
    portals: HashMap<String, Portal>,
    next_refusal: u64,
    /// DDL statements of this session.
    ddl_statements: u64,
}

/// Runs the session until either side ends.
pub async fn run(cluster: &Cluster, id: u64, connected: Connected) -> Result<()> {
    let mut session = Session {
        cluster,
        pipes: Pipes::new(connected, cluster.network.watch()),
        expected: VecDeque::new(),
        real: Real::Idle,
        opener: Opener::Client,
        txn: Txn::default(),
        ran: Vec::new(),
        unit: Unit::default(),
        held: None,
        copying: Copying::No,
        backend_pid: 0,
        guard: Guard::Off,
        captured: None,
        schema: Schema { seen: cluster.schema_version(), used: false },
        prepared: HashMap::new(),
        portals: HashMap::new(),
        next_refusal: 0,
        ddl_statements: 0,
    };
    let cut = cluster.enter(id);
    let ended = tokio::select! {
        ended = session.serve() => ended,
        () = cut.notified() => Err(Stop::Quiet),
        // No message before the end is documented, so none is sent.
        () = tokio::time::sleep(cluster.connection_lifetime) => Err(Stop::Quiet),
    };
    cluster.leave(id);
    match ended {
        Ok(()) | Err(Stop::Left) => session.pipes.close().await,
        Err(Stop::Quiet) => Ok(()),
        Err(Stop::Reset) => session.pipes.reset(),
        // A client that disconnects is not an error.
        Err(Stop::Failed(e)) if e.downcast_ref::<io::Error>().is_some_and(is_end) => Ok(()),
        Err(Stop::Failed(e)) => Err(e),
    }
}

fn is_end(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), UnexpectedEof | ConnectionReset | BrokenPipe)
}

impl Session<'_> {
    async fn serve(&mut self) -> Flow {
        self.relay_greeting().await?;
        if self.cluster.relay_only {
            return self.relay().await;
        }
        if self.cluster.answer_only {
            return self.answer().await;
        }
        loop {
            loop {
                match self.pipes.client.next_frame() {
                    Ok(Some(frame)) => self.on_client(frame).await?,
                    Ok(None) => break,
                    // Recorded: the connection is closed without an error.
                    Err(FrameError::TooLong(_)) => return Err(Stop::Quiet),
                    Err(FrameError::Malformed) => return Err(anyhow::anyhow!("malformed message").into()),
                }
            }
            self.pipes.flush_backend().await?;
            self.take_answers()?;
            self.pipes.flush_client().await?;
            tokio::select! {
                n = self.pipes.client.fill() => if n? == 0 { return Ok(()) },
                n = self.pipes.backend.fill() => if n? == 0 { self.pipes.flush_client().await?; return Ok(()) },
            }
        }
    }

    /// Passes everything on unchanged.
    async fn relay(&mut self) -> Flow {
        loop {
            while let Ok(Some(frame)) = self.pipes.client.next_frame() {
                self.pipes.send(&frame.0);
            }
            self.pipes.flush_backend().await?;
            while let Ok(Some(frame)) = self.pipes.backend.next_frame() {
                self.pipes.out.extend_from_slice(&frame.0);
            }
            self.pipes.flush_client().await?;
            tokio::select! {
                n = self.pipes.client.fill() => if n? == 0 { return Ok(()) },
                n = self.pipes.backend.fill() => if n? == 0 { return Ok(()) },
            }
        }
    }

    /// PostgreSQL's answer to the startup packet, up to its first ReadyForQuery.
    async fn relay_greeting(&mut self) -> Flow {
        loop {
            let Some(frame) = self.pipes.backend.read_frame().await? else {
                self.pipes.flush_client().await?;
                return Err(Stop::Quiet);
            };
            self.forward_parameter(&frame);
            if let (b'K', Some(pid)) = (frame.tag(), frame.body().first_chunk()) {
                self.backend_pid = i32::from_be_bytes(*pid);
            }
            if frame.tag() == b'Z' {
                return Ok(self.pipes.flush_client().await?);
            }
        }
    }

    async fn on_client(&mut self, frame: Frame) -> Flow {
        self.unit.bill.begin();
        match frame.tag() {
            b'X' => return Err(Stop::Left),
            b'S' => return self.on_sync().await,
            _ if self.unit.skipping() => return Ok(()),
            b'Q' => return self.on_query(&frame).await,
            b'P' => {
                count(&self.cluster.stats.parses);
                self.on_parse(&frame)?;
            }
            b'B' => return self.on_bind(&frame).await,
            b'E' => return self.on_execute(frame).await,
            b'D' => {
                count(&self.cluster.stats.describes);
                self.forward(&frame, Request::Describe);
            }
            b'C' => {
                self.forget_closed(frame.body());
                self.forward(&frame, Request::Close);
            }
            b'H' => self.pipes.send(&frame.0),
            // COPY data; PostgreSQL itself ignores data that arrives after a failed COPY.
            b'd' | b'c' | b'f' => {
                if frame.tag() != b'd' {
                    self.copying.stop();
                }
                self.pipes.send(&frame.0);
            }
            tag => return Err(anyhow::anyhow!("unexpected message type {tag}").into()),
        }
        Ok(())
    }

    /// The body of a Close: kind and name.
    fn forget_closed(&mut self, body: &[u8]) {
        let Some((kind, mut rest)) = body.split_first() else { return };
        let name = take_cstr(&mut rest).unwrap_or_default();
        if *kind == b'S' {
            self.prepared.remove(name);
        } else {
            self.portals.remove(name);
        }
    }

    fn forward(&mut self, frame: &Frame, request: Request) {
        self.pipes.send(&frame.0);
        self.expect(request, Show::All);
    }

    fn expect(&mut self, request: Request, show: Show) {
        self.expected.push_back(Expect { request, show, ready: false });
    }

    /// Expects the answers to a request that the session does not decide about: the client sees its
    /// ReadyForQuery.
    fn expect_ready(&mut self, request: Request) {
        self.expected.push_back(Expect { request, show: Show::All, ready: true });
    }

    /// Sends an error of the stand-in itself to the client.
    fn emit_error(&mut self, error: &SqlError) {
        self.release_held();
        count(&self.cluster.stats.errors);
        error.encode(&mut self.pipes.out);
    }

    /// Waits while the cluster is paused, then for the requested latency.
    async fn delay(&self, commit: bool) {
        while self.cluster.faults.paused(commit) {
            // Polled, not signalled: pausing is only for tests, and a session may be cut meanwhile.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let delay = self.cluster.faults.delay(commit);
        if delay > Duration::ZERO {
            tokio::time::sleep(delay).await;
        }
    }

    /// Applies a fault that ends the connection.
    fn strike<T>(&self, effect: Effect) -> Flow<T> {
        Err(if effect == Effect::Reset { Stop::Reset } else { Stop::Quiet })
    }

    /// Sends the CommandComplete that waited.
    fn release_held(&mut self) {
        if let Some(frame) = self.held.take() {
            self.pipes.out.extend_from_slice(&frame.0);
        }
    }

    /// Resets the state for the messages up to a Sync, or for one query string.
    fn end_unit(&mut self) {
        self.unit = Unit::default();
    }

    fn end_transaction(&mut self, committed: bool) {
        if committed && self.txn.changes() {
            count(&self.cluster.stats.commits);
            self.cluster.stats.rows.fetch_add(self.txn.rows, Ordering::Relaxed);
            if self.txn.ddl > 0 {
                self.schema.seen = self.cluster.schema_changed();
                self.cluster.job_waits.notify_one();
            }
        }
        self.txn = Txn::default();
        self.ran.clear();
    }
}
