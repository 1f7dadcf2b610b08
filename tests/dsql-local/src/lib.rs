//! A stand-in for Amazon Aurora DSQL: the PostgreSQL protocol in front of a real PostgreSQL 16, plus what Aurora DSQL adds.
//!
//! The modules, in the order in which a connection uses them.

pub mod cli;
pub mod server;

pub mod bootstrap;
pub mod cluster;
pub mod postgres;
pub mod tls;

pub mod network;
pub mod params;
pub mod wire;

pub mod admission;
pub mod settings;
pub mod startup;
pub mod token;

pub mod session;

pub mod cost;
pub mod faults;
pub mod rules;
pub mod sql;
pub mod txn;

pub mod jobs;

pub mod control;
pub mod journal;
