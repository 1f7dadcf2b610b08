//! All waiting changes: a window for each table, and the flushes that request them.

pub mod buffer;
pub mod budget;
pub mod change;
pub mod stage;
pub mod unique;
pub mod window;
pub mod batch;
pub mod refused;
pub mod progress;

use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::limits;
use crate::queue::batch::Batch;
use crate::queue::budget::Budget;
use crate::queue::change::{Op, Segment};
use crate::queue::progress::{Progress, Ticket};
use crate::queue::window::{Due, Found, Order, Size, Window};
use crate::table::schema::Table;
use crate::table::sql::Form;

/// Number of rows from which a batch is sent if a connection is idle. It takes a sixth of the time of 3,000 rows, so a
/// checkpoint waits less. It costs little more: the overhead of a transaction is some milliseconds compared with 160
/// for these rows (inferred), and 0.004 DPU compared with 6. If all connections are busy, more rows are collected.
const READY_ROWS: usize = 500;

/// Number of committed batches before twice the rows are tried again. A conflict is often over by then.
const PASSED: u32 = 16;

/// The waiting changes of all tables.
#[derive(Debug)]
pub struct Queue {
    state: Mutex<State>,
    progress: Progress,
    budget: Arc<Budget>,
    interval: Duration,
    /// Bytes of a batch in memory.
    batch_bytes: usize,
}

#[derive(Debug)]
struct State {
    tables: Vec<Entry>,
    size: BatchSize,
    /// A table's next row needs more memory than a connection may use.
    short: bool,
}

#[derive(Debug)]
struct Entry {
    table: Arc<Table>,
    window: Window,
    /// The form of the table's statements.
    form: Form,
    /// Maximum rows of a transaction.
    most_rows: usize,
}

/// The next action of a connection.
#[derive(Debug)]
pub enum Next {
    /// Send this batch.
    Batch(Batch),
    /// Wait.
    Nothing,
    /// Wait for memory: the next row needs more than the connection may use now.
    TooLarge,
}

impl Queue {
    /// An empty queue.
    #[must_use]
    pub fn new(budget: &Arc<Budget>, interval: Duration, rows: usize, batch_bytes: usize) -> Self {
        let state = State { tables: Vec::new(), size: BatchSize::new(rows), short: false };
        Self {
            state: Mutex::new(state),
            progress: Progress::default(),
            budget: budget.clone(),
            interval,
            batch_bytes,
        }
    }

    /// Adds a table with the given maximum of rows in a transaction; returns its number.
    pub fn add_table(&self, table: Arc<Table>, form: Form, most_rows: usize) -> usize {
        let order = match () {
            () if table.query.is_some() => Order::Total,
            () if table.append() => Order::Free,
            () if table.uniques.is_empty() => Order::Key,
            () => Order::KeyAndUnique,
        };
        let mut state = self.state.lock();
        state.tables.push(Entry { table, window: Window::new(order), form, most_rows });
        state.tables.len() - 1
    }

    /// The table with this number.
    #[must_use]
    pub fn table(&self, number: usize) -> Option<Arc<Table>> {
        self.state.lock().tables.get(number).map(|entry| entry.table.clone())
    }

