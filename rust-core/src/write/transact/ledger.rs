//! The commit ledger. It determines whether a transaction without an answer was committed. This is needed where sending
//! it again could duplicate rows: tables without a key, and the user's own queries.
//!
//! The ledger is a small table with a row for each writer and connection slot. A transaction first writes the number of
//! its attempt there, then its rows, then commits. So the number is in the ledger if and only if the rows are in their
//! table. A slot runs one transaction at a time, and its numbers only grow.
//!
//! # Why the answer is final
//!
//! A transaction T whose COMMIT was sent may still be running in the server when the ledger is read. So it is not
//! enough that a read does not find T's number: T could commit later, and the rows would be there twice. The read is
//! therefore a transaction L that also writes. It reads the slot's row. If that does not have T's number, L writes its
//! own number and commits. Rows are sent again only after L is committed. Then T can never commit:
//!
//! * T wrote the slot's row before its COMMIT was sent, as [`Entry::begin`] waits for that answer. So T's snapshot is
//!   older than L's commit. When two concurrent transactions write the same row, Aurora DSQL commits the first and
//!   refuses the other at its COMMIT with 40001 (recorded: `occ_conflict` `write_write` and `interleaved_same_row`).
//!   The same holds if both insert the slot's first row, because the key is the same.
//! * If T commits first, L is refused in the same way. The next L finds T's number.
//! * If L's own commit is in doubt, the next L has a larger number and decides in the same way. A late L writes nothing
//!   that could be mistaken for T: no number is used twice, and [`enter`](Entry::enter) never replaces a larger number.
//!
//! If a server locks rows, as the stand-in of the tests does, L waits or is refused until T has ended. This is equally
//! safe.
//!
//! # How it stays small
//!
//! A sink has one row for each concurrent connection. Rows that were not written for [`KEPT_DAYS`] are deleted when a
//! sink begins to use the ledger. That is longer than any commit may be in doubt (`retry_timeout_ms` is at most a day).
//! A writer whose row was deleted inserts it again.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, Ordering};

use log::Level;
use tokio::sync::OnceCell;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::config::LedgerName;
use crate::failure::classify::{Failure, Fault};
use crate::failure::messages;
use crate::failure::wait::{Step, Timeout};
use crate::notice::Notices;
use crate::table::schema::Table;
use crate::table::sql::quote;
use crate::tell::Values;

use super::{Request, pipeline, roll_back, simple};

/// Rows of a transaction that the ledger uses.
pub const ROWS: usize = 1;

/// How long a row is kept after it was last written.
const KEPT_DAYS: u32 = 7;

/// Maximum number of old rows that one sink deletes. A sink has at most 256 rows, and each sink that starts deletes
/// some.
const CLEANED_ROWS: u32 = 1_000;

/// Checks for the ledger: once, and again after it was created.
const LOOKS: usize = 2;

/// The ledger of one sink.
#[derive(Debug)]
pub struct Ledger {
    name: Option<LedgerName>,
    /// Which values the log shows.
    values: Values,
    /// The writer's name in the ledger. It is random, so that no two writers have the same name.
    writer: String,
    attempts: AtomicI64,
    /// The quoted name, once it is known that the ledger can be used; the inner value is `None` if it cannot.
    ready: OnceCell<Option<String>>,
}

/// The number of one transaction in the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    ledger: &'a Ledger,
    table: &'a str,
    slot: usize,
    attempt: i64,
}

impl Ledger {
    /// A ledger of this name, or none.
    #[must_use]
    pub fn new(name: Option<LedgerName>, values: Values) -> Self {
        let writer = format!("{:032x}", rand::random::<u128>());
        Self { name, values, writer, attempts: AtomicI64::new(0), ready: OnceCell::new() }
    }

