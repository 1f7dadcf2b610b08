//! The pace of new connections: one for all sinks of a process, however many tasks a job has in it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use once_cell::sync::Lazy;

/// Pause between two new connections to a cluster. It takes 100 a second (AWS quotas) from all its clients together;
/// half of that leaves room for others, which this process cannot know: beyond, the cluster's refusal makes us wait.
const PAUSE: Duration = Duration::from_millis(20);

/// When the next connection may be opened, by the cluster's host and port. There are few of them in a process.
static NEXT: Lazy<Mutex<HashMap<(String, u16), Instant>>> = Lazy::new(Mutex::default);

/// Takes the next turn to connect to a cluster: when it is.
pub fn turn(host: &str, port: u16) -> Instant {
    let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
    let next = next.entry((host.to_owned(), port)).or_insert_with(Instant::now);
    let turn = (*next).max(Instant::now());
    *next = turn + PAUSE;
    turn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_to_one_cluster_keep_their_distance() {
        let (first, second) = (turn("host", 1), turn("host", 1));
        assert!(second - first >= PAUSE);
        assert!(turn("host", 2) < second + PAUSE, "another cluster has turns of its own");
    }
}
