//! Counters and gauges, read by Java as one array of numbers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::abi;
use crate::failure::classify::Fault;

/// The slots of [`abi`] that start with `STAT_`.
#[derive(Debug, Default)]
pub struct Metrics {
    slots: [AtomicU64; abi::STAT_COUNT],
}

impl Metrics {
    /// Adds to a slot.
    pub fn add(&self, slot: usize, amount: usize) {
        let amount = u64::try_from(amount).unwrap_or(u64::MAX);
        self.slots[slot].fetch_add(amount, Ordering::Relaxed);
    }

    /// What a slot holds.
    #[must_use]
    pub fn get(&self, slot: usize) -> u64 {
        self.slots[slot].load(Ordering::Relaxed)
    }

    /// Counts what is tried again after a fault.
    pub fn retried(&self, fault: Fault) {
        let slot = match fault {
            Fault::Conflict | Fault::SchemaChanged => abi::STAT_RETRIES_CONFLICT,
            Fault::Unavailable | Fault::Throttled | Fault::Waking | Fault::Rejected => {
                abi::STAT_RETRIES_UNAVAILABLE
            }
            _ => abi::STAT_RETRIES_CONNECTION,
        };
        self.add(slot, 1);
    }

    /// Counts flushes that are done and took so long.
    pub fn flushed(&self, times: &[Duration]) {
        for time in times {
            self.add(abi::STAT_FLUSHES, 1);
            self.add(abi::STAT_FLUSH_MICROS, usize::try_from(time.as_micros()).unwrap_or(usize::MAX));
        }
    }

    /// Takes from a gauge.
    pub fn subtract(&self, slot: usize, amount: usize) {
        let amount = u64::try_from(amount).unwrap_or(u64::MAX);
        self.slots[slot].fetch_sub(amount, Ordering::Relaxed);
    }

    /// All slots at about one moment.
    #[must_use]
    pub fn snapshot(&self) -> [i64; abi::STAT_COUNT] {
        std::array::from_fn(|slot| {
            i64::try_from(self.slots[slot].load(Ordering::Relaxed)).unwrap_or(i64::MAX)
        })
    }
}
