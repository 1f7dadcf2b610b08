//! Tests that take a minute each. They are in one program so that they run in parallel, because
//! most of them wait.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod ledger;
mod model;
mod network;
mod soak;
mod unique;
