//! How long a transaction takes on a real cluster: the figures with their sources, and the
//! arithmetic with them.
//!
//! The figures are for a client and a cluster in the same region, and for tables that have been
//! split already. The session sleeps for the time that PostgreSQL itself has not used; see
//! `session::pace`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;

/// One figure of the model.
#[derive(Debug)]
pub struct Figure {
    /// Its name for `--cost` and the control port.
    pub name: &'static str,
    /// Microseconds in the profile `region`; percent for `jitter`.
    pub region: u64,
    /// Its source. Grades: A recorded on a cluster, B documentation of AWS, C one report, D
    /// inference.
    pub source: &'static str,
}

/// Every figure, in the order of [`Costs`].
pub const FIGURES: [Figure; 8] = [
    Figure {
        name: "transaction",
        region: 5_500,
        source: "D: the rest of the 7 to 10 ms that the insert of one row takes (A: ROBO, DPULAB, 2026-09)",
    },
    Figure {
        name: "row",
        region: 310,
        source: "D: a full transaction of 3,000 rows without secondary index takes about 1 s; 1,700 to 3,200 rows/s \
                 and connection, from the next row and the CDC sink of AWS's migration toolkit",
    },
    Figure {
        name: "index-entry",
        region: 244,
        source: "D: the rest of the 577 ms that 1,000 rows with one unique secondary index take (B: release notes, 2026-03-30)",
    },
    Figure {
        name: "commit",
        region: 47_000,
        source: "A: p50 of the commits of a bulk load in transactions of 3,000 rows (migration toolkit, 2026-09); D: its \
                 growth with the rows, as the whole insert of one row takes less",
    },
    Figure {
        name: "jitter",
        region: 15,
        source: "D: 7 to 10 ms for the insert of one row are 8.5 ms and 18 % around",
    },
    Figure { name: "read", region: 1_900, source: "A: a look-up by key (ROBO, 2026-09)" },
    Figure {
        name: "connect",
        region: 15_500,
        source: "A: p50 of a new connection (ROBO, 2026-09); p99 is 120 ms",
    },
    Figure {
        name: "delete-row",
        region: 630,
        source: "A: about 1,500 rows/s of bulk DELETE on one connection (ROBO, 2026-09), index entries included",
    },
];

/// Rows from which a commit takes its full time: the batch size of the measured loads.
const FULL_COMMIT: u64 = 3_000;
/// Percent of the full commit time that a commit of one row takes. D: with it, the insert of one
/// row takes 7 to 10 ms.
const LEAST_COMMIT: u64 = 5;

/// The figures in use; all zero without a profile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Costs {
    /// The first statement of a transaction that writes, without its rows.
    pub transaction: u64,
    /// A row written.
    pub row: u64,
    /// An entry in a secondary index for a written row.
    pub index_entry: u64,
    /// The commit of a full transaction.
    pub commit: u64,
    /// Percent by which a transaction may take more or less than the mean.
    pub jitter: u64,
    /// A look-up, and every further statement of a transaction that writes.
    pub read: u64,
    /// A new connection.
    pub connect: u64,
    /// A row deleted, with its index entries.
    pub delete_row: u64,
}

/// The work to wait for: a whole transaction, or a part of it that a client waits for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// It includes the first writing statement of a transaction.
    pub opens: bool,
    /// Other statements: look-ups, further writes.
    pub statements: u64,
    /// Rows inserted or updated.
    pub rows: u64,
    /// Rows deleted.
    pub deleted: u64,
    /// Entries in secondary indexes that the inserted and updated rows have.
    pub index_entries: u64,
    /// A commit of a transaction with this many rows.
    pub commits: Option<u64>,
}

impl Costs {
    /// Returns the costs of a profile by name.
    pub fn profile(name: &str) -> Result<Costs, String> {
        match name {
            "none" => Ok(Costs::default()),
            "region" => {
                let mut costs = Costs::default();
                for figure in &FIGURES {
                    costs.set(figure.name, figure.region)?;
                }
                Ok(costs)
            }
            _ => Err(format!("{name} is not one of none, region")),
        }
    }

    /// Changes one figure.
    pub fn set(&mut self, name: &str, value: u64) -> Result<(), String> {
        let figure = match name {
            "transaction" => &mut self.transaction,
            "row" => &mut self.row,
            "index-entry" => &mut self.index_entry,
            "commit" => &mut self.commit,
            // More would give a negative time.
            "jitter" if value > 100 => return Err("jitter is at most 100 percent".to_owned()),
            "jitter" => &mut self.jitter,
            "read" => &mut self.read,
            "connect" => &mut self.connect,
            "delete-row" => &mut self.delete_row,
            _ => {
                let names: Vec<&str> = FIGURES.iter().map(|f| f.name).collect();
                return Err(format!("{name} is not one of {}", names.join(", ")));
            }
        };
        *figure = value;
        Ok(())
    }

    /// Whether any operation takes time.
    pub fn active(&self) -> bool {
        Costs { jitter: 0, ..*self } != Costs::default()
    }

