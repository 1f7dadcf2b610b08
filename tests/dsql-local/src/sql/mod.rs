//! SQL text: splits a query string into statements and determines what each one is.
//!
//! The parse tree comes from a pure Rust parser generated from PostgreSQL's own grammar (gram.y),
//! so the names of the nodes are those of gram.y. The scanner first removes the forms that only
//! Aurora DSQL has (`CREATE INDEX ASYNC`).

pub mod answerable;
pub mod rewrite;
pub mod scan;
pub mod shadow;
pub mod statement;
pub mod tree;

use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

pub use statement::{Kind, Statement};

/// Bytes of query text in the cache. Drivers repeat a few texts; a sink whose batches differ in
/// size sends many.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// Caches the statements of query texts, so that a large INSERT is parsed once.
#[derive(Debug, Default)]
pub struct Cache {
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    bytes: usize,
    known: HashMap<String, Arc<[Statement]>>,
}

impl Cache {
    /// The statements of `text`.
    pub fn analyse(&self, text: &str) -> Arc<[Statement]> {
        if let Some(known) = self.entries.lock().known.get(text) {
            return Arc::clone(known);
        }
        let statements: Arc<[Statement]> = scan::split(text).into_iter().map(statement::analyse).collect();
        let mut entries = self.entries.lock();
        if entries.bytes + text.len() > CACHE_BYTES {
            *entries = Entries::default();
        }
        entries.bytes += text.len();
        entries.known.insert(text.to_owned(), Arc::clone(&statements));
        statements
    }
}
