//! Queries to the database, with the same retries as all other statements. Values are binary in both directions.

use std::pin::pin;
use std::time::Instant;

use futures_util::TryStreamExt;
use tokio_postgres::types::{FromSql, Type};
use tokio_postgres::{Error, Row};

use crate::error::SinkError;
use crate::failure::classify::{Failure, Fault};
use crate::failure::messages;
use crate::failure::retry::{self, Bounds, Operation, Retry, Sent};
use crate::failure::wait::{Step, Timeout};
use crate::row::tuple::{self, Param};
use crate::write::engine::Engine;
use crate::write::pool::Slot;
use crate::write::transact::value::Value;

/// Rows that a portal returns at a time. Such an answer is far below the limit for one answer.
const PORTION: i32 = 500;

/// A statement and its parameters, each with the object identifier of its type.
#[derive(Debug, Clone, Default)]
pub(super) struct Question {
    pub(super) sql: String,
    pub(super) params: Vec<(Option<Vec<u8>>, u32)>,
}

/// All values of all rows, in order.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) rows: usize,
    pub(super) run: Vec<u8>,
}

/// Why there is no answer.
pub(super) enum Unanswered {
    /// The answer is larger than allowed: ask for less.
    TooLarge,
    /// A retry would not help.
    Failed(SinkError),
}

impl From<Unanswered> for SinkError {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered {
            Unanswered::Failed(error) => error,
            Unanswered::TooLarge => Self::internal("a row is larger than an answer may be"),
        }
    }
}

struct Asking<'a> {
    engine: &'a Engine,
    slot: &'a mut Slot,
    question: &'a Question,
    connecting: bool,
}

impl Operation for Asking<'_> {
    type Done = Result<Answer, SinkError>;

    fn sent(&self) -> Sent {
        Sent::QUESTION
    }

    fn bounds(&self) -> Bounds {
        self.engine.bounds()
    }

    async fn attempt(&mut self, timeout: Timeout) -> Result<Self::Done, Failure> {
        if let Err(error) = self.engine.latch.check() {
            return Ok(Err(error));
        }
        let began = Instant::now();
        self.connecting = true;
        let connection = self.slot.connection(&self.engine.pool, timeout).await?;
        self.connecting = false;
        let params = self.question.params.iter().map(|(bytes, oid)| {
            let ty = Type::from_oid(*oid).unwrap_or(Type::UNKNOWN);
            (Value { param: Param { bytes: bytes.as_deref(), text: false }, room: 0 }, ty)
        });
        let read = async {
            let rows = connection.client.query_typed_raw(&self.question.sql, params).await?;
            let mut rows = pin!(rows);
            let mut answer = Answer::default();
            while let Some(row) = rows.try_next().await? {
                answer.add(&row)?;
            }
            Ok::<_, Error>(answer)
        };
        let read = timeout.wait(Step::Query, read).await?;
        let answer = read.map_err(|error| connection.explain(Failure::executing(&error)))?;
        self.engine.answered(began, false);
        Ok(Ok(answer))
    }

    fn again(&mut self, retry: &Retry<'_>) {
        let Self { engine, question, connecting, .. } = self;
        let text = || {
            if *connecting {
                messages::connect_again(&engine.config, retry.failure, retry.after)
            } else {
                messages::statement_again(&engine.config, &question.sql, retry.failure, retry.after)
            }
        };
        engine.again(self.slot, None, retry, text);
    }
}

impl Answer {
    fn add(&mut self, row: &Row) -> Result<(), Error> {
        self.rows += 1;
        for at in 0..row.len() {
            match row.try_get::<_, Raw<'_>>(at)?.0 {
                None => tuple::push_null(&mut self.run),
                // A value that came in a message is never too long for a run.
                Some(value) => {
                    let _: Result<(), ()> = tuple::push_with(&mut self.run, false, (), |out| {
                        out.extend_from_slice(value);
                        Ok(())
                    });
                }
            }
        }
        Ok(())
    }
}

/// Runs a query, with retries.
pub(super) async fn ask(engine: &Engine, question: &Question) -> Result<Answer, Unanswered> {
    let mut slot = engine.pool.wait().await;
    let mut asking = Asking { engine, slot: &mut slot, question, connecting: true };
    let answered = retry::run(&mut asking).await;
    let connecting = asking.connecting;
    let answer = match answered {
        Ok(answer) => answer.map_err(Unanswered::Failed),
        Err(given_up) => {
            let failure = &given_up.failure;
            if failure.fault.breaks() {
                slot.disconnect();
            }
            Err(if failure.fault == Fault::Excess {
                Unanswered::TooLarge
            } else if connecting {
                Unanswered::Failed(messages::connection_error(&engine.config, failure, given_up.tries))
            } else {
                let config = &engine.config;
                Unanswered::Failed(messages::statement_error(
                    config,
                    &question.sql,
                    failure,
                    true,
                    given_up.tries,
                ))
            })
        }
    };
    engine.give_back(slot);
    answer
}

/// Reads all rows of a statement in one transaction, in portions. `each` receives a portion, and true if it is the
/// first one: after a lost connection the query starts again.
pub(super) async fn scan(
    engine: &Engine,
    sql: &str,
    each: &mut (dyn FnMut(Answer, bool) + Send),
) -> Result<(), SinkError> {
    let mut slot = engine.pool.wait().await;
    let mut scanning = Scanning { engine, slot: &mut slot, sql, each };
    let ended = retry::run(&mut scanning).await;
    let ended = ended.unwrap_or_else(|given_up| {
        let (failure, tries) = (&given_up.failure, given_up.tries);
        Err(messages::statement_error(&engine.config, sql, failure, true, tries))
    });
    if ended.is_err() {
        slot.disconnect();
    }
    engine.give_back(slot);
    ended
}

struct Scanning<'a> {
    engine: &'a Engine,
    slot: &'a mut Slot,
    sql: &'a str,
    each: &'a mut (dyn FnMut(Answer, bool) + Send),
}

impl Operation for Scanning<'_> {
    type Done = Result<(), SinkError>;

    fn sent(&self) -> Sent {
        Sent::QUESTION
    }

    fn bounds(&self) -> Bounds {
        self.engine.bounds()
    }

    async fn attempt(&mut self, timeout: Timeout) -> Result<Self::Done, Failure> {
        if let Err(error) = self.engine.latch.check() {
            return Ok(Err(error));
        }
        let began = Instant::now();
        let connection = self.slot.connection(&self.engine.pool, timeout).await?;
        let read = async {
            let transaction = connection.client.transaction().await?;
            let portal = transaction.bind(self.sql, &[]).await?;
            let mut first = true;
            loop {
                let rows = transaction.query_portal(&portal, PORTION).await?;
                let mut answer = Answer::default();
                rows.iter().try_for_each(|row| answer.add(row))?;
                let over = rows.is_empty();
                (self.each)(answer, first);
                if over {
                    break;
                }
                first = false;
            }
            transaction.rollback().await
        };
        let read = timeout.wait(Step::Query, read).await?;
        read.map_err(|error| connection.explain(Failure::executing(&error)))?;
        self.engine.answered(began, false);
        Ok(Ok(()))
    }

    fn again(&mut self, retry: &Retry<'_>) {
        self.slot.disconnect();
        let Self { engine, sql, .. } = self;
        let text = || messages::statement_again(&engine.config, sql, retry.failure, retry.after);
        engine.again(self.slot, None, retry, text);
    }
}

/// A value as the database sent it.
struct Raw<'a>(Option<&'a [u8]>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(Some(raw)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
