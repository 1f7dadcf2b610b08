//! A comparison that the tasks of a job share. Each task has a share of the rows. The last task to pass all its rows
//! compares; the other tasks end before it.
//!
//! A result needs the rows of all tasks, each row once. So the comparison is void as soon as a task ends before it has
//! passed all its rows, or too many tasks begin. After an engine has restarted its tasks, they share a new comparison.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use once_cell::sync::Lazy;
use parking_lot::{Condvar, Mutex};

use crate::config::{Config, Verify};
use crate::error::{ErrorKind, SinkError};
use crate::table::schema::Table;
use crate::verify::repair::Wanted;
use crate::verify::report::Report;
use crate::verify::state::{Space, State};

/// The comparisons in this process. Each is dropped with the last of its tasks.
static SHARED: Lazy<Mutex<HashMap<Key, Weak<Comparison>>>> = Lazy::new(Mutex::default);

/// Identifies a comparison: the run of the job, and the folder of the report.
type Key = (String, Option<PathBuf>);

/// A comparison, or the repair after one.
pub(super) struct Comparison {
    key: Option<Key>,
    /// The report of the previous look.
    pub(super) before: Option<Report>,
    pub(super) tables: Mutex<BTreeMap<String, Arc<Mutex<State>>>>,
    pub(super) space: Space,
    pub(super) wanted: Option<Wanted>,
    pub(super) repaired: Mutex<BTreeMap<String, Arc<Table>>>,
    tasks: usize,
    counts: Mutex<Counts>,
    begun: Condvar,
}

#[derive(Default)]
struct Counts {
    begun: usize,
    passed: usize,
    /// Why there can be no result.
    void: Option<SinkError>,
}

/// A task's part in a comparison.
pub(super) struct Share {
    pub(super) of: Arc<Comparison>,
    arrival: Duration,
    standing: Mutex<Standing>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Rows may still come.
    Reads,
    /// All rows of this task have passed, since then.
    Passed(Instant),
    /// All rows of this task have passed, and all tasks have begun. Another task compares.
    Released,
    /// All rows of all tasks have passed. This task compares.
    Compares,
    Ended,
}

/// What a task does after its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Not all tasks have begun yet: call again.
    Wait,
    /// Another task compares. The number is that of the tasks that have passed all their rows.
    End(usize),
    /// This task was the last one: it compares.
    Compare,
}

impl Share {
    /// The task with this configuration begins.
    ///
    /// # Errors
    /// Kind `Config` if the report of the previous look cannot be read, or if too many tasks begin. If another
    /// task has failed, its error.
    pub(super) fn begin(config: &Config, mode: Verify) -> Result<Self, SinkError> {
        let tasks = &config.verify_tasks;
        let of = match &tasks.run {
            Some(run) => {
                let key = (run.clone(), config.verify_report.clone());
                let mut shared = SHARED.lock();
                shared.retain(|_, comparison| comparison.strong_count() > 0);
                match shared.get(&key).and_then(Weak::upgrade) {
                    Some(comparison) => comparison,
                    None => {
                        let comparison = Arc::new(Comparison::new(config, mode, Some(key.clone()))?);
                        shared.insert(key, Arc::downgrade(&comparison));
                        comparison
                    }
                }
            }
            None if tasks.tasks > 1 => {
                return Err(SinkError::option(
                    "verify_tasks",
                    "needs an engine that names the job's run: set parallelism = 1 and remove the option",
                ));
            }
            None => Arc::new(Comparison::new(config, mode, None)?),
        };
        of.begin(tasks.task)?;
        Ok(Self { of, arrival: tasks.arrival, standing: Mutex::new(Standing::Reads) })
    }

    /// # Errors
    /// Why there can be no result.
    pub(super) fn check(&self) -> Result<(), SinkError> {
        self.of.counts.lock().void.clone().map_or(Ok(()), Err)
    }

