//! Logs an outage in three kinds of lines for any number of connections: one when it begins, one each [`PERIOD`] while
//! it lasts, and one when it is over. Time is an argument, so everything here is pure.

use parking_lot::Mutex;
use std::time::{Duration, Instant};

/// How often the log repeats that an outage lasts: seldom enough to read, often enough to show that the sink still
/// tries.
pub const PERIOD: Duration = Duration::from_secs(30);

/// Whether the database can be reached, according to the log.
#[derive(Debug, Default)]
pub struct Outage(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    down: Option<Down>,
    /// When the last line about it was written.
    told: Option<Instant>,
    /// The time of the last success.
    worked: Option<Instant>,
    /// Outages that were over before the next line was due.
    short: usize,
}

#[derive(Debug)]
struct Down {
    /// The time since which nothing was answered.
    since: Instant,
    /// When the first failure was known. Answers to earlier requests do not prove that it is over.
    known: Instant,
    tries: usize,
    last: String,
    told: bool,
    /// True if it is over once a connection can be opened.
    connecting: bool,
}

/// A try that failed.
#[derive(Debug)]
pub struct Failed<'a> {
    /// What happened, and what to do.
    pub text: &'a str,
    /// How long the sink waited for an answer.
    pub waited: Duration,
    /// True if an opened connection proves that it is over.
    pub connecting: bool,
}

impl Outage {
    /// A try has failed. Returns the line to write, if one is due.
    pub fn failed(&self, failed: &Failed<'_>, now: Instant) -> Option<String> {
        let mut state = self.0.lock();
        let asked = now.checked_sub(failed.waited).unwrap_or(now);
        let since = state.worked.map_or(asked, |worked| asked.max(worked));
        let down = state.down.get_or_insert_with(|| Down {
            since,
            known: now,
            tries: 0,
            last: String::new(),
            told: false,
            connecting: true,
        });
        down.tries += 1;
        failed.text.clone_into(&mut down.last);
        down.connecting = failed.connecting;
        state.line(now)
    }

    /// The line that is due while an outage lasts.
    pub fn look(&self, now: Instant) -> Option<String> {
        self.0.lock().line(now)
    }

    /// There are no more tries: the error has the details.
    pub fn given_up(&self) {
        self.0.lock().down = None;
    }

    /// An operation that began at `began` was answered; `opened` if it only opened a connection. Returns the line to
    /// write.
    pub fn worked(&self, began: Instant, opened: bool, now: Instant) -> Option<String> {
        let mut state = self.0.lock();
        state.worked = Some(now);
        let proves = |down: &Down| began >= down.known && (!opened || down.connecting);
        let down = state.down.take_if(|down| proves(down))?;
        if !down.told {
            state.short += 1;
            return None;
        }
        Some(format!(
            "back after {}: rows are written again ({} tries had failed)",
            lasted(down.since, now),
            down.tries
        ))
    }
}

/// A line that is written at most once in [`PERIOD`].
#[derive(Debug, Default)]
pub struct Seldom(Mutex<(Option<Instant>, usize)>);

impl Seldom {
    /// How many lines were left out since the last one; `None` if this one is left out too.
    pub fn due(&self, now: Instant) -> Option<usize> {
        let (told, hidden) = &mut *self.0.lock();
        if told.is_some_and(|told| now < told + PERIOD) {
            *hidden += 1;
            return None;
        }
        *told = Some(now);
        Some(std::mem::take(hidden))
    }
}

impl State {
    fn line(&mut self, now: Instant) -> Option<String> {
        let due = self.told.is_none_or(|told| told + PERIOD <= now);
        let down = self.down.as_mut().filter(|_| due)?;
        self.told = Some(now);
        let begins = !std::mem::replace(&mut down.told, true) && now < down.since + PERIOD;
        let short = match std::mem::take(&mut self.short) {
            0 => String::new(),
            short => format!("; {short} short outages were not logged"),
        };
        let Down { tries, last, .. } = down;
        Some(if begins {
            format!("outage: {last}; trying again{short}")
        } else {
            format!(
                "outage lasts for {}, {tries} tries failed: {last}; trying again{short}",
                lasted(down.since, now)
            )
        })
    }
}

