//! Tables with secondary unique indexes: after each flush they hold the same rows as the source,
//! whatever it did with unique values, and no statement fails meanwhile.
//!
//! A case is the random history of a source that checks every row as MySQL does. A hundred of them share a sink with
//! random options, cut into random frames and flushes. In a part of the rounds the sink is killed, and another one gets
//! the history again from a checkpoint on; in another part the source is loaded first, while it changes. `DSQL_MODEL_SEED` and `DSQL_MODEL_CASES` work as in the model test.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::common::{Cluster, Rows, flush, given, notices, tell, until};
use dsql_sink::abi::*;
use dsql_sink::sink::Sink;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

mod history;
mod large;
mod load;
mod source;
mod table;

use history::{History, ROOM};
use source::{Applied, Step};
use table::{KINDS, Kind};

/// Histories that share a sink.
const SHARED: u64 = 100;
/// Number of cases without faults; four times the number with faults.
const CASES: u64 = 12_000;
/// Rounds that run in parallel: they mostly wait for connections and pauses.
const WORKERS: u64 = 4;
/// Cases whose rows are changed at the same time.
const ACTIVE: usize = 6;
/// Lines that a failure shows.
const SHOWN: usize = 60;

/// Why statements may fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weather {
    /// No reason.
    Calm,
    /// Conflicts, unavailable servers, closed connections.
    Storm,
}

/// A round: histories, and the sink's progress with them.
struct Round<'a> {
    cluster: &'a Cluster,
    weather: Weather,
    rng: StdRng,
    what: String,
    /// The prefix of the tables' names.
    prefix: String,
    kinds: Vec<Kind>,
    steps: Vec<Step>,
    /// From this step on the sink has received a consistent state of the source.
    settled: usize,
    /// The rows of the source after the first `told` steps.
    rows: Vec<Applied>,
    told: usize,
}

impl<'a> Round<'a> {
    fn new(cluster: &'a Cluster, weather: Weather, seed: u64, worker: u64, number: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed ^ !number);
        let count = rng.random_range(1..4);
        let kinds: Vec<Kind> = KINDS.choose_multiple(&mut rng, count).copied().collect();
        let mut histories: Vec<_> = (number * SHARED..(number + 1) * SHARED)
            .map(|number| History::random(kinds[rng.random_range(0..count)], seed, number).into_iter())
            .collect();
        let mut steps = Vec::new();
        while !histories.is_empty() {
            let at = rng.random_range(0..histories.len().min(ACTIVE));
            steps.extend(histories[at].by_ref().take(rng.random_range(1..20)));
            if histories[at].len() == 0 {
                histories.remove(at);
            }
        }
        let mut what = format!("seed {seed}, round {number}, {weather:?}");
        let mut settled = 0;
        if number % 4 == 2 {
            (steps, settled) = load::first(&kinds, &steps, &mut rng);
            what += &format!("; loaded until {settled}");
        }
        let (prefix, rows) = (format!("u{worker}"), vec![Applied::new(); count]);
        Self { cluster, weather, rng, what, prefix, kinds, steps, settled, rows, told: 0 }
    }

    /// A sink with random options, and the tables' numbers.
    fn open(&mut self) -> (Sink, Vec<u32>) {
        let rng = &mut self.rng;
        let connections = match rng.random_range(0..4) {
            0 => 1,
            1 => 64,
            _ => rng.random_range(2..9),
        };
        let mut options = vec![
            ("max_connections", connections.to_string()),
            ("batch_interval_ms", rng.random_range(1..30).to_string()),
        ];
        if rng.random_ratio(1, 3) {
            options.push(("statement_form", "values".to_owned()));
        }
        let most = [4, 40, 400].choose(rng).copied().unwrap();
        if rng.random_ratio(3, 4) {
            options.push(("batch_size", rng.random_range(1..most).to_string()));
        }
        let options: Vec<(&str, &str)> = options.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let mut config = self.cluster.config(&options).unwrap();
        if rng.random_ratio(1, 3) {
            // Less than the option allows: rows of this test are small.
            config.buffer_bytes = rng.random_range(10_000..100_000);
        }
        self.what += &format!("; {options:?}, {} bytes", config.buffer_bytes);
        let sink = Sink::open(config).unwrap();
        let tables = self.kinds.iter().map(|kind| kind.declare(&sink, &self.prefix)).collect();
        (sink, tables)
    }

