//! Reads the target in pages, in the order of its key, so that transactions are short and answers small. A large table
//! is divided into ranges of its key. Several connections read one range each.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::task::JoinSet;

use crate::error::SinkError;
use crate::row::tuple;
use crate::table::schema::Table;
use crate::table::sql::{quote, target};
use crate::verify::ask::{self, Answer, Question, Unanswered};
use crate::verify::canon;
use crate::verify::progress::Progress;
use crate::verify::state::{Form, Portion, State};
use crate::write::engine::Engine;

/// Rows of the first page, and most rows of a page.
const FIRST_PAGE: usize = 500;
const LARGEST_PAGE: usize = 5_000;
/// Wanted size of a page in bytes.
const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// Most ranges of a table: more connections would wait for this machine's processors.
const RANGES: usize = 8;
/// Fewest rows of a range, which are several pages.
const RANGE_ROWS: u64 = 20_000;
/// Memory for each connection: an answer, and its rows in canonical form.
const RANGE_BYTES: usize = 32 * 1024 * 1024;
/// Number of keys from which the bounds of ranges are chosen. Some of them may be missing in the target.
const CANDIDATES: usize = 4 * RANGES;

/// What the connections that read a table share.
struct Reading {
    form: Arc<Form>,
    state: Mutex<(State, Progress)>,
}

/// Reads all rows of the target into `state`.
pub(super) async fn read(engine: &Arc<Engine>, mut state: State) -> Result<State, SinkError> {
    let form = state.form.clone();
    let source: u64 = state.source.iter().map(|bucket| bucket.rows).sum();
    state.restart();
    let keys = std::mem::take(&mut state.sample.keys);
    let progress = Progress::of_target(&form.table, source);
    let reading = Arc::new(Reading { form: form.clone(), state: Mutex::new((state, progress)) });
    if form.table.keys.is_empty() {
        reading.scan(engine).await?;
    } else {
        let bounds = bounds(engine, &form.table, &keys, ranges(engine, source)).await?;
        let mut readers = JoinSet::new();
        for at in 0..=bounds.len() {
            let (reading, engine) = (reading.clone(), engine.clone());
            let from = at.checked_sub(1).map(|before| bounds[before].clone());
            let to = bounds.get(at).cloned();
            readers.spawn(async move { reading.range(&engine, from, to).await });
        }
        while let Some(read) = readers.join_next().await {
            read.map_err(|error| SinkError::internal(format!("reading of {}: {error}", form.table)))??;
        }
        reading.nulls(engine).await?;
    }
    let reading = Arc::into_inner(reading);
    let reading = reading.ok_or_else(|| SinkError::internal(format!("{} is still read", form.table)))?;
    Ok(reading.state.into_inner().0)
}

impl Reading {
    /// Reads the rows whose key is greater than `from` and not greater than `to`.
    async fn range(
        &self,
        engine: &Engine,
        from: Option<Vec<u8>>,
        to: Option<Vec<u8>>,
    ) -> Result<(), SinkError> {
        let table = &self.form.table;
        let mut page = FIRST_PAGE;
        let mut last = from;
        loop {
            let answer = match ask::ask(engine, &question(table, last.as_deref(), to.as_deref(), page)).await
            {
                Err(Unanswered::TooLarge) if page > 1 => {
                    page = (page / 8).max(1);
                    continue;
                }
                answered => answered?,
            };
            let rows = answer.rows;
            if let Some(row) = self.take(engine, &answer) {
                let mut key = Vec::new();
                canon::pick(&canon::key_places(table), &row, &mut key);
                last = Some(key);
            }
            if rows < page {
                return Ok(());
            }
            page = (rows.saturating_mul(PAGE_BYTES) / answer.run.len().max(1)).clamp(1, LARGEST_PAGE);
        }
    }

    /// Reads the rows of a table without a key.
    async fn scan(&self, engine: &Engine) -> Result<(), SinkError> {
        let mut each = |answer: Answer, first: bool| {
            if first {
                let (state, progress) = &mut *self.state.lock();
                state.restart();
                progress.restart();
            }
            self.take(engine, &answer);
        };
        ask::scan(engine, &select(&self.form.table, ""), &mut each).await
    }

    /// Reads the rows with NULL in a key that is not a primary key. No page contains them, because NULL is not greater
    /// than any value.
    async fn nulls(&self, engine: &Engine) -> Result<(), SinkError> {
        let table = &self.form.table;
        let nullable: Vec<String> = table
            .keys
            .iter()
            .map(|key| &table.columns[*key])
            .filter(|column| column.nullable)
            .map(|column| format!("{} IS NULL", quote(&column.name)))
            .collect();
        if nullable.is_empty() {
            return Ok(());
        }
        let sql = select(table, &format!(" WHERE {}", nullable.join(" OR ")));
        let mut rows = Vec::new();
        let mut each = |answer: Answer, first: bool| {
            if first {
                rows.clear();
            }
            rows.push(answer);
        };
        ask::scan(engine, &sql, &mut each).await?;
        for answer in rows {
            self.take(engine, &answer);
        }
        Ok(())
    }

