//! Compares the target with the source's rows, in place of writing them.
//!
//! Rows come as when they are written: by the same frame and the same conversion. Of each the key and the row are
//! hashed, as the very bytes that the target would be sent ([`canon`]: where the database stores other bytes than it is
//! sent, as those that it stores). A table has a number of buckets by the key's hash, each with a count and a sum of
//! row hashes ([`sums`]), whatever the number of rows. When the source is done the target is read once, in pages in the
//! order of its key ([`pages`]), and hashed likewise. Buckets that differ are told apart by key: at once as far as the
//! source's keys have room in memory, otherwise by another look, in which only those buckets are kept.

pub mod canon;
pub mod report;
pub mod sums;

mod ask;
mod compare;
mod doubt;
mod pages;
mod progress;
mod repair;
mod state;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::runtime::Handle;

use crate::config::{Config, Verify};
use crate::error::{ErrorKind, SinkError};
use crate::queue::change::Op;
use crate::queue::stage::Staged;
use crate::row::column::ColumnType;
use crate::row::frame;
use crate::row::tuple;
use crate::table::schema::Table;
use crate::write::engine::Engine;

use report::Report;
use state::{Space, State};

/// What a sink has that compares, or repairs what was found to differ.
pub struct Verifier {
    mode: Verify,
    folder: Option<PathBuf>,
    /// What the look before found.
    before: Option<Report>,
    tables: Mutex<BTreeMap<String, State>>,
    space: Space,
    runtime: Handle,
    done: Mutex<Option<Receiver<Result<(), SinkError>>>>,
    wanted: Option<repair::Wanted>,
    repaired: Mutex<Vec<Arc<Table>>>,
}

impl Verifier {
    /// A verifier if the configuration asks for one.
    ///
    /// # Errors
    /// Kind `Config` if the report of the look before cannot be read.
    pub(crate) fn new(config: &Config, runtime: Handle) -> Result<Option<Self>, SinkError> {
        let Some(mode) = config.verify else { return Ok(None) };
        let folder = config.verify_report.clone();
        let before = match &folder {
            Some(folder) if mode != Verify::First => Some(Report::read(folder)?),
            None if mode != Verify::First => {
                return Err(SinkError::option(
                    "verify_report",
                    "is required with this value of 'verify': set the folder with the report of the look before",
                ));
            }
            _ => None,
        };
        let wanted = before.as_ref().filter(|_| mode.repairs()).map(repair::Wanted::new);
        Ok(Some(Self {
            mode,
            folder,
            before,
            tables: Mutex::default(),
            space: Space::new(config.row_bytes()),
            runtime,
            done: Mutex::default(),
            wanted,
            repaired: Mutex::default(),
        }))
    }

    /// True if rows that are found to differ are written.
    pub(crate) fn repairs(&self) -> bool {
        self.mode.repairs()
    }

    /// True if this row is to be written again.
    pub(crate) fn wants(&self, table: &Table, staged: &Staged, op: &Op) -> bool {
        self.wanted.as_ref().is_some_and(|wanted| wanted.holds(table, staged, op))
    }

    /// Makes a declared table known: one without rows is compared too.
    pub(crate) fn declared(&self, table: &Arc<Table>) -> Result<(), SinkError> {
        if table.query.is_some() {
            return Err(SinkError::option(
                "verify",
                format!(
                    "cannot compare table {table}, which is written by option 'query': only the query knows what it writes; \
                     remove 'query' for the comparison"
                ),
            ));
        }
        if self.mode.repairs() {
            if table.keys.is_empty() {
                return Err(SinkError::option(
                    "verify",
                    format!(
                        "cannot repair table {table}, which has no key: a row cannot be written in place of another"
                    ),
                ));
            }
            self.repaired.lock().push(table.clone());
            return Ok(());
        }
        let name = table.to_string();
        let mut tables = self.tables.lock();
        if let Some(state) = tables.get(&name) {
            let same = state.table.columns == table.columns && state.table.keys == table.keys;
            return if same { Ok(()) } else { Err(two_forms(table)) };
        }
        let before = self.before.as_ref().and_then(|report| report.tables.get(&name));
        if self.before.is_some() && before.is_none() {
            return Err(SinkError::option(
                "verify_report",
                format!("its report does not know table {table}: begin with a first look, verify = true"),
            ));
        }
        let wanted = before.map(|before| before.look.iter().copied().collect());
        tables.insert(name, State::new(table.clone(), wanted));
        Ok(())
    }