    /// Sends all steps, and kills the sink `kills` times meanwhile.
    fn run(&mut self, mut kills: u32) -> Sink {
        let (mut sink, mut tables) = self.open();
        let frame = [1, 3, 12, 100].choose(&mut self.rng).copied().unwrap();
        let flushes = [15, 60, 400].choose(&mut self.rng).copied().unwrap();
        let mut frames: Vec<Rows> = tables.iter().map(|table| Rows::new(*table)).collect();
        let (mut at, mut reached, mut checkpoints) = (0, self.settled, vec![0]);
        while at < self.steps.len() {
            let step = &self.steps[at];
            let table = self.table(step);
            for (event, row) in &step.events {
                let rows = std::mem::replace(&mut frames[table], Rows::new(0));
                frames[table] = rows.row(*event, &step.kind.fields(row));
            }
            at += 1;
            let (end, left) = (at == self.steps.len(), self.steps.len() - at);
            let flushing = end || self.rng.random_ratio(1, flushes);
            if flushing || self.rng.random_ratio(1, frame) {
                self.hand_over(&sink, &mut frames, &tables, at);
            }
            if self.rng.random_ratio(1, 500) {
                // Rows reach batch_interval_ms.
                std::thread::sleep(Duration::from_millis(self.rng.random_range(1..60)));
            }
            if self.weather == Weather::Storm && self.rng.random_ratio(1, 600) {
                self.cluster.control("drop-all");
            }
            if flushing {
                let since = checkpoints[checkpoints.len() - 1];
                flush(&sink).unwrap_or_else(|error| self.fail(&sink, since, at, &error.to_string()));
                checkpoints.push(at);
                if at >= reached {
                    self.compare(&sink, since, at);
                }
            }
            if kills > 0 && self.rng.random_ratio(1, u32::try_from(left / 3 + 1).unwrap()) {
                kills -= 1;
                sink.close();
                self.await_end();
                reached = reached.max(at);
                let last = checkpoints.len();
                // Usually the last checkpoint, as in a job; an earlier one must do no harm.
                let kept = if self.rng.random_ratio(2, 3) { last } else { self.rng.random_range(1..=last) };
                checkpoints.truncate(kept);
                at = checkpoints[kept - 1];
                self.what += &format!("; killed at {reached}, again from {at}");
                (sink, tables) = self.open();
                frames = tables.iter().map(|table| Rows::new(*table)).collect();
            }
        }
        sink
    }

    /// The index of a step's table in the round.
    fn table(&self, step: &Step) -> usize {
        self.kinds.iter().position(|kind| *kind == step.kind).unwrap()
    }

    fn hand_over(&self, sink: &Sink, frames: &mut [Rows], tables: &[u32], at: usize) {
        for (frame, table) in frames.iter_mut().zip(tables) {
            let written = std::mem::replace(frame, Rows::new(*table)).write(sink);
            written.unwrap_or_else(|error| self.fail(sink, at.saturating_sub(SHOWN), at, &error.to_string()));
        }
    }

    /// Waits until no statement of a killed sink is running: it could change rows after its
    /// successor.
    fn await_end(&self) {
        let locks = format!(
            "SELECT 1 FROM pg_locks JOIN pg_class c ON c.oid = relation WHERE starts_with(relname, '{}_')",
            self.prefix
        );
        until("the killed sink's statements have ended", || self.cluster.rows(&locks).is_empty());
    }

    /// Compares the tables with the source after `at` steps.
    fn compare(&mut self, sink: &Sink, since: usize, at: usize) {
        for step in &self.steps[self.told..at] {
            let table = self.table(step);
            step.apply(&mut self.rows[table]);
        }
        self.told = at;
        for (number, kind) in self.kinds.iter().enumerate() {
            let found: BTreeMap<i64, String> = self
                .cluster
                .rows(&kind.select(&self.prefix))
                .into_iter()
                .map(|row| (row.split('|').next().unwrap().parse().unwrap(), row))
                .collect();
            let expected: BTreeMap<i64, String> =
                self.rows[number].iter().map(|(key, row)| (*key, Kind::told(row))).collect();
            if found != expected {
                let mut keys: Vec<&i64> = found.keys().chain(expected.keys()).collect();
                keys.sort_unstable();
                keys.dedup();
                keys.retain(|key| found.get(key) != expected.get(key));
                let lines = keys.iter().take(10).map(|key| {
                    format!("key {key}: target {:?}, source {:?}", found.get(key), expected.get(key))
                });
                let lines: Vec<String> = lines.collect();
                let text = format!("{kind:?}, {} rows differ:\n{}", keys.len(), lines.join("\n"));
                self.steps.retain(|step| step.history() == keys[0] / ROOM);
                self.fail(
                    sink,
                    0,
                    self.steps.len(),
                    &format!("after {at} steps, flushed at {since}: {text}"),
                );
            }
        }
    }

