//! The metadata of a target table, and the statements that write to it. Pure.

pub mod schema;
pub mod query;
pub mod sql;