    /// All rows of this task have passed. Waits at most `timeout` for tasks that have not begun.
    ///
    /// # Errors
    /// Why there can be no result; kind `Config` if other tasks do not begin in this process.
    pub(super) fn pass(&self, timeout: Duration) -> Result<Turn, SinkError> {
        let mut standing = self.standing.lock();
        let mut counts = self.of.counts.lock();
        if *standing == Standing::Reads {
            counts.passed += 1;
            let last = counts.passed == self.of.tasks;
            *standing = if last { Standing::Compares } else { Standing::Passed(Instant::now()) };
        }
        let since = match *standing {
            Standing::Compares => return counts.void.clone().map_or(Ok(Turn::Compare), Err),
            Standing::Passed(since) => since,
            Standing::Reads | Standing::Released | Standing::Ended => return Ok(Turn::End(counts.passed)),
        };
        let waits = |counts: &mut Counts| counts.void.is_none() && counts.begun < self.of.tasks;
        self.of.begun.wait_while_for(&mut counts, waits, timeout);
        if counts.void.is_none() && counts.begun < self.of.tasks && since.elapsed() >= self.arrival {
            counts.void = Some(missing(counts.begun, self.of.tasks));
            self.of.begun.notify_all();
        }
        match &counts.void {
            Some(why) => Err(why.clone()),
            None if counts.begun < self.of.tasks => Ok(Turn::Wait),
            None => {
                *standing = Standing::Released;
                Ok(Turn::End(counts.passed))
            }
        }
    }

    /// The task ends. If it has not passed all its rows, or may begin again, there can be no result.
    pub(super) fn end(&self) {
        match std::mem::replace(&mut *self.standing.lock(), Standing::Ended) {
            Standing::Reads | Standing::Passed(_) => self.of.make_void(failed()),
            Standing::Compares => self.of.forget(),
            Standing::Released | Standing::Ended => {}
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.end();
    }
}

impl Comparison {
    fn new(config: &Config, mode: Verify, key: Option<Key>) -> Result<Self, SinkError> {
        let before = match &config.verify_report {
            Some(folder) if mode == Verify::First => {
                // If this look has no result, an older report must not look like its result.
                Report::remove(folder)?;
                None
            }
            Some(folder) => Some(Report::read(folder)?),
            None if mode == Verify::First => None,
            None => {
                return Err(SinkError::option(
                    "verify_report",
                    "is required with this value of 'verify': set the folder with the report of the look before",
                ));
            }
        };
        Ok(Self {
            key,
            wanted: before.as_ref().filter(|_| mode.repairs()).map(Wanted::new),
            before,
            tables: Mutex::default(),
            space: Space::new(config.row_bytes()),
            repaired: Mutex::default(),
            tasks: config.verify_tasks.tasks,
            counts: Mutex::default(),
            begun: Condvar::new(),
        })
    }

    fn begin(&self, task: usize) -> Result<(), SinkError> {
        let mut counts = self.counts.lock();
        if counts.void.is_none() && (counts.begun == self.tasks || task >= self.tasks) {
            counts.void = Some(excess(self.tasks));
        }
        if let Some(why) = &counts.void {
            self.begun.notify_all();
            return Err(why.clone());
        }
        counts.begun += 1;
        self.begun.notify_all();
        Ok(())
    }

    fn make_void(&self, why: SinkError) {
        self.counts.lock().void.get_or_insert(why);
        self.begun.notify_all();
    }

    /// Tasks that begin from now on share another comparison.
    fn forget(&self) {
        if let Some(key) = &self.key {
            let mut shared = SHARED.lock();
            if shared.get(key).is_some_and(|comparison| std::ptr::eq(comparison.as_ptr(), self)) {
                shared.remove(key);
            }
        }
    }
}

fn missing(begun: usize, tasks: usize) -> SinkError {
    SinkError::option(
        "verify_tasks",
        format!(
            "{begun} of {tasks} tasks run in this process, and a comparison needs the rows of all: let all tasks of the job run \
             at the same time in one process, as the command verify does, or set parallelism = 1 and verify_tasks = 1; \
             no report was written"
        ),
    )
}

fn excess(tasks: usize) -> SinkError {
    SinkError::option(
        "verify_tasks",
        format!(
            "more than {tasks} of the job's tasks bring rows: set it to the number of the sink's tasks, which is the job's \
             parallelism; if the engine has just restarted the job, start it again; no report was written"
        ),
    )
}

fn failed() -> SinkError {
    SinkError::new(
        ErrorKind::Closed,
        "another task of this comparison has failed or was cancelled, and a comparison needs its rows: look for its error, \
         and start the job again; no report was written",
    )
}
