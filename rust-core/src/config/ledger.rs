//! The option that names the commit ledger.

use crate::config::options::Options;
use crate::error::SinkError;
use crate::limits;

/// The value that turns the ledger off.
const OFF: &str = "off";

/// The name of a commit ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerName {
    /// The schema; `None` means the schema of the first table that needs a ledger.
    pub schema: Option<String>,
    /// The table.
    pub table: String,
}

/// `off`, `table` or `schema.table`; off if the option is missing.
pub(super) fn ledger(options: &mut Options) -> Result<Option<LedgerName>, SinkError> {
    let Some(text) = options.take("commit_ledger").filter(|text| text != OFF) else { return Ok(None) };
    let (schema, table) = match text.split_once('.') {
        Some((schema, table)) => (Some(schema), table),
        None => (None, text.as_str()),
    };
    let is_name = |name: &str| !name.is_empty() && name.len() <= limits::NAME_BYTES && !name.contains('.');
    if !is_name(table) || !schema.is_none_or(is_name) {
        let problem = format!("'{text}' names no table; write table, schema.table or off");
        return Err(SinkError::option("commit_ledger", problem));
    }
    Ok(Some(LedgerName { schema: schema.map(str::to_owned), table: table.to_owned() }))
}
