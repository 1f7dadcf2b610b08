//! Tests that take a minute each. In one program they take it together: most of them wait.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod ledger;
mod model;
mod network;
mod soak;
mod unique;
