//! What a row costs on its way from Java's bytes to a statement: 1,000 rows of 10 columns a round. `encode` is a part of
//! `stage`.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use dsql_sink::batch::{self, Size};
use dsql_sink::border::*;
use dsql_sink::budget::{Budget, Reservation};
use dsql_sink::buffer::Spares;
use dsql_sink::coalesce::{Taken, Window};
use dsql_sink::limits;
use dsql_sink::route::Router;
use dsql_sink::row::encode;
use dsql_sink::row::frame;
use dsql_sink::row::tuple;
use dsql_sink::schema::{Column, ColumnType, Table};
use dsql_sink::sql::{self, Verb};
use dsql_sink::stage::Staged;

const ROWS: u32 = 1_000;
const SIZE: Size = Size { rows: 1_000, bytes: limits::BATCH_BYTES };

fn table() -> Arc<Table> {
    let types = [
        ("id", ColumnType::Int8),
        ("customer", ColumnType::Int8),
        ("status", ColumnType::Int2),
        ("quantity", ColumnType::Int4),
        ("price", ColumnType::Numeric(Some((12, 2)))),
        ("weight", ColumnType::Float8),
        ("paid", ColumnType::Bool),
        ("note", ColumnType::Varchar(Some(200))),
        ("day", ColumnType::Date),
        ("at", ColumnType::Timestamp(6)),
    ];
    let column = |(name, ty): (&str, ColumnType)| Column {
        name: name.to_owned(),
        source_type: String::new(),
        ty,
        nullable: name != "id",
        key: name == "id",
        sent: true,
    };
    Arc::new(Table {
        schema: "public".to_owned(),
        name: "orders".to_owned(),
        columns: types.into_iter().map(column).collect(),
        keys: vec![0],
        indexes: Vec::new(),
        query: None,
    })
}

/// A frame as Java writes it.
fn rows() -> Vec<u8> {
    let note =
        "a note of some length, as orders have them, with an umlaut: ü, and then some more text to reach it";
    let mut bytes = vec![FRAME_VERSION];
    bytes.extend_from_slice(&0u32.to_be_bytes());
    bytes.extend_from_slice(&ROWS.to_be_bytes());
    for id in 0..ROWS {
        let mut row = Vec::new();
        let mut put = |tag: u8, parts: &[&[u8]]| {
            row.push(tag);
            parts.iter().for_each(|part| row.extend_from_slice(part));
        };
        put(TAG_INT64, &[&i64::from(id).to_be_bytes()]);
        put(TAG_INT64, &[&(i64::from(id) * 7).to_be_bytes()]);
        put(TAG_INT16, &[&3i16.to_be_bytes()]);
        put(TAG_INT32, &[&12i32.to_be_bytes()]);
        put(TAG_DECIMAL, &[&2i32.to_be_bytes(), &(i64::from(id) * 1_234).to_be_bytes()]);
        put(TAG_FLOAT64, &[&1.25f64.to_be_bytes()]);
        put(TAG_BOOL, &[&[1]]);
        put(TAG_TEXT, &[&u32::try_from(note.len()).unwrap().to_be_bytes(), note.as_bytes()]);
        put(TAG_DATE, &[&19_782i64.to_be_bytes()]);
        put(TAG_TIMESTAMP, &[&1_709_210_096i64.to_be_bytes(), &654_321_000i32.to_be_bytes()]);
        bytes.push(ROW_INSERT);
        bytes.extend_from_slice(&u32::try_from(row.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(&row);
    }
    bytes
}

fn staged(table: &Table, frame: &[u8]) -> Staged {
    let mut staged = Staged::default();
    staged.fill(frame::rows(frame).unwrap(), table, 1, &Router::new(1), false).unwrap();
    staged
}

fn window(staged: &Staged) -> Window {
    let mut window = Window::new(true, &Arc::new(Spares::new(1 << 20)));
    let now = Instant::now();
    for op in &staged.lanes[0] {
        window.push(*op, &staged.arena, now);
    }
    window
}

fn engine(criterion: &mut Criterion) {
    let table = table();
    let frame = rows();
    let ready = staged(&table, &frame);
    let mut group = criterion.benchmark_group("row");
    group.throughput(Throughput::Elements(ROWS.into()));
    group.bench_function("frame", |bench| {
        bench.iter(|| {
            let mut rows = frame::rows(&frame).unwrap();
            while let Some((_, mut values)) = rows.next().unwrap() {
                (0..10).for_each(|_| drop(black_box(values.value())));
            }
        });
    });
    group.bench_function("encode", |bench| {
        let mut rows = frame::rows(&frame).unwrap();
        let mut values = Vec::new();
        while let Some((_, mut row)) = rows.next().unwrap() {
            values.extend(table.columns.iter().map(|column| (row.value().unwrap(), column)));
        }
        let mut out = Vec::new();
        bench.iter(|| {
            out.clear();
            values.iter().for_each(|(value, column)| encode::encode(*value, column, &mut out).unwrap());
        });
    });
    group.bench_function("stage", |bench| {
        let (mut staged, router) = (Staged::default(), Router::new(8));
        bench.iter(|| staged.fill(frame::rows(&frame).unwrap(), &table, 8, &router, false).unwrap());
    });
    group.bench_function("coalesce", |bench| {
        bench.iter(|| window(black_box(&ready)));
    });
    group.bench_function("batch", |bench| {
        let budget = Arc::new(Budget::new(0));
        let taken = || window(&ready).take(usize::MAX, true);
        let cut = |taken: Taken| batch::cut(0, &table, taken, SIZE, Arc::new(Reservation::none(&budget)));
        bench.iter_batched(taken, cut, BatchSize::LargeInput);
    });
    group.bench_function("parameters", |bench| {
        let budget = Arc::new(Budget::new(0));
        let taken = window(&ready).take(usize::MAX, true);
        let batches = batch::cut(0, &table, taken, SIZE, Arc::new(Reservation::none(&budget)));
        bench.iter(|| batches[0].rows().flat_map(tuple::params).filter(|param| param.text).count());
    });
    group.bench_function("sql", |bench| {
        bench.iter(|| sql::statement(Verb::Upsert, &table, 1_000));
    });
    group.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
