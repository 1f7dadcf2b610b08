//! Compares the submitted operations with those that dsql-local's journal shows as committed.

use std::collections::BTreeMap;

use dsql_sink::abi::*;
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::Value;

use super::{Cluster, Rows};

/// A committed change of a table (id, v): the row's new value, `None` if it was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub transaction: u64,
    pub key: i64,
    pub image: Option<i64>,
}

impl Cluster {
    /// Reads the changes of a table (id, v) from the journal, in commit order, and removes them.
    pub fn changes(&self, table: &str) -> Vec<Change> {
        let table = format!("public.{table}");
        let number = |value: &Value| value.as_str().and_then(|text| text.parse().ok());
        let mut changes = Vec::new();
        loop {
            let answer: Value = serde_json::from_str(&self.control("journal read")).unwrap();
            let read = answer["changes"].as_array().unwrap();
            if read.is_empty() {
                return changes;
            }
            changes.extend(read.iter().filter(|change| change["table"] == *table).map(|change| {
                let deleted = change["operation"] == "delete";
                Change {
                    transaction: change["transaction"].as_u64().unwrap(),
                    key: number(if change["key"]["id"].is_null() {
                        &change["row"]["id"]
                    } else {
                        &change["key"]["id"]
                    })
                    .unwrap(),
                    image: if deleted { None } else { number(&change["row"]["v"]) },
                }
            }));
        }
    }
}

/// The submitted operations, by key and in order. No two upserts have the same value.
#[derive(Debug, Default)]
pub struct Submitted {
    keys: BTreeMap<i64, Vec<Option<i64>>>,
    last: i64,
}

impl Submitted {
    /// Adds a random operation on each of `keys` to a frame.
    pub fn churn(&mut self, mut rows: Rows, keys: std::ops::Range<i64>, rng: &mut StdRng) -> Rows {
        for key in keys {
            self.last += 1;
            let value = self.last;
            let row = [key.into(), value.into()];
            let images = self.keys.entry(key).or_default();
            match rng.random_range(0..10) {
                0 | 1 => {
                    rows = rows.row(ROW_DELETE, &row);
                    images.push(None);
                }
                2 | 3 => {
                    rows = rows.row(ROW_UPDATE_BEFORE, &row).row(ROW_UPDATE_AFTER, &row);
                    images.extend([None, Some(value)]);
                }
                _ => {
                    rows = rows.row(ROW_INSERT, &row);
                    images.push(Some(value));
                }
            }
        }
        rows
    }

    /// Proves that the committed changes of each key are among those submitted, in their order, and
    /// end with the last one. Returns how many images were committed twice in a row.
    #[track_caller]
    pub fn prove(&self, changes: &[Change], what: &str) -> usize {
        let mut committed: BTreeMap<i64, Vec<Option<i64>>> = BTreeMap::new();
        for change in changes {
            committed.entry(change.key).or_default().push(change.image);
        }
        let mut again = 0;
        for (key, images) in &committed {
            let submitted =
                self.keys.get(key).unwrap_or_else(|| panic!("{what}: key {key} was never submitted"));
            let mut at = None;
            for image in images {
                if image.is_some() && at.is_some_and(|at: usize| submitted[at] == *image) {
                    again += 1;
                    continue;
                }
                let from = at.map_or(0, |at| at + 1);
                let found = submitted[from..].iter().position(|submitted| submitted == image);
                let found = found.unwrap_or_else(|| {
                    panic!(
                        "{what}: key {key} has the images {images:?}, which is not the order of {submitted:?}"
                    )
                });
                at = Some(from + found);
            }
        }
        for (key, images) in &self.keys {
            let last = committed.get(key).and_then(|images| images.last().copied()).flatten();
            assert_eq!(
                last,
                images.last().copied().flatten(),
                "{what}: key {key} does not end with its last image"
            );
        }
        again
    }
}
