//! The pace of new connections: one for all sinks of a process, however many tasks a job has in it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use once_cell::sync::Lazy;

/// Pause between two new connections to a cluster, in the long run. It takes 100 a second (AWS quotas) from all its
/// clients together; half of that leaves room for others, which this process cannot know: beyond, the cluster's refusal
/// makes us wait.
const PAUSE: Duration = Duration::from_millis(20);

/// Connections that may be opened at once after a time without any: a cluster takes 1,000 at once (AWS quotas), so
/// twenty processes can start together.
const BURST: u32 = 50;

/// The end of the last turn in the long run's pace, by the cluster's host and port. There are few of them in a process.
static PACED: Lazy<Mutex<HashMap<(String, u16), Instant>>> = Lazy::new(Mutex::default);

/// Takes the next turn to connect to a cluster: when it is.
pub fn turn(host: &str, port: u16) -> Instant {
    let now = Instant::now();
    let mut paced = PACED.lock().unwrap_or_else(PoisonError::into_inner);
    let paced = paced.entry((host.to_owned(), port)).or_insert(now);
    *paced = (*paced).max(now) + PAUSE;
    // A turn may be as far ahead of the pace as a burst is long.
    paced.checked_sub(PAUSE * BURST).map_or(now, |turn| turn.max(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_to_one_cluster_keep_their_pace_after_a_burst() {
        let start = Instant::now();
        let turns: Vec<_> = (0..BURST + 100).map(|_| turn("host", 1)).collect();
        // Of any turns one after the other, only as many as a burst has come before the pace.
        for (number, later) in turns.iter().enumerate() {
            let others = u32::try_from(number).unwrap_or(u32::MAX).saturating_sub(BURST - 1);
            assert!(
                *later >= start + PAUSE * others,
                "turn {number} comes {:?} after the start",
                *later - start
            );
        }
        assert!(turns[BURST as usize - 1] < start + PAUSE * BURST, "a burst does not wait");
        assert!(turn("host", 2) < turns[turns.len() - 1], "another cluster has turns of its own");
    }
}
