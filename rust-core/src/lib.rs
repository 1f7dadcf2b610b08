//! The write engine of the Aurora DSQL sink for Apache SeaTunnel.
//!
//! A Java writer hands over frames of encoded rows; this library writes them to Aurora DSQL in batches, in
//! the order of each key, with retries, and says when they are durable. The modules stand in the order in
//! which data flows through them:
//!
//! ```text
//! NativeSink === jni/exports -> sink -> row/frame -> stage -> queue { window of each table -> batch }
//! (Java)                          |     bytes->rows  values     ^                              |
//!                                 |                  ->params   | what is done                 v  dispatch
//!                                 v                             |        writer { one connection of the pool }
//!                     flush tickets (progress)                  `----------- transact -> Aurora DSQL
//!                     memory (budget)                                          |   ^ SQLSTATE
//!                     first failure (latch)              classify -> retry -> again, split, displace or fail (messages)
//! ```
//!
//! [`session`] stands beside it: administrative SQL of the connector, which prepares tables.
//!
//! Back to Java go only the return value or exception of a call, and what Java pulls: counters
//! ([`metrics`]) and log lines ([`notice`]).

// What both sides and every module share.
pub mod abi;
pub mod limits;
pub mod tell;
pub mod error;
pub mod secret;
pub mod runtime;

// What Java calls.
pub mod jni;
pub mod config;
pub mod sink;
pub mod session;

// The way of a row.
pub mod row;
pub mod queue;
pub mod write;
pub mod verify;

// What it needs to know and to have: the target's tables, connections, and what follows a failure.
pub mod table;
pub mod connect;
pub mod failure;
pub mod dead;

// What Java pulls.
pub mod metrics;
pub mod notice;
