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
//!                     first failure (latch)              classify -> retry -> again, split, displace or fail (outcome)
//! ```
//!
//! [`session`] stands beside it: administrative SQL of the connector, which prepares tables.
//!
//! Back to Java go only the return value or exception of a call, and what Java pulls: counters
//! ([`metrics`]) and log lines ([`notice`]).

// What both sides and every module share.
pub mod border;
pub mod limits;
pub mod error;
pub mod secret;

// The configuration.
pub mod endpoint;
pub mod config;

// From Java's bytes to operations with ready parameters.
pub mod jni;
pub mod sink;
pub mod session;
pub mod row;
pub mod query;
pub mod types;
pub mod schema;
pub mod unique;
pub mod stage;

// From operations to committed statements.
pub mod buffer;
pub mod change;
pub mod window;
pub mod queue;
pub mod batch;
pub mod sql;
pub mod array;
pub mod prepared;
pub mod dispatch;
pub mod writer;
pub mod transact;
pub mod classify;
pub mod retry;
pub mod keysize;
pub mod outcome;
pub mod refused;

// The connection.
pub mod auth;
pub mod clock;
pub mod tls;
pub mod guard;
pub mod pace;
pub mod wait;
pub mod reach;
pub mod connect;
pub mod pool;
pub mod catalog;
pub mod prepare;

// What a sink keeps account of.
pub mod budget;
pub mod progress;
pub mod latch;
pub mod metrics;
pub mod notice;
pub mod runtime;
