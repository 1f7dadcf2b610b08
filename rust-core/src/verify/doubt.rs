//! Values that only the database can read: texts for columns of dates, times and intervals, and `jsonb`, whose text it
//! rewrites. It is asked what it would store.

use std::collections::VecDeque;

use crate::error::SinkError;
use crate::queue::stage::Staged;
use crate::row::tuple;
use crate::table::schema::Table;
use crate::verify::ask::{self, Question};
use crate::verify::{canon, is_rewritten};
use crate::write::engine::Engine;

/// Values of one question: a SELECT has 1,664 columns at most.
const VALUES: usize = 500;
/// Bytes of one question: a message has 10 MiB at most, and an answer is not much longer than its question.
const BYTES: usize = 4 * 1024 * 1024;
/// Object identifier of `text`.
const TEXT: u32 = 25;

/// Where a value belongs: its row in the frame, and its place among the columns compared.
type Place = (usize, usize);

/// Values as the database stores them, in the order of their places.
#[derive(Debug, Default)]
pub(super) struct Parsed(Vec<(Place, Option<Vec<u8>>)>);

impl Parsed {
    /// Puts the values of a row in their places.
    pub(super) fn put<'a>(&'a self, row: usize, values: &mut [Option<&'a [u8]>]) {
        let from = self.0.partition_point(|((at, _), _)| *at < row);
        for ((_, place), value) in self.0[from..].iter().take_while(|((at, _), _)| *at == row) {
            if let Some(slot) = values.get_mut(*place) {
                *slot = value.as_deref();
            }
        }
    }
}

/// True if a frame has such values.
pub(super) fn is_any(table: &Table, staged: &Staged) -> bool {
    staged.ops.iter().any(|op| op.text) || canon::columns(table).any(|column| is_rewritten(column.ty))
}

/// The questions that read them, each with the places of its values.
pub(super) fn questions(table: &Table, staged: &Staged) -> Vec<(Question, Vec<Place>)> {
    let mut questions = vec![(Question::default(), Vec::new())];
    let mut bytes = 0;
    // A row that is gone is known by its key, and no key needs a question.
    for (at, op) in staged.ops.iter().enumerate().filter(|(_, op)| !op.deletes()) {
        let params = tuple::params(&staged.arena[op.start..op.key]);
        for (place, (param, column)) in params.zip(canon::columns(table)).enumerate() {
            let Some(value) = param.bytes.filter(|_| param.text || is_rewritten(column.ty)) else { continue };
            // The binary form of jsonb is a version and the text.
            let text = if is_rewritten(column.ty) { value.get(1..).unwrap_or_default() } else { value };
            if questions.last().is_some_and(|(question, _)| question.params.len() >= VALUES)
                || bytes + text.len() > BYTES
            {
                questions.push(Default::default());
                bytes = 0;
            }
            bytes += text.len();
            if let Some((question, places)) = questions.last_mut() {
                let comma = if places.is_empty() { "SELECT " } else { ", " };
                places.push((at, place));
                question.sql.push_str(&format!("{comma}${}::text::{}", places.len(), column.ty));
                question.params.push((Some(text.to_vec()), TEXT));
            }
        }
    }
    questions.retain(|(question, _)| !question.params.is_empty());
    questions
}

/// Asks them.
pub(super) async fn ask(
    engine: &Engine,
    table: &Table,
    questions: Vec<(Question, Vec<Place>)>,
) -> Result<Parsed, SinkError> {
    let mut parsed = Vec::new();
    for (question, places) in questions {
        let answer = ask::ask(engine, &question).await.map_err(SinkError::from).map_err(|error| {
            let text = format!("table {table}: a value of the source cannot be stored: {}", error.message());
            SinkError::new(error.kind(), text)
        })?;
        let mut values: VecDeque<_> =
            tuple::params(&answer.run).map(|param| param.bytes.map(<[u8]>::to_vec)).collect();
        parsed.extend(places.into_iter().map(|place| (place, values.pop_front().flatten())));
    }
    Ok(Parsed(parsed))
}
