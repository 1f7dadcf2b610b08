//! Random histories on random keys, split into random frames, batches and flushes, with faults all
//! the time, give the same tables as their operations applied one by one.
//!
//! A case is a history with keys of its own; a hundred of them share a sink, so that batches mix
//! them. The seed is printed. `DSQL_MODEL_SEED` repeats a run, `DSQL_MODEL_CASES` sets the number
//! of cases (default 10,000).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::common::{Cluster, Field, Rows, declare, flush, given, tell};
use dsql_sink::abi::*;
use dsql_sink::sink::Sink;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Histories that share a sink.
const SHARED: u64 = 100;
/// Rounds that run in parallel: most of their time is pauses of retries.
const WORKERS: u64 = 4;
/// Writers of a sink.
const WRITERS: u64 = 2;
/// The keys of a history. Each further key gets only one row, which is refused.
const KEYS: i64 = 6;
/// The value that every table refuses.
const POISON: i64 = 13;

/// A table of the model; each has another kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Simple,
    Composite,
    Appended,
}

const TARGETS: [Target; 3] = [Target::Simple, Target::Composite, Target::Appended];

impl Target {
    fn ddl(self, worker: u64) -> String {
        let name = self.name(worker);
        let (columns, key) = match self {
            Self::Simple => ("id bigint, v bigint, n smallint", "PRIMARY KEY (id)"),
            Self::Composite => ("part text, v bigint, n smallint, id bigint", "PRIMARY KEY (id, part)"),
            Self::Appended => ("id bigint, v bigint, n smallint, at bigserial", "CHECK (true)"),
        };
        format!("CREATE TABLE {name} ({columns}, CHECK (v <> {POISON}), {key});")
    }

    fn name(self, worker: u64) -> String {
        // Faults that leave a commit in doubt are requested only for tables with this prefix.
        let kind = match self {
            Self::Simple => "keyed_simple",
            Self::Composite => "keyed_composite",
            Self::Appended => "appended",
        };
        format!("{kind}{worker}")
    }

    fn declare(self, sink: &Sink, worker: u64) -> u32 {
        let (columns, keys): (&[&str], &[&str]) = match self {
            Self::Simple => (&["id", "v", "n"], &["id"]),
            Self::Composite => (&["part", "v", "n", "id"], &["id", "part"]),
            Self::Appended => (&["id", "v", "n"], &[]),
        };
        declare(sink, &self.name(worker), columns, keys).unwrap()
    }

    fn row(self, key: i64, value: i64, n: i64) -> Vec<Field> {
        match self {
            Self::Simple | Self::Appended => vec![key.into(), value.into(), n.into()],
            Self::Composite => {
                vec![Field::Text(format!("p{}", key % 2)), value.into(), n.into(), (key / 2).into()]
            }
        }
    }

    /// Key and value of every row. Appended rows are ordered by value, because several connections
    /// write them.
    fn select(self, worker: u64) -> String {
        let name = self.name(worker);
        match self {
            Self::Simple => format!("SELECT id, v FROM {name}"),
            Self::Composite => format!("SELECT id * 2 + right(part, 1)::bigint, v FROM {name}"),
            Self::Appended => format!("SELECT id, v FROM {name} ORDER BY v"),
        }
    }
}

/// The expected content of the tables, and the refused rows.
type State = BTreeMap<(Target, i64), Vec<i64>>;

/// One history: its operations one by one, and the expected result.
struct History {
    number: u64,
    rng: StdRng,
    left: u32,
    /// The first of its keys.
    base: i64,
    refused: i64,
    last: i64,
    state: State,
    told: String,
}

impl History {
    fn new(seed: u64, number: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let left = rng.random_range(5..45);
        let base = i64::try_from(number).unwrap() * 100;
        Self { number, rng, left, base, refused: 0, last: 100, state: State::new(), told: String::new() }
    }

    /// The next operation: rows for a table.
    fn step(&mut self) -> (Target, Vec<(u8, Vec<Field>)>) {
        self.left -= 1;
        self.last += 1;
        let target = TARGETS[self.rng.random_range(0..3)];
        let (key, value) = (self.base + self.rng.random_range(0..KEYS), self.last);
        let kind = self.rng.random_range(0..12);
        let _ = write!(self.told, " {target:?} {kind} {key}={value};");
        if kind == 0 && self.refused < 20 {
            // Refused by the database, or before it is sent.
            let key = self.base + KEYS + self.refused;
            self.refused += 1;
            let row = if key % 2 == 0 { target.row(key, POISON, 1) } else { target.row(key, value, 70_000) };
            return (target, vec![(ROW_INSERT, row)]);
        }
        let row = |key| target.row(key, value, 1);
        if kind == 8 && self.refused < 20 && target != Target::Appended {
            // An update that is refused before sending changes nothing.
            self.refused += 1;
            let refused = target.row(key, value, 70_000);
            return (target, vec![(ROW_UPDATE_BEFORE, row(key)), (ROW_UPDATE_AFTER, refused)]);
        }
        if target == Target::Appended {
            self.state.entry((target, key)).or_default().push(value);
            return (target, vec![(ROW_INSERT, row(key))]);
        }
        let rows = match kind {
            1..=3 => {
                self.state.remove(&(target, key));
                return (target, vec![(ROW_DELETE, row(key))]);
            }
            4 | 5 => vec![(ROW_UPDATE_BEFORE, row(key)), (ROW_UPDATE_AFTER, row(key))],
            6 | 7 => {
                // The key changes.
                let next = self.base + (key - self.base + 1) % KEYS;
                self.state.remove(&(target, key));
                self.state.insert((target, next), vec![value]);
                return (target, vec![(ROW_UPDATE_BEFORE, row(key)), (ROW_UPDATE_AFTER, row(next))]);
            }
            _ => vec![(ROW_INSERT, row(key))],
        };
        self.state.insert((target, key), vec![value]);
        (target, rows)
    }
}

