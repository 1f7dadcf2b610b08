//! Compares the target with the source's rows, instead of writing them.
//!
//! Rows arrive as for a write: in the same frames, with the same conversion. The key and the row are hashed in the form
//! in which the database stores them ([`canon`]). A table has a fixed number of buckets, whatever the number of its
//! rows. The key's hash selects the bucket, which has a count of rows and a sum of their hashes ([`sums`]). All tasks
//! of a job add to them ([`shared`]). When the source is done, the target is read once, in pages in the order of its
//! key ([`pages`]), and hashed in the same way.
//!
//! In buckets that differ, the rows that differ are found by key. The first look does this if the source's keys fit
//! into memory. Otherwise further looks keep only the keys of those buckets.

pub mod canon;
pub mod report;
pub mod sums;

mod ask;
mod compare;
mod doubt;
mod pages;
mod progress;
mod repair;
mod shared;
mod state;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use log::Level;
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

use shared::{Share, Turn};
use state::{Portion, State};

/// The state of a sink that compares, or repairs rows that differ.
pub struct Verifier {
    mode: Verify,
    folder: Option<PathBuf>,
    /// The part of this task in the job's comparison.
    share: Share,
    runtime: Handle,
    done: Mutex<Option<Receiver<Result<(), SinkError>>>>,
}

impl Verifier {
    /// A verifier if the configuration asks for one.
    ///
    /// # Errors
    /// Kind `Config` if the report of the previous look cannot be read, or if too many tasks begin. If another
    /// task has failed, its error.
    pub(crate) fn new(config: &Config, runtime: Handle) -> Result<Option<Self>, SinkError> {
        let Some(mode) = config.verify else { return Ok(None) };
        Ok(Some(Self {
            mode,
            folder: config.verify_report.clone(),
            share: Share::begin(config, mode)?,
            runtime,
            done: Mutex::default(),
        }))
    }

    /// True if it writes rows that differ.
    pub(crate) fn repairs(&self) -> bool {
        self.mode.repairs()
    }

    /// True if this row has to be written again.
    pub(crate) fn wants(&self, table: &Table, staged: &Staged, op: &Op) -> bool {
        self.share.of.wanted.as_ref().is_some_and(|wanted| wanted.holds(table, staged, op))
    }

