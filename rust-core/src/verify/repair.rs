//! Writes the rows that differ, and no others.

use std::collections::{HashMap, HashSet};

use log::Level;

use crate::error::SinkError;
use crate::queue::change::Op;
use crate::queue::stage::Staged;
use crate::row::tuple;
use crate::table::schema::Table;
use crate::table::sql;
use crate::verify::ask::{self, Question};
use crate::verify::canon;
use crate::verify::report::{Difference, Kind, Report};
use crate::verify::sums;
use crate::write::engine::Engine;

/// The rows to write again, by the hashes of their keys.
pub(super) struct Wanted(HashMap<String, HashSet<u128>>);

impl Wanted {
    pub(super) fn new(report: &Report) -> Self {
        let written = |difference: &&Difference| difference.kind != Kind::Extra;
        let keys = |table: &crate::verify::report::Compared| {
            table.differences.iter().filter(written).map(|difference| difference.key_hash).collect()
        };
        Self(report.tables.iter().map(|(name, table)| (name.clone(), keys(table))).collect())
    }

    /// True if this row of the source has to be written again.
    pub(super) fn holds(&self, table: &Table, staged: &Staged, op: &Op) -> bool {
        let Some(wanted) = self.0.get(&table.to_string()).filter(|wanted| !wanted.is_empty()) else {
            return false;
        };
        let keys = table.keys.iter().map(|key| &table.columns[*key]);
        let values: Vec<_> = tuple::params(&staged.arena[op.key..op.end]).map(|param| param.bytes).collect();
        let mut key = Vec::new();
        canon::run(keys, &values, &mut key);
        wanted.contains(&sums::hash(&key))
    }
}

/// Deletes the rows that the source does not have.
pub(super) async fn delete_extra(
    engine: &Engine,
    tables: &[std::sync::Arc<Table>],
    report: &Report,
) -> Result<(), SinkError> {
    for table in tables {
        let Some(compared) = report.tables.get(&table.to_string()) else { continue };
        let mut deleted = 0;
        for difference in compared.differences.iter().filter(|difference| difference.kind == Kind::Extra) {
            ask::ask(engine, &deletion(table, difference)).await?;
            deleted += 1;
        }
        if deleted > 0 {
            engine
                .notices
                .push(Level::Info, || format!("repair: table {table}: {deleted} extra rows deleted"));
        }
    }
    Ok(())
}

fn deletion(table: &Table, difference: &Difference) -> Question {
    let keys: Vec<_> = table.keys.iter().map(|key| &table.columns[*key]).collect();
    let params = tuple::params(&difference.key).zip(&keys);
    let params: Vec<_> =
        params.map(|(param, column)| (param.bytes.map(<[u8]>::to_vec), column.ty.oid())).collect();
    let equal = keys
        .iter()
        .enumerate()
        .map(|(at, column)| format!("{} IS NOT DISTINCT FROM ${}", sql::quote(&column.name), at + 1));
    let equal: Vec<String> = equal.collect();
    let text = format!("DELETE FROM {} WHERE {}", sql::target(table), equal.join(" AND "));
    Question { sql: text, params }
}
