//! How long transactions take and rows wait, since the last call. One record per transaction.

use std::time::Duration;

use hdrhistogram::Histogram;
use parking_lot::Mutex;

use crate::abi;
use crate::metrics::micros;

/// Longest time that is distinguished. Longer times count as this one.
const LONGEST: Duration = Duration::from_secs(3_600);
/// Significant digits: a time is exact to one percent, and a histogram takes some 25 KiB.
const DIGITS: u8 = 2;

/// Times of the transactions since the last look.
#[derive(Debug)]
pub struct Latency(Mutex<Times>);

#[derive(Debug)]
struct Times {
    transaction: Option<Histogram<u64>>,
    wait: Option<Histogram<u64>>,
}

impl Default for Latency {
    fn default() -> Self {
        // It fails only for invalid bounds and digits, and these are valid.
        let empty = || Histogram::new_with_bounds(1, micros(LONGEST), DIGITS).ok();
        Self(Mutex::new(Times { transaction: empty(), wait: empty() }))
    }
}

impl Latency {
    /// A transaction is committed.
    pub fn record(&self, took: Duration, waited: Duration) {
        let Times { transaction, wait } = &mut *self.0.lock();
        for (times, time) in [(transaction, took), (wait, waited)] {
            if let Some(times) = times {
                times.saturating_record(micros(time));
            }
        }
    }

    /// The slots of [`abi`] that start with `LATENCY_`, of what came since the last call.
    #[must_use]
    pub fn take(&self) -> [i64; abi::LATENCY_COUNT] {
        let Times { transaction, wait } = &mut *self.0.lock();
        let mut slots = [0; abi::LATENCY_COUNT];
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        slots[abi::LATENCY_TRANSACTIONS] = transaction.as_ref().map_or(0, |times| number(times.len()));
        for (times, median, p99) in [
            (transaction, abi::LATENCY_TRANSACTION_MEDIAN, abi::LATENCY_TRANSACTION_P99),
            (wait, abi::LATENCY_WAIT_MEDIAN, abi::LATENCY_WAIT_P99),
        ] {
            if let Some(times) = times {
                slots[median] = number(times.value_at_quantile(0.5));
                slots[p99] = number(times.value_at_quantile(0.99));
                times.reset();
            }
        }
        slots
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_what_came_since_the_last_look() {
        let latency = Latency::default();
        assert_eq!(latency.take(), [0; abi::LATENCY_COUNT]);
        for millis in 1..=100 {
            latency.record(Duration::from_millis(millis), Duration::from_millis(10 * millis));
        }
        let [count, median, p99, wait, waits] = latency.take();
        assert_eq!(count, 100);
        for (is, should) in [(median, 50_000), (p99, 99_000), (wait, 500_000), (waits, 990_000)] {
            assert!((is - should).abs() <= should / 100, "{is} is not {should}");
        }
        latency.record(Duration::from_secs(100_000), Duration::ZERO);
        let [count, median, ..] = latency.take();
        assert!(count == 1 && median >= 3_600_000_000, "{count} {median}");
    }
}
