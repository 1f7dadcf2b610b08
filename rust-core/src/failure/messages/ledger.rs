//! Messages about the commit ledger.

use crate::failure::classify::Failure;
use crate::queue::batch::Batch;
use crate::tell::Values;

use super::what;

/// The ledger is in use.
#[must_use]
pub fn ledger_used(name: &str) -> String {
    format!(
        "commit ledger {name}: for tables without a key, it tells whether a commit whose outcome is unknown happened; if not, \
         the rows are sent again"
    )
}

/// The ledger cannot be used.
#[must_use]
pub fn no_ledger(name: &str, refusal: &Failure, values: Values) -> String {
    format!(
        "commit ledger {name} cannot be used, so a commit whose outcome is unknown stops the job where a table has no \
         key. Grant the role CREATE on the schema, or SELECT, INSERT, UPDATE and DELETE on the table if it exists, or \
         name another by option 'commit_ledger', or set it to \"off\": {}",
        refusal.told_all(values)
    )
}

/// A commit that was in doubt.
#[must_use]
pub fn settled(batch: &Batch, committed: bool) -> String {
    let (what, table) = (what(batch), &batch.table);
    if committed {
        format!("table {table}: {what} was committed, as the commit ledger shows, though no answer came")
    } else {
        format!("table {table}: {what} was not committed, as the commit ledger shows, and is sent again")
    }
}
