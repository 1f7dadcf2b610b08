//! A session for administrative SQL: one statement at a time, with the connection, token and retries of a sink.
//!
//! Only the code that prepares tables uses it, never the write path. Statements are sent as simple queries, so each
//! commits by itself and every value is returned as text.
//!
//! An answer is laid out as u64 rows that the statement's tag counts, u32 rows, then each row as u16 values,
//! then each value as i32 length and UTF-8, with length -1 for NULL. All integers are big-endian.

use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use log::Level;
use tokio::runtime::Runtime;
use tokio_postgres::SimpleQueryMessage;

use crate::config::Config;
use crate::connect::tls;
use crate::connect::{Connection, Connector};
use crate::error::{ErrorKind, SinkError};
use crate::failure::classify::Failure;
use crate::failure::messages;
use crate::failure::retry::{self, Bounds, GivenUp, Operation, Retry, Sent};
use crate::failure::wait::{Step, Timeout};
use crate::metrics::Metrics;
use crate::notice::Notices;
use crate::runtime;

/// A session with a cluster. It connects with its first statement.
pub struct Session {
    core: Arc<Engine>,
    runtime: Mutex<Option<Runtime>>,
    answer: Mutex<Option<Receiver<Told>>>,
}

/// How a statement ended: its answer as a frame, or the error.
type Told = Result<Vec<u8>, SinkError>;

struct Engine {
    config: Config,
    connector: Connector,
    notices: Notices,
    connection: tokio::sync::Mutex<Option<Connection>>,
}

impl Session {
    /// Starts a session. No connection is opened yet.
    ///
    /// # Errors
    /// Kind `Config` if trusted certificates cannot be read; kind `Internal` without threads.
    pub fn open(config: Config) -> Result<Self, SinkError> {
        let core = Arc::new(Engine {
            connector: Connector::new(&config, Arc::new(Metrics::default()))?,
            notices: Notices::new(config.log_level),
            connection: tokio::sync::Mutex::new(None),
            config,
        });
        if let Some(weakness) = tls::weakness(&core.config.endpoint) {
            core.notices.push(Level::Warn, || weakness);
        }
        Ok(Self { core, runtime: Mutex::new(Some(runtime::start(1)?)), answer: Mutex::default() })
    }

    /// Starts a statement. `repeatable` means that running it twice does no harm, so it may be sent again when it is
    /// not known whether it was committed.
    ///
    /// # Errors
    /// Kind `Closed` after [`Session::close`]; kind `Internal` while another statement has no answer yet; kind `Config` for
    /// a statement with a NUL character, which no message of the protocol can carry.
    pub fn send(&self, sql: String, repeatable: bool) -> Result<(), SinkError> {
        let mut answer = self.answer.lock();
        if answer.is_some() {
            return Err(SinkError::internal("two statements at once in a session"));
        }
        if sql.contains('\0') {
            return Err(messages::statement_with_nul(&self.core.config, &sql));
        }
        let (teller, receiver) = sync_channel(1);
        let core = self.core.clone();
        match &*self.runtime.lock() {
            Some(runtime) => drop(runtime.spawn(answer_to(core, sql, repeatable, teller))),
            None => return Err(closed()),
        }
        *answer = Some(receiver);
        Ok(())
    }

    /// Waits at most `timeout` for the statement's answer; `None` means not yet.
    ///
    /// # Errors
    /// The failure that could not be retried, with the database's SQLSTATE; kind `Closed` after [`Session::close`].
    pub fn receive(&self, timeout: Duration) -> Result<Option<Vec<u8>>, SinkError> {
        let mut answer = self.answer.lock();
        let Some(receiver) = &*answer else {
            return Err(SinkError::internal("no statement waits for an answer"));
        };
        match receiver.recv_timeout(timeout) {
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(closed()),
            Ok(told) => {
                *answer = None;
                told.map(Some)
            }
        }
    }

    /// Log lines since the last call, laid out as [`crate::notice`] says.
    #[must_use]
    pub fn notices(&self) -> Option<Vec<u8>> {
        self.core.notices.drain()
    }

    /// Ends the session. A statement in progress is left to the server.
    pub fn close(&self) {
        let runtime = self.runtime.lock().take();
        if let Some(runtime) = runtime {
            runtime::stop(runtime);
        }
    }
}