    /// Adds a declared table, because a table without rows is compared too.
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
                        "cannot repair table {table}, which has no key: a row without a key cannot be replaced"
                    ),
                ));
            }
            self.share.of.repaired.lock().insert(table.to_string(), table.clone());
            return Ok(());
        }
        let name = table.to_string();
        let mut tables = self.share.of.tables.lock();
        if let Some(state) = tables.get(&name) {
            let form = state.lock().form.clone();
            let same = form.table.columns == table.columns && form.table.keys == table.keys;
            return if same { Ok(()) } else { Err(two_forms(table)) };
        }
        let report = self.share.of.before.as_ref();
        let before = report.and_then(|report| report.tables.get(&name));
        if report.is_some() && before.is_none() {
            return Err(SinkError::option(
                "verify_report",
                format!("its report does not have table {table}: begin with a first look, verify = true"),
            ));
        }
        let wanted = before.map(|before| before.look.iter().copied().collect());
        tables.insert(name, Arc::new(Mutex::new(State::new(table.clone(), wanted))));
        Ok(())
    }

    /// Adds the rows of a frame, as rows of the source.
    pub(crate) fn take(
        &self,
        engine: &Arc<Engine>,
        bytes: &[u8],
        staged: &mut Staged,
    ) -> Result<(), SinkError> {
        self.share.check()?;
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
        let state = self.share.of.tables.lock().get(&table.to_string()).cloned();
        let state = state.ok_or_else(|| SinkError::internal(format!("table {table} is not compared")))?;
        let (form, kept) = {
            let state = state.lock();
            (state.form.clone(), state.of_source())
        };
        let mut portion = Portion::default();
        let mut values = Vec::new();
        let mut row = Vec::new();
        for (at, op) in staged.ops.iter().enumerate() {
            values.clear();
            if op.deletes() {
                let keys = table.keys.iter().map(|key| &table.columns[*key]);
                values.extend(tuple::params(&staged.arena[op.key..op.end]).map(|param| param.bytes));
                canon::run(keys, &values, &mut row);
                portion.gone(&row);
                continue;
            }
            values.extend(tuple::params(&staged.arena[op.start..op.key]).map(|param| param.bytes));
            parsed.put(at, &mut values);
            canon::run(canon::columns(&table), &values, &mut row);
            form.source(&row, kept, &mut portion);
        }
        let mut state = state.lock();
        state.refused += staged.refused.len();
        state.read.tell(&engine.notices, staged.ops.len());
        state.add_source(portion, &self.share.of.space);
        Ok(())
    }

    /// The stored form of values that only the database can interpret.
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
            // Fails only if the sink was closed meanwhile: nobody needs the answer then.
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

    /// All rows of this task have arrived. The last task then reads the target, and writes the result to the log and to
    /// the report. Waits at most `timeout`; false means not yet, and the caller calls again.
    pub(crate) fn compare(
        self: &Arc<Self>,
        engine: &Arc<Engine>,
        timeout: Duration,
    ) -> Result<bool, SinkError> {
        match self.share.pass(timeout)? {
            Turn::Wait => return Ok(false),
            Turn::End(passed) => {
                let tasks = engine.config.verify_tasks.tasks;
                engine.notices.push(Level::Info, || {
                    format!(
                        "verify: {passed} of {tasks} tasks have passed all their rows; the last one compares"
                    )
                });
                return Ok(true);
            }
            Turn::Compare => {}
        }
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

    async fn end(&self, engine: &Arc<Engine>) -> Result<(), SinkError> {
        if self.mode.repairs() {
            return self.repair(engine).await;
        }
        let of = &self.share.of;
        let tables = std::mem::take(&mut *of.tables.lock());
        let mut report = of.before.clone().unwrap_or_default();
        report.looks += 1;
        for (name, state) in tables {
            let state = Arc::into_inner(state).map(Mutex::into_inner);
            let state = state.ok_or_else(|| SinkError::internal(format!("{name} still gets rows")))?;
            let found = compare::table(engine, state, &of.space, of.before.as_ref()).await?;
            report.tables.insert(name, found);
        }
        // Another task may have begun meanwhile, which would be one too many.
        self.share.check()?;
        report.tell(&engine.notices, engine.config.log_values);
        match &self.folder {
            Some(folder) => report.write(folder),
            None => Ok(()),
        }
    }

    async fn repair(&self, engine: &Engine) -> Result<(), SinkError> {
        let (Some(before), Some(folder)) = (&self.share.of.before, &self.folder) else { return Ok(()) };
        if self.mode == Verify::RepairDelete {
            let tables: Vec<_> = self.share.of.repaired.lock().values().cloned().collect();
            repair::delete_extra(engine, &tables, before).await?;
        }
        let mut report = before.clone();
        report.look_again();
        report.write(folder)
    }

    /// The sink closes.
    pub(crate) fn close(&self) {
        self.share.end();
    }
}

/// Interval at which a wait for the database checks whether the sink has failed or closed.
const POLL: Duration = Duration::from_millis(50);

fn two_forms(table: &Table) -> SinkError {
    SinkError::option(
        "verify",
        format!(
            "cannot compare table {table}: two of the source's tables go into it with different columns; verify them in separate jobs"
        ),
    )
}

fn closed() -> SinkError {
    SinkError::new(ErrorKind::Closed, "the native sink is closed")
}

/// True if only the database knows the form in which it stores values of this type.
fn is_rewritten(ty: ColumnType) -> bool {
    ty == ColumnType::Jsonb
}