/// Runs a hundred histories through two writers of a sink with random options.
fn round(cluster: &Cluster, seed: u64, worker: u64, round: u64) {
    let mut rng = StdRng::seed_from_u64(seed ^ !round);
    let folder = tempfile::tempdir().unwrap();
    let (connections, batch) = (rng.random_range(1..6), rng.random_range(1..80));
    let mut options = vec![
        ("max_connections", connections.to_string()),
        ("batch_interval_ms", rng.random_range(1..30).to_string()),
        ("row_error_policy", "skip".to_owned()),
        ("dead_letter_path", folder.path().to_string_lossy().into_owned()),
        ("row_error_limit_percent", "100".to_owned()),
    ];
    if rng.random() {
        options.push(("batch_size", batch.to_string()));
    }
    let options: Vec<(&str, &str)> = options.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let mut config = cluster.config(&options).unwrap();
    // Less than the option allows, because the rows of this test are small.
    config.buffer_bytes = rng.random_range(2_000..60_000);
    let what = format!("seed {seed}, round {round}: {options:?}, {} bytes", config.buffer_bytes);
    let sink = Sink::open(config).unwrap();
    let tables = TARGETS.map(|target| target.declare(&sink, worker));
    let histories: Vec<History> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let numbers = (0..SHARED).filter(move |number| number % WRITERS == writer);
                let histories = numbers.map(|number| History::new(seed, round * SHARED + number)).collect();
                let (rng, sink) = (StdRng::seed_from_u64(seed ^ round ^ (writer << 32)), &sink);
                scope.spawn(move || write(sink, tables, histories, rng))
            })
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    flush(&sink).unwrap_or_else(|error| panic!("{what}: {error}"));
    sink.close();

    let mut found = State::new();
    for target in TARGETS {
        for row in cluster.rows(&target.select(worker)) {
            let (key, value) = row.split_once('|').unwrap();
            found.entry((target, key.parse().unwrap())).or_default().push(value.parse().unwrap());
        }
    }
    for history in &histories {
        let keys = (Target::Simple, history.base)..(Target::Appended, i64::MAX);
        let own = found.range(keys).filter(|((_, key), _)| (history.base..history.base + 100).contains(key));
        let own: State = own.map(|(key, values)| (*key, values.clone())).collect();
        assert_eq!(own, history.state, "{what}: history {}:{}", history.number, history.told);
    }
    assert_eq!(found.len(), histories.iter().map(|history| history.state.len()).sum::<usize>(), "{what}");
    let dead = std::fs::read_to_string(folder.path().join("dsql-dead-letters.jsonl")).unwrap();
    let refused: i64 = histories.iter().map(|history| history.refused).sum();
    assert_eq!(i64::try_from(dead.lines().count()).unwrap(), refused, "{what}: {dead}");
    let names = TARGETS.map(|target| target.name(worker)).join(", ");
    cluster.sql(&format!("TRUNCATE {names}"));
}

/// Writes the histories step by step in random order, several of them in one frame.
fn write(sink: &Sink, tables: [u32; 3], mut histories: Vec<History>, mut rng: StdRng) -> Vec<History> {
    let mut done = Vec::new();
    let mut frames = tables.map(Rows::new);
    while !histories.is_empty() {
        // One of the first few, so that a history does not extend over the whole round.
        let at = rng.random_range(0..histories.len().min(8));
        let (target, rows) = histories[at].step();
        let frame = &mut frames[target as usize];
        for (kind, row) in rows {
            *frame = std::mem::replace(frame, Rows::new(0)).row(kind, &row);
        }
        if histories[at].left == 0 {
            done.push(histories.swap_remove(at));
        }
        // A frame has the rows of one table; rows of other tables do not wait for it.
        if rng.random_ratio(1, 12) || histories.is_empty() {
            for (frame, table) in frames.iter_mut().zip(tables) {
                std::mem::replace(frame, Rows::new(table)).write(sink).unwrap();
            }
        }
        if rng.random_ratio(1, 200) {
            flush(sink).unwrap();
        }
    }
    done
}

#[test]
fn random_histories_end_as_if_applied_one_by_one() {
    let seed = given("DSQL_MODEL_SEED").unwrap_or_else(rand::random);
    let cases = given("DSQL_MODEL_CASES").unwrap_or(10_000);
    tell(&format!("{cases} histories, DSQL_MODEL_SEED={seed}"));

    let cluster = Cluster::start();
    for worker in 0..WORKERS {
        TARGETS.iter().for_each(|target| cluster.sql(&target.ddl(worker)));
    }
    for known in ["OC000", "OC001", "OC000 --when statement", "OC001 --when statement"] {
        cluster.control(&format!("faults add {known} --count 1000000 --probability 0.004"));
    }
    for doubtful in ["XX000", "EOF", "RESET"] {
        for when in ["statement", "before", "after"] {
            let request = format!("faults add {doubtful} --when {when} --count 1000000 --probability 0.002");
            cluster.control(&format!("{request} --match keyed_"));
        }
    }
    let rounds = cases.div_ceil(SHARED);
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (cluster, next) = (&cluster, &next);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= rounds {
                        return;
                    }
                    round(cluster, seed, worker, number);
                }
            });
        }
    });
}
