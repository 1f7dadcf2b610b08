//! Options of `verify` and `repair`, which do not write all rows.

use std::time::Duration;

use crate::error::SinkError;

use super::bounds;
use super::options::Options;

/// How long a task that has passed all its rows waits for tasks that have not begun. An engine begins all tasks of a
/// job within seconds, if it can run them at the same time.
const ARRIVAL: Duration = Duration::from_secs(60);

/// What the sink does instead of writing all rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    /// Compare the target with the rows.
    First,
    /// Compare again where the last comparison found differences.
    Again,
    /// Write the rows that are missing or different.
    Repair,
    /// In addition, delete the rows that the source does not have.
    RepairDelete,
}

impl Verify {
    pub(super) fn read(options: &mut Options) -> Result<Option<Self>, SinkError> {
        options.choice(
            "verify",
            &[
                ("false", None),
                ("true", Some(Self::First)),
                ("again", Some(Self::Again)),
                ("repair", Some(Self::Repair)),
                ("repair_delete", Some(Self::RepairDelete)),
            ],
        )
    }

    /// True if rows are written.
    #[must_use]
    pub fn repairs(self) -> bool {
        matches!(self, Self::Repair | Self::RepairDelete)
    }
}

/// The tasks of a job that compare together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyTasks {
    /// The run of the job; `None` if the engine does not name it.
    pub run: Option<String>,
    /// Number of tasks, each with a share of the rows.
    pub tasks: usize,
    /// Number of this task, from 0 on.
    pub task: usize,
    /// How long a task waits for tasks that have not begun. Not an option: tests shorten it.
    pub arrival: Duration,
}

impl VerifyTasks {
    pub(super) fn read(options: &mut Options) -> Result<Self, SinkError> {
        Ok(Self {
            run: options.take("verify_run"),
            tasks: options.number("verify_tasks", 1, 1..=bounds::MAX_VERIFY_TASKS)?,
            task: options.number("verify_task", 0, 0..=usize::MAX)?,
            arrival: ARRIVAL,
        })
    }
}
