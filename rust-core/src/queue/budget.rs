//! Back-pressure: the bytes that a sink may hold between Java and the database.

use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A number of bytes that can be reserved.
#[derive(Debug)]
pub struct Budget {
    most: usize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    used: usize,
    waiting: usize,
    closed: bool,
}

impl Budget {
    /// A budget of at most `most` bytes.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, state: Mutex::default(), freed: Condvar::new() }
    }

    /// Reserves bytes. Waits at most `timeout` for others to be returned; `None` if they were not. A request above the
    /// whole budget succeeds when nothing else is reserved, so that a huge row can pass. `urge` is called before
    /// waiting and should make holders release their bytes.
    pub fn reserve(
        self: &Arc<Self>,
        bytes: usize,
        timeout: Duration,
        urge: impl Fn(),
    ) -> Option<Reservation> {
        let deadline = Instant::now() + timeout;
        let mut state = self.state.lock();
        while state.used > 0 && state.used.saturating_add(bytes) > self.most && !state.closed {
            let now = Instant::now();
            if now >= deadline {
                return None;
            }
            state.waiting += 1;
            drop(state);
            urge();
            state = self.state.lock();
            if state.used > 0 && state.used.saturating_add(bytes) > self.most && !state.closed {
                self.freed.wait_until(&mut state, deadline);
            }
            state.waiting -= 1;
        }
        state.used = state.used.saturating_add(bytes);
        Some(Reservation { budget: self.clone(), bytes })
    }

    /// True while a writer waits for bytes.
    #[must_use]
    pub fn pressed(&self) -> bool {
        self.state.lock().waiting > 0
    }

    /// Bytes reserved now.
    #[must_use]
    pub fn used(&self) -> usize {
        self.state.lock().used
    }

    /// Lets every waiter pass, because the sink has failed or is closed. The waiters then get that error.
    pub fn close(&self) {
        self.state.lock().closed = true;
        self.freed.notify_all();
    }
}

/// Reserved bytes. Dropping it returns them.
#[derive(Debug)]
pub struct Reservation {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Reservation {
    /// An empty reservation that others can be moved into.
    #[must_use]
    pub fn none(budget: &Arc<Budget>) -> Self {
        Self { budget: budget.clone(), bytes: 0 }
    }

    /// Moves `bytes` of this reservation into `other`, or all bytes if there are fewer.
    pub fn transfer(&mut self, other: &mut Self, bytes: usize) {
        let bytes = bytes.min(self.bytes);
        self.bytes -= bytes;
        other.bytes += bytes;
    }

    /// Splits off everything after the first `keep` bytes.
    pub fn beyond(&mut self, keep: usize) -> Self {
        let mut taken = Self::none(&self.budget);
        let excess = self.bytes.saturating_sub(keep);
        self.transfer(&mut taken, excess);
        taken
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.bytes > 0 {
            let mut state = self.budget.state.lock();
            state.used = state.used.saturating_sub(self.bytes);
            drop(state);
            self.budget.freed.notify_all();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn dropped_reservations_are_returned() {
        let budget = Arc::new(Budget::new(10));
        let first = budget.reserve(8, Duration::ZERO, || {}).unwrap();
        assert!(budget.reserve(3, Duration::ZERO, || {}).is_none());
        drop(first);
        assert!(budget.reserve(3, Duration::ZERO, || {}).is_some());
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn a_huge_row_passes_alone() {
        let budget = Arc::new(Budget::new(10));
        let huge = budget.reserve(50, Duration::ZERO, || {}).unwrap();
        assert!(budget.reserve(1, Duration::ZERO, || {}).is_none());
        drop(huge);
    }

    #[test]
    fn a_waiter_wakes_when_bytes_are_returned() {
        let budget = Arc::new(Budget::new(10));
        let held = Mutex::new(budget.reserve(10, Duration::ZERO, || {}));
        // The holder returns its bytes when `urge` is called.
        let got = budget.reserve(5, Duration::from_secs(60), || drop(held.lock().take()));
        assert!(got.is_some());
    }

    #[test]
    fn closing_lets_waiters_pass() {
        let budget = Arc::new(Budget::new(10));
        let _held = budget.reserve(10, Duration::ZERO, || {});
        assert!(budget.reserve(5, Duration::from_secs(60), || budget.close()).is_some());
    }

    #[test]
    fn reservations_can_be_moved() {
        let budget = Arc::new(Budget::new(10));
        let mut whole = budget.reserve(10, Duration::ZERO, || {}).unwrap();
        let mut part = Reservation::none(&budget);
        whole.transfer(&mut part, 4);
        drop(whole);
        assert_eq!(budget.used(), 4);
        drop(part.beyond(1));
        assert_eq!(budget.used(), 1);
        drop(part);
        assert_eq!(budget.used(), 0);
    }
}
