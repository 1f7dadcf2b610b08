//! Limits on connections: the number at once, and of new ones per second.

use parking_lot::Mutex;
use std::time::Instant;

use crate::faults::Connects;

/// New connections that may come at once before the rate applies.
const BURST: f64 = 1_000.0;

/// A token bucket that fills at the allowed rate; every connection takes one token.
#[derive(Debug)]
pub struct Admission {
    most: usize,
    rate: f64,
    bucket: Mutex<(f64, Instant)>,
}

impl Admission {
    /// Allows `most` connections at once, and `rate` new ones per second after a burst.
    pub fn new(most: usize, rate: u32) -> Self {
        // A test that sets a low rate must reach it soon, so the burst is smaller too.
        let burst = if rate < 100 { f64::from(rate) } else { BURST };
        Admission { most, rate: f64::from(rate), bucket: Mutex::new((burst, Instant::now())) }
    }

    /// Decides about a new connection while `open` others exist.
    pub fn admit(&self, open: usize) -> Connects {
        let mut bucket = self.bucket.lock();
        let full = if self.rate < 100.0 { self.rate } else { BURST };
        let level = (bucket.0 + bucket.1.elapsed().as_secs_f64() * self.rate).min(full);
        *bucket = (level, Instant::now());
        if level < 1.0 {
            return Connects::Rate;
        }
        bucket.0 -= 1.0;
        if open >= self.most { Connects::TooMany } else { Connects::Accept }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_beyond_the_rate_and_the_number() {
        let admission = Admission::new(2, 3);
        assert_eq!(admission.admit(0), Connects::Accept);
        assert_eq!(admission.admit(2), Connects::TooMany);
        assert_eq!(admission.admit(1), Connects::Accept);
        assert_eq!(admission.admit(1), Connects::Rate);
    }
}