async fn answer_to(core: Arc<Engine>, sql: String, repeatable: bool, teller: SyncSender<Told>) {
    // If the session was closed meanwhile, nothing receives the answer.
    let _ = teller.send(core.execute(&sql, repeatable).await);
}

impl Engine {
    async fn execute(&self, sql: &str, repeatable: bool) -> Told {
        // One statement at a time, so the lock is free.
        let held = self.connection.lock().await;
        let mut statement = Statement { core: self, held, sql, repeatable, connecting: true };
        let GivenUp { failure, tries, .. } = match retry::run(&mut statement).await {
            Ok(messages) => return encode(&messages),
            Err(given_up) => given_up,
        };
        self.notices.given_up();
        if failure.fault.breaks() {
            *statement.held = None;
        }
        Err(if statement.connecting {
            messages::connection_error(&self.config, &failure, tries)
        } else {
            messages::statement_error(&self.config, sql, &failure, repeatable, tries)
        })
    }
}

/// A statement in progress.
struct Statement<'a> {
    core: &'a Engine,
    held: tokio::sync::MutexGuard<'a, Option<Connection>>,
    sql: &'a str,
    repeatable: bool,
    /// Whether the last failure is one of connecting.
    connecting: bool,
}

impl Operation for Statement<'_> {
    type Done = Vec<SimpleQueryMessage>;

    fn sent(&self) -> Sent {
        Sent { idempotent: self.repeatable, ..Sent::QUESTION }
    }

    fn bounds(&self) -> Bounds {
        let (config, connector) = (&self.core.config, &self.core.connector);
        Bounds {
            timeout: config.retry_timeout,
            rejections: 0,
            answer: config.answer_timeout,
            proven: connector.proven(),
        }
    }

    async fn attempt(&mut self, timeout: Timeout) -> Result<Self::Done, Failure> {
        let held = &mut *self.held;
        if held.as_ref().is_some_and(|connection| connection.client.is_closed()) {
            *held = None;
        }
        self.connecting = true;
        let connection = match held {
            Some(connection) => connection,
            None => {
                // Nothing of the statement was sent.
                let opened = self.core.connector.open(timeout).await;
                held.insert(opened.map_err(Failure::not_committed)?)
            }
        };
        self.connecting = false;
        let began = Instant::now();
        let answered = answer(connection, self.sql, timeout).await;
        let answered = answered.map_err(|failure| connection.explain(failure))?;
        self.core.notices.answered(began, false);
        Ok(answered)
    }

    fn again(&mut self, retry: &Retry<'_>) {
        if retry.reconnect {
            *self.held = None;
        }
        let Self { core, sql, connecting, .. } = *self;
        retry.tell(&core.notices, &core.config, || {
            if connecting {
                messages::connect_again(&core.config, retry.failure, retry.after)
            } else {
                messages::statement_again(&core.config, sql, retry.failure, retry.after)
            }
        });
    }
}

async fn answer(
    connection: &Connection,
    sql: &str,
    timeout: Timeout,
) -> Result<Vec<SimpleQueryMessage>, Failure> {
    let answered = timeout.wait(Step::of(sql), connection.client.simple_query(sql)).await?;
    answered.map_err(|error| Failure::executing(&error))
}

fn encode(messages: &[SimpleQueryMessage]) -> Told {
    let mut affected = 0u64;
    let mut count = 0u32;
    let mut rows = Vec::new();
    for message in messages {
        match message {
            SimpleQueryMessage::CommandComplete(tagged) => affected = *tagged,
            SimpleQueryMessage::Row(row) => {
                count += 1;
                rows.extend(u16::try_from(row.len()).map_err(SinkError::internal)?.to_be_bytes());
                for at in 0..row.len() {
                    match row.try_get(at).map_err(SinkError::internal)? {
                        None => rows.extend((-1i32).to_be_bytes()),
                        Some(text) => {
                            let length = i32::try_from(text.len()).map_err(SinkError::internal)?;
                            rows.extend(length.to_be_bytes());
                            rows.extend(text.as_bytes());
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let mut frame = affected.to_be_bytes().to_vec();
    frame.extend(count.to_be_bytes());
    frame.append(&mut rows);
    Ok(frame)
}

fn closed() -> SinkError {
    SinkError::new(ErrorKind::Closed, "the native session is closed")
}
