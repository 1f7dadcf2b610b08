//! Log lines for Java: a bounded ring that Java drains.
//!
//! Layout of a drained block: u32 count, then for each line u8 level, i64 milliseconds since
//! 1970-01-01 UTC, u32 length and UTF-8 text.

pub mod outage;

use parking_lot::Mutex;
use std::collections::VecDeque;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use log::Level;

use crate::abi;
use crate::notice::outage::{Failed, Outage, Seldom};
use crate::tell::printable;

/// Lines kept until Java reads them: more than a fault of all connections writes within one tick of the timer.
const CAPACITY: usize = 1_024;

/// The ring.
#[derive(Debug)]
pub struct Notices {
    level: Level,
    ring: Mutex<Ring>,
    outage: Outage,
    retries: Seldom,
}

#[derive(Debug, Default)]
struct Ring {
    lines: VecDeque<(Level, i64, String)>,
    dropped: usize,
}

impl Notices {
    /// Keeps lines of `level` and more severe ones.
    #[must_use]
    pub fn new(level: Level) -> Self {
        Self { level, ring: Mutex::default(), outage: Outage::default(), retries: Seldom::default() }
    }

    /// Adds a line. If the ring is full, the oldest line is dropped. `text` is only called if the line is kept.
    pub fn push(&self, level: Level, text: impl FnOnce() -> String) {
        if level > self.level {
            return;
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let line = (level, i64::try_from(now).unwrap_or(i64::MAX), printable(text()));
        let mut ring = self.ring.lock();
        if ring.lines.len() == CAPACITY {
            ring.lines.pop_front();
            ring.dropped += 1;
        }
        ring.lines.push_back(line);
    }

    /// A try has failed because the database does not answer. All such tries together produce few lines.
    pub fn away(&self, failed: &Failed<'_>) {
        if let Some(line) = self.outage.failed(failed, Instant::now()) {
            self.push(Level::Warn, || line);
        }
    }

    /// An operation that began at `began` was answered; `opened` if it only opened a connection.
    pub fn answered(&self, began: Instant, opened: bool) {
        if let Some(line) = self.outage.worked(began, opened, Instant::now()) {
            self.push(Level::Warn, || line);
        }
    }

    /// There are no more tries.
    pub fn given_up(&self) {
        self.outage.given_up();
    }

    /// A line that many connections may write for the same reason: the first one is kept, then one from time to time.
    pub fn push_seldom(&self, level: Level, text: impl FnOnce() -> String) {
        if level > Level::Warn {
            return self.push(level, text);
        }
        match self.retries.due(Instant::now()) {
            Some(0) => self.push(level, text),
            Some(hidden) => {
                self.push(level, || format!("{}; {hidden} more such lines were left out", text()))
            }
            None => self.push(Level::Debug, text),
        }
    }

    /// Lines lost so far.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.ring.lock().dropped
    }

    /// Removes and returns all lines; `None` if there are none.
    #[must_use]
    pub fn drain(&self) -> Option<Vec<u8>> {
        if let Some(line) = self.outage.look(Instant::now()) {
            self.push(Level::Warn, || line);
        }
        let lines = std::mem::take(&mut self.ring.lock().lines);
        if lines.is_empty() {
            return None;
        }
        let mut block = Vec::new();
        block.extend_from_slice(&length(lines.len()));
        for (level, millis, text) in lines {
            block.push(match level {
                Level::Error => abi::LEVEL_ERROR,
                Level::Warn => abi::LEVEL_WARN,
                Level::Info => abi::LEVEL_INFO,
                Level::Debug | Level::Trace => abi::LEVEL_DEBUG,
            });
            block.extend_from_slice(&millis.to_be_bytes());
            block.extend_from_slice(&length(text.len()));
            block.extend_from_slice(text.as_bytes());
        }
        Some(block)
    }
}

fn length(length: usize) -> [u8; 4] {
    // A line is far shorter than 4 GiB, and the ring bounds their number.
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_drained_once() {
        let notices = Notices::new(Level::Info);
        notices.push(Level::Debug, || unreachable!("not kept"));
        notices.push(Level::Warn, || "ü".to_owned());
        let block = notices.drain().unwrap();
        assert_eq!(block[..5], [0, 0, 0, 1, abi::LEVEL_WARN]);
        assert_eq!(block[13..], [0, 0, 0, 2, 0xc3, 0xbc]);
        assert_eq!(notices.drain(), None);
    }

    #[test]
    fn the_oldest_line_is_dropped() {
        let notices = Notices::new(Level::Info);
        for line in 0..CAPACITY + 3 {
            notices.push(Level::Info, || line.to_string());
        }
        assert_eq!(notices.dropped(), 3);
        let block = notices.drain().unwrap();
        assert_eq!(block[13..18], [0, 0, 0, 1, b'3']);
    }
}
