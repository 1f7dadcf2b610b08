//! The first load of a source that changes meanwhile, as with MySQL-CDC.
//!
//! A table is read in splits, each at a different moment, and then the log is read from the first
//! of these moments on: rows go back to an older state and then forward again. Until the last
//! moment is reached, the rows are not a state that the source ever had: two of them may have the
//! same unique value.

use dsql_sink::abi::*;
use rand::Rng;
use rand::rngs::StdRng;

use super::source::{Applied, Step};
use super::table::Kind;

/// Splits of a table.
const SPLITS: i64 = 3;

/// The steps that a job sends if it starts in the middle of these steps, and the step from which on
/// it has sent a consistent state of the source.
pub(super) fn first(kinds: &[Kind], steps: &[Step], rng: &mut StdRng) -> (Vec<Step>, usize) {
    let mut moments = Vec::new();
    let mut moment = rng.random_range(0..=steps.len() / 3);
    for _ in 0..SPLITS {
        moments.push(moment);
        moment = rng.random_range(moment..=moment + steps.len() / 6);
    }
    let split = |key: i64| usize::try_from(key % SPLITS).unwrap();
    let mut sent = Vec::new();
    let mut rows = vec![Applied::new(); kinds.len()];
    let mut at = 0;
    for (number, moment) in moments.iter().enumerate() {
        for step in &steps[at..*moment] {
            step.apply(&mut rows[kinds.iter().position(|kind| *kind == step.kind).unwrap()]);
        }
        at = *moment;
        for (kind, rows) in kinds.iter().zip(&rows) {
            let read = rows.values().filter(|row| split(row.id) == number);
            sent.extend(read.map(|row| Step { kind: *kind, events: vec![(ROW_INSERT, *row)] }));
        }
    }
    let settled = sent.len() + at - moments[0];
    sent.extend_from_slice(&steps[moments[0]..]);
    (sent, settled)
}