    /// True until the first table is added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.state.lock().tables.is_empty()
    }

    /// The form of a table's statements.
    #[must_use]
    pub fn form(&self, number: usize) -> Form {
        self.state.lock().tables.get(number).map_or(Form::Values, |entry| entry.form)
    }

    /// Records that the database does not support a table's statements with unnest; true if this was not known.
    pub fn use_values(&self, number: usize) -> bool {
        let mut state = self.state.lock();
        let Some(entry) = state.tables.get_mut(number) else { return false };
        std::mem::replace(&mut entry.form, Form::Values) == Form::Unnest
    }

    /// Adds operations on a table, whose bytes are in `segment`. Returns how many replaced others.
    pub fn push(&self, number: usize, ops: &mut Vec<Op>, segment: &Arc<Segment>) -> usize {
        let now = Instant::now();
        let mut state = self.state.lock();
        let due = self.due();
        let Some(Entry { window, .. }) = state.tables.get_mut(number) else { return 0 };
        let count = ops.len();
        let mut replaced = 0;
        for op in ops.drain(..) {
            replaced += usize::from(window.push(op, segment, due.ticket, now, due));
        }
        self.progress.add(count - replaced);
        replaced
    }

    /// Requests all waiting changes. Returns the ticket, and the duration of each flush that this completed.
    pub fn flush(&self) -> (Ticket, Vec<Duration>) {
        let mut state = self.state.lock();
        let drawn = self.progress.draw();
        state.look();
        drawn
    }

    /// Waits for a flush; see [`Progress::wait`].
    pub fn wait(&self, ticket: Ticket, timeout: Duration, stop: impl Fn() -> bool) -> bool {
        self.progress.wait(ticket, timeout, stop)
    }

    /// Wakes all tasks that wait for a flush.
    pub fn wake(&self) {
        self.progress.wake();
    }

    /// A connection gives memory back, so a change that needed more memory may be sent now.
    pub fn has_room(&self) {
        let mut state = self.state.lock();
        if state.short {
            state.look();
        }
    }

    /// Makes the next check start from the beginning, because the available memory has changed.
    pub fn look(&self) {
        self.state.lock().look();
    }

    /// Approximate number of ready batches.
    #[must_use]
    pub fn ready(&self, now: Instant) -> usize {
        let state = self.state.lock();
        state.tables.iter().map(|entry| entry.window.ready(now, self.size(&state, entry))).sum()
    }

    /// When the next batch may be ready even if no more rows arrive.
    #[must_use]
    pub fn look_at(&self) -> Option<Instant> {
        self.state.lock().tables.iter().filter_map(|entry| entry.window.look_at()).min()
    }

    /// The next batch, from the table whose rows have waited longest among those with a ready batch. A single row may
    /// have `row_bytes` even if that is more than a batch may have. The waiting changes are shared among `connections`
    /// connections.
    pub fn next(&self, now: Instant, row_bytes: usize, connections: usize) -> Next {
        let mut state = self.state.lock();
        let due = self.due();
        let mut too_large = false;
        loop {
            let oldest = state
                .tables
                .iter()
                .enumerate()
                .filter(|(_, entry)| entry.window.ready(now, self.size(&state, entry)) > 0)
                .min_by_key(|(_, entry)| entry.window.oldest())
                .map(|(number, _)| number);
            let Some(number) = oldest else {
                return if too_large { Next::TooLarge } else { Next::Nothing };
            };
            let entry = &state.tables[number];
            let size = entry.window.shared(self.size(&state, entry), connections);
            let size = Size { row_bytes, ..size };
            let Entry { table, window, .. } = &mut state.tables[number];
            match window.take(now, size, due) {
                Found::Batch(changes) => return Next::Batch(Batch::new(number, table.clone(), changes)),
                // It is no longer ready; other tables may be.
                Found::Nothing => {}
                Found::TooLarge => {
                    too_large = true;
                    state.short = true;
                }
            }
        }
    }

    /// All changes of a batch are durable or skipped. Returns the duration of each flush that this completes.
    pub fn done(&self, batch: Batch) -> Vec<Duration> {
        let mut state = self.state.lock();
        state.tables[batch.number].window.done(batch.changes(), Instant::now());
        drop(state);
        let tickets: Vec<Ticket> = batch.changes().iter().map(|change| change.ticket).collect();
        // Free the memory first, so that a task that waits for the flush finds it free.
        drop(batch);
        self.progress.done(tickets.into_iter())
    }

    /// True if a batch has as many rows as batches of its table may have.
    #[must_use]
    pub fn is_full(&self, batch: &Batch) -> bool {
        let state = self.state.lock();
        state.tables.get(batch.number).is_some_and(|entry| batch.len() == self.size(&state, entry).rows)
    }

    /// The database has refused this many rows in one transaction.
    pub fn refused(&self, rows: usize) {
        self.state.lock().size.refused(rows);
    }

    /// A batch has been committed.
    pub fn committed(&self) {
        self.state.lock().size.committed();
    }

    fn due(&self) -> Due {
        Due { interval: self.interval, ticket: self.progress.open(), pressed: self.budget.pressed() }
    }

    fn size(&self, state: &State, entry: &Entry) -> Size {
        let Entry { table, form, most_rows, .. } = entry;
        let most = state.size.rows.min(*most_rows);
        // Uses the wider of the two statements that a batch may have, with all rows in one of them.
        let width = table.columns.len().max(table.keys.len()).max(1);
        let rows = match form {
            Form::Unnest => most,
            Form::Values => most.min(limits::PARAMETERS / width).max(1),
        };
        Size {
            rows,
            ready_rows: READY_ROWS,
            weight: limits::BATCH_BYTES,
            bytes: self.batch_bytes,
            row_bytes: self.batch_bytes,
        }
    }
}

impl State {
    fn look(&mut self) {
        let now = Instant::now();
        self.short = false;
        self.tables.iter_mut().for_each(|entry| entry.window.look(now));
    }
}

/// Number of rows in a batch: fewer after the database refused a size or rows kept conflicting, more again when batches
/// succeed.
#[derive(Debug)]
struct BatchSize {
    most: usize,
    rows: usize,
    passed: u32,
}

impl BatchSize {
    fn new(most: usize) -> Self {
        Self { most, rows: most, passed: 0 }
    }

    fn refused(&mut self, rows: usize) {
        self.rows = (rows / 2).clamp(1, self.most);
        self.passed = 0;
    }

    fn committed(&mut self) {
        self.passed += 1;
        if self.passed >= PASSED && self.rows < self.most {
            self.rows = (self.rows * 2).min(self.most);
            self.passed = 0;
        }
    }
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests;