fn lasted(since: Instant, now: Instant) -> String {
    let lasted = now.saturating_duration_since(since);
    match lasted.as_secs() {
        0 => format!("{} ms", lasted.as_millis()),
        seconds => format!("{seconds} s"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const LOST: Failed<'_> = Failed { text: "lost", waited: Duration::ZERO, connecting: true };

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn many_connections_make_one_line_and_one_when_it_is_over() {
        let (outage, start) = (Outage::default(), Instant::now());
        assert_eq!(outage.failed(&LOST, start).unwrap(), "outage: lost; trying again");
        for lane in 0..31 {
            assert_eq!(outage.failed(&LOST, start + Duration::from_millis(lane * 900)), None);
        }
        let end = start + seconds(28);
        // Sent before the outage, answered after it began.
        assert_eq!(outage.worked(start - seconds(1), false, start + seconds(1)), None);
        let back = outage.worked(start + seconds(27), false, end).unwrap();
        assert_eq!(back, "back after 28 s: rows are written again (32 tries had failed)");
        assert_eq!(outage.worked(end, false, end), None);
    }

    #[test]
    fn it_is_logged_while_it_lasts_without_new_failures() {
        let (outage, start) = (Outage::default(), Instant::now());
        assert_eq!(outage.look(start), None);
        outage.failed(&LOST, start).unwrap();
        assert_eq!(outage.look(start + seconds(29)), None);
        let told = outage.look(start + seconds(30)).unwrap();
        assert_eq!(told, "outage lasts for 30 s, 1 tries failed: lost; trying again");
        assert_eq!(outage.look(start + seconds(59)), None);
        assert!(outage.look(start + seconds(60)).unwrap().starts_with("outage lasts for 60 s"));
    }

    #[test]
    fn one_that_comes_and_goes_does_not_fill_the_log() {
        let (outage, start) = (Outage::default(), Instant::now());
        let at = |second| start + seconds(second);
        let mut lines = Vec::new();
        for second in 0..60 {
            lines.extend(outage.failed(&LOST, at(second)));
            lines.extend(outage.worked(at(second), false, at(second)));
        }
        let [first, back, second, again] = &lines[..] else { unreachable!("{lines:?}") };
        assert_eq!(first, "outage: lost; trying again");
        assert!(back.starts_with("back after 0 ms") && again.starts_with("back after"), "{lines:?}");
        assert_eq!(second, "outage: lost; trying again; 29 short outages were not logged");
    }

    #[test]
    fn a_missing_answer_counts_from_its_request() {
        let (outage, start) = (Outage::default(), Instant::now());
        let silent = Failed { text: "silent", waited: seconds(60), connecting: true };
        let told = outage.failed(&silent, start + seconds(60)).unwrap();
        assert_eq!(told, "outage lasts for 60 s, 1 tries failed: silent; trying again");
        // But not from a time before another answer.
        let outage = Outage::default();
        outage.worked(start + seconds(50), false, start + seconds(50));
        assert_eq!(outage.failed(&silent, start + seconds(60)).unwrap(), "outage: silent; trying again");
    }

    #[test]
    fn a_line_that_all_write_is_kept_once_in_a_while() {
        let (seldom, start) = (Seldom::default(), Instant::now());
        assert_eq!(seldom.due(start), Some(0));
        assert_eq!((seldom.due(start), seldom.due(start + seconds(29))), (None, None));
        assert_eq!(seldom.due(start + seconds(30)), Some(2));
    }

    #[test]
    fn a_server_that_lets_in_and_serves_nothing_is_not_back() {
        let (outage, start) = (Outage::default(), Instant::now());
        outage.failed(&Failed { connecting: false, ..LOST }, start).unwrap();
        assert_eq!(outage.worked(start + seconds(1), true, start + seconds(1)), None);
        assert!(outage.worked(start + seconds(2), false, start + seconds(2)).is_some());
    }
}
