//! Broken networks and hostile servers: silence at each step, slow single bytes, endless data, too
//! large messages, wrong order, dead addresses.
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
