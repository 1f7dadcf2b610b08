//! Limits how many rows may be skipped, and how many of them get a log line.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Instant;

use crate::notice::outage::PERIOD;

/// Rows from which a percentage is meaningful.
const SHARE_ROWS: u64 = 1_000;

/// Log lines for rows that were skipped within [`PERIOD`]. Further rows are only counted: people read the first lines,
/// and the file has all rows.
const LINES: u32 = 10;

/// Maximum number of tables in a text; a job may have a thousand.
const NAMED: usize = 10;

/// How many rows of a sink may be skipped. One more, and it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows.
    pub rows: u64,
    /// Percent of the received rows, checked from [`SHARE_ROWS`] rows on.
    pub percent: u64,
}

/// The rows skipped so far. Pure.
#[derive(Debug)]
pub struct Brake {
    limits: Limits,
    rows: u64,
    by_table: BTreeMap<String, u64>,
    /// Lines since `since`.
    lines: u32,
    since: Option<Instant>,
    /// Rows without a line, by table.
    untold: BTreeMap<String, u64>,
}

impl Brake {
    /// The state before any row is skipped.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, rows: 0, by_table: BTreeMap::new(), lines: 0, since: None, untold: BTreeMap::new() }
    }

    /// Counts a row.
    pub fn count(&mut self, table: &str) {
        self.rows += 1;
        *self.by_table.entry(table.to_owned()).or_default() += 1;
    }

    /// Log lines for a row: its own line or none, after one line for earlier rows without a line.
    pub fn tell(&mut self, table: &str, line: impl FnOnce() -> String, now: Instant) -> Vec<String> {
        let mut lines = Vec::new();
        if self.since.is_none_or(|since| now - since >= PERIOD) {
            lines.extend(self.sum());
            (self.since, self.lines) = (Some(now), 0);
        }
        if self.lines < LINES {
            self.lines += 1;
            lines.push(line());
        } else {
            *self.untold.entry(table.to_owned()).or_default() += 1;
        }
        lines
    }

    /// A line for the rows without one; `None` if all had one.
    pub fn sum(&mut self) -> Option<String> {
        let untold = std::mem::take(&mut self.untold);
        let rows: u64 = untold.values().sum();
        (rows > 0).then(|| format!("{rows} more rows skipped: {}", counts(&untold)))
    }

    /// Whether the job may go on.
    ///
    /// # Errors
    /// What exceeds the limit, and the option that sets it.
    pub fn check(&self, received: u64) -> Result<(), String> {
        let Self { limits, rows, .. } = self;
        let tables = counts(&self.by_table);
        if *rows > limits.rows {
            return Err(format!(
                "{rows} rows were skipped ({tables}), more than option 'row_error_limit' = {} allows; mend the cause, \
                 or raise it",
                limits.rows
            ));
        }
        if received >= SHARE_ROWS && rows * 100 > limits.percent * received {
            return Err(format!(
                "{rows} of {received} rows were skipped ({tables}), more than option 'row_error_limit_percent' = {} \
                 allows; mend the cause, or raise it",
                limits.percent
            ));
        }
        Ok(())
    }
}

/// `public.a 5, public.b 1`: those with most rows where there are many.
fn counts(tables: &BTreeMap<String, u64>) -> String {
    let mut most: Vec<(&String, &u64)> = tables.iter().collect();
    if most.len() > NAMED {
        most.sort_by_key(|(_, rows)| std::cmp::Reverse(**rows));
    }
    let mut text = String::new();
    for (table, rows) in most.iter().take(NAMED) {
        let comma = if text.is_empty() { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{comma}{table} {rows}");
    }
    if let Some(others) = most.get(NAMED..).filter(|others| !others.is_empty()) {
        let rows: u64 = others.iter().map(|(_, rows)| **rows).sum();
        let _ = write!(text, ", {} more tables {rows}", others.len());
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn brake(rows: u64, percent: u64) -> Brake {
        Brake::new(Limits { rows, percent })
    }

    #[test]
    fn one_row_more_than_the_limit_is_too_many() {
        let mut brake = brake(2, 100);
        brake.count("public.a");
        brake.count("public.b");
        assert_eq!(brake.check(3), Ok(()));
        brake.count("public.b");
        let text = brake.check(3).unwrap_err();
        assert!(text.starts_with(
            "3 rows were skipped (public.a 1, public.b 2), more than option 'row_error_limit' = 2"
        ));
    }

    #[test]
    fn a_share_counts_once_enough_rows_have_come() {
        let mut brake = brake(u64::MAX, 10);
        (0..100).for_each(|_| brake.count("public.a"));
        assert_eq!((brake.check(999), brake.check(1_000)), (Ok(()), Ok(())));
        brake.count("public.a");
        assert_eq!((brake.check(999), brake.check(1_010)), (Ok(()), Ok(())));
        assert!(brake.check(1_009).unwrap_err().contains("101 of 1009 rows"));
    }

    #[test]
    fn of_many_tables_those_with_most_rows_are_named() {
        let mut brake = brake(1_000, 100);
        (0..1_000).for_each(|table| brake.count(&format!("public.t{table}")));
        brake.count("public.t500");
        let text = brake.check(1).unwrap_err();
        assert!(
            text.contains("(public.t500 2, public.t0 1, ") && text.contains(", 990 more tables 990)"),
            "{text}"
        );
    }

    #[test]
    fn most_rows_have_no_line_but_are_counted() {
        let mut brake = brake(u64::MAX, 100);
        let start = Instant::now();
        let tell = |brake: &mut Brake, after| {
            brake.count("public.a");
            brake.tell("public.a", || "a row".to_owned(), start + after)
        };
        for _ in 0..LINES {
            assert_eq!(tell(&mut brake, Duration::ZERO), ["a row"]);
        }
        assert!(tell(&mut brake, Duration::ZERO).is_empty() && tell(&mut brake, PERIOD / 2).is_empty());
        assert_eq!(tell(&mut brake, PERIOD), ["2 more rows skipped: public.a 2", "a row"]);
        assert_eq!(brake.sum(), None);
    }
}
