//! Counters and gauges, read by Java as one array of numbers.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::border;

/// The slots of [`border`] that start with `STAT_`.
#[derive(Debug, Default)]
pub struct Metrics {
    slots: [AtomicU64; border::STAT_COUNT],
}

impl Metrics {
    /// Adds to a slot.
    pub fn add(&self, slot: usize, amount: usize) {
        let amount = u64::try_from(amount).unwrap_or(u64::MAX);
        self.slots[slot].fetch_add(amount, Ordering::Relaxed);
    }

    /// Takes from a gauge.
    pub fn subtract(&self, slot: usize, amount: usize) {
        let amount = u64::try_from(amount).unwrap_or(u64::MAX);
        self.slots[slot].fetch_sub(amount, Ordering::Relaxed);
    }

    /// All slots at about one moment.
    #[must_use]
    pub fn snapshot(&self) -> [i64; border::STAT_COUNT] {
        std::array::from_fn(|slot| {
            i64::try_from(self.slots[slot].load(Ordering::Relaxed)).unwrap_or(i64::MAX)
        })
    }
}
