//! Logs the progress of a comparison from time to time. The command `verify` reads these lines.

use std::time::{Duration, Instant};

use log::Level;

use crate::notice::Notices;
use crate::table::schema::Table;

/// Interval between two lines.
const TELL: Duration = Duration::from_secs(30);

/// Counts the rows of one side of a table.
pub(super) struct Progress {
    table: String,
    side: &'static str,
    /// Total number of rows, if known.
    of: Option<u64>,
    rows: u64,
    /// Times of the first row and of the last line; `None` before the first row.
    times: Option<(Instant, Instant)>,
}

impl Progress {
    /// For the source's rows: only the source knows their total.
    pub(super) fn of_source(table: &Table) -> Self {
        Self { table: table.to_string(), side: "source", of: None, rows: 0, times: None }
    }

    /// For the target's rows: about as many as the source has.
    pub(super) fn of_target(table: &Table, source: u64) -> Self {
        let now = Instant::now();
        Self { table: table.to_string(), side: "target", of: Some(source), rows: 0, times: Some((now, now)) }
    }

    /// The rows are read again from the first one.
    pub(super) fn restart(&mut self) {
        self.rows = 0;
    }

    /// Counts rows, and logs the progress when a line is due.
    pub(super) fn tell(&mut self, notices: &Notices, rows: usize) {
        let now = Instant::now();
        self.rows += u64::try_from(rows).unwrap_or(0);
        let (began, told) = self.times.get_or_insert((now, now));
        if now - *told < TELL {
            return;
        }
        *told = now;
        let elapsed = now - *began;
        notices.push(Level::Info, || self.line(elapsed));
    }

    fn line(&self, elapsed: Duration) -> String {
        let Self { table, side, of, rows, .. } = self;
        let rate = *rows / elapsed.as_secs().max(1);
        let mut line = format!("verify: table {table}: {rows} rows of the {side} read, {rate} rows/s");
        if let Some(of) = of {
            let percent = rows.saturating_mul(100).checked_div(*of).unwrap_or(100).min(100);
            let left = of.saturating_sub(*rows) / rate.max(1);
            line.push_str(&format!(", {percent} % of {of}, {left} s left"));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_and_time_left_need_the_number_of_rows() {
        let of = |of| Progress { table: "public.t".to_owned(), side: "source", of, rows: 600, times: None };
        assert_eq!(
            of(None).line(Duration::from_secs(30)),
            "verify: table public.t: 600 rows of the source read, 20 rows/s"
        );
        assert_eq!(
            of(Some(800)).line(Duration::from_secs(30)),
            "verify: table public.t: 600 rows of the source read, 20 rows/s, 75 % of 800, 10 s left"
        );
    }
}
