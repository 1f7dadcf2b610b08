//! What a row costs on its way from Java's bytes to a statement: 1,000 rows of 10 columns a round. `encode` is a part of
//! `stage`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ahash::RandomState;
use bytes::BytesMut;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use dsql_sink::abi::*;
use dsql_sink::limits;
use dsql_sink::queue::batch::Batch;
use dsql_sink::queue::budget::{Budget, Reservation};
use dsql_sink::queue::buffer::BufferPool;
use dsql_sink::queue::change::Segment;
use dsql_sink::queue::stage::Staged;
use dsql_sink::queue::window::{Due, Found, Order, Size, Window};
use dsql_sink::row::column::{Column, ColumnType};
use dsql_sink::row::encode;
use dsql_sink::row::frame;
use dsql_sink::row::tuple;
use dsql_sink::table::schema::Table;
use dsql_sink::table::sql::{self, Form, Verb};
use dsql_sink::tell::Values;
use dsql_sink::write::array;
use tokio_postgres::types::{ToSql, Type};

const ROWS: u32 = 1_000;
const SIZE: Size = Size {
    rows: 1_000,
    ready_rows: 1_000,
    weight: limits::BATCH_BYTES,
    bytes: limits::BATCH_BYTES,
    row_bytes: limits::BATCH_BYTES,
};
const DUE: Due = Due { interval: Duration::from_millis(200), ticket: 1, pressed: false };

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
        identity: false,
    };
    Arc::new(Table {
        schema: "public".to_owned(),
        name: "orders".to_owned(),
        columns: types.into_iter().map(column).collect(),
        keys: vec![0],
        indexes: Vec::new(),
        uniques: Vec::new(),
        query: None,
        keeps_existing: false,
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
    staged.fill(frame::rows(frame).unwrap(), table, &RandomState::new(), false, Values::Short).unwrap();
    staged
}

fn segment(staged: &Staged) -> Arc<Segment> {
    let mut bytes = Arc::new(BufferPool::new(0)).buffer(staged.arena.len());
    bytes.extend(&staged.arena);
    Arc::new(Segment { bytes, reserved: Reservation::none(&Arc::new(Budget::new(0))) })
}

fn window(staged: &Staged) -> Window {
    let mut window = Window::new(Order::Key);
    let (segment, now) = (segment(staged), Instant::now());
    for op in &staged.ops {
        window.push(op.clone(), &segment, 1, now, DUE);
    }
    window
}

fn batch(table: &Arc<Table>, mut window: Window) -> Batch {
    let Found::Batch(changes) = window.take(Instant::now(), SIZE, DUE) else { panic!("a full batch") };
    Batch::new(0, table.clone(), changes)
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
        let (mut staged, hasher) = (Staged::default(), RandomState::new());
        bench.iter(|| {
            staged.fill(frame::rows(&frame).unwrap(), &table, &hasher, false, Values::Short).unwrap()
        });
    });
    group.bench_function("window", |bench| {
        bench.iter(|| window(black_box(&ready)));
    });
    group.bench_function("batch", |bench| {
        bench.iter_batched(|| window(&ready), |window| batch(&table, window), BatchSize::LargeInput);
    });
    let batch = batch(&table, window(&ready));
    let types: Vec<u32> = table.columns.iter().map(|column| column.ty.oid()).collect();
    let places: Vec<usize> = (0..types.len()).collect();
    group.bench_function("unnest", |bench| {
        let mut out = BytesMut::new();
        bench.iter(|| {
            out.clear();
            let rows = batch.steps()[0].rows().map(tuple::params);
            for column in array::columns(rows, &places, &types, batch.bytes()) {
                column.to_sql(&Type::UNKNOWN, &mut out).unwrap();
            }
        });
    });
    group.bench_function("values", |bench| {
        bench.iter(|| batch.steps()[0].rows().flat_map(tuple::params).filter(|param| param.text).count());
    });
    group.bench_function("sql", |bench| {
        bench.iter(|| sql::statement(Verb::Upsert, Form::Values, &table, 1_000));
    });
    group.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
