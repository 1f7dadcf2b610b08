//! Flush tickets: which changes a flush must make durable, and when this is done.

use parking_lot::{Condvar, Mutex, MutexGuard};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A ticket stands for all changes that were added before it was drawn and after the previous ticket.
pub type Ticket = u64;

/// Drawn tickets, and the number of changes of each that are not durable yet.
#[derive(Debug)]
pub struct Progress {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// The oldest ticket that is not done; tickets count from 1.
    oldest: Ticket,
    /// For it and each later ticket: the number of changes that are not durable, and when it was drawn. The last one is
    /// still open.
    tickets: VecDeque<(usize, Option<Instant>)>,
}

impl Default for Progress {
    fn default() -> Self {
        let state = State { oldest: 1, tickets: VecDeque::from([(0, None)]) };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }
}

impl Progress {
    /// The ticket for changes that arrive now.
    #[must_use]
    pub fn open(&self) -> Ticket {
        self.state.lock().open()
    }

    /// Counts changes of the open ticket.
    pub fn add(&self, changes: usize) {
        if let Some((count, _)) = self.state.lock().tickets.back_mut() {
            *count += changes;
        }
    }

    /// Draws the open ticket; later changes belong to the next one. Also returns the duration of each flush that is
    /// complete because nothing was left to do.
    pub fn draw(&self) -> (Ticket, Vec<Duration>) {
        let mut state = self.state.lock();
        let ticket = state.open();
        if let Some((_, drawn)) = state.tickets.back_mut() {
            *drawn = Some(Instant::now());
        }
        state.tickets.push_back((0, None));
        (ticket, self.complete(state))
    }

    /// Changes of these tickets are durable or skipped. Returns the duration of each flush that this completes.
    pub fn done(&self, tickets: impl Iterator<Item = Ticket>) -> Vec<Duration> {
        let mut state = self.state.lock();
        for ticket in tickets {
            let at = usize::try_from(ticket - state.oldest).unwrap_or(usize::MAX);
            if let Some((count, _)) = state.tickets.get_mut(at) {
                *count -= 1;
            }
        }
        self.complete(state)
    }

    fn complete(&self, mut state: MutexGuard<'_, State>) -> Vec<Duration> {
        let mut times = Vec::new();
        while let Some((0, Some(drawn))) = state.tickets.front() {
            times.push(drawn.elapsed());
            state.tickets.pop_front();
            state.oldest += 1;
        }
        drop(state);
        if !times.is_empty() {
            self.changed.notify_all();
        }
        times
    }

    /// Waits at most `timeout` until `ticket` is done or `stop` returns true; true if it is done.
    pub fn wait(&self, ticket: Ticket, timeout: Duration, stop: impl Fn() -> bool) -> bool {
        let waiting = |state: &mut State| state.oldest <= ticket && !stop();
        let mut state = self.state.lock();
        self.changed.wait_while_for(&mut state, waiting, timeout);
        state.oldest > ticket
    }

    /// Wakes all waiting tasks, so that they check `stop` again.
    pub fn wake(&self) {
        drop(self.state.lock());
        self.changed.notify_all();
    }
}

impl State {
    fn open(&self) -> Ticket {
        // The last one is never removed.
        self.oldest + self.tickets.len() as u64 - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_done(progress: &Progress, ticket: Ticket) -> bool {
        progress.wait(ticket, Duration::ZERO, || false)
    }

    #[test]
    fn a_ticket_is_done_when_it_and_all_before_it_are() {
        let progress = Progress::default();
        progress.add(2);
        let (first, _) = progress.draw();
        progress.add(1);
        let (second, _) = progress.draw();
        assert_eq!(progress.open(), second + 1);
        assert_eq!(progress.done([first, second].into_iter()).len(), 0);
        assert!(!is_done(&progress, first) && !is_done(&progress, second));
        assert_eq!(progress.done([first].into_iter()).len(), 2);
        assert!(is_done(&progress, first) && is_done(&progress, second));
    }

    #[test]
    fn a_ticket_for_nothing_is_done_at_once() {
        let progress = Progress::default();
        let (ticket, times) = progress.draw();
        assert_eq!(times.len(), 1);
        assert!(is_done(&progress, ticket) && !is_done(&progress, ticket + 1));
    }

    #[test]
    fn stop_ends_the_wait() {
        let progress = Progress::default();
        progress.add(1);
        let (ticket, _) = progress.draw();
        assert!(!progress.wait(ticket, Duration::from_secs(3_600), || true));
    }
}
