//! The border: Java calls Rust, and Rust never calls Java.
//!
//! Every export is a guard, a handle and one call. No thread of this library is attached to the JVM, so
//! nothing here can keep a JVM alive or reach a class loader.
#![allow(unsafe_code)] // exported symbols and the bytes of Java arrays

mod exception;
pub mod exports;
mod guard;
mod handles;
