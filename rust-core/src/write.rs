//! From batches to committed transactions: which connection takes a batch, and how the batch ends.

pub mod engine;
pub mod catalog;
pub mod prepare;
pub mod dispatch;
pub mod pool;
pub mod writer;
pub mod transact;
pub mod array;
