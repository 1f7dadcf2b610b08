//! The write engine of the Aurora DSQL sink for Apache SeaTunnel.
//!
//! A Java writer hands over frames of encoded rows; this library writes them to Aurora DSQL in batches, in the order of
//! each key, with retries, and says when they are durable. The modules are listed in the order of the data flow:
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
//! [`session`] is separate: administrative SQL of the connector, which prepares tables.
//!
//! Java gets only the return value or exception of a call, and the data that it polls: counters ([`metrics`]) and log
//! lines ([`notice`]).

// Shared by both sides and by all modules.
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

// The path of a row.
pub mod row;
pub mod queue;
pub mod write;
pub mod verify;

// Its context: the target's tables, connections, and the handling of failures.
pub mod table;
pub mod connect;
pub mod failure;
pub mod dead;

// Polled by Java.
pub mod metrics;
pub mod notice;