    /// Adds the rows of an answer; returns the last one.
    fn take(&self, engine: &Engine, answer: &Answer) -> Option<Vec<u8>> {
        let kept = self.state.lock().0.of_target();
        let columns = canon::columns(&self.form.table);
        let width = columns.clone().count();
        let mut values = Vec::with_capacity(width);
        let mut row = Vec::new();
        let mut portion = Portion::default();
        for param in tuple::params(&answer.run) {
            values.push(param.bytes);
            if values.len() == width {
                canon::run(columns.clone(), &values, &mut row);
                self.form.target(&row, kept, &mut portion);
                values.clear();
            }
        }
        let (state, progress) = &mut *self.state.lock();
        state.add_target(&portion);
        progress.tell(&engine.notices, answer.rows);
        (answer.rows > 0).then_some(row)
    }
}

/// Number of ranges for this number of rows.
fn ranges(engine: &Engine, rows: u64) -> usize {
    let config = &engine.config;
    let bytes = config.buffer_bytes - config.row_bytes();
    let most = RANGES.min(config.connections).min(bytes / RANGE_BYTES);
    usize::try_from(rows / RANGE_ROWS).unwrap_or(RANGES).min(most)
}

/// Keys that divide the table into this number of ranges, or fewer. They are keys of the target, and the database sorts
/// them in the order of its pages.
async fn bounds(
    engine: &Engine,
    table: &Table,
    keys: &[Box<[u8]>],
    ranges: usize,
) -> Result<Vec<Vec<u8>>, SinkError> {
    if ranges < 2 || keys.is_empty() {
        return Ok(Vec::new());
    }
    let names = key_names(table);
    let mut params = Vec::new();
    let mut tuples = Vec::new();
    for key in keys.iter().step_by(keys.len().div_ceil(CANDIDATES)) {
        tuples.push(format!("({})", key_params(table, key, &mut params)));
    }
    let sql = format!(
        "SELECT {names} FROM {} WHERE ({names}) IN ({}) ORDER BY {names}",
        target(table),
        tuples.join(", ")
    );
    let answer: Answer = ask::ask(engine, &Question { sql, params }).await?;
    let values: Vec<_> = tuple::params(&answer.run).map(|param| param.bytes).collect();
    let found: Vec<_> = values.chunks(table.keys.len()).collect();
    let bounds = (1..ranges).filter_map(|at| found.get(at * found.len() / ranges));
    let mut bounds: Vec<Vec<u8>> = bounds
        .map(|values| {
            let mut bound = Vec::new();
            canon::run(table.keys.iter().map(|key| &table.columns[*key]), values, &mut bound);
            bound
        })
        .collect();
    bounds.dedup();
    Ok(bounds)
}

fn select(table: &Table, rest: &str) -> String {
    let names: Vec<String> = canon::columns(table).map(|column| quote(&column.name)).collect();
    format!("SELECT {} FROM {}{rest}", names.join(", "), target(table))
}

fn question(table: &Table, from: Option<&[u8]>, to: Option<&[u8]>, page: usize) -> Question {
    let names = key_names(table);
    let mut params = Vec::new();
    let mut bounds = Vec::new();
    for (sign, bound) in [(">", from), ("<=", to)] {
        if let Some(bound) = bound {
            bounds.push(format!("({names}) {sign} ({})", key_params(table, bound, &mut params)));
        }
    }
    let bounds = if bounds.is_empty() { String::new() } else { format!(" WHERE {}", bounds.join(" AND ")) };
    Question { sql: select(table, &format!("{bounds} ORDER BY {names} LIMIT {page}")), params }
}

fn key_names(table: &Table) -> String {
    let names: Vec<String> = table.keys.iter().map(|key| quote(&table.columns[*key].name)).collect();
    names.join(", ")
}

/// Adds the values of a key to the parameters; returns their places.
fn key_params(table: &Table, key: &[u8], params: &mut Vec<(Option<Vec<u8>>, u32)>) -> String {
    let first = params.len() + 1;
    for (param, key) in tuple::params(key).zip(&table.keys) {
        params.push((param.bytes.map(<[u8]>::to_vec), table.columns[*key].ty.oid()));
    }
    let places: Vec<String> = (first..=params.len()).map(|place| format!("${place}")).collect();
    places.join(", ")
}
