//! What Aurora DSQL charges for written rows, in DPU. No other file has this formula.
//!
//! Source: "How billing works in Aurora DSQL" (billing-metering) of the user guide, and the pricing page, read in 2026:
//! a transaction's writes are charged by their bytes, at least 128 bytes for each row and index entry, and at least 1
//! KiB for the transaction. Its reads are charged as at least 2 KiB. A write reads the primary key's index. Failed
//! attempts cost too.
//!
//! Two parts are left out: ComputeDPU, the cluster's CPU seconds, which a stand-in does not know, and the second
//! WriteDPU of clusters in several regions.

/// A table row or index entry is charged as at least so many bytes.
const LEAST_ROW_BYTES: f64 = 128.0;
/// So are the writes of a transaction.
const LEAST_WRITE_BYTES: f64 = 1024.0;
const DPU_PER_WRITTEN_BYTE: f64 = 0.000_048_83;
/// A transaction's reads are charged as at least so many bytes. An upsert seldom reads more from the key's index.
const LEAST_READ_BYTES: f64 = 2048.0;
const DPU_PER_READ_BYTE: f64 = 0.000_001_831_05;

/// DPU for a million rows in transactions of this average size. Transactions of different sizes may cost more, because
/// the least charge applies to small ones.
pub(crate) fn dpu_per_million_rows(rows_per_transaction: f64, row_bytes: f64) -> f64 {
    let bytes = rows_per_transaction * row_bytes.max(LEAST_ROW_BYTES);
    let written = bytes.max(LEAST_WRITE_BYTES) * DPU_PER_WRITTEN_BYTE;
    let read = LEAST_READ_BYTES * DPU_PER_READ_BYTE;
    (written + read) / rows_per_transaction * 1e6
}

#[cfg(test)]
mod tests {
    use super::dpu_per_million_rows;

    /// The published least charge: 0.05 DPU for a transaction's writes, 0.00375 for its reads.
    #[test]
    fn a_transaction_of_one_small_row_costs_the_least() {
        let least = dpu_per_million_rows(1.0, 100.0) / 1e6;
        assert!((least - 0.053_75).abs() < 0.000_05, "{least}");
    }

    #[test]
    fn full_transactions_cost_their_bytes() {
        let full = dpu_per_million_rows(3000.0, 300.0);
        assert!((full - 300e6 * 0.000_048_83).abs() < 2.0, "{full}");
    }
}
