//! A network and servers that mean no good: silence at each step, drip, floods, oversize, wrong order, dead addresses.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod addresses;
mod certificates;
mod clock;
mod fake;
mod flood;
mod forged;
mod identity;
mod refusals;
mod silence;
