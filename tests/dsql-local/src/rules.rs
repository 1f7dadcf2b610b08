//! Which statements Aurora DSQL refuses.

use postgresql_cst_parser::ResolvedNode;

use crate::wire::SqlError;

/// Refuses a statement that Aurora DSQL does not take.
pub fn check(_node: &ResolvedNode, _is_async: bool) -> Result<(), SqlError> {
    Ok(())
}
