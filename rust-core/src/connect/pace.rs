//! The pace of new connections: shared by all sinks of a process and all tasks of a job in it.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::time::{Duration, Instant};

use once_cell::sync::Lazy;

/// Pause between two new connections to a cluster for one process. The cluster accepts 100 per second from all its
/// clients together (AWS quotas). The pause is multiplied by the number of processes.
const PAUSE: Duration = Duration::from_millis(10);

/// Connections that all processes together may open at once after a period without any. A cluster accepts 1,000 (AWS
/// quotas).
const BURSTS: u32 = 1_000;
/// Connections that one process may open at once: more do not make a start faster.
const BURST: u32 = 50;

/// How long no connection is opened after the cluster has refused one. The cluster counts per second.
const REFUSED: Duration = Duration::from_secs(1);
/// Maximum number of times that the pace is halved: 3 connections per second by default.
const SLOWEST: u32 = 4;
/// How long the cluster must accept connections before the pace is doubled again.
const EASED: Duration = Duration::from_secs(5);

/// The pace by the cluster's host and port. There are few of them in a process.
static PACES: Lazy<Mutex<HashMap<(String, u16), Pace>>> = Lazy::new(Mutex::default);

#[derive(Debug, Clone, Copy)]
struct Pace {
    /// The end of the last turn at the long-term pace.
    paced: Instant,
    /// How often the pace was halved.
    halved: u32,
    /// When it was changed.
    changed: Option<Instant>,
}

/// Connections that one of this many processes may open at once.
fn burst(processes: u32) -> u32 {
    (BURSTS / processes.max(1)).clamp(1, BURST)
}

/// Reserves the next time at which one of `processes` may connect to a cluster, and returns it.
pub fn turn(host: &str, port: u16, processes: u32) -> Instant {
    let now = Instant::now();
    with(host, port, |pace| {
        let pause = PAUSE * processes;
        pace.paced = pace.paced.max(now) + pause * (1 << pace.halved);
        // A turn may be as far ahead of the pace as a burst is long.
        pace.paced.checked_sub(pause * burst(processes)).map_or(now, |turn| turn.max(now))
    })
}

/// The cluster has refused a connection because of the rate: all sinks of this process slow down.
pub fn refused(host: &str, port: u16, processes: u32) {
    let now = Instant::now();
    with(host, port, |pace| {
        // The refusals of connections that were opened together count once.
        if pace.changed.is_none_or(|changed| now - changed >= REFUSED) {
            pace.halved = (pace.halved + 1).min(SLOWEST);
            pace.changed = Some(now);
        }
        pace.paced = pace.paced.max(now + REFUSED + PAUSE * processes * burst(processes));
    });
}

/// The cluster has accepted a connection.
pub fn taken(host: &str, port: u16) {
    let now = Instant::now();
    with(host, port, |pace| {
        if pace.halved > 0 && pace.changed.is_none_or(|changed| now - changed >= EASED) {
            pace.halved -= 1;
            pace.changed = Some(now);
        }
    });
}

fn with<T>(host: &str, port: u16, change: impl FnOnce(&mut Pace) -> T) -> T {
    let mut paces = PACES.lock();
    let new = || Pace { paced: Instant::now(), halved: 0, changed: None };
    change(paces.entry((host.to_owned(), port)).or_insert_with(new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_to_one_cluster_keep_their_pace_after_a_burst() {
        let start = Instant::now();
        let turns: Vec<_> = (0..BURST + 100).map(|_| turn("host", 1, 2)).collect();
        // In any sequence of turns, only a burst of them comes before the pace.
        for (number, later) in turns.iter().enumerate() {
            let others = u32::try_from(number).unwrap_or(u32::MAX).saturating_sub(BURST - 1);
            assert!(
                *later >= start + PAUSE * 2 * others,
                "turn {number} comes {:?} after the start",
                *later - start
            );
        }
        assert!(turns[BURST as usize - 1] < start + PAUSE * 2 * BURST, "a burst does not wait");
        assert!(turn("host", 2, 2) < turns[turns.len() - 1], "another cluster has turns of its own");
    }

    #[test]
    fn many_processes_share_the_clusters_rate() {
        let start = Instant::now();
        let turns: Vec<_> = (0..burst(200) + 10).map(|_| turn("shared", 1, 200)).collect();
        assert_eq!(burst(200), 5);
        assert!(turns.last().is_some_and(|last| *last >= start + Duration::from_secs(20)));
    }

    #[test]
    fn a_refusal_makes_all_go_slower() {
        let start = Instant::now();
        let before = turn("busy", 1, 1);
        (0..10).for_each(|_| refused("busy", 1, 1));
        let (first, second) = (turn("busy", 1, 1), turn("busy", 1, 1));
        assert!(before < start + REFUSED && first >= start + REFUSED);
        assert_eq!(second - first, PAUSE * 2, "refusals at the same time count once");
        taken("busy", 1);
        assert_eq!(turn("busy", 1, 1) - second, PAUSE * 2, "it takes a while until it is faster again");
    }
}