    /// Fails and shows the steps that led there: those of the history in the text, or the last ones
    /// of all.
    fn fail(&self, sink: &Sink, from: usize, to: usize, text: &str) -> ! {
        let id = text.split_once("(id = ").and_then(|(_, rest)| rest.split([',', ')']).next()?.parse().ok());
        let about = |step: &&Step| id.is_some_and(|id: i64| step.history() == step.kind.key(id) / ROOM);
        let mut steps: Vec<&Step> = self.steps[..to].iter().filter(about).collect();
        if steps.is_empty() {
            steps = self.steps[from..to].iter().collect();
        }
        let told: Vec<String> = steps.iter().map(ToString::to_string).collect();
        let told = told[told.len().saturating_sub(SHOWN)..].join("\n");
        let notices: String = notices(sink).chars().filter(|letter| matches!(letter, ' '..='~')).collect();
        panic!("{}\n{text}\n{notices}\nafter\n{told}", self.what);
    }

    /// Checks that no statement has failed, neither for a unique value nor for an error that was
    /// retried.
    fn require_no_failure(&self, sink: &Sink, logged: u64) {
        let duplicate = format!("duplicate key value violates unique constraint \"{}_", self.prefix);
        let log = self.cluster.log(logged);
        let failed: Vec<&str> = log.lines().filter(|line| line.contains(&duplicate)).collect();
        let stats = sink.stats();
        let retries = [
            STAT_RETRIES_CONFLICT,
            STAT_RETRIES_UNAVAILABLE,
            STAT_RETRIES_CONNECTION,
            STAT_BATCH_SPLITS,
            STAT_ROWS_DISPLACED,
        ];
        let retries = retries.map(|slot| stats[slot]);
        if !failed.is_empty() || retries != [0; 5] {
            let text = format!("failed statements: {retries:?} {failed:#?}");
            self.fail(sink, 0, self.steps.len(), &text);
        }
    }
}

/// Runs rounds in several threads until `cases` are done; the first failure stops all.
fn play(weather: Weather, cases: u64) {
    let seed = given("DSQL_MODEL_SEED").unwrap_or_else(rand::random);
    tell(&format!("{weather:?}: {cases} histories, DSQL_MODEL_SEED={seed}"));
    let cluster = Cluster::start();
    for worker in 0..WORKERS {
        KINDS.iter().for_each(|kind| cluster.sql(&kind.ddl(&format!("u{worker}"))));
    }
    if weather == Weather::Storm {
        for effect in ["OC000", "OC001", "XX000", "EOF", "RESET"] {
            for when in ["statement", "before", "after"] {
                cluster.control(&format!(
                    "faults add {effect} --when {when} --count 1000000 --probability 0.002"
                ));
            }
        }
    }
    let (next, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let started = Instant::now();
    let steps = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (cluster, next, failed, steps) = (&cluster, &next, &failed, &steps);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= cases.div_ceil(SHARED) || failed.load(Ordering::Relaxed) {
                        return;
                    }
                    let ended = Ended(failed);
                    let mut round = Round::new(cluster, weather, seed, worker, number);
                    let kills = if number % 4 == 3 { round.rng.random_range(1..4) } else { 0 };
                    let logged = cluster.logged();
                    let sink = round.run(kills);
                    if weather == Weather::Calm && kills == 0 && round.settled == 0 {
                        round.require_no_failure(&sink, logged);
                    }
                    sink.close();
                    round.await_end();
                    let clear =
                        |kind: &Kind| cluster.sql(&format!("DELETE FROM {}", kind.name(&round.prefix)));
                    round.kinds.iter().for_each(clear);
                    steps.fetch_add(u64::try_from(round.steps.len()).unwrap(), Ordering::Relaxed);
                    std::mem::forget(ended);
                }
            });
        }
    });
    let (steps, time) = (steps.into_inner(), started.elapsed());
    tell(&format!("{weather:?}: {cases} histories of {steps} rows in {time:.1?}"));
}

/// Stops the other workers if one of them panics.
struct Ended<'a>(&'a AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn unique_values_move_as_in_the_source() {
    play(Weather::Calm, given("DSQL_MODEL_CASES").unwrap_or(CASES));
}

#[test]
fn unique_values_move_as_in_the_source_under_faults() {
    play(Weather::Storm, given("DSQL_MODEL_CASES").unwrap_or(CASES) / 4);
}
