//! Bytes from Java: read as each kind of frame, and rows also made into parameters of a table that has a column of
//! every type. Any answer will do, as long as there is one and no read goes beyond the bytes.
//!
//! `cargo fuzz` calls it with whatever reaches a new branch, `tests/decode.rs` with mutations of the golden frames.

use std::sync::OnceLock;

use ahash::RandomState;
use dsql_sink::queue::stage::Staged;
use dsql_sink::row::column::{Column, ColumnType};
use dsql_sink::row::frame;
use dsql_sink::table::schema::UniqueIndex;
use dsql_sink::table::schema::{Index, Table};
use dsql_sink::tell::Values;

/// Columns in the order of `tests/golden/rows_v1.hex`; then the types that have no value of their own in a frame.
const TYPES: [ColumnType; 21] = [
    ColumnType::Bool,
    ColumnType::Int2,
    ColumnType::Int2,
    ColumnType::Int4,
    ColumnType::Int8,
    ColumnType::Float4,
    ColumnType::Float8,
    ColumnType::Numeric(Some((38, 10))),
    ColumnType::Numeric(None),
    ColumnType::Text,
    ColumnType::Bytea,
    ColumnType::Date,
    ColumnType::Time(6),
    ColumnType::Timestamp(3),
    ColumnType::Timestamptz(6),
    ColumnType::Varchar(Some(10)),
    ColumnType::Bpchar(Some(10)),
    ColumnType::Timetz(0),
    ColumnType::Interval,
    ColumnType::Uuid,
    ColumnType::Jsonb,
];

/// The first columns are those of the golden rows; with all of them every type meets every value.
fn table(columns: usize, shift: usize) -> Table {
    let column = |at: usize| Column {
        name: format!("c{at}"),
        source_type: String::new(),
        ty: TYPES[(at + shift) % TYPES.len()],
        nullable: true,
        key: at == 4,
        sent: true,
        identity: false,
    };
    Table {
        schema: "s".to_owned(),
        name: "t".to_owned(),
        columns: (0..columns).map(column).collect(),
        keys: vec![4],
        indexes: vec![Index { name: "i".to_owned(), columns: vec![0, 9] }],
        uniques: vec![UniqueIndex {
            name: "u".to_owned(),
            columns: Some(vec![0, 9]),
            nulls_distinct: true,
            shown: true,
            expressions: Vec::new(),
            predicate: None,
        }],
        query: None,
        keeps_existing: false,
    }
}

/// Decodes bytes in every way.
pub fn decode(bytes: &[u8]) {
    static TABLES: OnceLock<(RandomState, Vec<Table>)> = OnceLock::new();
    let (hasher, tables) =
        TABLES.get_or_init(|| (RandomState::new(), (0..TYPES.len()).map(|shift| table(15, shift)).collect()));
    let _ = frame::options(bytes);
    let _ = frame::declaration(bytes);
    let Ok(rows) = frame::rows(bytes) else { return };
    // The number of the table, which the bytes name, chooses which types meet which values.
    let table = &tables[rows.table % tables.len()];
    let mut staged = Staged::default();
    if staged.fill(rows, table, hasher, true, Values::Short).is_ok() {
        for op in &staged.ops {
            let _ = &staged.arena[op.start..op.key][..];
            let _ = &staged.arena[op.key..op.end][..];
        }
    }
}
