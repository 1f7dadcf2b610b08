//! One look at a table: finds the rows that differ.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::error::SinkError;
use crate::row::tuple;
use crate::table::schema::Table;
use crate::tell::cut;
use crate::verify::ask::{self, Question};
use crate::verify::report::{Compared, Difference, Report};
use crate::verify::state::{Found, ROW_BYTES, Space, State};
use crate::verify::sums::{self, BucketNumber};
use crate::verify::{canon, pages};
use crate::write::engine::Engine;

/// Most differences of a table in a report. Further ones are only counted.
const MOST_TOLD: usize = 100_000;
/// Characters of a key's value in a report, which people read.
const SHOWN: usize = 100;
/// Values in one query for their texts: a SELECT has at most 1,664 columns.
const TEXTS: usize = 500;

/// Reads the target and finds the differences.
pub(super) async fn table(
    engine: &Arc<Engine>,
    state: State,
    space: &Space,
    before: Option<&Report>,
) -> Result<Compared, SinkError> {
    let mut state = pages::read(engine, state).await?;
    let table = state.form.table.clone();
    let before = before.and_then(|report| report.tables.get(&table.to_string()));
    let sum = |buckets: &[sums::Bucket]| buckets.iter().map(|bucket| bucket.rows).sum();
    let mut compared = Compared {
        source_rows: sum(&state.source),
        target_rows: sum(&state.target),
        refused: state.refused,
        repeated: state.repeated,
        // Differences that this look does not check again stay in the report.
        differences: before.map(|before| before.kept().cloned().collect()).unwrap_or_default(),
        more: before.map_or(0, |before| before.more),
        rest: before.map(|before| before.rest.clone()).unwrap_or_default(),
        ..Compared::default()
    };
    let differing: Vec<BucketNumber> = (0..)
        .zip(state.source.iter().zip(&state.target))
        .filter(|(number, (source, target))| source != target && state.form.is_wanted(*number))
        .map(|(number, _)| number)
        .collect();
    let Some(found) = state.end(space) else {
        // Later looks find their keys. Each checks as many buckets as fit into memory.
        let mut all = differing;
        all.append(&mut compared.rest);
        let most = match before {
            // So many buckets did not fit into memory.
            Some(before) => before.look.len() / 2,
            None => room(&state, space),
        };
        compared.rest = all.split_off(most.clamp(1, all.len().max(1)).min(all.len()));
        compared.look = all;
        return Ok(compared);
    };
    let looks = |found: &Found| {
        let key = sums::hash(&found.key);
        let told = before.and_then(|before| before.differences.iter().find(|told| told.key_hash == key));
        // It is the same difference only if both sides have the same rows as before.
        told.map_or((1, false), |told| {
            if told.source == found.source && told.target == found.target {
                (told.looks + 1, false)
            } else {
                (1, true)
            }
        })
    };
    let told = found.len().min(MOST_TOLD);
    compared.more += u64::try_from(found.len() - told).unwrap_or(0);
    let texts = texts(engine, &table, &found[..told]).await?;
    let mut again = BTreeSet::new();
    for (found, text) in found.into_iter().zip(texts) {
        let (looks, changed) = looks(&found);
        let key_hash = sums::hash(&found.key);
        if looks == 1 {
            again.insert(sums::bucket(key_hash));
        }
        let Found { kind, key, columns, source, target } = found;
        compared.differences.push(Difference {
            kind,
            key_hash,
            key,
            text,
            columns,
            source,
            target,
            looks,
            changed,
        });
    }
    compared.differences.sort_by(|a, b| (a.kind, &a.text).cmp(&(b.kind, &b.text)));
    // The next buckets that did not fit so far.
    let most = room(&state, space).min(compared.rest.len());
    again.extend(compared.rest.drain(..most));
    compared.look = again.into_iter().collect();
    Ok(compared)
}

/// Number of buckets whose keys fit into memory.
fn room(state: &State, space: &Space) -> usize {
    let rows: u64 = state.source.iter().map(|bucket| bucket.rows).sum();
    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
    let columns = canon::columns(&state.form.table).count() * size_of::<u32>();
    // Keys are seldom longer than this. If they are, the next look takes half as many buckets.
    let key = 32 * state.form.table.keys.len().max(1);
    let bucket = (rows / sums::BUCKETS + 1).saturating_mul(ROW_BYTES + columns + key);
    (space.most / 2 / bucket).max(1)
}

/// Keys as `id = 42`, with the database's text of each value.
async fn texts(engine: &Engine, table: &Table, found: &[Found]) -> Result<Vec<String>, SinkError> {
    let compared: Vec<_> = canon::columns(table).collect();
    let places = canon::key_places(table);
    let width = places.len().max(1);
    let mut texts = Vec::with_capacity(found.len());
    for part in found.chunks((TEXTS / width).max(1)) {
        let mut question = Question::default();
        for found in part {
            for (param, place) in tuple::params(&found.key).zip(&places) {
                let comma = if question.params.is_empty() { "SELECT " } else { ", " };
                question.params.push((param.bytes.map(<[u8]>::to_vec), compared[*place].ty.oid()));
                question.sql.push_str(&format!("{comma}${}::text", question.params.len()));
            }
        }
        let answer = ask::ask(engine, &question).await?;
        let values: Vec<String> = tuple::params(&answer.run)
            .map(|param| match param.bytes {
                None => "NULL".to_owned(),
                Some(bytes) => cut(&String::from_utf8_lossy(bytes), SHOWN),
            })
            .collect();
        texts.extend(values.chunks(width).map(|values| {
            let named = places.iter().zip(values);
            let named = named.map(|(place, value)| format!("{} = {value}", compared[*place].name));
            named.collect::<Vec<_>>().join(", ")
        }));
    }
    Ok(texts)
}
