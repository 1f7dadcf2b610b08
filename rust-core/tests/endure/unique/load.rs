//! The first load of a source that changes meanwhile, as MySQL-CDC does it.
//!
//! A table is read in splits, each at a moment of its own, and then the log is followed from the first of these moments
//! on: rows go back to what they were and come forward again. Until the last moment is reached the rows are none that the
//! source ever had together: two of them may have the same unique value.

use dsql_sink::abi::*;
use rand::Rng;
use rand::rngs::StdRng;

use super::source::{Applied, Step};
use super::table::Kind;

/// Splits of a table.
const SPLITS: i64 = 3;

/// What a job sends that starts in the midst of these steps, and from where on it has told the source's state.
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
