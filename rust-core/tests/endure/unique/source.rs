//! A source that checks keys and unique values at every single row, as MySQL does, and records the
//! changes of its rows.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use dsql_sink::abi::*;

use super::history::ROOM;
use super::table::{Column, Held, Kind, Row};

/// The rows of a table by their key.
pub(super) type Applied = BTreeMap<i64, Row>;

/// A change of one row: one or two events of its table.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) kind: Kind,
    pub(super) events: Vec<(u8, Row)>,
}

impl Step {
    /// The history it belongs to.
    pub(super) fn history(&self) -> i64 {
        self.events[0].1.id / ROOM
    }

    /// Applies it to rows, which are found by key.
    pub(super) fn apply(&self, rows: &mut Applied) {
        for (event, row) in &self.events {
            match *event {
                ROW_INSERT | ROW_UPDATE_AFTER => rows.insert(row.id, *row),
                _ => rows.remove(&row.id),
            };
        }
    }

    /// The statement that makes this change in the source.
    pub(super) fn sql(&self, table: &str) -> String {
        let (names, values) = (self.kind.columns().join(", "), |row: &Row| self.kind.literals(row));
        match self.events[..] {
            [(ROW_INSERT, row)] => format!("INSERT INTO {table} ({names}) VALUES ({})", values(&row)),
            [(ROW_DELETE, row)] => format!("DELETE FROM {table} WHERE {}", self.kind.has_key(&row)),
            [(_, before), (_, after)] => {
                format!(
                    "UPDATE {table} SET ({names}) = ROW ({}) WHERE {}",
                    values(&after),
                    self.kind.has_key(&before)
                )
            }
            _ => unreachable!("one event or two"),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)?;
        for (event, row) in &self.events {
            let word = ["insert", "before", "after", "delete"][usize::from(*event)];
            write!(f, " {word} {}", Kind::told(row))?;
        }
        Ok(())
    }
}

/// The rows of a table in the source.
pub(super) struct Source {
    pub(super) kind: Kind,
    pub(super) rows: Applied,
    /// The row that holds each unique value.
    holders: HashMap<Held, i64>,
    steps: Vec<Step>,
}

impl Source {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, rows: Applied::new(), holders: HashMap::new(), steps: Vec::new() }
    }

    /// The steps since the last call.
    pub(super) fn take(&mut self) -> Vec<Step> {
        std::mem::take(&mut self.steps)
    }

    /// Keys of the rows that have a value, ordered by it.
    pub(super) fn sorted(&self, column: Column) -> Vec<i64> {
        let mut keys: Vec<_> = self.rows.values().filter(|row| row.get(column).is_some()).collect();
        keys.sort_by_key(|row| (row.get(column), row.id));
        keys.into_iter().map(|row| row.id).collect()
    }

    /// Keys of the rows that have this row's key or one of its unique values.
    pub(super) fn in_the_way(&self, row: &Row) -> Vec<i64> {
        let mut keys: Vec<i64> = self.rows.get(&row.id).map(|row| row.id).into_iter().collect();
        for held in self.kind.held(row) {
            if let Some(key) = self.holders.get(&held)
                && !keys.contains(key)
            {
                keys.push(*key);
            }
        }
        keys
    }

    /// Changes a row as the source does; refuses if another row has the key or unique value.
    pub(super) fn attempt(&mut self, old: Option<i64>, new: Option<Row>) -> bool {
        let before = old.and_then(|key| self.rows.get(&key)).copied();
        if before.is_none() && (old.is_some() || new.is_none()) {
            return false;
        }
        if new.is_some_and(|row| self.in_the_way(&row).iter().any(|key| Some(*key) != old)) {
            return false;
        }
        if let Some(row) = before {
            self.rows.remove(&row.id);
            self.kind.held(&row).for_each(|held| _ = self.holders.remove(&held));
        }
        if let Some(row) = new {
            self.rows.insert(row.id, row);
            self.kind.held(&row).for_each(|held| _ = self.holders.insert(held, row.id));
        }
        let events = match (before, new) {
            // Some sources send a change of the key as an update, others as a delete and an insert.
            (Some(before), Some(after)) if before.id != after.id && after.v % 3 == 0 => {
                vec![(ROW_DELETE, before), (ROW_INSERT, after)]
            }
            (Some(before), Some(after)) => vec![(ROW_UPDATE_BEFORE, before), (ROW_UPDATE_AFTER, after)],
            (Some(before), None) => vec![(ROW_DELETE, before)],
            (None, Some(after)) => vec![(ROW_INSERT, after)],
            (None, None) => return false,
        };
        self.steps.push(Step { kind: self.kind, events });
        true
    }
}
