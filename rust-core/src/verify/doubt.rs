//! Values that only the database can interpret: texts for columns of dates, times and intervals, and `jsonb`, whose
//! text it rewrites. A query asks what it would store.

use crate::error::{ErrorKind, SinkError};
use crate::queue::stage::Staged;
use crate::row::column::ColumnType;
use crate::row::tuple;
use crate::table::schema::Table;
use crate::verify::ask::{self, Question};
use crate::verify::{canon, is_rewritten};
use crate::write::engine::Engine;

/// Values of one query: a SELECT has at most 1,664 columns.
const VALUES: usize = 500;
/// Bytes of one query: a message has at most 10 MiB, and an answer is not much longer than its query.
const BYTES: usize = 4 * 1024 * 1024;
/// Object identifier of `text`.
const TEXT: u32 = 25;

/// Position of a value: its row in the frame, and its column among those compared.
type Place = (usize, usize);

/// Values as the database stores them, in the order of their positions.
#[derive(Debug, Default)]
pub(super) struct Parsed(Vec<(Place, Option<Vec<u8>>)>);

impl Parsed {
    /// Puts the values of a row into their positions.
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

/// A value that the database has to interpret.
#[derive(Debug, Clone)]
pub(super) struct Doubt {
    place: Place,
    ty: ColumnType,
    text: Vec<u8>,
}

/// The values of a frame that the database has to interpret, grouped into queries.
pub(super) fn questions(table: &Table, staged: &Staged) -> Vec<Vec<Doubt>> {
    let mut questions: Vec<Vec<Doubt>> = Vec::new();
    let mut bytes = 0;
    // A deleted row is identified by its key, and no key needs a query.
    for (at, op) in staged.ops.iter().enumerate().filter(|(_, op)| !op.deletes()) {
        let params = tuple::params(&staged.arena[op.start..op.key]);
        for (place, (param, column)) in params.zip(canon::columns(table)).enumerate() {
            let Some(value) = param.bytes.filter(|_| param.text || is_rewritten(column.ty)) else { continue };
            // The binary form of jsonb is a version and the text.
            let text = if is_rewritten(column.ty) { value.get(1..).unwrap_or_default() } else { value };
            bytes += text.len();
            let doubt = Doubt { place: (at, place), ty: column.ty, text: text.to_vec() };
            match questions.last_mut() {
                Some(question) if question.len() < VALUES && bytes <= BYTES => question.push(doubt),
                _ => {
                    bytes = text.len();
                    questions.push(vec![doubt]);
                }
            }
        }
    }
    questions
}

/// Runs the queries. A value that the database rejects stays as it is. Its row is then reported as missing, because no
/// row of the target has that value.
pub(super) async fn ask(engine: &Engine, mut questions: Vec<Vec<Doubt>>) -> Result<Parsed, SinkError> {
    let mut parsed = Vec::new();
    while let Some(mut doubts) = questions.pop() {
        match ask::ask(engine, &question(&doubts)).await.map_err(SinkError::from) {
            Ok(answer) => {
                let values = tuple::params(&answer.run).map(|param| param.bytes.map(<[u8]>::to_vec));
                parsed.extend(doubts.iter().map(|doubt| doubt.place).zip(values));
            }
            Err(error)
                if !matches!(error.kind(), ErrorKind::Data | ErrorKind::Rejected | ErrorKind::Limit) =>
            {
                return Err(error);
            }
            Err(_) if doubts.len() > 1 => {
                questions.push(doubts.split_off(doubts.len() / 2));
                questions.push(doubts);
            }
            Err(_) => parsed.extend(doubts.into_iter().map(|doubt| (doubt.place, Some(doubt.text)))),
        }
    }
    parsed.sort_unstable_by_key(|(place, _)| *place);
    Ok(Parsed(parsed))
}

fn question(doubts: &[Doubt]) -> Question {
    let parts: Vec<String> =
        (1..).zip(doubts).map(|(number, doubt)| format!("${number}::text::{}", doubt.ty)).collect();
    let params = doubts.iter().map(|doubt| (Some(doubt.text.clone()), TEXT)).collect();
    Question { sql: format!("SELECT {}", parts.join(", ")), params }
}