    /// Finds or creates the ledger, for a table that needs one. If that is not possible, the log says so once.
    ///
    /// # Errors
    /// A failure that can be retried.
    pub async fn prepare(
        &self,
        client: &Client,
        table: &Table,
        notices: &Notices,
        timeout: Timeout,
    ) -> Result<(), Failure> {
        let Some(name) = &self.name else { return Ok(()) };
        let opened = async {
            let name =
                format!("{}.{}", quote(name.schema.as_ref().unwrap_or(&table.schema)), quote(&name.table));
            match self.open(client, &name, timeout).await? {
                None => {
                    notices.push(Level::Info, || messages::ledger_used(&name));
                    Ok(Some(name))
                }
                Some(refusal) => {
                    notices.push(Level::Warn, || messages::no_ledger(&name, &refusal, self.values));
                    Ok(None)
                }
            }
        };
        self.ready.get_or_try_init(|| opened).await.map(drop)
    }

    /// A number for a transaction of a slot; `None` if there is no ledger.
    #[must_use]
    pub fn entry(&self, slot: usize) -> Option<Entry<'_>> {
        let table = self.ready.get()?.as_deref()?;
        Some(Entry { ledger: self, table, slot, attempt: self.attempts.fetch_add(1, Ordering::Relaxed) + 1 })
    }

    /// True once the ledger is in use.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.ready.get().is_some_and(Option::is_some)
    }

    /// Tries the ledger, and creates it if it is missing; `Some` says why it cannot be used.
    async fn open(&self, client: &Client, name: &str, timeout: Timeout) -> Result<Option<Failure>, Failure> {
        let mut refusal = None;
        for look in 0..LOOKS {
            refusal = self.refusal(client, name, timeout).await?;
            match &refusal {
                None => {
                    self.clean(client, name, timeout).await?;
                    return Ok(None);
                }
                Some(failure) if failure.fault == Fault::Missing && look + 1 < LOOKS => {}
                Some(_) => break,
            }
            let create = format!(
                "CREATE TABLE IF NOT EXISTS {name} (writer uuid, slot integer, attempt bigint NOT NULL, \
                 written_at timestamptz NOT NULL, PRIMARY KEY (writer, slot))"
            );
            let created = timeout.wait(Step::Ddl, client.batch_execute(&create)).await;
            match created.map_err(Failure::not_committed)?.map_err(|error| Failure::executing(&error)) {
                // Another task may have created it at the same moment.
                Ok(()) | Err(Failure { fault: Fault::Unique, .. }) => {}
                Err(failure) if is_refusal(&failure) => return Ok(Some(failure)),
                Err(failure) => return Err(failure.not_committed()),
            }
        }
        Ok(refusal)
    }

    /// Tries to write a number and rolls back; returns why it cannot be written.
    async fn refusal(
        &self,
        client: &Client,
        name: &str,
        timeout: Timeout,
    ) -> Result<Option<Failure>, Failure> {
        let probe = Entry { ledger: self, table: name, slot: 0, attempt: 0 };
        let (look, enter) = (probe.look(), probe.enter());
        let requests = vec![
            simple(client, "BEGIN"),
            counted(client, &look),
            counted(client, &enter),
            simple(client, "ROLLBACK"),
        ];
        let asked = pipeline(requests, Step::Ledger, timeout).await;
        match asked.map_err(Failure::not_committed)? {
            Ok(_) => Ok(None),
            Err((_, error)) => match Failure::executing(&error).not_committed() {
                failure if is_refusal(&failure) => Ok(Some(failure)),
                failure => Err(failure),
            },
        }
    }

    /// Deletes rows of writers that no longer exist. It may fail because another sink does the same at this moment, or
    /// because the role lacks the privilege. The next sink then deletes them.
    async fn clean(&self, client: &Client, name: &str, timeout: Timeout) -> Result<(), Failure> {
        let old = format!(
            "DELETE FROM {name} WHERE (writer, slot) IN (SELECT writer, slot FROM {name} \
             WHERE written_at < now() - interval '{KEPT_DAYS} days' LIMIT {CLEANED_ROWS})"
        );
        let cleaned = timeout.wait(Step::Ledger, client.batch_execute(&old)).await;
        match cleaned.map_err(Failure::not_committed)?.map_err(|error| Failure::executing(&error)) {
            Err(failure) if failure.fault.breaks() => Err(failure.not_committed()),
            _ => Ok(()),
        }
    }
}

/// A statement whose rows are counted.
fn counted<'a>(client: &'a Client, statement: &'a str) -> Request<'a> {
    Box::pin(client.execute_typed(statement, &[]))
}

