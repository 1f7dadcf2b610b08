//! The cost of a run, by the formula of the benchmarks.

#[path = "../../bench/report/src/cost.rs"]
mod formula;

use crate::cli::Options;
use crate::{job, load};

/// The published price. The connector's `Cost.java` has it too; a test compares them.
pub const DOLLARS_PER_MILLION_DPU: f64 = 8.0;

/// The meaning of the number.
pub const TOLD: &str = "(estimate by the published formula in us-east-1; compute and storage are not in it)";

/// From so many dollars on, the program asks for confirmation.
pub const ASKED_FROM: f64 = 1.0;

/// Transactions of the facts: each of the 294 creates tables and runs some statements.
const FACTS: f64 = 3_000.0;
/// Megabytes of rows that facts and questions about sizes write.
const MEGABYTES: f64 = 300.0;

/// Dollars of a run.
pub fn dollars(options: &Options) -> f64 {
    let rows = |per_transaction, bytes, count: f64| {
        formula::dpu_per_million_rows(per_transaction, bytes) * count / 1e6
    };
    let mut dpu = 0.0;
    if !options.no_facts {
        dpu += rows(1.0, 128.0, FACTS);
    }
    if !options.no_questions {
        dpu += rows(1_000.0, 10_000.0, MEGABYTES * 100.0);
    }
    for connections in &options.connections {
        let count = f64::from(load::rows(options.rows, *connections));
        dpu += rows(load::BATCH_ROWS, load::ROW_BYTES, count);
    }
    if options.job().is_some() {
        // The factor of 2 is for reads: the rows are counted about ten times while they arrive, and verified. A byte
        // read costs a twentieth of a byte written.
        dpu += 2.0 * rows(load::BATCH_ROWS, job::ROW_BYTES, f64::from(options.job_rows));
        dpu += rows(1.0, job::ROW_BYTES, job::CHANGES);
    }
    dpu * DOLLARS_PER_MILLION_DPU / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_main_job_costs_something() {
        let of = |arguments: &[&str]| {
            let arguments = ["cluster-probes", "--endpoint", "e"].iter().chain(arguments);
            dollars(&<Options as clap::Parser>::parse_from(arguments))
        };
        let without = of(&["--no-job", "--", "java"]);
        assert_eq!(without, of(&[]), "no command, no job");
        assert!(of(&["--", "java"]) > without);
        assert!(of(&["--job-rows", "1000000", "--", "java"]) > of(&["--", "java"]));
    }

    #[test]
    fn the_connector_has_the_same_price() {
        let cost = include_str!(
            "../../../seatunnel-connector-dsql/src/main/java/io/dsqlsink/seatunnel/sink/Cost.java"
        );
        assert!(cost.contains(&format!("DOLLARS_PER_MILLION_DPU = {DOLLARS_PER_MILLION_DPU:.1};")));
    }
}
