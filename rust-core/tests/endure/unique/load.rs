//! The first load of a source that changes meanwhile, as MySQL-CDC does it.
//!
//! A table is read in splits, each at a moment of its own, and then the log is followed from the first of these moments
//! on, without what a split has in it already. Between the moments the rows that were read are none that the source ever
//! had together: two of them may have the same unique value. With the last moment they are the source's again.

use dsql_sink::border::*;
use rand::Rng;
use rand::rngs::StdRng;

use super::source::{Applied, Step};
use super::table::Kind;

/// Splits of a table.
const SPLITS: i64 = 3;

/// What a job sends that starts in the midst of these steps, and from where on it has told the source's state.
pub(super) fn first(kinds: &[Kind], steps: &[Step], dice: &mut StdRng) -> (Vec<Step>, usize) {
    let mut moments = Vec::new();
    let mut moment = dice.random_range(0..=steps.len() / 3);
    for _ in 0..SPLITS {
        moments.push(moment);
        moment = dice.random_range(moment..=moment + steps.len() / 6);
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
    let mut settled = 0;
    for (at, step) in steps.iter().enumerate().skip(moments[0]) {
        if at <= moments[moments.len() - 1] {
            settled = sent.len();
        }
        let mut events = step.events.clone();
        events.retain(|(_, row)| at >= moments[split(row.id)]);
        if events.len() < step.events.len() {
            // A source tells a change of the key by two rows, each of its own key.
            for (event, _) in &mut events {
                *event = if *event == ROW_UPDATE_BEFORE { ROW_DELETE } else { ROW_INSERT };
            }
        }
        if !events.is_empty() {
            sent.push(Step { kind: step.kind, events });
        }
    }
    (sent, settled)
}