/// True if the ledger cannot be used at all. False if only this attempt failed.
fn is_refusal(failure: &Failure) -> bool {
    failure.sqlstate.is_some()
        && matches!(failure.fault, Fault::Permission | Fault::Missing | Fault::BadRow | Fault::Rejected)
}

impl Entry<'_> {
    /// Begins a transaction and writes its number. It waits for the answer, so that no row is sent before it: if BEGIN
    /// failed, each following row would be its own transaction.
    ///
    /// # Errors
    /// The failure. No row was sent.
    pub async fn begin(&self, client: &Client, timeout: Timeout) -> Result<(), Failure> {
        let enter = self.enter();
        let requests = vec![simple(client, "BEGIN"), counted(client, &enter)];
        match pipeline(requests, Step::Ledger, timeout).await.map_err(Failure::not_committed)? {
            Ok(counts) if counts[..] == [0, 1] => Ok(()),
            Ok(_) => {
                // If this fails too, so will the next use of the connection.
                let _ = timeout.wait(Step::Rollback, client.batch_execute("ROLLBACK")).await;
                Err(self.overtaken())
            }
            Err((_, error)) => Err(self.told(roll_back(client, &error, timeout).await)),
        }
    }

    /// True if the transaction with this number is committed; false if it can never be committed. See the module.
    ///
    /// # Errors
    /// The failure. The outcome is not known yet.
    pub async fn settle(&self, client: &Client, timeout: Timeout) -> Result<bool, Failure> {
        let failed = |error| self.told(Failure::executing(&error));
        let began = timeout.wait(Step::Ledger, client.batch_execute("BEGIN")).await?;
        began.map_err(failed)?;
        let look = self.look();
        let found = timeout.wait(Step::Ledger, client.simple_query(&look)).await?;
        let found = match found {
            Ok(found) => found,
            Err(error) => return Err(self.told(roll_back(client, &error, timeout).await)),
        };
        let number = found.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        if number == Some(self.attempt.to_string().as_str()) {
            let _ = timeout.wait(Step::Rollback, client.batch_execute("ROLLBACK")).await;
            return Ok(true);
        }
        let attempt = self.ledger.attempts.fetch_add(1, Ordering::Relaxed) + 1;
        let enter = Entry { attempt, ..*self }.enter();
        let requests = vec![counted(client, &enter), simple(client, "COMMIT")];
        match pipeline(requests, Step::Ledger, timeout).await? {
            Ok(counts) if counts[..] == [1, 0] => Ok(false),
            Ok(_) => Err(self.overtaken()),
            Err((_, error)) => Err(self.told(roll_back(client, &error, timeout).await)),
        }
    }

    fn look(&self) -> String {
        let Self { ledger, table, slot, .. } = self;
        format!("SELECT attempt FROM {table} WHERE writer = '{}' AND slot = {slot}", ledger.writer)
    }

    /// Writes the number, unless there is a larger one.
    fn enter(&self) -> String {
        let Self { ledger, table, slot, attempt } = self;
        let mut text = format!("INSERT INTO {table} AS l (writer, slot, attempt, written_at) ");
        // Writing to a String cannot fail.
        let _ = write!(text, "VALUES ('{}', {slot}, {attempt}, now()) ", ledger.writer);
        text.push_str("ON CONFLICT (writer, slot) DO UPDATE SET attempt = EXCLUDED.attempt, ");
        text.push_str("written_at = EXCLUDED.written_at WHERE l.attempt < EXCLUDED.attempt");
        text
    }

    /// The slot's row has a number that this sink never used.
    fn overtaken(&self) -> Failure {
        self.told(Failure::local(Fault::Rejected, "another program changed the row of this writer"))
    }

    /// The failure as a failure of the ledger. It is not caused by the rows, so no row is split, skipped or refused
    /// because of it.
    fn told(&self, failure: Failure) -> Failure {
        let fault = match failure.fault {
            // The transaction in doubt has inserted the slot's first row.
            Fault::Unique => Fault::Conflict,
            Fault::BadRow | Fault::TooBig | Fault::Reference => Fault::Rejected,
            fault => fault,
        };
        let text = format!("commit ledger {}: {}", self.table, failure.text);
        Failure { fault, text, ..failure }.not_committed()
    }
}
