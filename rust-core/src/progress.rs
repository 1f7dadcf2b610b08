//! Flush tickets: how far each lane has made its rows durable.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A ticket stands for all rows that were written before it was drawn.
pub type Ticket = u64;

/// Tickets drawn and tickets done.
#[derive(Debug)]
pub struct Progress {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    drawn: Ticket,
    lanes: Vec<Ticket>,
    started: VecDeque<(Ticket, Instant)>,
}

impl Progress {
    /// Progress of `lanes` lanes.
    #[must_use]
    pub fn new(lanes: usize) -> Self {
        let state = State { drawn: 0, lanes: vec![0; lanes], started: VecDeque::new() };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Draws the next ticket.
    pub fn draw(&self) -> Ticket {
        let mut state = self.lock();
        state.drawn += 1;
        let ticket = state.drawn;
        state.started.push_back((ticket, Instant::now()));
        ticket
    }

    /// A lane has made durable all that it was given before `ticket`. Returns how long each flush took
    /// that this completes.
    pub fn complete(&self, lane: usize, ticket: Ticket) -> Vec<Duration> {
        let mut state = self.lock();
        state.lanes[lane] = state.lanes[lane].max(ticket);
        let done = state.done();
        let mut times = Vec::new();
        while let Some((ticket, since)) = state.started.front().copied().filter(|(ticket, _)| *ticket <= done)
        {
            debug_assert!(ticket <= done);
            times.push(since.elapsed());
            state.started.pop_front();
        }
        drop(state);
        self.changed.notify_all();
        times
    }

    /// Waits at most `patience` until `ticket` is done or `stop` says so; true if it is done.
    pub fn wait(&self, ticket: Ticket, patience: Duration, stop: impl Fn() -> bool) -> bool {
        let state = self.lock();
        let waiting = |state: &mut State| state.done() < ticket && !stop();
        let (state, _) =
            self.changed.wait_timeout_while(state, patience, waiting).unwrap_or_else(PoisonError::into_inner);
        state.done() >= ticket
    }

    /// Wakes all who wait, to look at `stop` again.
    pub fn wake(&self) {
        drop(self.lock());
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn done(&self) -> Ticket {
        self.lanes.iter().copied().min().unwrap_or(Ticket::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_done_when_every_lane_is() {
        let progress = Progress::new(2);
        let (first, second) = (progress.draw(), progress.draw());
        assert_eq!(progress.complete(0, second).len(), 0);
        assert!(!progress.wait(first, Duration::ZERO, || false));
        assert_eq!(progress.complete(1, first).len(), 1);
        assert!(progress.wait(first, Duration::ZERO, || false));
        assert!(!progress.wait(second, Duration::ZERO, || false));
    }

    #[test]
    fn stop_ends_the_wait() {
        let progress = Progress::new(1);
        let ticket = progress.draw();
        assert!(!progress.wait(ticket, Duration::from_secs(3_600), || true));
    }
}