    /// The time that this work takes.
    pub fn of(&self, work: &Work) -> Duration {
        let commit = work.commits.map_or(0, |rows| {
            let grown = (100 - LEAST_COMMIT) * rows.min(FULL_COMMIT) / FULL_COMMIT;
            self.commit.saturating_mul(LEAST_COMMIT + grown) / 100
        });
        let parts = [
            if work.opens { self.transaction } else { 0 },
            work.statements.saturating_mul(self.read),
            work.rows.saturating_mul(self.row),
            work.deleted.saturating_mul(self.delete_row),
            work.index_entries.saturating_mul(self.index_entry),
            commit,
        ];
        Duration::from_micros(parts.into_iter().fold(0, u64::saturating_add))
    }

    /// The same with jitter. `roll`: 0 to 1,000, the same for all parts of a transaction.
    pub fn jittered(&self, time: Duration, roll: u64) -> Duration {
        // In thousandths of the mean: 1,000 is the mean.
        let thousandths = 1_000 + self.jitter * roll.min(1_000) / 50;
        let thousandths = thousandths.saturating_sub(self.jitter * 10);
        time * u32::try_from(thousandths).unwrap_or(1_000) / 1_000
    }
}

/// A pseudo-random number from 0 to 1,000. It is separate from that of the faults, whose order must
/// not depend on a profile.
pub fn roll() -> u64 {
    // Splitmix64: its increment and multipliers.
    static STATE: AtomicU64 = AtomicU64::new(0);
    const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut z = STATE.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) % 1_001
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region() -> Costs {
        Costs::profile("region").unwrap_or_default()
    }

    /// An autocommit transaction of one kind of rows.
    fn transaction(rows: u64, entries: u64, deleted: u64) -> Work {
        Work {
            opens: true,
            statements: 0,
            rows,
            deleted,
            index_entries: entries,
            commits: Some(rows + deleted),
        }
    }

    fn check(work: &Work, least: u64, most: u64) {
        let micros = region().of(work).as_micros();
        assert!((u128::from(least)..=u128::from(most)).contains(&micros), "{work:?} takes {micros} us");
    }

    #[test]
    fn the_model_matches_recorded_times() {
        // One unique secondary index: 577 ms.
        check(&transaction(1_000, 1_000, 0), 572_000, 582_000);
        check(&transaction(1, 0, 0), 7_000, 10_000);
        check(&Work { statements: 1, ..Work::default() }, 1_900, 1_900);
        // 3,000 rows of a table without secondary index: about 1 s.
        check(&transaction(3_000, 0, 0), 900_000, 1_100_000);
        // The least and the most that bulk loads reach: 1,700 and 3,200 rows per second and connection.
        check(&transaction(3_000, 0, 0), 3_000_000_000 / 3_200_000 * 1_000, u64::MAX);
        check(&transaction(3_000, 3_000, 0), 0, 3_000_000_000 / 1_700);
        // Bulk DELETE: 1,500 rows/s.
        check(&transaction(0, 0, 3_000), 1_900_000, 2_100_000);
        check(&transaction(0, 0, 1_000), 600_000, 700_000);
        // The commit of a full transaction: 47 ms; it is part of the above.
        check(&Work { commits: Some(3_000), ..Work::default() }, 47_000, 47_000);
        check(&Work { commits: Some(30_000), ..Work::default() }, 47_000, 47_000);
        // Several statements that write: 19 to 28 ms, including round trips of the client (four of
        // 0.5 ms here).
        check(&Work { statements: 5, ..transaction(6, 0, 0) }, 17_000, 26_000);
    }

    #[test]
    fn parts_of_a_transaction_add_up() {
        let (costs, whole) = (region(), transaction(500, 1_000, 20));
        let parts = [
            Work { opens: true, rows: 500, ..Work::default() },
            Work { index_entries: 1_000, deleted: 20, ..Work::default() },
            Work { commits: Some(520), ..Work::default() },
        ];
        assert_eq!(parts.iter().map(|part| costs.of(part)).sum::<Duration>(), costs.of(&whole));
    }

    #[test]
    fn jitter_is_around_the_mean() {
        let (costs, time) = (region(), Duration::from_millis(100));
        assert_eq!(costs.jittered(time, 0), Duration::from_millis(85));
        assert_eq!(costs.jittered(time, 500), time);
        assert_eq!(costs.jittered(time, 1_000), Duration::from_millis(115));
        let all = Costs { jitter: 100, ..costs };
        assert_eq!(all.jittered(time, 0), Duration::ZERO);
        let rolls: Vec<u64> = (0..1_000).map(|_| roll()).collect();
        assert!(rolls.iter().all(|r| *r <= 1_000));
        assert!(rolls.iter().any(|r| *r < 100) && rolls.iter().any(|r| *r > 900));
    }

    #[test]
    fn figures_have_names() {
        let mut costs = Costs::default();
        assert!(!costs.active());
        costs.set("jitter", 50).unwrap_or_default();
        assert!(!costs.active());
        assert!(costs.set("rows", 1).is_err_and(|e| e.starts_with("rows is not one of transaction, row, ")));
        assert!(costs.set("jitter", 101).is_err());
        assert!(costs.set("row", 7).is_ok() && costs.active());
        assert!(Costs::profile("moon").is_err());
        assert_eq!(Costs::profile("none"), Ok(Costs::default()));
    }
}
