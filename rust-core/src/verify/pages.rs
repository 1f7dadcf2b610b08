//! Reads the target in pages, in the order of its key, so that transactions stay short and answers small.

use crate::error::SinkError;
use crate::row::tuple;
use crate::table::schema::Table;
use crate::table::sql::{quote, target};
use crate::verify::ask::{self, Answer, Question, Unanswered};
use crate::verify::canon;
use crate::verify::progress::Progress;
use crate::verify::state::State;
use crate::write::engine::Engine;

/// Rows of the first page, and of a page at most.
const FIRST_PAGE: usize = 500;
const LARGEST_PAGE: usize = 5_000;
/// Bytes that a page should have.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// Reads all rows of the target into `state`.
pub(super) async fn read(engine: &Engine, state: &mut State) -> Result<(), SinkError> {
    let table = state.table.clone();
    let source = state.source.iter().map(|bucket| bucket.rows).sum();
    let mut progress = Progress::of_target(&table, source);
    state.restart();
    if table.keys.is_empty() {
        let mut each = |answer: Answer, first: bool| {
            if first {
                state.restart();
                progress.restart();
            }
            take(&table, &answer, state);
            progress.tell(&engine.notices, answer.rows);
        };
        return ask::scan(engine, &select(&table, ""), &mut each).await;
    }
    let mut page = FIRST_PAGE;
    let mut last = None;
    loop {
        let answer = match ask::ask(engine, &question(&table, last.as_deref(), page)).await {
            Err(Unanswered::TooLarge) if page > 1 => {
                page = (page / 8).max(1);
                continue;
            }
            answered => answered?,
        };
        let rows = answer.rows;
        if let Some(row) = take(&table, &answer, state) {
            let mut key = Vec::new();
            canon::pick(&canon::key_places(&table), &row, &mut key);
            last = Some(key);
        }
        progress.tell(&engine.notices, rows);
        if rows < page {
            break;
        }
        page = (rows.saturating_mul(PAGE_BYTES) / answer.run.len().max(1)).clamp(1, LARGEST_PAGE);
    }
    nulls(engine, state, &mut progress).await
}

/// Rows with NULL in a key that is not a primary key. No page contains them, as NULL is not greater than any value.
async fn nulls(engine: &Engine, state: &mut State, progress: &mut Progress) -> Result<(), SinkError> {
    let table = state.table.clone();
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
    let sql = select(&table, &format!(" WHERE {}", nullable.join(" OR ")));
    let mut rows = Vec::new();
    let mut each = |answer: Answer, first: bool| {
        if first {
            rows.clear();
        }
        rows.push(answer);
    };
    ask::scan(engine, &sql, &mut each).await?;
    for answer in rows {
        take(&table, &answer, state);
        progress.tell(&engine.notices, answer.rows);
    }
    Ok(())
}

/// Adds the rows of an answer; returns the last one.
fn take(table: &Table, answer: &Answer, state: &mut State) -> Option<Vec<u8>> {
    let width = canon::columns(table).count();
    let mut values = Vec::with_capacity(width);
    let mut row = Vec::new();
    for param in tuple::params(&answer.run) {
        values.push(param.bytes);
        if values.len() == width {
            canon::run(canon::columns(table), &values, &mut row);
            state.target(&row);
            values.clear();
        }
    }
    (answer.rows > 0).then_some(row)
}

fn select(table: &Table, rest: &str) -> String {
    let names: Vec<String> = canon::columns(table).map(|column| quote(&column.name)).collect();
    format!("SELECT {} FROM {}{rest}", names.join(", "), target(table))
}

fn question(table: &Table, last: Option<&[u8]>, page: usize) -> Question {
    let keys: Vec<_> = table.keys.iter().map(|key| &table.columns[*key]).collect();
    let names: Vec<String> = keys.iter().map(|column| quote(&column.name)).collect();
    let names = names.join(", ");
    let mut params = Vec::new();
    let mut bound = String::new();
    if let Some(last) = last {
        for (param, column) in tuple::params(last).zip(&keys) {
            params.push((param.bytes.map(<[u8]>::to_vec), column.ty.oid()));
        }
        let places: Vec<String> = (1..=params.len()).map(|place| format!("${place}")).collect();
        bound = format!(" WHERE ({names}) > ({})", places.join(", "));
    }
    Question { sql: select(table, &format!("{bound} ORDER BY {names} LIMIT {page}")), params }
}