    /// Takes the rows of a frame as the source's.
    pub(crate) fn take(
        &self,
        engine: &Arc<Engine>,
        bytes: &[u8],
        staged: &mut Staged,
    ) -> Result<(), SinkError> {
        let rows = frame::rows(bytes)?;
        let number = rows.table;
        let table = engine.queue.table(number).ok_or_else(|| {
            SinkError::internal(format!("rows for table number {number}, which was not declared"))
        })?;
        staged.fill(rows, &table, &engine.hasher, engine.dead.is_some(), engine.config.log_values)?;
        let parsed = if doubt::is_any(&table, staged) {
            self.parse(engine, &table, staged)?
        } else {
            doubt::Parsed::default()
        };
        let mut tables = self.tables.lock();
        let state = tables
            .get_mut(&table.to_string())
            .ok_or_else(|| SinkError::internal(format!("table {table} is not compared")))?;
        state.refused += staged.refused.len();
        state.read.tell(&engine.notices, staged.ops.len());
        let mut values = Vec::new();
        let mut row = Vec::new();
        for (at, op) in staged.ops.iter().enumerate() {
            values.clear();
            if op.deletes() {
                let keys = table.keys.iter().map(|key| &table.columns[*key]);
                values.extend(tuple::params(&staged.arena[op.key..op.end]).map(|param| param.bytes));
                canon::run(keys, &values, &mut row);
                state.gone(&row, &self.space);
                continue;
            }
            values.extend(tuple::params(&staged.arena[op.start..op.key]).map(|param| param.bytes));
            parsed.put(at, &mut values);
            canon::run(canon::columns(&table), &values, &mut row);
            state.source(&row, &self.space);
        }
        Ok(())
    }

    /// Values that only the database can read, as it stores them.
    fn parse(
        &self,
        engine: &Arc<Engine>,
        table: &Table,
        staged: &Staged,
    ) -> Result<doubt::Parsed, SinkError> {
        let questions = doubt::questions(table, staged);
        let (teller, answer) = sync_channel(1);
        let asked = engine.clone();
        self.runtime.spawn(async move {
            // Nobody listens any more when the sink was closed meanwhile.
            let _ = teller.send(doubt::ask(&asked, questions).await);
        });
        loop {
            match answer.recv_timeout(POLL) {
                Ok(parsed) => return parsed,
                Err(RecvTimeoutError::Timeout) => engine.latch.check()?,
                Err(RecvTimeoutError::Disconnected) => return Err(closed()),
            }
        }
    }

    /// The source is done: reads the target, tells what differs and writes the report. Waits at most `timeout`; false means
    /// not yet, and the call is repeated.
    pub(crate) fn compare(
        self: &Arc<Self>,
        engine: &Arc<Engine>,
        timeout: Duration,
    ) -> Result<bool, SinkError> {
        let mut done = self.done.lock();
        let answer = done.get_or_insert_with(|| {
            let (teller, answer) = sync_channel(1);
            let (this, engine) = (self.clone(), engine.clone());
            self.runtime.spawn(async move {
                let _ = teller.send(this.end(&engine).await);
            });
            answer
        });
        match answer.recv_timeout(timeout) {
            Ok(ended) => ended.map(|()| true),
            Err(RecvTimeoutError::Timeout) => engine.latch.check().map(|()| false),
            Err(RecvTimeoutError::Disconnected) => Err(closed()),
        }
    }

    async fn end(&self, engine: &Engine) -> Result<(), SinkError> {
        if self.mode.repairs() {
            return self.repair(engine).await;
        }
        let tables = std::mem::take(&mut *self.tables.lock());
        let mut report = self.before.clone().unwrap_or_default();
        report.looks += 1;
        for (name, state) in tables {
            let found = compare::table(engine, state, &self.space, self.before.as_ref()).await?;
            report.tables.insert(name, found);
        }
        report.tell(&engine.notices, engine.config.log_values);
        match &self.folder {
            Some(folder) => report.write(folder),
            None => Ok(()),
        }
    }

    async fn repair(&self, engine: &Engine) -> Result<(), SinkError> {
        let (Some(before), Some(folder)) = (&self.before, &self.folder) else { return Ok(()) };
        if self.mode == Verify::RepairDelete {
            let tables = self.repaired.lock().clone();
            repair::delete_extra(engine, &tables, before).await?;
        }
        let mut report = before.clone();
        report.look_again();
        report.write(folder)
    }
}

/// Interval at which a wait for the database checks whether the sink has failed or closed.
const POLL: Duration = Duration::from_millis(50);

fn two_forms(table: &Table) -> SinkError {
    SinkError::option(
        "verify",
        format!(
            "cannot compare table {table}: two of the source's tables go into it with different columns; verify them one by one"
        ),
    )
}

fn closed() -> SinkError {
    SinkError::new(ErrorKind::Closed, "the native sink is closed")
}

/// True if values of this type are stored in another form than they may be sent in, which only the database knows.
fn is_rewritten(ty: ColumnType) -> bool {
    ty == ColumnType::Jsonb
}
